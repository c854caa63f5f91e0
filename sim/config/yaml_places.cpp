// Finds the text behind yaml-cpp's marks, which point at anchors, tags and quotes as well.
#include "config/yaml_places.hpp"

#include <algorithm>

namespace hillock::config {

Places::Places(const base::Source& source, std::size_t offset)
    : source_(source), offset_(offset), line_starts_{0} {
  for (std::size_t i = 0; i < source.text.size(); ++i)
    if (source.text[i] == '\n') line_starts_.push_back(i + 1);
}

base::Place Places::at(const YAML::Mark& mark, std::size_t length) const {
  if (mark.is_null()) return {&source_, 0, 0, 0};
  const int shift = mark.line == 0 ? static_cast<int>(offset_) : 0;
  return {&source_, mark.line + 1, mark.column + 1 + shift,
          static_cast<int>(std::max<std::size_t>(length, 1))};
}

base::Place Places::scalar(const YAML::Mark& mark, const std::string& value, bool quoted) const {
  std::string_view rest = text_at(mark);
  if (rest.empty()) return at(mark);
  if (quoted && (rest[0] == '|' || rest[0] == '>')) {
    const std::size_t first_line = rest.find_first_not_of(" \n", std::min(rest.find('\n'), rest.size()));
    return to_line_end(first_line == std::string_view::npos ? rest : rest.substr(first_line));
  }
  if (quoted) rest.remove_prefix(1);
  base::Place place = to_line_end(rest);
  const bool written_so = !value.empty() && rest.substr(0, value.size()) == value;
  if (written_so) place.length = std::min(place.length, static_cast<int>(value.size()));
  return place;
}

bool Places::is_closed(const YAML::Mark& mark) const {
  const std::string_view rest = text_at(mark);
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return true;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[0] == '"' && rest[i] == '\\')
      ++i;
    else if (rest[i] == rest[0])
      return true;
  }
  return false;
}

// The text of the source from a mark on, behind anchors and tags.
std::string_view Places::text_at(const YAML::Mark& mark) const {
  if (mark.is_null()) return {};
  std::string_view rest = source_.text;
  rest.remove_prefix(std::min(offset_ + static_cast<std::size_t>(mark.pos), rest.size()));
  while (!rest.empty() && (rest[0] == '&' || rest[0] == '!')) {
    rest.remove_prefix(std::min(rest.find_first_of(" \n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
  }
  return rest;
}

base::Place Places::to_line_end(std::string_view part) const {
  const std::size_t position = source_.text.size() - part.size();
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), position);
  const std::size_t start = *(next - 1);
  const std::size_t end = next == line_starts_.end() ? source_.text.size() : *next - 1;
  return {&source_, static_cast<int>(next - line_starts_.begin()), static_cast<int>(position - start) + 1,
          static_cast<int>(std::max<std::size_t>(1, end - position))};
}

}  // namespace hillock::config
