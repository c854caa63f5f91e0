// Connections that carry a value of their sources, step after step: what arrives is the sum of weight * value
// of so many steps before.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "network/coupling.hpp"
#include "network/geometry.hpp"
#include "network/neuron_range.hpp"

namespace hillock::network {

// Different ranges may be worked on by different threads at once. Threads meet once per shortest delay at
// least, and once in most_block steps: what one sends in a block of steps, others do not look at before the
// next.
class Transmissions {
 public:
  // Draws the synapses.
  Transmissions(const std::vector<TransmissionPlan>& plans, const Geometry& geometry,
                const std::vector<std::int64_t>& sizes);

  // Threads meet at least so often, steps.
  std::int64_t least_delay() const { return least_delay_; }
  static constexpr std::int64_t most_block = 64;
  std::int64_t count() const { return count_; }
  // Whether neurons of a population send a value, and whether one of these has to be observed.
  bool from(std::size_t population) const { return sends_[population].any; }
  bool observed(std::size_t population) const { return sends_[population].observed; }

  // The values of a range at the grid point `step`, which is the next one.
  void send(std::size_t population, const NeuronRange& range, std::int64_t step);
  // Adds what arrives at a range at the grid point `step`: what was sent before the grid point 0 is nothing.
  // False only where nothing does.
  bool deliver(std::size_t population, NeuronRange& range, std::int64_t step) const;

  // What has been sent and may still arrive, oldest first, each grid point with all values.
  std::vector<double> in_flight(std::int64_t step) const;
  void restore(std::span<const double> in_flight, std::int64_t step);

 private:
  struct Sent {  // a variable of a slice of a population
    std::size_t population = 0;
    int array = -1;
    std::int64_t first = 0, end = 0;  // neurons
    std::size_t place = 0;            // of the first of them among all values of a grid point
  };
  struct Synapse {
    std::size_t value = 0;  // place of the value
    std::int32_t delay = 1;
    double weight = 0;
  };
  struct Received {  // by one receptor of a slice of a population
    std::size_t population = 0;
    int arrivals = -1;
    std::int64_t first = 0;
    std::vector<std::size_t> begins;  // of the synapses of each neuron, and their end
    std::vector<Synapse> synapses;
  };
  struct Sends {
    bool any = false, observed = false;
  };
  std::size_t sent(const TransmissionPlan& plan);
  void add(const TransmissionPlan& plan, const Geometry& geometry);
  std::span<double> values(std::int64_t step) {
    return std::span(history_).subspan(static_cast<std::size_t>(step % steps_) * values_, values_);
  }
  std::span<const double> values(std::int64_t step) const {
    return std::span(history_).subspan(static_cast<std::size_t>(step % steps_) * values_, values_);
  }

  std::vector<Sends> sends_;  // per population
  std::vector<Sent> sent_;
  std::vector<Received> received_;
  std::size_t values_ = 0;  // of a grid point
  std::int64_t least_delay_ = std::numeric_limits<std::int64_t>::max(), most_delay_ = 0, count_ = 0;
  std::int64_t steps_ = 0;  // that the history holds
  std::vector<double> history_;
};

}  // namespace hillock::network
