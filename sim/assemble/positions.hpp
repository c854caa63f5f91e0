// Where the neurons of a population are: on a grid, drawn or listed.
#pragma once
#include <cstdint>
#include <vector>

#include "engine/recorder.hpp"
#include "model/experiment.hpp"
#include "network/geometry.hpp"

namespace hillock::assemble {

// Without axes where the config says nothing of it.
network::Positions positions_of(const model::PopulationSpec& population, std::uint64_t seed);

// Those of all populations that have positions, as the file has them.
std::vector<engine::NodeLayout> node_layouts(const model::Experiment& experiment);

}  // namespace hillock::assemble
