// `hillock report`: a run's file as one page for the browser.
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/report/page.hpp"
#include "cli/report/page_data.hpp"
#include "cli/shown/picture_file.hpp"

namespace hillock::cli {

int report(const Arguments& arguments, Console& console) {
  const std::string out = picture_path(arguments, ".html");
  write_picture(out, page(page_parts(), arguments.path, page_data(arguments.path)));
  console.out(fmt::format("{}: open it in a browser\n", out));
  return 0;
}

}  // namespace hillock::cli
