// The synapses onto one block of neurons at one kind of receptor, and the spikes on their way to them.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "network/sums.hpp"

namespace hillock::network {

// A synapse as the store takes it: the target is an index in the block.
struct Synapse {
  std::uint32_t source = 0, target = 0;
  std::int32_t delay = 0;   // steps
  std::int32_t quanta = 0;  // of the weight
};

// A row holds all synapses of one source in order of delay. A spike is on its way as an event in a calendar:
// the next part of its row, at the step at which that is due. So nothing is paid for steps in between.
// Weights are summed in integers: neither the order of events nor of synapses can change a bit.
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
  virtual bool deliver(std::int64_t step, Sums& sums) = 0;
  virtual bool needs_wide_sums() const = 0;  // what arrives in a step may not fit into 32 bits
  // Nothing is on its way any more.
  virtual void forget() = 0;

  virtual std::int64_t synapses() const = 0;
  virtual std::int64_t bytes() const = 0;
};

// How a synapse is kept. Only where all are wide may a block have more than 65,536 neurons.
enum class RowFormat {
  constant,  // 2 bytes: all synapses of a source have one weight
  narrow,    // 4 bytes: a weight may have 2^15 quanta
  wide       // 8 bytes: 2^31
};
// How a row is: segments of the synapses of one delay each, or, where delays hardly repeat, pairs of a
// synapse and its delay. Pairs take as many bytes more as a synapse has, but no table of all delays of each
// source while they are drawn.
enum class RowLayout { segments, pairs };
int bytes_of_synapse(RowFormat format);             // of its word; a delay of a pair takes as much
int bytes_of_header(RowFormat format);              // of a segment
double bytes_of_calendar(std::int64_t most_delay);  // while nothing is on its way

// The sources from `first` on, up to those of the next stretch: the weight of their synapses.
struct WeightOfSources {
  std::uint32_t first = 0;
  std::int32_t quanta = 0;
};

struct SynapsesPlan {
  RowFormat format = RowFormat::narrow;
  RowLayout layout = RowLayout::segments;
  std::uint32_t first_source = 0, end_source = 0;  // no others have synapses
  std::int64_t targets = 0;
  std::vector<std::int32_t> delays{};      // those that there may be (steps), ascending, at least one
  std::vector<WeightOfSources> weights{};  // of constant format: ascending, the first at first_source
};
std::unique_ptr<Synapses> make_synapses(SynapsesPlan plan);
constexpr int row_bytes = 12;                     // that each source takes
constexpr std::size_t most_constant_weights = 8;  // stretches of sources

constexpr std::int64_t most_narrow_targets = 1 << 16;
constexpr std::int64_t longest_delay = (1 << 16) - 1;  // steps: those of a pair are kept in two bytes
constexpr std::int64_t most_narrow_quanta = (1 << 15) - 1;
constexpr std::int64_t most_wide_quanta = (std::int64_t{1} << 31) - 1;

}  // namespace hillock::network
