// Escapes what has a meaning in markup.
#include "cli/shown/markup.hpp"

#include "base/text.hpp"

namespace hillock::cli {
namespace {

std::string_view reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

// U+FFFE and U+FFFF are UTF-8, but no characters of XML.
bool is_noncharacter(std::string_view text, std::size_t at) {
  return text.substr(at, 3) == "\xEF\xBF\xBE" || text.substr(at, 3) == "\xEF\xBF\xBF";
}

}  // namespace

std::string markup(std::string_view text) {
  const std::string clean = base::printable(text);
  std::string result;
  for (std::size_t k = 0; k < clean.size(); ++k) {
    if (is_noncharacter(clean, k)) {
      result += "\xEF\xBF\xBD";  // U+FFFD stands for it
      k += 2;
    } else if (const std::string_view escaped = reference(clean[k]); !escaped.empty()) {
      result += escaped;
    } else {
      result += clean[k];
    }
  }
  return result;
}

}  // namespace hillock::cli
