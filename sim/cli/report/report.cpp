// `hillock report`: a run's file as one page for the browser.
#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "cli/commands.hpp"
#include "cli/report/page.hpp"
#include "cli/report/page_data.hpp"
#include "record/output_file.hpp"

namespace hillock::cli {
namespace {

// results/x.h5 becomes results/x.html, as does results/x.h5.partial.
std::string default_name(const std::string& path) {
  std::filesystem::path name(path);
  if (name.extension() == ".partial") name.replace_extension();
  return name.replace_extension(".html").string();
}

void write_text(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) throw base::IoError(path + ": " + record::system_text(errno));
}

}  // namespace

int report(const Arguments& arguments, Console& console) {
  const bool named = !arguments.out.empty();
  const std::string out = named ? arguments.out : default_name(arguments.path);
  std::error_code none;
  if (std::filesystem::equivalent(out, arguments.path, none))
    throw base::UserError("--out " + out + " is the file of the run itself",
                          "write for instance --out report.html");
  record::check_output(out, true, arguments.force || !named);
  write_text(out, page(page_parts(), arguments.path, page_data(arguments.path)));
  console.out(fmt::format("{}: open it in a browser\n", out));
  return 0;
}

}  // namespace hillock::cli
