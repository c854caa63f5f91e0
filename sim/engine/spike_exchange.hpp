// The network of a simulation between the blocks of steps: which spikes its parts have to send on.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/simulation_plan.hpp"
#include "network/junctions.hpp"
#include "network/network.hpp"
#include "network/transmissions.hpp"

namespace hillock::engine {

// What one part sends in a block of steps. Memory is used again in the next.
class alignas(128) Outbox {
 public:
  void clear() { used_ = 0; }
  // Sources of the grid point `step`, which is that of the last call or a later one.
  std::vector<std::uint32_t>& at(std::int64_t step);
  std::span<const network::SentSpikes> sent() const { return std::span(steps_).first(used_); }

 private:
  std::vector<network::SentSpikes> steps_;
  std::size_t used_ = 0;
};

// Where no spikes are sent there is no network, and nothing to exchange. What joins neurons without spikes is
// here too.
//
// In a block of steps each part writes to its own outbox; what all have written is then gathered.
class SpikeExchange {
 public:
  // Draws the synapses of the plan, from which its network is taken. Throws ResourceError.
  explicit SpikeExchange(SimulationPlan& plan);
  // Goes on with other weights from the grid point `step` on, at the same synapses: what arrives later has
  // these. Returns what was there before. `plan`: of whose populations.
  network::NetworkPlan exchange(const SimulationPlan& plan, network::NetworkPlan other, std::int64_t step);

  std::unique_ptr<network::Network> take_network() { return std::move(network_); }  // the last of it all
  network::Network* network() const { return network_.get(); }                    // null: no spikes are sent
  network::Junctions* junctions() const { return junctions_.get(); }              // null: there are none
  network::Transmissions* transmissions() const { return transmissions_.get(); }  // null: there are none
  // A part has the blocks of the network from its own first one to that of the next part.
  int first_block(int part) const;
  // The first neuron of a population in each part, and its size at the end.
  std::vector<std::int64_t> bounds_of_parts(std::size_t population) const;
  // Between two blocks of steps.
  void set_parts(int parts) { outboxes_.resize(static_cast<std::size_t>(parts)); }
  // Of so many threads: what arrives at the block that each has at hand.
  void set_threads(int threads);
  std::vector<network::Sums>& sums(int thread) { return sums_[static_cast<std::size_t>(thread)]; }

  Outbox& outbox(int part) { return outboxes_[static_cast<std::size_t>(part)]; }
  // Sends the spikes of the block of steps before the grid point `step` on their way to a block.
  void send_on(int block, std::int64_t step);
  // Ends a block, that has led to the grid point `reached`.
  void turn(std::int64_t reached);

  // Those that may not have arrived everywhere, in order, and the way back to them at the grid point `step`.
  std::vector<network::SentSpikes> in_flight() const;
  void restore(const std::vector<network::SentSpikes>& in_flight, std::int64_t step);

 private:
  struct Stretch {  // of in_flight_
    std::int64_t step = 0;
    std::size_t end = 0;
  };
  void draw(const SimulationPlan& plan, network::NetworkPlan network);
  std::span<const std::uint32_t> sources(std::size_t stretch) const;
  void gather();

  std::unique_ptr<network::Network> network_;
  network::NetworkPlan without_spikes_;  // the plan, where there is no network to hold it
  std::unique_ptr<network::Junctions> junctions_;
  std::unique_ptr<network::Transmissions> transmissions_;
  std::vector<Outbox> outboxes_;                  // of each part
  std::vector<std::vector<network::Sums>> sums_;  // [thread][channel]
  std::vector<std::uint32_t> in_flight_;  // of as many steps as the longest delay has, and some older ones
  std::vector<Stretch> stretches_;        // of equal steps, ascending
  std::size_t sent_on_ = 0;               // so many stretches are on their way
  std::vector<std::size_t> cursors_;      // in the outboxes
  std::int64_t arrived_ = -1;             // what was sent at or before this grid point has arrived
};

}  // namespace hillock::engine
