// Puts styles, scripts and data where the template has their names.
#include "cli/report/page.hpp"

#include <map>

#include "base/diagnostics.hpp"
#include "cli/shown/markup.hpp"

namespace hillock::cli {
namespace {

// JSON that may stand in a script element: no text in it can end the element.
std::string embedded(const Json& data) {
  std::string text;
  for (const char c : data.text(false))
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

}  // namespace

std::string page(const PageParts& parts, const std::string& title, const Json& data) {
  if (parts.plot_library.empty())
    throw base::ResourceError(
        "this hillock was built without the plotting library that reports carry; install npm (Debian: apt "
        "install npm) "
        "and build again with scripts/test, or take the numbers from hillock features FILE");
  const std::map<std::string_view, std::string> values = {
      {"TITLE", markup(title)},
      {"STYLE", std::string(parts.style)},
      {"PLOT_STYLE", std::string(parts.plot_style)},
      {"PLOT_LIBRARY", std::string(parts.plot_library)},
      {"SCRIPT", std::string(parts.script)},
      {"DATA", embedded(data)},
  };
  std::string text;
  std::string_view rest = parts.html;
  for (std::size_t at = rest.find('@'); at != std::string_view::npos; at = rest.find('@')) {
    const std::size_t end = rest.find('@', at + 1);
    const auto value =
        end == std::string_view::npos ? values.end() : values.find(rest.substr(at + 1, end - at - 1));
    text += rest.substr(0, at);
    if (value == values.end()) {
      text += '@';
      rest.remove_prefix(at + 1);
    } else {
      text += value->second;
      rest.remove_prefix(end + 1);
    }
  }
  return text.append(rest);
}

}  // namespace hillock::cli
