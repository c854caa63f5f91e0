// Reads head and table of a sweep's file.
#include "record/sweep_info.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

#include "base/text.hpp"
#include "record/apart.hpp"
#include "record/hdf5_read.hpp"

namespace hillock::record {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The finite values, each once.
std::set<double> finite_of(const std::vector<double>& values) {
  std::set<double> finite;
  for (const double value : values)
    if (std::isfinite(value)) finite.insert(value);
  return finite;
}

std::int64_t different_words(const H5::DataSet& set) {
  const H5::StrType type = set.getStrType();
  if (type.isVariableStr()) return 0;  // none of ours
  const std::size_t length = type.getSize(), rows = shape(set).at(0);
  if (length * rows > set.getStorageSize()) throw H5::Exception("words", "more than their place");
  std::string all(length * rows, '\0');
  set.read(all.data(), type);
  std::set<std::string> words;
  for (std::size_t i = 0; i < rows; ++i) words.insert(all.substr(i * length, length));
  return static_cast<std::int64_t>(words.size());
}

SweepInfo::Parameter read_parameter(ReadableFile& file, const std::string& name) {
  const H5::DataSet set = file.file().openDataSet(name);
  SweepInfo::Parameter parameter{name,
                                 text_attribute(set, "path").value_or(""),
                                 text_attribute(set, "units").value_or(""),
                                 true,
                                 none,
                                 none,
                                 0};
  parameter.numeric = set.getTypeClass() != H5T_STRING;
  if (!parameter.numeric) {
    parameter.values = different_words(set);
    return parameter;
  }
  const std::set<double> values = finite_of(read_numbers(file, name));
  parameter.values = static_cast<std::int64_t>(values.size());
  if (!values.empty()) {
    parameter.least = *values.begin();
    parameter.most = *values.rbegin();
  }
  return parameter;
}

void count_points(ReadableFile& file, SweepInfo& info) {
  for (const double status : read_numbers(file, "status"))
    ++(status == 0 ? info.done : status == 1 ? info.failed : info.left);
}

// All columns but those that say what the points are.
void read_measures(ReadableFile& file, SweepInfo& info) {
  std::set<std::string> others{"run", "seed", "status", "repeat"};
  for (const SweepInfo::Parameter& parameter : info.parameters) others.insert(parameter.name);
  for (const std::string& name : member_names(file.file().openGroup("/"), H5O_TYPE_DATASET)) {
    if (others.count(name) != 0) continue;
    const H5::DataSet set = file.file().openDataSet(name);
    SweepInfo::Measure measure{name, text_attribute(set, "units").value_or(""),
                               text_attribute(set, "long_name").value_or(""), none, none};
    const std::set<double> values = finite_of(read_numbers(file, name));
    if (!values.empty()) {
      measure.least = *values.begin();
      measure.most = *values.rbegin();
    }
    info.measures.push_back(std::move(measure));
  }
}

void read_kept(ReadableFile& file, SweepInfo& info) {
  const H5::Group root = file.file().openGroup("/");
  if (has_group(root, "spikes"))
    for (const std::string& population : member_names(root.openGroup("spikes"), H5O_TYPE_GROUP)) {
      SpikesInfo spikes;
      spikes.population = population;
      spikes.count = shape(root.openDataSet("spikes/" + population + "/timestamps")).at(0);
      info.spikes.push_back(std::move(spikes));
    }
  if (!has_group(root, "report")) return;
  for (const std::string& name : member_names(root.openGroup("report"), H5O_TYPE_GROUP)) {
    const H5::Group group = root.openGroup("report/" + name);
    SweepInfo::Trace trace;
    trace.group = name;
    trace.frames = shape(group.openDataSet("time")).at(0);
    trace.neurons = shape(group.openDataSet("neuron")).at(0);
    for (const std::string& member : member_names(group, H5O_TYPE_DATASET))
      if (member != "run" && member != "time" && member != "neuron") trace.variables.push_back(member);
    info.traces.push_back(std::move(trace));
  }
}

SweepInfo read_all(const std::string& path) {
  ReadableFile file(path);
  SweepInfo info;
  info.head = read_head(file);
  file.reading("its table", [&] {
    const H5::Group root = file.file().openGroup("/");
    info.retry = root.attrExists("retry");
    count_points(file, info);
    for (const std::string& name : words_of(text_attribute(root, "sweep_parameters").value_or("")))
      info.parameters.push_back(read_parameter(file, name));
    for (const std::string& length : words_of(text_attribute(root, "sweep_grid").value_or("")))
      info.grid.push_back(static_cast<std::int64_t>(base::parse_number(length).value_or(0)));
    if (has_data_set(root, "repeat"))
      for (const double repeat : read_numbers(file, "repeat"))
        info.repeats = std::max(info.repeats, static_cast<std::int64_t>(repeat) + 1);
    read_measures(file, info);
  });
  file.reading("what is kept", [&] { read_kept(file, info); });
  info.failures = read_failures(path);
  return info;
}

}  // namespace

SweepInfo read_sweep_info(const std::string& path) {
  return tried_apart(path, [&] { return read_all(path); });
}

}  // namespace hillock::record
