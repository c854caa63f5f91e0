// Columns are told from the rest by their length: that of /status.
#include "record/sweep_reader.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "base/diagnostics.hpp"
#include "record/apart.hpp"
#include "record/hdf5_read.hpp"

namespace hillock::record {
namespace {

std::vector<std::string> read_words(const H5::DataSet& set) {
  const H5::StrType type = set.getStrType();
  if (type.isVariableStr()) throw H5::Exception("a column of words", "words of variable length");
  const std::size_t rows = shape(set).at(0), length = type.getSize();
  if (rows * length > set.getStorageSize())
    throw H5::Exception("a column of words", "it is longer than its place");
  std::string all(rows * length, '\0');
  set.read(all.data(), type);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string word = all.substr(i * length, length);
    words.push_back(word.substr(0, word.find('\0')));
  }
  return words;
}

SweepVariable read_column(ReadableFile& file, const std::string& name, std::size_t points) {
  SweepVariable column;
  column.name = name;
  const bool words = file.reading(name, [&] {
    const H5::DataSet set = file.file().openDataSet(name);
    column.unit = text_attribute(set, "units").value_or("1");
    column.path = text_attribute(set, "path").value_or("");
    column.long_name = text_attribute(set, "long_name").value_or("");
    if (set.getTypeClass() == H5T_STRING) column.words = read_words(set);
    return set.getTypeClass() == H5T_STRING;
  });
  if (!words) column.numbers = read_numbers(file, name);
  if ((words ? column.words.size() : column.numbers.size()) != points)
    file.damaged(name, "it has another length than /status");
  return column;
}

void read_head(ReadableFile& file, SweepTable& table) {
  const H5::Group root = file.file().openGroup("/");
  table.state = text_attribute(root, "status").value_or("");
  table.complete = number_attribute(root, "complete").value_or(0) == 1;
  table.seed = integer_attribute(root, "seed").value_or(0);
  table.bytes = file.file().getFileSize();
  const H5::Group meta = root.openGroup("meta");
  for (const std::string& name : member_names(meta, H5O_TYPE_DATASET))
    if (const auto text = read_text(meta, name)) table.texts[name] = *text;
  for (int i = 0; i < meta.getNumAttrs(); ++i) {
    const std::string name = meta.openAttribute(static_cast<unsigned>(i)).getName();
    if (const auto word = text_attribute(meta, name))
      table.words[name] = *word;
    else if (const auto number = number_attribute(meta, name))
      table.numbers[name] = *number;
  }
  table.duration = number_attribute(meta, "duration_ms").value_or(0);
  table.dt = number_attribute(meta, "dt_ms").value_or(0);
}

SweepTable read_table(const std::string& path) {
  ReadableFile file(path);
  SweepTable table;
  table.path = path;
  std::string names;
  std::vector<std::string> members;
  file.reading("its head", [&] {
    const H5::Group root = file.file().openGroup("/");
    if (text_attribute(root, "hillock_kind").value_or("") != "sweep")
      throw base::IoError(path + " is no file of a sweep");
    names = text_attribute(root, "sweep_parameters").value_or("");
    members = member_names(root, H5O_TYPE_DATASET);
    read_head(file, table);
  });
  for (const double status : read_numbers(file, "status"))
    table.status.push_back(status == 0   ? PointStatus::done
                           : status == 1 ? PointStatus::failed
                                         : PointStatus::not_run);
  std::set<std::string> others{"run", "seed", "status", "repeat"};
  std::istringstream words(names);
  for (std::string name; words >> name; others.insert(name))
    table.parameters.push_back(read_column(file, name, table.points()));
  if (std::ranges::find(members, "repeat") != members.end())
    for (const double repeat : read_numbers(file, "repeat"))
      table.repeats = std::max(table.repeats, static_cast<std::int64_t>(repeat) + 1);
  for (const std::string& name : members)
    if (!others.contains(name)) table.measures.push_back(read_column(file, name, table.points()));
  table.failures = read_failures(path);
  return table;
}

}  // namespace

std::size_t SweepTable::count(PointStatus which) const {
  return static_cast<std::size_t>(std::ranges::count(status, which));
}

bool holds_sweep(const std::string& path) {
  try {
    run_apart(path, [&] {
      if (!is_sweep(path)) throw base::IoError(path + " is no file of a sweep");
    });
    return true;
  } catch (const base::IoError&) {
    return false;
  }
}

SweepTable read_sweep_table(const std::string& path) {
  return tried_apart(path, [&] { return read_table(path); });
}

}  // namespace hillock::record
