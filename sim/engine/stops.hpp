// Conditions that end a run before its last step.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time_grid.hpp"
#include "program/kernel.hpp"
#include "program/program.hpp"

namespace hillock::engine {

class Part;

// On the spikes of some neurons of a population together, or on each of these neurons.
struct StopPlan {
  int population = 0;
  std::int64_t first = 0, last = -1;  // neurons, of each point of a stack
  // On spikes: mask 0 is whether it holds. Step values are how many there were so far, their rate (1/ms and
  // neuron) in the window just past, and the time (ms).
  std::optional<program::Program> of_spikes;
  bool of_time = false;     // it may turn true without a spike
  std::int64_t window = 0;  // steps: of the rate
  // On neurons (without of_spikes): an index in PopulationPlan::conditions, and whether it must hold of all
  // neurons, not of any.
  std::size_t condition = 0;
  bool all = false;
  std::string text;  // for people
};

// What is known of all conditions for one point.
struct StopState {
  std::int64_t step = -1;  // the grid point at which it was stopped; -1: it goes on
  std::size_t stop = 0;    // by which condition
  struct Spikes {
    std::int64_t count = 0, in_window = 0;
    // Grid points and their spikes; those before `first` have left the window.
    std::vector<std::pair<std::int64_t, std::int64_t>> recent;
    std::size_t first = 0;
  };
  std::vector<Spikes> spikes;  // per condition; of those on spikes
};

// Looks at the end of each step: so a run ends at the same one for any number of threads, and in however many
// slices.
class Stops {
 public:
  // `sizes`: neurons of each population, of one point. `plans` must outlive it.
  Stops(const std::vector<StopPlan>& plans, std::vector<std::int64_t> sizes, std::int64_t points,
        base::TimeGrid grid);
  bool any() const { return !plans_.empty(); }
  // Takes in the step that has ended at this grid point, in which all parts have left their spikes and the
  // neurons of which conditions hold. Returns whether all points have been stopped.
  bool look(std::int64_t step, const std::vector<std::unique_ptr<Part>>& parts);
  bool all_stopped() const { return any() && running_ == 0; }
  bool some_stopped() const { return running_ < static_cast<std::int64_t>(points_.size()); }
  // Whether the step that ends at this grid point belongs to the run of a neuron of a population.
  bool keeps(std::size_t population, std::uint64_t neuron, std::int64_t step) const {
    const std::int64_t stopped = points_[neuron / static_cast<std::uint64_t>(sizes_[population])].step;
    return stopped < 0 || step <= stopped;
  }

  const std::vector<StopState>& points() const { return points_; }
  // The states of fewer points are repeated.
  void set(const std::vector<StopState>& points);

 private:
  using Parts = std::vector<std::unique_ptr<Part>>;
  // Of which point of a stack a neuron is; nothing if a condition is not about it.
  std::int64_t point_of(const StopPlan& plan, std::int64_t neuron) const;
  void take_spikes(std::size_t stop, std::int64_t step, const Parts& parts);
  // Whether a spike has come into the window or has left it.
  bool move_window(const StopPlan& plan, std::int64_t step, std::int64_t count, StopState::Spikes& spikes);
  bool holds(std::size_t stop, std::int64_t step, const StopState::Spikes& spikes);
  void look_at_spikes(std::size_t stop, std::int64_t step, const Parts& parts);
  void look_at_neurons(std::size_t stop, std::int64_t step, const Parts& parts);
  void end(StopState& point, std::size_t stop, std::int64_t step);

  const std::vector<StopPlan>& plans_;
  std::vector<std::int64_t> sizes_;
  base::TimeGrid grid_;
  std::vector<std::optional<program::ScalarEvaluator>> evaluators_;  // of conditions on spikes
  std::vector<StopState> points_;
  std::int64_t running_ = 0;         // points
  std::vector<std::int64_t> count_;  // per point: what one condition finds in one step
};

}  // namespace hillock::engine
