// Base64 by Boost's iterators.
#include "cli/report/base64.hpp"

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <vector>

namespace hillock::cli {

std::string base64(std::span<const std::byte> bytes) {
  using namespace boost::archive::iterators;
  using Characters = base64_from_binary<transform_width<std::vector<char>::const_iterator, 6, 8>>;
  // Whole groups of three bytes: the iterators would read behind an end inside a group.
  std::vector<char> whole((bytes.size() + 2) / 3 * 3, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) whole[i] = static_cast<char>(bytes[i]);
  std::string text(Characters(whole.cbegin()), Characters(whole.cend()));
  const std::size_t padding = whole.size() - bytes.size();
  text.replace(text.size() - padding, padding, padding, '=');
  return text;
}

}  // namespace hillock::cli
