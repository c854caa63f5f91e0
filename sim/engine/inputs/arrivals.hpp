// When spikes arrive and how much: the step of an arrival, the weight of each neuron, and lists of spikes in
// order of arrival.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// The step at which a spike of this time (ms) arrives after this delay (ms): the grid point time + delay, or
// the next one after it.
std::int64_t arrival_step(double time, double delay, const base::TimeGrid& grid);
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();  // the step of what does not arrive

// values[first .. first + count - 1] alone.
template <class Value>
std::vector<Value> part_of(const std::vector<Value>& values, std::size_t first, std::size_t count) {
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

// Targets, ascending, and the weight of each.
struct WeightedTargets {
  std::vector<std::int64_t> neurons;
  std::vector<double> weights;  // weights[neurons.size()], in the unit of the receptor's weight

  explicit WeightedTargets(const InputData& data);  // field weight
  // Drops the targets outside first <= i < end; returns which of them are kept, as (index of the first,
  // number).
  std::pair<std::size_t, std::size_t> keep(std::int64_t first, std::int64_t end);
  void add(std::int64_t spikes, std::span<double> arrivals) const {
    for (std::size_t k = 0; k < neurons.size(); ++k)
      arrivals[static_cast<std::size_t>(neurons[k])] += weights[k] * static_cast<double>(spikes);
  }
};

}  // namespace hillock::engine
