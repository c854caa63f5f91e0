// Tables in text files: one row a line, cells separated by comma, semicolon, tab or blanks.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hillock::record {

// A table read whole. Lines that are empty or begin with # are skipped; a first line without any number is
// the header. Rows are named by their line in the file.
class CsvTable {
 public:
  // Throws IoError if the file cannot be read, is not text, or its rows differ in length.
  explicit CsvTable(const std::string& path);

  std::size_t columns() const { return columns_; }
  std::size_t rows() const { return lines_.size(); }
  const std::vector<std::string>& header() const { return header_; }  // empty: none
  std::string_view cell(std::size_t row, std::size_t column) const { return cells_[row * columns_ + column]; }
  // The line of a row in the file, from 1.
  std::size_t line(std::size_t row) const { return lines_[row]; }

  // The column of this name, or with this number from 1. Throws IoError that names the columns.
  std::size_t find(const std::string& name) const;
  // The numbers of a column; throws IoError "currents.csv: row 17, column 2: 'abc' is not a number".
  std::vector<double> numbers(std::size_t column) const;

 private:
  void split(std::size_t line, std::string_view text);
  void add_row(std::size_t line, const std::vector<std::string_view>& cells);
  std::string described(std::size_t column) const;

  std::string path_, text_;
  char separator_ = 0;  // ' ' stands for any number of blanks and tabs
  bool started_ = false;
  std::size_t columns_ = 0;
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;  // into text_
  std::vector<std::size_t> lines_;
};

}  // namespace hillock::record
