// Errors as text: the place, the line quoted, the underline and the remedy.
#include "base/diagnostics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"

namespace hillock::base {

namespace {

// One character of a quoted line: as shown, what stands under it, and the bytes it covers.
struct Cell {
  std::string shown;
  std::string below;
  int begin = 0;
  int end = 0;
};

constexpr int widest_quote = 120;  // characters of a line that are shown
constexpr int kept_around = 400;   // bytes of a long line kept on each side of a place

std::vector<Cell> cells_of(std::string_view line) {
  std::vector<Cell> cells;
  for (std::size_t position = 0; position < line.size();) {
    const std::optional<Character> character = decode_utf8(line, position);
    const int length = character ? character->length : 1;
    const int begin = static_cast<int>(position);
    const std::string_view bytes = line.substr(position, static_cast<std::size_t>(length));
    if (bytes == "\t") {
      cells.push_back({"\t", "\t", begin, begin + 1});  // the terminal sets both rows to the same tab stop
    } else {
      std::string shown = printable(bytes);
      std::string below(shown == bytes ? 1 : shown.size(), ' ');
      cells.push_back({std::move(shown), std::move(below), begin, begin + length});
    }
    position += static_cast<std::size_t>(length);
  }
  return cells;
}

// The quoted line and the underline with the remedy, for a diagnostic with a line number.
std::string quote(const Diagnostic& diagnostic) {
  const std::vector<Cell> cells = cells_of(diagnostic.source_line);
  const int begin = std::max(diagnostic.column - 1 - diagnostic.source_offset, 0);
  const int end = begin + std::max(diagnostic.length, 1);
  const int count = static_cast<int>(cells.size());
  int first = 0;
  if (count > widest_quote) {
    while (first < count && cells[first].end <= begin) ++first;
    first = std::clamp(first - widest_quote / 2, 0, count - widest_quote);
  }
  const int last = std::min(count, first + widest_quote);
  const bool cut_left = first > 0 || diagnostic.source_offset > 0;

  std::string line = cut_left ? "..." : "";
  std::string under = cut_left ? "   " : "";
  bool marked = false;
  for (int i = first; i < last; ++i) {
    const Cell& cell = cells[i];
    line += cell.shown;
    if (cell.end <= begin) {
      under += cell.below;
    } else if (cell.begin < end) {
      under.append(1, marked ? '~' : '^').append(cell.below.size() - 1, '~');
      marked = true;
    }
  }
  if (last < count) line += "...";
  if (!marked) under += "^";  // behind the end of the line

  const std::string number = std::to_string(diagnostic.line);
  const std::size_t width = std::max<std::size_t>(4, number.size());
  const std::string gutter = fmt::format("{:{}}| ", "", width + 1);
  if (!diagnostic.remedy.empty()) under.append(1, ' ').append(printable(diagnostic.remedy));
  return fmt::format("{:>{}} | {}\n{}{}", number, width, line, gutter, under);
}

// The diagnostic of a finding at a place; of a very long line only the part around the place is kept.
Diagnostic located(const Place& place, std::string message, std::string remedy, Severity severity) {
  Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  diagnostic.remedy = std::move(remedy);
  diagnostic.severity = severity;
  if (place.source == nullptr) return diagnostic;
  diagnostic.file = place.source->name;
  diagnostic.line = place.line;
  diagnostic.column = place.column;
  diagnostic.length = place.length;
  const std::string_view line = place.source->line(place.line);
  const int size = static_cast<int>(line.size());
  const int start = std::clamp(place.column - 1 - kept_around, 0, size);
  const int stop = std::clamp(place.column - 1 + kept_around, start, size);
  diagnostic.source_offset = start;
  diagnostic.source_line = std::string(line.substr(start, static_cast<std::size_t>(stop - start)));
  return diagnostic;
}

std::string text_of(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!text.empty()) text += '\n';
    text += format(diagnostic);
  }
  return text;
}

// A finding about no file in particular.
Diagnostic unplaced(std::string message, std::string remedy) {
  return located({}, std::move(message), std::move(remedy), Severity::error);
}

