// Writes what stands in a report beside its frames.
#include "record/report_group.hpp"

#include <algorithm>
#include <array>

namespace hillock::record {

using base::InternalError;

namespace {

const std::array<const char*, 4> names_in_use{"time", "neuron", "mapping", "data"};

FrameShape shape_of(const engine::ReportLayout& layout) {
  FrameShape shape{layout.frames, layout.interval, std::nullopt, layout.float64, layout.deflate};
  if (!layout.pooled()) shape.columns = std::max<std::int64_t>(1, layout.values_per_frame());
  return shape;
}

}  // namespace

ReportGroup::ReportGroup(WritableFile& file, const engine::ReportLayout& layout, const std::string& parent)
    : layout_(layout), frames_(file, parent + "/report/" + layout.group, shape_of(layout)) {
  if (layout.variables.empty() || layout.values_per_frame() == 0 || !(layout.interval > 0))
    throw InternalError("report '" + layout.group + "' has no variable, no neuron or no interval");
  const std::string place = parent + "/report/" + layout.group;
  file.doing("creating " + place, [&] {
    H5::Group group = file.file().createGroup(place);
    set_number<double>(group, "stimulus_start_ms", layout.stimulus_start);
    set_number<double>(group, "stimulus_stop_ms", layout.stimulus_stop);
    create_variables(group);
    create_mapping(group);
  });
}

void ReportGroup::create_variables(H5::Group& group) {
  frames_.create_time(group);
  if (!layout_.pooled()) {
    neuron_ = write_values<std::int64_t>(group, "neuron", layout_.neurons);
    set_text(neuron_, "long_name", "index in the population " + layout_.population);
    make_scale(neuron_, "neuron");
  }
  for (const auto& variable : layout_.variables) {
    if (std::find(names_in_use.begin(), names_in_use.end(), variable.name) != names_in_use.end())
      throw base::UserError("a variable named '" + variable.name +
                                "' cannot be recorded: in the file this name means something else",
                            "rename it in the model");
    frames_.create_variable(group, variable, layout_.pooled() ? nullptr : &neuron_);
  }
  if (layout_.pooled() || layout_.float64 || layout_.deflate > 0) return;
  // What SONATA's readers look for; they take uncompressed float32 only.
  const auto& all = layout_.variables;
  const bool has_V = std::any_of(all.begin(), all.end(), [](const auto& v) { return v.name == "V"; });
  group.link(H5L_TYPE_SOFT, has_V ? "V" : all.front().name, "data");
}

void ReportGroup::create_mapping(H5::Group& group) {
  H5::Group mapping = group.createGroup("mapping");
  if (!layout_.pooled()) {
    const auto count = layout_.neurons.size();
    std::vector<std::uint64_t> ids(layout_.neurons.begin(), layout_.neurons.end()), pointers(count + 1);
    for (std::size_t i = 0; i <= count; ++i) pointers[i] = i;
    H5::DataSet node_ids = write_values<std::uint64_t>(mapping, "node_ids", ids);
    set_number<std::uint8_t>(node_ids, "sorted", 1);
    make_scale(node_ids, "node_ids");
    for (const char* name : {"index_pointers", "index_pointer"}) {  // the guide's name and bmtk's
      H5::DataSet set = write_values<std::uint64_t>(mapping, name, pointers);
      make_scale(set, name);
    }
    H5::DataSet element_ids =
        write_values<std::uint32_t>(mapping, "element_ids", std::vector<std::uint32_t>(count, 0));
    attach_scale(element_ids, node_ids, 0);
    H5::DataSet positions = write_values<float>(mapping, "element_pos", std::vector<float>(count, 0.5F));
    attach_scale(positions, node_ids, 0);
  }
  frames_.create_mapping(mapping);
}

}  // namespace hillock::record
