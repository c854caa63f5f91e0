// Finds and reads columns in HDF5 and text files.
#include "record/columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "record/apart.hpp"
#include "record/csv.hpp"
#include "record/hdf5_read.hpp"

namespace hillock::record {

using base::IoError;

namespace {

// "/a/V[3]" is column 3 of /a/V.
struct DataSetName {
  std::string path;
  std::optional<std::size_t> column;
};

DataSetName parse_name(const std::string& name) {
  DataSetName parsed{name, std::nullopt};
  const std::size_t open = name.rfind('[');
  if (name.ends_with(']') && open != std::string::npos) {
    std::size_t column = 0;
    const char* last = name.data() + name.size() - 1;
    const auto [end, error] = std::from_chars(name.data() + open + 1, last, column);
    if (error == std::errc() && end == last) parsed = {name.substr(0, open), column};
  }
  if (!parsed.path.starts_with('/')) parsed.path = "/" + parsed.path;
  return parsed;
}

std::string only_data_set(ReadableFile& file) {
  const std::vector<std::string> names = list_numbers(file);
  if (names.size() == 1) return names[0];
  throw IoError(file.path() + (names.empty()
                                   ? " has no data set of numbers"
                                   : " has several data sets, name one of " + base::join(names, ", ")));
}

void check_finite(const std::string& path, const std::string& name, const std::vector<double>& values,
                  std::size_t columns) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    const std::string row =
        "row " + std::to_string(i / columns) + (columns > 1 ? ", column " + std::to_string(i % columns) : "");
    throw IoError(path + ": " + name + ", " + row + " (from 0): " + base::number(values[i]) +
                  " is not a finite number");
  }
}

// A data set of one or two dimensions, column by column.
Columns read_table(ReadableFile& file, const std::string& name) {
  const std::vector<hsize_t> extent = file.reading(name, [&] { return shape(open_numbers(file, name)); });
  if (extent.empty() || extent.size() > 2)
    throw IoError(file.path() + ": " + name + " has " + std::to_string(extent.size()) +
                  " dimensions, expected 1 or 2");
  const std::vector<double> values = read_numbers(file, name);
  const std::size_t columns = extent.size() == 2 ? extent[1] : 1;
  check_finite(file.path(), name, values, std::max<std::size_t>(columns, 1));
  Columns table;
  for (std::size_t c = 0; c < columns; ++c) {
    table.names.push_back(extent.size() == 2 ? name + "[" + std::to_string(c) + "]" : name);
    std::vector<double>& column = table.values.emplace_back(extent[0]);
    for (std::size_t r = 0; r < column.size(); ++r) column[r] = values[r * columns + c];
  }
  return table;
}

std::vector<double> pick(ReadableFile& file, const DataSetName& name) {
  Columns table = read_table(file, name.path);
  const std::size_t count = table.values.size();
  if (!name.column && count != 1)
    throw IoError(file.path() + ": " + name.path + " has " + std::to_string(count) +
                  " columns; name one, as in " + name.path + "[0]");
  if (name.column.value_or(0) >= count)
    throw IoError(file.path() + ": " + name.path + " has " + std::to_string(count) +
                  " columns, counted from 0; there is no column " + std::to_string(*name.column));
  return std::move(table.values[name.column.value_or(0)]);
}

}  // namespace

bool is_hdf5(const std::string& path) {
  std::array<char, 8> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  if (std::string_view(head.data(), head.size()) == "\x89HDF\r\n\x1A\n") return true;
  return path.ends_with(".h5") || path.ends_with(".hdf5") || path.ends_with(".nc");
}

std::vector<double> read_column(const std::string& path, const std::string& dataset) {
  if (is_hdf5(path)) {
    return tried_apart(path, [&] {
      ReadableFile file(path);
      return pick(file, parse_name(dataset.empty() ? only_data_set(file) : dataset));
    });
  }
  const CsvTable table(path);
  if (dataset.empty() && table.columns() != 1)
    throw IoError(path + " has " + std::to_string(table.columns()) +
                  " columns; name one, or give its number from 1");
  return table.numbers(dataset.empty() ? 0 : table.find(dataset));
}

Columns read_columns(const std::string& path, const std::string& dataset) {
  if (is_hdf5(path)) {
    return tried_apart(path, [&] {
      ReadableFile file(path);
      return read_table(file, parse_name(dataset.empty() ? only_data_set(file) : dataset).path);
    });
  }
  const CsvTable table(path);
  Columns columns;
  for (std::size_t c = 0; c < table.columns(); ++c) {
    columns.names.push_back(table.header().empty() ? std::to_string(c + 1) : table.header()[c]);
    columns.values.push_back(table.numbers(c));
  }
  return columns;
}

}  // namespace hillock::record
