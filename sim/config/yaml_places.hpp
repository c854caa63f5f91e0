// Where the text of a YAML event stands in its source.
#pragma once
#include <yaml-cpp/mark.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/source.hpp"

namespace hillock::config {

// Where yaml-cpp's marks are in the source: its text began at `offset` of the source's text.
class Places {
 public:
  Places(const base::Source& source, std::size_t offset) : source_(source), offset_(offset) {}

  base::Place at(const YAML::Mark& mark, std::size_t length = 1) const {
    if (mark.is_null()) return {&source_, 0, 0, 0};
    const int shift = mark.line == 0 ? static_cast<int>(offset_) : 0;
    return {&source_, mark.line + 1, mark.column + 1 + shift,
            static_cast<int>(std::max<std::size_t>(length, 1))};
  }

  // The text of the source from a mark on, behind anchors and tags.
  std::string_view text_at(const YAML::Mark& mark) const {
    if (mark.is_null()) return {};
    std::string_view rest =
        std::string_view(source_.text)
            .substr(std::min(offset_ + static_cast<std::size_t>(mark.pos), source_.text.size()));
    while (!rest.empty() && (rest[0] == '&' || rest[0] == '!')) {
      rest.remove_prefix(std::min(rest.find_first_of(" \n"), rest.size()));
      rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
    }
    return rest;
  }

  // The place of a scalar's text.
  base::Place scalar(const YAML::Mark& mark, const std::string& value, bool quoted) const {
    const std::string_view rest = text_at(mark);
    if (rest.empty()) return at(mark);
    if (quoted && (rest[0] == '|' || rest[0] == '>')) return first_line(rest);
    const std::string_view inside = quoted ? rest.substr(1) : rest;
    base::Place place = of(inside);
    const std::size_t line_end = std::min(inside.find('\n'), inside.size());
    const bool written_so = !value.empty() && inside.substr(0, value.size()) == value;
    place.length =
        static_cast<int>(std::max<std::size_t>(1, std::min(written_so ? value.size() : line_end, line_end)));
    return place;
  }

  // Whether the quotes of a scalar are closed: yaml-cpp takes the end of the file for a closing quote.
  bool is_closed(const YAML::Mark& mark) const {
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

 private:
  // Of a stretch that begins somewhere in the source.
  base::Place of(std::string_view part) const {
    const std::string_view before(source_.text.data(),
                                  static_cast<std::size_t>(part.data() - source_.text.data()));
    const std::size_t line_end = before.rfind('\n');
    const std::size_t line_start = line_end == std::string_view::npos ? 0 : line_end + 1;
    return {&source_, line_of(before.size()), static_cast<int>(before.size() - line_start) + 1, 1};
  }

  // Lines are counted from the place asked for last, so that a whole document costs one pass.
  int line_of(std::size_t position) const {
    if (position < counted_) counted_ = 0, line_ = 1;
    line_ += static_cast<int>(std::count(source_.text.begin() + static_cast<std::ptrdiff_t>(counted_),
                                         source_.text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
    counted_ = position;
    return line_;
  }

  // Of a block scalar, which begins with '|' or '>': its first line with text.
  base::Place first_line(std::string_view rest) const {
    const std::size_t line_end = rest.find('\n');
    const std::size_t text =
        line_end == std::string_view::npos ? line_end : rest.find_first_not_of(" \n", line_end);
    if (text == std::string_view::npos) return of(rest);
    base::Place place = of(rest.substr(text));
    place.length = static_cast<int>(std::min(rest.find('\n', text), rest.size()) - text);
    return place;
  }

  const base::Source& source_;
  std::size_t offset_;
  mutable std::size_t counted_ = 0;
  mutable int line_ = 1;
};

}  // namespace hillock::config
