// Characters are counted, not bytes.
#include "cli/plot/text_layout.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hillock::cli {
namespace {

constexpr double advance = 0.556;  // of Helvetica's digits, in units of the font's size

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

// The byte at which a character begins.
std::size_t place_of(std::string_view text, std::size_t character) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (begins_character(text[at]) && character-- == 0) break;
  return at;
}

}  // namespace

double text_width(std::string_view text, double size) {
  return advance * size * static_cast<double>(characters(text));
}

std::vector<std::string> wrapped(std::string_view text, double width, double size) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string word(text.substr(0, text.find(' ')));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (!lines.empty() && text_width(lines.back() + " " + word, size) <= width)
      lines.back() += " " + word;
    else
      lines.push_back(word);
  }
  return lines;
}

std::string fitting(std::string_view text, double width, double size) {
  if (text_width(text, size) <= width) return std::string(text);
  const std::size_t all = characters(text);
  const auto kept = static_cast<std::size_t>(std::max(2.0, width / (advance * size) - 1));
  if (kept + 1 >= all) return std::string(text);
  return std::string(text.substr(0, place_of(text, (kept + 1) / 2))) + "\xE2\x80\xA6" +
         std::string(text.substr(place_of(text, all - kept / 2)));
}

}  // namespace hillock::cli
