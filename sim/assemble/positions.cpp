// Places the neurons of populations.
#include "assemble/positions.hpp"

#include <utility>

#include "base/random.hpp"
#include "base/units.hpp"

namespace hillock::assemble {

network::Positions positions_of(const model::PopulationSpec& population, std::uint64_t seed) {
  network::Positions positions;
  if (!population.positions) return positions;
  const model::PositionSpec& spec = *population.positions;
  const base::Stream stream = base::Stream::of(seed, "populations." + population.name + ".positions");
  positions.axes = static_cast<int>(spec.extent.size());
  positions.places.resize(static_cast<std::size_t>(population.size));
  for (std::size_t axis = 0; spec.periodic && axis < spec.extent.size(); ++axis)
    positions.period[axis] = spec.extent[axis];
  if (spec.kind == model::PositionSpec::Kind::list) positions.places = spec.list;
  for (std::size_t i = 0; i < positions.places.size() && spec.kind != model::PositionSpec::Kind::list; ++i) {
    auto cell = static_cast<std::int64_t>(i);
    for (std::size_t axis = 0; axis < spec.extent.size(); ++axis) {
      double part = 0;
      if (spec.kind == model::PositionSpec::Kind::grid) {
        part = (static_cast<double>(cell % spec.grid[axis]) + 0.5) / static_cast<double>(spec.grid[axis]);
        cell /= spec.grid[axis];
      } else {
        part = stream.uniform(i, axis);
      }
      positions.places[i][axis] = (part - 0.5) * spec.extent[axis];
    }
  }
  return positions;
}

std::vector<engine::NodeLayout> node_layouts(const model::Experiment& experiment) {
  const double micrometres = 1 / *base::to_internal("1", *base::parse_unit("um"));
  std::vector<engine::NodeLayout> layouts;
  for (const model::PopulationSpec& population : experiment.populations) {
    const network::Positions positions = positions_of(population, experiment.simulation.seeds.front());
    if (positions.axes == 0) continue;
    engine::NodeLayout layout{population.name, population.size, {}};
    layout.axes.resize(static_cast<std::size_t>(positions.axes));
    for (std::size_t axis = 0; axis < layout.axes.size(); ++axis)
      for (const auto& place : positions.places) layout.axes[axis].push_back(place[axis] * micrometres);
    layouts.push_back(std::move(layout));
  }
  return layouts;
}

}  // namespace hillock::assemble
