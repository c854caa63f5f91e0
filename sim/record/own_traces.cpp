// A report of one point is that of a run with all of its frames.
#include "record/own_traces.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "record/report_group.hpp"

namespace hillock::record {

namespace {

std::string place_of(std::int64_t point) { return "/runs/" + std::to_string(point); }

int deflate_of(const H5::DataSet& set) {
  const H5::DSetCreatPropList properties = set.getCreatePlist();
  for (int i = 0; i < properties.getNfilters(); ++i) {
    unsigned flags = 0, filter = 0, level = 0;
    std::size_t count = 1;
    if (properties.getFilter(i, flags, count, &level, 0, nullptr, filter) == H5Z_FILTER_DEFLATE)
      return static_cast<int>(level);
  }
  return 0;
}

template <class Number>
void read_values(const H5::DataSet& set, std::vector<Number>& all) {
  require_room(set);
  const std::size_t before = all.size();
  all.resize(before + static_cast<std::size_t>(set.getSpace().getSimpleExtentNpoints()));
  set.read(all.data() + before, memory_type<Number>());
}

// The one that `data` leads to comes first, as it did when they were written.
std::vector<std::string> variables_of(const H5::Group& group) {
  std::vector<std::string> names = variables_in(group);
  const std::string first = group.nameExists("data") ? group.getLinkval("data") : "";
  std::stable_partition(names.begin(), names.end(), [&](const std::string& name) { return name == first; });
  return names;
}

void read_report(const H5::Group& group, const std::string& name, PointResult& result) {
  engine::ReportLayout layout;
  layout.group = name;
  layout.population = name.substr(0, name.find('.'));
  layout.frames = static_cast<std::int64_t>(rows(group.openDataSet("time")));
  layout.interval = read_rows<double>(group.openDataSet("mapping/time"), 2, 1).front();
  layout.stimulus_start = number_attribute(group, "stimulus_start_ms").value_or(0);
  layout.stimulus_stop = number_attribute(group, "stimulus_stop_ms").value_or(0);
  if (!has_data_set(group, "neuron")) {
    layout.pooling = engine::Pooling::mean;  // or another, of which the file is the same
  } else {
    const H5::DataSet neurons = group.openDataSet("neuron");
    layout.neurons = read_rows<std::int64_t>(neurons, 0, rows(neurons));
  }
  PointTraces traces;
  for (const std::string& member : variables_of(group)) {
    const H5::DataSet set = group.openDataSet(member);
    layout.variables.push_back(
        {member, text_attribute(set, "units").value_or(""), text_attribute(set, "long_name").value_or("")});
    layout.float64 = set.getFloatType().getSize() == sizeof(double);
    layout.deflate = deflate_of(set);
    if (layout.float64)
      read_values(set, traces.values64);
    else
      read_values(set, traces.values32);
  }
  result.own_reports.push_back(std::move(layout));
  result.traces.push_back(std::move(traces));
}

}  // namespace

void write_own_traces(WritableFile& file, std::int64_t point, PointResult& result) {
  H5::Group root = file.file().openGroup("/");
  if (!has_group(root, "runs")) root.createGroup("runs");
  const std::string place = place_of(point);
  root.createGroup(place);
  root.createGroup(place + "/report");
  for (std::size_t r = 0; r < result.own_reports.size(); ++r) {
    engine::FrameBlock block;
    block.frames = result.own_reports[r].frames;
    block.values64 = std::move(result.traces.at(r).values64);
    block.values32 = std::move(result.traces.at(r).values32);
    ReportGroup report(file, result.own_reports[r], place);
    report.append(block);
    report.write_waiting(true);
    report.trust();
  }
}

void read_own_traces(ReadableFile& file, std::int64_t point, PointResult& result) {
  const std::string place = place_of(point) + "/report";
  if (!has_group(file.file().openGroup("/"), place.substr(1))) return;
  result.traces.clear();
  const H5::Group reports = file.file().openGroup(place);
  for (const std::string& name : member_names(reports, H5O_TYPE_GROUP))
    read_report(reports.openGroup(name), name, result);
}

std::vector<std::int64_t> points_with_own_traces(const H5::Group& root) {
  std::vector<std::int64_t> points;
  if (!has_group(root, "runs")) return points;
  for (const std::string& name : member_names(root.openGroup("runs"), H5O_TYPE_GROUP)) {
    std::int64_t point = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), point);
    if (error == std::errc() && end == name.data() + name.size()) points.push_back(point);
  }
  std::ranges::sort(points);
  return points;
}

void forget_own_traces(H5::Group& root, std::int64_t first) {
  for (const std::int64_t point : points_with_own_traces(root))
    if (point >= first) root.unlink(place_of(point));
}

}  // namespace hillock::record
