// What one thread steps: its range of each population, with the inputs and arrivals of these neurons.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/profile.hpp"
#include "engine/simulation_plan.hpp"

namespace hillock::engine {

// The step of a population that could not be taken.
struct StepFailure {
  std::int64_t step = 0;
  std::size_t population = 0;
  network::Failure failure;
  // Whether a single thread, which takes one step of one population after the other, would have met it
  // earlier.
  bool before(const StepFailure& other) const;
};

// Spikes of one population in the order in which they came about, and where those of each step end.
struct PartSpikes {
  struct Step {
    std::int64_t step = 0;
    std::size_t end = 0;
  };
  std::vector<network::Spike> spikes;
  std::vector<Step> steps;  // those with spikes
  void clear() {
    spikes.clear();
    steps.clear();
  }
};

// Nothing that it writes belongs to another part, so that parts work at once, and any number of steps on
// their own. Aligned, since two threads that write to the same cache line wait for one another.
class alignas(128) Part {
 public:
  // Part `index` of as many as the populations have ranges. `edges`: per population, ms, ascending. Both must
  // outlive it.
  Part(int index, int parts, const SimulationPlan& plan, const std::vector<std::vector<double>>& edges);
  Part(const Part&) = delete;  // refresh_ points at it
  Part& operator=(const Part&) = delete;

  // Sets the step values of all ranges for the step that begins at the grid point `step`.
  void begin_step(std::int64_t step);
  // What arrives at this step.
  void deliver(std::int64_t step);
  std::optional<network::Failure> deliver_at_zero(std::size_t population);
  // From the grid point `step` to the grid point `end`, or to the first failure.
  void take_steps(std::int64_t step, std::int64_t end);
  // Fills the observed arrays of a population at the grid point `step`.
  void observe(std::size_t population, std::int64_t step);

  // Of the last take_steps() or observe().
  const std::optional<StepFailure>& failure() const { return failure_; }
  std::string explain(const StepFailure& failure);
  PartSpikes& spikes(std::size_t population) { return spikes_[population]; }

  // From now on the times of the phases are taken.
  void watch(bool on) { watch_ = StopWatch(on); }
  std::vector<PhaseTicks>& ticks() { return ticks_; }  // per population

 private:
  struct Source {
    std::size_t population = 0;
    int arrivals = 0;
    SpikeInput* input = nullptr;
  };
  network::NeuronRange& range(std::size_t population) { return plan_.populations[population]->range(index_); }
  std::int64_t& ticks(std::size_t population, Phase phase) {
    return ticks_[population][static_cast<std::size_t>(phase)];
  }
  void begin_step_of(std::size_t population);
  bool take_step();
  void clear_arrivals(std::size_t population);
  void find_edges_inside(std::size_t population);

  int index_;
  const SimulationPlan& plan_;
  const std::vector<std::vector<double>>& edges_;
  std::int64_t step_ = 0;
  std::vector<network::Refresh> refresh_;  // per population
  std::vector<std::unique_ptr<SpikeInput>> inputs_;
  std::vector<Source> sources_;
  std::vector<char> arrived_;   // per population: its arrivals are not all 0
  std::vector<double> inside_;  // edges inside the present step
  std::vector<PartSpikes> spikes_;
  std::optional<StepFailure> failure_;
  StopWatch watch_;
  std::vector<PhaseTicks> ticks_;
};

}  // namespace hillock::engine
