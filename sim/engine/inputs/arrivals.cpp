// Rounds arrivals to the grid and spreads weights over targets.
#include "engine/inputs/arrivals.hpp"

#include "base/diagnostics.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {

std::int64_t arrival_step(double time, double delay, const base::TimeGrid& grid) {
  return Edge(time + delay, grid).next_step();
}

WeightedTargets::WeightedTargets(const InputData& data)
    : neurons(target_neurons(data)), weights(data.values.at("weight")) {
  if (weights.size() == 1) weights.resize(neurons.size(), weights.front());
  if (weights.size() != neurons.size())
    throw base::InternalError("input '" + data.name + "' has " + std::to_string(neurons.size()) +
                              " targets and " + std::to_string(weights.size()) + " weights");
}

}  // namespace hillock::engine