char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Twice the Damerau-Levenshtein distance (swaps of neighbours, no second change of a swapped pair: Damerau
// 1964, doi:10.1145/363958.363994), where a change of case alone counts one.
int doubled_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<int> table((a.size() + 1) * width);
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      int& here = table[i * width + j];
      if (i == 0 || j == 0) {
        here = static_cast<int>(2 * (i + j));
        continue;
      }
      const int replacing = a[i - 1] == b[j - 1] ? 0 : folded(a[i - 1]) == folded(b[j - 1]) ? 1 : 2;
      here = std::min({table[(i - 1) * width + j] + 2, table[i * width + j - 1] + 2,
                       table[(i - 1) * width + j - 1] + replacing});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]))
        here = std::min(here, table[(i - 2) * width + j - 2] + 2);
    }
  }
  return table.back();
}

// The doubled distance up to which a name counts as a slip of the pen.
int doubled_limit(std::string_view name) {
  if (name.size() < 2) return 1;  // one letter: its other case only
  return 2 * std::max(1, static_cast<int>(name.size()) / 3);
}

}  // namespace

std::string format(const Diagnostic& diagnostic) {
  std::string text;
  if (!diagnostic.file.empty()) text += fmt::format("{}:", printable(diagnostic.file));
  if (diagnostic.line > 0) text += fmt::format("{}:{}:", diagnostic.line, diagnostic.column);
  if (!text.empty()) text += ' ';
  text += diagnostic.severity == Severity::error ? "error: " : "warning: ";
  text += printable(diagnostic.message);
  if (diagnostic.line > 0) return text + "\n" + quote(diagnostic);
  if (diagnostic.remedy.empty()) return text;
  return text + "\n  " + printable(diagnostic.remedy);
}

void Diagnostics::error(const Place& place, std::string message, std::string remedy) {
  all_.push_back(located(place, std::move(message), std::move(remedy), Severity::error));
}

void Diagnostics::warning(const Place& place, std::string message, std::string remedy) {
  all_.push_back(located(place, std::move(message), std::move(remedy), Severity::warning));
}

void Diagnostics::problem(const Place& place, std::string_view problem) {
  const std::size_t cut = problem.rfind("; ");
  if (cut == std::string_view::npos) return error(place, std::string(problem));
  error(place, std::string(problem.substr(0, cut)), std::string(problem.substr(cut + 2)));
}

void Diagnostics::add(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }

std::size_t Diagnostics::errors() const {
  return static_cast<std::size_t>(std::ranges::count(all_, Severity::error, &Diagnostic::severity));
}

void Diagnostics::throw_if_errors() const {
  if (!has_errors()) return;
  std::vector<Diagnostic> errors;
  std::map<std::string, std::size_t> file_order;  // files in the order in which they came up
  for (const Diagnostic& diagnostic : all_) {
    if (diagnostic.severity != Severity::error) continue;
    file_order.emplace(diagnostic.file, file_order.size());
    errors.push_back(diagnostic);
  }
  const auto key = [&](const Diagnostic& d) { return std::tuple(file_order.at(d.file), d.line, d.column); };
  std::stable_sort(errors.begin(), errors.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  errors.erase(std::unique(errors.begin(), errors.end()), errors.end());
  throw UserError(std::move(errors));
}

UserError::UserError(std::vector<Diagnostic> diagnostics)
    : Error(2, text_of(diagnostics)), diagnostics_(std::move(diagnostics)) {}

UserError::UserError(std::string message, std::string remedy)
    : UserError(std::vector<Diagnostic>{unplaced(std::move(message), std::move(remedy))}) {}

IoError::IoError(std::string_view text) : Error(5, printable(text)) {}

ResourceError::ResourceError(std::string_view text) : Error(6, printable(text)) {}

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  constexpr std::size_t longest = 100;
  if (name.empty() || name.size() > longest) return {};
  const int limit = doubled_limit(name);
  int best = limit + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > longest || candidate == name) continue;
    int distance = doubled_distance(name, candidate);
    if (equal_ignoring_case(name, candidate)) distance = 1;
    const bool prefix = name.size() >= 3 && candidate.size() >= 3 &&
                        (candidate.starts_with(name) || name.starts_with(candidate));
    const bool end = candidate.size() >= 5 && name.ends_with(candidate);
    if (prefix || end) distance = std::min(distance, limit);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string near = nearest(name, candidates);
  return near.empty() ? std::string() : fmt::format("did you mean '{}'?", near);
}

}  // namespace hillock::base
