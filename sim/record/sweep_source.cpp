// Reads the table of a sweep at once, spikes and traces point by point.
#include "record/sweep_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <sstream>

#include "record/own_traces.hpp"

namespace hillock::record {

using base::IoError;

namespace {

template <class T>
std::vector<T> all_rows(const H5::DataSet& set) {
  return read_rows<T>(set, 0, rows(set));
}

// Whether the column in the file holds these values bit for bit.
bool holds(const H5::Group& root, const SweepColumn& column) {
  if (!root.nameExists(column.name)) return false;
  const H5::DataSet set = root.openDataSet(column.name);
  const bool words = set.getTypeClass() == H5T_STRING;
  const std::size_t count = std::max(column.numbers.size(), column.words.size());
  if (words == column.words.empty() || rows(set) != count) return false;
  if (!words) {
    std::vector<double> found(count);
    set.read(found.data(), memory_type<double>());
    return std::memcmp(found.data(), column.numbers.data(), count * sizeof(double)) == 0;
  }
  const H5::StrType type = set.getStrType();
  if (type.getSize() != words_type(column.words).getSize()) return false;
  std::string found(count * type.getSize(), '\0');
  set.read(found.data(), type);
  return found == padded_words(column.words, type.getSize());
}

// Whether a file of which both have a line, "NAME: what it holds", is another now. What is gone since is
// missed by the points that need it.
bool tells_otherwise(const std::string& before, const std::string& now) {
  std::set<std::string> lines, names;
  std::istringstream written(before), current(now);
  for (std::string line; std::getline(written, line); lines.insert(line))
    names.insert(line.substr(0, line.rfind(": ")));
  for (std::string line; std::getline(current, line);)
    if (lines.count(line) == 0 && names.count(line.substr(0, line.rfind(": "))) != 0) return true;
  return false;
}

}  // namespace

// Everything that says what the points are must be as it would be written now.
void require_same_sweep(const H5::Group& root, const std::string& name, const SweepLayout& layout) {
  const auto differs = [&](const std::string& what) {
    throw IoError(name + " is of a sweep with another " + what +
                  ": its points are not those of this config; --force begins anew, --out gives another name");
  };
  const H5::Group meta = root.openGroup("meta");
  for (const auto& [text_name, text] : layout.facts.texts) {
    const std::string written = read_text(meta, text_name).value_or("");
    if (text_name == "data_files") {
      if (tells_otherwise(written, text)) differs("content of its data files");
    } else if (written != text) {
      differs(text_name == "config" ? "config" : "text of its " + text_name);
    }
  }
  if (text_attribute(root, "hillock_version").value_or("") != layout.facts.words.at("hillock_version"))
    differs("version of hillock");
  const auto seeds = all_rows<std::uint64_t>(root.openDataSet("seed"));
  if (seeds.size() != layout.seeds.size()) differs("number of points");
  if (seeds != layout.seeds) differs("set of seeds");
  for (const SweepColumn& column : layout.columns)
    if (!holds(root, column)) differs("set of points");
}

SweepSource::SweepSource(const std::string& path, const SweepLayout& layout) : layout_(layout), file_(path) {
  file_.reading("its table", [&] {
    const H5::Group root = file_.file().openGroup("/");
    require_same_sweep(root, path, layout);
    status_ = all_rows<std::int8_t>(root.openDataSet("status"));
    for (const SweepMeasure& measure : layout.measures)
      measures_.push_back(all_rows<double>(root.openDataSet(measure.name)));
    for (const engine::SpikeLayout& one : layout.spikes) {
      const H5::Group own = root.openGroup("spikes/" + one.population);
      spikes_.push_back({own.openDataSet("timestamps"), own.openDataSet("node_ids"),
                         all_rows<std::int64_t>(own.openDataSet("run"))});
    }
    for (const engine::ReportLayout& one : layout.reports) {
      const H5::Group own = root.openGroup("report/" + one.group);
      std::vector<H5::DataSet>& variables = reports_.emplace_back();
      for (const engine::ReportVariable& variable : one.variables)
        variables.push_back(own.openDataSet(variable.name));
    }
  });
  const auto points = static_cast<std::size_t>(layout.points());
  const auto short_column = [&](const auto& column) { return column.size() != points; };
  if (short_column(status_) || std::ranges::any_of(measures_, short_column))
    file_.damaged("its table", "its columns are of different lengths");
}

engine::SpikeBlock SweepSource::spikes_of(std::size_t population, std::int64_t point) const {
  const Spikes& spikes = spikes_[population];
  const auto begin = spikes.runs.begin(), end = spikes.runs.end();
  const auto first = static_cast<hsize_t>(std::lower_bound(begin, end, point) - begin),
             count = static_cast<hsize_t>(std::upper_bound(begin, end, point) - begin) - first;
  engine::SpikeBlock block;
  block.times = read_rows<double>(spikes.timestamps, first, count);
  block.node_ids = read_rows<std::uint64_t>(spikes.node_ids, first, count);
  return block;
}

PointTraces SweepSource::traces_of(std::size_t report, std::int64_t point) const {
  const engine::ReportLayout& layout = layout_.reports[report];
  const std::array<hsize_t, 3> start{static_cast<hsize_t>(point), 0, 0},
      count{1, static_cast<hsize_t>(layout.frames), static_cast<hsize_t>(layout.values_per_frame())};
  const H5::DataSpace memory(3, count.data());
  const std::size_t size = count[1] * count[2];
  PointTraces traces;
  const auto read = [&](auto& values) {
    using Value = typename std::decay_t<decltype(values)>::value_type;
    values.resize(size * reports_[report].size());
    for (std::size_t v = 0; v < reports_[report].size(); ++v) {
      const H5::DataSet& set = reports_[report][v];
      H5::DataSpace place = set.getSpace();
      place.selectHyperslab(H5S_SELECT_SET, count.data(), start.data());
      set.read(values.data() + v * size, memory_type<Value>(), memory, place);
    }
  };
  if (layout.float64)
    read(traces.values64);
  else
    read(traces.values32);
  return traces;
}

PointResult SweepSource::result(std::int64_t point) {
  PointResult result;
  result.status = PointStatus::done;
  for (const std::vector<double>& column : measures_)
    result.measures.push_back(column[static_cast<std::size_t>(point)]);
  file_.reading("point " + std::to_string(point), [&] {
    for (std::size_t p = 0; p < spikes_.size(); ++p) result.spikes.push_back(spikes_of(p, point));
    read_own_traces(file_, point, result);
    for (std::size_t r = 0; result.own_reports.empty() && r < reports_.size(); ++r)
      result.traces.push_back(traces_of(r, point));
  });
  return result;
}

}  // namespace hillock::record
