// `hillock report`: the file of a run or a sweep as one page for the browser.
#include <fmt/core.h>

#include "cli/commands.hpp"
#include "cli/report/page.hpp"
#include "cli/report/page_data.hpp"
#include "cli/report/sweep_page_data.hpp"
#include "cli/shown/picture_file.hpp"
#include "record/sweep_reader.hpp"

namespace hillock::cli {

int report(const Arguments& arguments, Console& console) {
  const std::string out = picture_path(arguments, ".html");
  const bool sweep = record::is_sweep(arguments.path);
  write_picture(out, page(sweep ? sweep_page_parts() : page_parts(), arguments.path,
                          sweep ? sweep_page_data(arguments.path) : page_data(arguments.path)));
  console.out(fmt::format("{}: open it in a browser\n", out));
  return 0;
}

}  // namespace hillock::cli
