// The synapses onto one block of neurons at one kind of receptor, and the spikes on their way to them.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "network/large_array.hpp"

namespace hillock::network {

// A synapse as the store takes it: the target is an index in the block.
struct Synapse {
  std::uint32_t source = 0, target = 0;
  std::int32_t delay = 0;   // steps
  std::int32_t quanta = 0;  // of the weight
};

// A row holds all synapses of one source, as segments of equal delay, in order of delay. A spike is on its
// way as an event in the calendar: the next segment of its row, at the step at which that is due. So a spike
// visits each segment of its rows once, and nothing is paid for steps in between. Weights are summed in
// integers: neither the order of events nor of synapses can change a bit.
//
// Built by calling count() for all synapses, then lay_out(), then put() for the same synapses.
class Synapses {
 public:
  virtual ~Synapses() = default;
  virtual void count(std::span<const Synapse> synapses) = 0;  // of which quanta are not looked at
  virtual void lay_out() = 0;                                 // throws ResourceError, std::bad_alloc
  virtual void put(std::span<const Synapse> synapses) = 0;
  // All have been put; `most` is the largest number of quanta of a weight, and each source spikes at most so
  // many times in a step.
  virtual void finish(std::int64_t most, std::int64_t spikes_in_a_step) = 0;

  // Sends a spike of the grid point `step` on its way, but leaves out what is due at or before `now`.
  virtual void send(std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) = 0;
  // Adds up what arrives at the grid point `step`; grid points are asked for in ascending order, each once.
  // Returns whether anything does.
  virtual bool deliver(std::int64_t step) = 0;
  // Adds quantum * sum to arrivals[0 .. count - 1] for the targets from `first` on, and sets the sums to 0.
  virtual void take(std::int64_t first, std::int64_t count, double quantum, double* arrivals) = 0;
  // Nothing is on its way any more.
  virtual void forget() = 0;

  virtual std::int64_t synapses() const = 0;
  virtual std::int64_t bytes() const = 0;
  // All synapses of a source, in order of delay.
  virtual std::vector<Synapse> of_source(std::uint32_t source) const = 0;
};

// Of 4 bytes for each synapse, or of 8 if `wide`: then a weight may have 2^31 quanta, not 2^15, and a block
// more than 65,536 neurons. `delays`: those that there may be (steps), ascending, at least one.
std::unique_ptr<Synapses> make_synapses(bool wide, std::int64_t sources, std::int64_t targets,
                                        const std::vector<std::int32_t>& delays);
constexpr int row_bytes = 12;  // that a source takes, whether it has synapses or not

constexpr std::int64_t most_narrow_targets = 1 << 16;
constexpr std::int64_t most_narrow_quanta = (1 << 15) - 1;
constexpr std::int64_t most_wide_quanta = (std::int64_t{1} << 31) - 1;

}  // namespace hillock::network
