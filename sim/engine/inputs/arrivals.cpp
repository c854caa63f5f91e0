// Rounds arrivals to the grid and spreads weights over targets.
#include "engine/inputs/arrivals.hpp"

#include <algorithm>

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

std::pair<std::size_t, std::size_t> WeightedTargets::keep(std::int64_t first, std::int64_t end) {
  const auto index_of = [this](std::int64_t neuron) {
    return static_cast<std::size_t>(std::ranges::lower_bound(neurons, neuron) - neurons.begin());
  };
  const std::size_t from = index_of(first), count = index_of(end) - from;
  neurons = part_of(neurons, from, count);
  weights = part_of(weights, from, count);
  return {from, count};
}

}  // namespace hillock::engine
