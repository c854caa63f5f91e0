// Lines of a text that a user wrote.
#include "base/source.hpp"

namespace hillock::base {

std::string_view Source::line(int number) const {
  if (number < 1) return {};
  std::size_t start = 0;
  for (int current = 1; current < number; ++current) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string::npos) return {};
    start = end + 1;
  }
  std::string_view rest = std::string_view(text).substr(start);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  return rest;
}

}  // namespace hillock::base
