// Reads the attributes and shapes of a run's file.
#include "record/run_info.hpp"

#include <algorithm>
#include <array>

#include "record/apart.hpp"
#include "record/frame_sets.hpp"
#include "record/hdf5_read.hpp"
#include "record/snippet_group.hpp"
#include "record/spike_group.hpp"

namespace hillock::record {
namespace {

ReportInfo::Variable read_variable(const H5::DataSet& set, const std::string& name) {
  ReportInfo::Variable variable;
  variable.name = name;
  variable.unit = text_attribute(set, "units").value_or("");
  variable.long_name = text_attribute(set, "long_name").value_or("");
  for (const hsize_t extent : shape(set)) variable.shape.push_back(extent);
  variable.float64 = set.getTypeClass() == H5T_FLOAT && set.getFloatType().getSize() == 8;
  variable.compressed = set.getCreatePlist().getNfilters() > 0;
  return variable;
}

// `parent`: the group in which its own is.
ReportInfo read_report(ReadableFile& file, const std::string& parent, const std::string& name) {
  const std::string place = parent + "/" + name;
  ReportInfo report;
  report.group = name;
  file.reading(place, [&] {
    const H5::Group group = file.file().openGroup(place);
    for (const std::string& member : variables_in(group))
      report.variables.push_back(read_variable(group.openDataSet(member), member));
    if (has_data_set(group, "time")) report.frames = shape(group.openDataSet("time")).at(0);
    if (has_data_set(group, "neuron")) report.neurons = shape(group.openDataSet("neuron")).at(0);
  });
  const std::vector<double> range = read_numbers(file, place + "/mapping/time");
  if (range.size() != 3)
    file.damaged(place + "/mapping/time", "it has " + std::to_string(range.size()) + " values instead of 3");
  report.end = range[1];
  report.interval = range[2];
  return report;
}

SpikesInfo read_spikes_info(ReadableFile& file, const std::string& population) {
  const std::string place = "/spikes/" + population;
  return file.reading(place, [&] {
    const H5::Group group = file.file().openGroup(place);
    const auto count = [&](const char* name) { return std::uint64_t{shape(group.openDataSet(name)).at(0)}; };
    const std::array<double, 2> recorded = recorded_spikes(group).value_or(std::array<double, 2>{});
    const auto trusted = recorded[1] >= 0 && recorded[1] < 9e15 ? static_cast<std::uint64_t>(recorded[1]) : 0;
    return SpikesInfo{population, count("timestamps"), recorded[0],
                      std::min({trusted, count("timestamps"), count("node_ids")})};
  });
}

SnippetInfo read_snippets_info(ReadableFile& file, const std::string& name) {
  const std::string place = "/around_spikes/" + name;
  SnippetInfo info;
  info.group = name;
  info.offsets = read_numbers(file, place + "/offset");
  file.reading(place, [&] {
    const H5::Group group = file.file().openGroup(place);
    const RecordedSnippets recorded = recorded_snippets(group);
    info.count = shape(group.openDataSet("timestamps")).at(0);
    info.end = recorded.time;
    info.trusted = std::min(recorded.count, info.count);
    info.left_out_at_start = recorded.left_out_at_start;
    info.left_out_at_end = recorded.left_out_at_end;
    for (const std::string& member : member_names(group, H5O_TYPE_DATASET)) {
      if (member == "offset" || member == "timestamps") continue;
      const H5::DataSet set = group.openDataSet(member);
      info.trusted = std::min<std::uint64_t>(info.trusted, shape(set).at(0));
      if (member != "node_ids" && member != "sampled_at")
        info.variables.push_back(read_variable(set, member));
    }
  });
  return info;
}

EdgesInfo read_edges_info(ReadableFile& file, const std::string& group) {
  const std::string place = "/edges/" + group;
  return file.reading(place, [&] {
    const H5::Group edges = file.file().openGroup(place);
    const H5::DataSet sources = edges.openDataSet("source_node_id"),
                      targets = edges.openDataSet("target_node_id");
    return EdgesInfo{group, text_attribute(sources, "node_population").value_or(""),
                     text_attribute(targets, "node_population").value_or(""), rows(sources)};
  });
}

WeightsInfo read_weights_info(ReadableFile& file, const std::string& group) {
  WeightsInfo info{read_report(file, "/connections", group), "", "", 0};
  const std::string place = "/connections/" + group;
  file.reading(place, [&] {
    const H5::Group connection = file.file().openGroup(place);
    const H5::DataSet sources = connection.openDataSet("source_node_id"),
                      targets = connection.openDataSet("target_node_id");
    info.source = text_attribute(sources, "node_population").value_or("");
    info.target = text_attribute(targets, "node_population").value_or("");
    info.synapses = rows(sources);
  });
  return info;
}

// The axes of histograms and spectra are left out.
AnalysisInfo read_analysis_info(ReadableFile& file, const std::string& population) {
  const std::string place = "/analysis/" + population;
  return file.reading(place, [&] {
    const H5::Group group = file.file().openGroup(place);
    AnalysisInfo info{population, {}, text_attribute(group, "note").value_or("")};
    for (const std::string& member : member_names(group, H5O_TYPE_DATASET)) {
      const H5::DataSet set = group.openDataSet(member);
      if (text_attribute(set, "CLASS").value_or("") != "DIMENSION_SCALE")
        info.values.push_back(read_variable(set, member));
    }
    return info;
  });
}

void read_root(ReadableFile& file, RunInfo& info) {
  const H5::Group root = file.file().openGroup("/");
  info.kind = text_attribute(root, "hillock_kind").value_or("");
  info.format = text_attribute(root, "hillock_format").value_or("");
  info.version = text_attribute(root, "hillock_version").value_or("");
  info.status = text_attribute(root, "status").value_or("");
  info.complete = number_attribute(root, "complete").value_or(0) == 1;
  info.reason = text_attribute(root, "reason").value_or("");
  info.stopped_at = number_attribute(root, "stopped_at_ms");
  info.recorded_until = number_attribute(root, "recorded_until_ms").value_or(0);
  info.seed = integer_attribute(root, "seed").value_or(0);
  info.bytes = file.file().getFileSize();
}

void read_meta(ReadableFile& file, RunInfo& info) {
  const H5::Group root = file.file().openGroup("/");
  if (!has_group(root, "meta")) return;
  const H5::Group meta = root.openGroup("meta");
  for (const std::string& name : member_names(meta, H5O_TYPE_DATASET))
    if (const auto text = read_text(meta, name)) info.texts[name] = *text;
  for (int i = 0; i < meta.getNumAttrs(); ++i) {
    const std::string name = meta.openAttribute(static_cast<unsigned>(i)).getName();
    if (const auto word = text_attribute(meta, name))
      info.words[name] = *word;
    else if (const auto number = number_attribute(meta, name))
      info.numbers[name] = *number;
  }
  info.duration = number_attribute(meta, "duration_ms").value_or(0);
  info.dt = number_attribute(meta, "dt_ms").value_or(0);
}

RunInfo read_all(const std::string& path) {
  ReadableFile file(path);
  RunInfo info = read_head(file);
  std::vector<std::string> reports, populations, around_spikes, edges, connections, analysed;
  file.reading("the list of its reports", [&] {
    const H5::Group root = file.file().openGroup("/");
    if (has_group(root, "report")) reports = member_names(root.openGroup("report"), H5O_TYPE_GROUP);
    if (has_group(root, "spikes")) populations = member_names(root.openGroup("spikes"), H5O_TYPE_GROUP);
    if (has_group(root, "around_spikes"))
      around_spikes = member_names(root.openGroup("around_spikes"), H5O_TYPE_GROUP);
    if (has_group(root, "edges")) edges = member_names(root.openGroup("edges"), H5O_TYPE_GROUP);
    if (has_group(root, "connections"))
      connections = member_names(root.openGroup("connections"), H5O_TYPE_GROUP);
    if (has_group(root, "analysis")) analysed = member_names(root.openGroup("analysis"), H5O_TYPE_GROUP);
  });
  for (const std::string& report : reports) info.reports.push_back(read_report(file, "/report", report));
  for (const std::string& population : populations) info.spikes.push_back(read_spikes_info(file, population));
  for (const std::string& group : around_spikes)
    info.around_spikes.push_back(read_snippets_info(file, group));
  for (const std::string& group : edges) info.edges.push_back(read_edges_info(file, group));
  for (const std::string& group : connections) info.weights.push_back(read_weights_info(file, group));
  for (const std::string& population : analysed)
    info.analysis.push_back(read_analysis_info(file, population));
  return info;
}

}  // namespace

RunInfo read_head(ReadableFile& file) {
  RunInfo info;
  info.path = file.path();
  file.reading("its head", [&] { read_root(file, info); });
  if (info.kind.empty())
    throw base::IoError(info.path + " is no file of hillock's: it has no attribute 'hillock_kind'");
  file.reading("/meta", [&] { read_meta(file, info); });
  return info;
}

std::string population_of(const ReportInfo& report) { return report.group.substr(0, report.group.find('.')); }

std::uint64_t trusted_frames(const ReportInfo& report) {
  std::uint64_t frames = std::min<std::uint64_t>(
      report.frames, static_cast<std::uint64_t>(frames_before(report.end, report.interval)));
  for (const auto& variable : report.variables)
    frames = std::min(frames, variable.shape.empty() ? 0 : variable.shape[0]);
  return frames;
}

RunInfo read_info(const std::string& path) {
  return tried_apart(path, [&] { return read_all(path); });
}

}  // namespace hillock::record
