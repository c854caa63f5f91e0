// Splits text into cells and cells into numbers, without looking at the locale.
#include "record/csv.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "record/output_file.hpp"

namespace hillock::record {

using base::IoError;

namespace {

std::string read_text_file(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) throw IoError(path + ": " + system_text(errno));
  if (S_ISDIR(found.st_mode)) throw IoError(path + " is a folder, expected a file");
  if (!S_ISREG(found.st_mode)) throw IoError(path + " is not a regular file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw IoError(path + ": " + system_text(errno));
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (stream.bad()) throw IoError(path + ": " + system_text(errno));
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw IoError(path + " is UTF-16 text; save it as UTF-8");
  if (text.find('\0') != std::string::npos) throw IoError(path + " is not text: it contains zero bytes");
  return text;
}

std::string_view bare(std::string_view cell) {
  cell = base::trim(cell);
  if (cell.size() >= 2 && (cell.front() == '"' || cell.front() == '\'') && cell.back() == cell.front())
    cell = base::trim(cell.substr(1, cell.size() - 2));
  return cell;
}

// Also takes "nan", "inf" and what no double holds (as NaN), which are numbers for the look of a line though
// not for a column.
std::optional<double> to_number(std::string_view cell) {
  if (cell.starts_with('+') && cell.size() > 1 && cell[1] != '-') cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (end != cell.data() + cell.size() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc() ? value : std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::string_view> cells_of(std::string_view text, char separator) {
  std::vector<std::string_view> cells;
  if (separator == ' ') {
    for (std::size_t at = 0; (at = text.find_first_not_of(" \t", at)) != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
      cells.push_back(bare(text.substr(at, end - at)));
      at = end;
    }
    return cells;
  }
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(separator, at);
    cells.push_back(bare(text.substr(at, end - at)));
    if (end == std::string_view::npos) return cells;
    at = end + 1;
  }
}

char separator_of(std::string_view line) {
  for (const char separator : {';', '\t', ','})
    if (line.find(separator) != std::string_view::npos) return separator;
  return ' ';
}

// Why a cell is no number: "'1,5' has a decimal comma; write 1.5".
std::string problem_of(std::string_view cell) {
  if (cell.empty()) return "the cell is empty, expected a number";
  std::string pointed(cell);
  std::replace(pointed.begin(), pointed.end(), ',', '.');
  if (std::count(cell.begin(), cell.end(), ',') == 1 && to_number(pointed))
    return base::quoted(cell) + " has a decimal comma; write " + base::shortened(pointed);
  if (!to_number(cell)) return base::quoted(cell) + " is not a number";
  std::string problem = base::quoted(cell) + " is not a finite number";
  base::parse_number(cell, &problem);  // too large or too small
  return problem;
}

}  // namespace

CsvTable::CsvTable(const std::string& path) : path_(path), text_(read_text_file(path)) {
  std::string_view rest = text_;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    split(line, rest.substr(0, end));
    rest.remove_prefix(end);
    if (rest.starts_with("\r\n"))
      rest.remove_prefix(2);
    else if (!rest.empty())
      rest.remove_prefix(1);
  }
  if (lines_.empty()) throw IoError(path_ + " has no rows of numbers");
}

void CsvTable::split(std::size_t line, std::string_view text) {
  text = base::trim(text);
  if (text.empty() || text.front() == '#') return;
  if (!started_) separator_ = separator_of(text);
  const std::vector<std::string_view> cells = cells_of(text, separator_);
  if (!started_ && std::none_of(cells.begin(), cells.end(), to_number)) {
    header_.assign(cells.begin(), cells.end());
    columns_ = cells.size();
  } else {
    add_row(line, cells);
  }
  started_ = true;
}

void CsvTable::add_row(std::size_t line, const std::vector<std::string_view>& cells) {
  if (!started_) columns_ = cells.size();
  if (cells.size() != columns_)
    throw IoError(path_ + ": row " + std::to_string(line) + " has " + std::to_string(cells.size()) +
                  (cells.size() == 1 ? " cell" : " cells") + ", expected " + std::to_string(columns_) +
                  " as in the rows above");
  cells_.insert(cells_.end(), cells.begin(), cells.end());
  lines_.push_back(line);
}

std::string CsvTable::described(std::size_t column) const {
  return header_.empty() ? std::to_string(column + 1) : base::quoted(header_[column]);
}

std::size_t CsvTable::find(const std::string& name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (std::count(header_.begin(), header_.end(), name) > 1)
    throw IoError(path_ + ": more than one column is called " + base::quoted(name));
  if (found != header_.end()) return static_cast<std::size_t>(found - header_.begin());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc() && end == name.data() + name.size() && number >= 1 && number <= columns_)
    return number - 1;
  std::vector<std::string> names;
  for (std::size_t column = 0; column < columns_; ++column) names.push_back(described(column));
  throw IoError(path_ + ": there is no column " + base::quoted(name) + "; " + "the columns are " +
                base::join(names, ", "));
}

std::vector<double> CsvTable::numbers(std::size_t column) const {
  std::vector<double> values(rows());
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::string_view text = cell(row, column);
    const std::optional<double> value = to_number(text);
    if (value && std::isfinite(*value)) {
      values[row] = *value;
      continue;
    }
    throw IoError(path_ + ": row " + std::to_string(line(row)) + ", column " + std::to_string(column + 1) +
                  ": " + problem_of(text));
  }
  return values;
}

}  // namespace hillock::record
