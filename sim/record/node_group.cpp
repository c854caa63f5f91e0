// Writes the positions of neurons once, before the run.
#include "record/node_group.hpp"

#include <array>
#include <cstdint>
#include <numeric>
#include <string>

namespace hillock::record {
namespace {

constexpr std::array<const char*, 3> axis_names{"x", "y", "z"};

void write_population(H5::Group& nodes, const engine::NodeLayout& layout) {
  H5::Group population = nodes.createGroup(layout.population);
  std::vector<std::uint64_t> index(static_cast<std::size_t>(layout.neurons));
  std::iota(index.begin(), index.end(), std::uint64_t{0});
  H5::DataSet node_id = write_values<std::uint64_t>(population, "node_id", index);
  make_scale(node_id, "node_id");
  H5::DataSet group_index = write_values<std::uint64_t>(population, "node_group_index", index);
  attach_scale(group_index, node_id, 0);
  H5::DataSet type =
      write_values<std::int64_t>(population, "node_type_id", std::vector<std::int64_t>(index.size()));
  attach_scale(type, node_id, 0);
  H5::DataSet group_id =
      write_values<std::uint32_t>(population, "node_group_id", std::vector<std::uint32_t>(index.size()));
  attach_scale(group_id, node_id, 0);
  H5::Group group = population.createGroup("0");
  for (std::size_t axis = 0; axis < layout.axes.size(); ++axis) {
    H5::DataSet places = write_values<double>(group, axis_names[axis], layout.axes[axis]);
    set_text(places, "units", "um");
    set_text(places, "long_name", std::string("position along ") + axis_names[axis]);
    attach_scale(places, node_id, 0);
  }
}

}  // namespace

void write_nodes(WritableFile& file, const std::vector<engine::NodeLayout>& nodes) {
  file.doing("writing the positions of neurons", [&] {
    H5::Group group = file.file().createGroup("nodes");
    for (const engine::NodeLayout& layout : nodes) write_population(group, layout);
  });
}

}  // namespace hillock::record
