// Columns are told from the rest by their length: that of /status.
#include "record/sweep_reader.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "record/apart.hpp"
#include "record/hdf5_read.hpp"
#include "record/own_traces.hpp"

namespace hillock::record {
namespace {

std::vector<std::string> read_words(const H5::DataSet& set) {
  const H5::StrType type = set.getStrType();
  if (type.isVariableStr()) throw H5::Exception("a column of words", "words of variable length");
  const std::size_t count = rows(set), length = type.getSize();
  if (count * length > set.getStorageSize())
    throw H5::Exception("a column of words", "it is longer than its place");
  std::string all(count * length, '\0');
  set.read(all.data(), type);
  std::vector<std::string> words;
  for (std::size_t i = 0; i < count; ++i) {
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

std::vector<std::string> words_of(const H5::Group& root, const char* attribute) {
  std::istringstream stream(text_attribute(root, attribute).value_or(""));
  return {std::istream_iterator<std::string>(stream), {}};
}

void read_kept(const H5::Group& root, SweepTable& table) {
  if (has_group(root, "spikes"))
    for (const std::string& population : member_names(root.openGroup("spikes"), H5O_TYPE_GROUP)) {
      SpikesInfo& spikes = table.spikes.emplace_back();
      spikes.population = population;
      spikes.count = shape(root.openDataSet("spikes/" + population + "/timestamps")).at(0);
    }
  table.with_own_traces = points_with_own_traces(root);
  if (!has_group(root, "report")) return;
  for (const std::string& name : member_names(root.openGroup("report"), H5O_TYPE_GROUP)) {
    const H5::Group group = root.openGroup("report/" + name);
    SweepTable::Trace& trace = table.traces.emplace_back();
    trace.group = name;
    trace.frames = shape(group.openDataSet("time")).at(0);
    trace.neurons = shape(group.openDataSet("neuron")).at(0);
    for (const std::string& member : member_names(group, H5O_TYPE_DATASET))
      if (member != "run" && member != "time" && member != "neuron") trace.variables.push_back(member);
  }
}

SweepTable read_table(const std::string& path) {
  ReadableFile file(path);
  SweepTable table;
  table.head = read_head(file);
  if (table.head.kind != "sweep") throw base::IoError(path + " is no file of a sweep");
  std::vector<std::string> parameters, members;
  file.reading("its head", [&] {
    const H5::Group root = file.file().openGroup("/");
    table.retry = root.attrExists("retry");
    parameters = words_of(root, "sweep_parameters");
    for (const std::string& length : words_of(root, "sweep_grid"))
      table.grid.push_back(static_cast<std::int64_t>(base::parse_number(length).value_or(0)));
    members = member_names(root, H5O_TYPE_DATASET);
  });
  for (const double status : read_numbers(file, "status"))
    table.status.push_back(status == 0   ? PointStatus::done
                           : status == 1 ? PointStatus::failed
                                         : PointStatus::not_run);
  std::set<std::string> others{"run", "seed", "status", "repeat"};
  for (const std::string& name : parameters) {
    table.parameters.push_back(read_column(file, name, table.points()));
    others.insert(name);
  }
  if (std::ranges::find(members, "repeat") != members.end())
    for (const double repeat : read_numbers(file, "repeat"))
      table.repeats = std::max(table.repeats, static_cast<std::int64_t>(repeat) + 1);
  for (const std::string& name : members)
    if (!others.contains(name)) table.measures.push_back(read_column(file, name, table.points()));
  file.reading("what is kept", [&] { read_kept(file.file().openGroup("/"), table); });
  table.failures = read_failures(file);
  return table;
}

}  // namespace

std::size_t SweepTable::count(PointStatus which) const {
  return static_cast<std::size_t>(std::ranges::count(status, which));
}

SweepTable read_sweep_table(const std::string& path) {
  return tried_apart(path, [&] { return read_table(path); });
}

}  // namespace hillock::record
