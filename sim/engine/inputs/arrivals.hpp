// When spikes arrive and how much: the step of an arrival, the weight of each neuron, and lists of spikes in
// order of arrival.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// The step at which a spike of this time (ms) arrives after this delay (ms): the grid point time + delay, or
// the next one after it.
std::int64_t arrival_step(double time, double delay, const base::TimeGrid& grid);

// Targets and the weight of each.
struct WeightedTargets {
  std::vector<std::int64_t> neurons;
  std::vector<double> weights;  // weights[neurons.size()], in the unit of the receptor's weight

  explicit WeightedTargets(const InputData& data);  // field weight
  void add(std::int64_t spikes, std::span<double> arrivals) const {
    for (std::size_t k = 0; k < neurons.size(); ++k)
      arrivals[static_cast<std::size_t>(neurons[k])] += weights[k] * static_cast<double>(spikes);
  }
};

}  // namespace hillock::engine
