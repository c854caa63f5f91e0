// The network of a simulation between the blocks of steps: which spikes its parts have to send on.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "engine/part.hpp"
#include "engine/simulation_plan.hpp"
#include "network/network.hpp"

namespace hillock::engine {

// Where nothing is connected there is no network, and nothing to exchange.
class SpikeExchange {
 public:
  // Draws the synapses of the plan, from which its network is taken. Throws ResourceError.
  explicit SpikeExchange(SimulationPlan& plan);

  network::Network* network() const { return network_.get(); }  // null: nothing is connected
  // The first neuron of a population in each part, and its size at the end: parts have blocks that follow one
  // another, see Part::first_block.
  std::vector<std::int64_t> bounds_of_parts(std::size_t population, int parts) const;

  // The spikes that the parts have left in the last block of steps, for all of them to send on in the next.
  const std::vector<network::SentSpikes>& sent() const { return sent_; }
  // Gathers them; `reached`: the grid point at which the block has ended.
  void collect(const std::vector<std::unique_ptr<Part>>& parts, std::size_t populations,
               std::int64_t reached);

  // Those that may not have arrived everywhere, and the way back to them at the grid point `step`.
  std::vector<network::SentSpikes> in_flight() const { return {in_flight_.begin(), in_flight_.end()}; }
  void restore(const std::vector<network::SentSpikes>& in_flight, std::int64_t step);

 private:
  std::unique_ptr<network::Network> network_;
  std::vector<network::SentSpikes> sent_;
  std::deque<network::SentSpikes> in_flight_;  // of as many steps as the longest delay has
};

}  // namespace hillock::engine
