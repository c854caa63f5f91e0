// Writes which synapses weights are of, and then the weights frame by frame.
#include "record/weight_group.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "base/diagnostics.hpp"

namespace hillock::record {

namespace {

FrameShape shape_of(const engine::WeightLayout& layout, const engine::WeightColumns& columns) {
  return {layout.frames, layout.interval,
          std::max<std::int64_t>(1, static_cast<std::int64_t>(columns.sources.size())), layout.float64,
          layout.deflate};
}

void write_ids(H5::Group& group, const char* name, const std::vector<std::uint64_t>& ids,
               const engine::EdgeEnd& end, H5::DataSet& synapses) {
  H5::DataSet set = write_values<std::uint64_t>(group, name, ids);
  set_text(set, "node_population", end.name);
  attach_scale(set, synapses, 0);
}

}  // namespace

WeightGroup::WeightGroup(WritableFile& file, H5::Group& connections, const engine::WeightLayout& layout,
                         const engine::WeightColumns& columns)
    : frames_(file, "/connections/" + layout.edges.group, shape_of(layout, columns)) {
  if (columns.sources.size() != columns.targets.size() || !(layout.interval > 0))
    throw base::InternalError("the weights of '" + layout.edges.group +
                              "' have unequal numbers of sources and targets, or no interval");
  file.doing("creating /connections/" + layout.edges.group, [&] {
    H5::Group group = connections.createGroup(layout.edges.group);
    set_text(group, "connection", layout.edges.connection);
    std::vector<std::int64_t> index(columns.sources.size());
    std::iota(index.begin(), index.end(), std::int64_t{0});
    H5::DataSet synapses = write_values<std::int64_t>(group, "synapse", index);
    set_text(synapses, "long_name", "synapses in order of target, then source");
    make_scale(synapses, "synapse");
    write_ids(group, "source_node_id", columns.sources, layout.edges.source, synapses);
    write_ids(group, "target_node_id", columns.targets, layout.edges.target, synapses);
    frames_.create_time(group);
    if (!columns.sources.empty())
      frames_.create_variable(group, {"weight", layout.edges.weight_unit, "weight as used"}, &synapses);
    H5::Group mapping = group.createGroup("mapping");
    frames_.create_mapping(mapping);
  });
}

void WeightGroups::append(const engine::WeightColumns& columns) {
  if (columns.weights != static_cast<int>(groups_.size()))
    throw base::InternalError("synapses of weights come out of order");
  if (groups_.empty())
    file_.doing("creating /connections", [&] { connections_ = create_unnamed_group(file_.file()); });
  groups_.push_back(std::make_unique<WeightGroup>(file_, connections_, layouts_.at(groups_.size()), columns));
  if (groups_.size() < layouts_.size()) return;
  file_.flush("flushing the synapses of weights");
  file_.doing("naming /connections",
              [&] { name_group(connections_, file_.file().openGroup("/"), "connections"); });
  connections_.close();
  file_.flush("flushing the synapses of weights");
}

void WeightGroups::append(const engine::WeightBlock& block) {
  if (groups_.size() < layouts_.size()) throw base::InternalError("weights come before their synapses");
  groups_.at(static_cast<std::size_t>(block.weights))->frames().append(block);
}

void WeightGroups::write_waiting(bool end) {
  for (auto& group : groups_) group->frames().write_waiting(end);
}

void WeightGroups::trust() {
  for (auto& group : groups_) group->frames().trust();
}

void WeightGroups::close() {
  groups_.clear();
  connections_.close();
}

}  // namespace hillock::record
