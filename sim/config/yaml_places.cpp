// Finds the text behind yaml-cpp's marks, which point at anchors, tags and quotes as well.
#include "config/yaml_places.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace hillock::config {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Bytes of an escape in double quotes: \n, \x41, \u00B5, \U0001F9E0.
std::size_t escape_length(char letter) {
  return letter == 'x' ? 4 : letter == 'u' ? 6 : letter == 'U' ? 10 : 2;
}

// Goes through a scalar's value and its text in the source side by side: they differ in blanks, where lines
// are folded, and in escapes.
class Alignment {
 public:
  Alignment(std::string_view value, std::string_view text, char quote)
      : value_(value), text_(text), quote_(quote) {}

  // Moves on to where value and text agree again, or to an end; whether they had to be brought together.
  bool resume() {
    const std::size_t value_before = in_value_, text_before = in_text_;
    if (!at_end() && escaped()) {
      skip_escape();
    } else if (!at_end() && value_[in_value_] != text_[in_text_]) {
      while (in_value_ < value_.size() && is_blank(value_[in_value_])) ++in_value_;
      while (in_text_ < text_.size() && is_blank(text_[in_text_])) ++in_text_;
    }
    return in_value_ != value_before || in_text_ != text_before;
  }
  // Whether the next characters are the same; moves behind them.
  bool same() {
    if (at_end() || escaped() || value_[in_value_] != text_[in_text_]) return false;
    ++in_value_, ++in_text_;
    return true;
  }
  std::size_t in_value() const { return in_value_; }
  std::string_view rest() const { return text_.substr(in_text_); }

 private:
  bool at_end() const { return in_value_ >= value_.size() || in_text_ >= text_.size(); }
  bool escaped() const {
    const std::string_view here = text_.substr(in_text_);
    return (quote_ == '"' && here[0] == '\\') || (quote_ == '\'' && here.starts_with("''"));
  }
  void skip_escape() {
    const std::string_view here = text_.substr(in_text_);
    const char letter = here.size() > 1 ? here[1] : '\0';
    in_text_ += std::min(quote_ == '"' ? escape_length(letter) : 2, here.size());
    if (quote_ == '"' && letter == '\n') {  // the line goes on, and the text says nothing of it
      while (in_text_ < text_.size() && is_blank(text_[in_text_])) ++in_text_;
      return;
    }
    const auto character = base::decode_utf8(value_, in_value_);
    in_value_ += character ? static_cast<std::size_t>(character->length) : 1;
  }

  std::string_view value_, text_;
  char quote_;
  std::size_t in_value_ = 0, in_text_ = 0;
};

}  // namespace

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
  if (quoted && is_block(mark)) {
    const std::size_t first_line = rest.find_first_not_of(" \n", std::min(rest.find('\n'), rest.size()));
    return to_line_end(first_line == std::string_view::npos ? rest : rest.substr(first_line));
  }
  if (quoted) rest.remove_prefix(1);
  base::Place place = to_line_end(rest);
  const bool written_so = !value.empty() && rest.substr(0, value.size()) == value;
  if (written_so) place.length = std::min(place.length, static_cast<int>(value.size()));
  return place;
}

bool Places::is_block(const YAML::Mark& mark) const {
  const std::string_view rest = text_at(mark);
  return !rest.empty() && (rest[0] == '|' || rest[0] == '>');
}

std::vector<lang::Stretch> Places::further(const base::Place& place, const std::string& value) const {
  std::vector<lang::Stretch> stretches;
  if (place.line < 1) return stretches;
  const std::size_t start =
      line_starts_[static_cast<std::size_t>(place.line) - 1] + static_cast<std::size_t>(place.column) - 1;
  const std::string_view text = std::string_view(source_.text).substr(std::min(start, source_.text.size()));
  if (text.starts_with(value)) return stretches;
  Alignment alignment(value, text, start > 0 ? source_.text[start - 1] : '\0');
  do {
    while (alignment.same()) continue;
    if (!alignment.resume()) break;
    stretches.push_back({static_cast<int>(alignment.in_value()), to_line_end(alignment.rest())});
  } while (alignment.in_value() < value.size());
  return stretches;
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
