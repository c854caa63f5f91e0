// Texts go through the same file that runs go through: locked, and named when they are complete.
#include "cli/shown/picture_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/diagnostics.hpp"
#include "record/output_file.hpp"

namespace hillock::cli {
namespace {

std::string default_name(const std::string& path, const std::string& ending) {
  std::filesystem::path name(path);
  if (name.extension() == ".partial") name.replace_extension();
  return name.replace_extension(ending).string();
}

void write_all(const record::OutputFile& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file.descriptor(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw base::IoError(file.path() + ": " + record::system_text(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

std::string picture_path(const Arguments& arguments, const std::string& ending) {
  const bool named = !arguments.out.empty();
  const std::string out = named ? arguments.out : default_name(arguments.path, ending);
  std::error_code none;
  if (std::filesystem::equivalent(out, arguments.path, none))
    throw base::UserError("--out " + out + " is the file of the run itself",
                          "write for instance --out " + arguments.command + ending);
  record::check_output(out, true, arguments.force || !named);
  return out;
}

void write_picture(const std::string& path, std::string_view text) {
  record::OutputFile file(path);
  try {
    write_all(file, text);
    file.sync();
    file.publish(true);
  } catch (...) {
    ::unlink(file.partial_path().c_str());
    throw;
  }
}

}  // namespace hillock::cli
