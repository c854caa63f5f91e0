// The page of `hillock report`: one HTML text with everything in it, which needs no network.
#pragma once
#include <string>
#include <string_view>

#include "cli/json.hpp"

namespace hillock::cli {

// The texts that the build puts into the program (sim/cli/report/parts.cmake); the plotting library is
// empty where the build did not find it.
struct PageParts {
  std::string_view html, style, script, plot_library, plot_style;
};
PageParts page_parts();        // of the page of a run
PageParts sweep_page_parts();  // of the page of a sweep

// The page that shows this data (see page_data, sweep_page_data). Throws ResourceError if there is no
// plotting library.
std::string page(const PageParts& parts, const std::string& title, const Json& data);

}  // namespace hillock::cli
