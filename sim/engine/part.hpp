// What one thread steps: its range of each population, with the inputs and arrivals of these neurons.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/aligned.hpp"
#include "engine/frames.hpp"
#include "engine/profile.hpp"
#include "engine/simulation_plan.hpp"
#include "engine/spike_exchange.hpp"

namespace hillock::engine {

// What could not be done at the grid point `step`, or in the step that begins there.
struct StepFailure {
  enum class Doing { observe, record, step };  // in this order
  std::int64_t step = 0;
  Doing doing = Doing::step;
  std::size_t index = 0;     // of the population; recording: of the report
  network::Failure failure;  // recording: the stage is the variable
  double value = 0;          // recording: is too large
  // Whether a single thread, which does one thing after the other for all neurons, would have met it earlier.
  bool before(const StepFailure& other) const;
};

// Spikes of one population in the order in which they came about, and where those of each step end.
struct alignas(128) PartSpikes {
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

// What is kept so that steps can go without guards costs about as much as one of them: for fewer it is not
// worth it.
constexpr std::int64_t steps_worth_keeping = 100;

// Nothing that it writes belongs to another part, so that parts work at once, and any number of steps on
// their own. Aligned, since two threads that write to the same cache line wait for one another.
class alignas(128) Part {
 public:
  // Part `index` of as many as the populations have ranges. `edges`: per population, ms, ascending. All must
  // outlive it. With a network it has to be given sums().
  Part(int index, int parts, const SimulationPlan& plan, const std::vector<std::vector<double>>& edges,
       Frames& frames, SpikeExchange& exchange);
  Part(const Part&) = delete;  // refresh_ points at it
  Part& operator=(const Part&) = delete;

  // For what arrives from the network; those of the thread that takes its steps.
  void use(std::vector<network::Sums>& sums) { sums_ = &sums; }
  // Sets the step values of all ranges for the first step, and what arrives at its begin.
  void begin();
  std::optional<network::Failure> deliver_at_zero(std::size_t population);
  // One round of the step that begins at the grid point `step`, of the neurons that have gap junctions.
  void relax(std::int64_t step, int round);
  // Of the last of these: the largest of its neurons.
  const network::Junctions::Change& change() const { return change_; }
  const std::optional<StepFailure>& unsettled() const { return unsettled_; }  // the step cannot be taken
  // What gap junctions need, before the first step.
  void set_conductances();
  // With gap junctions, at the grid point that the last step has led to: all parts show their voltages; then
  // each sees those of the others, so that their current is that of this grid point.
  void show_voltages();
  void see_voltages();
  // What looks at the grid point that was reached: connections that carry values, and conditions that may
  // stop the run. False where it fails.
  bool reach();
  // Sends the values at the grid point `step` that connections carry. False where it fails.
  bool send_values(std::int64_t step);
  // From the grid point `step` to the grid point `end`, or to the first failure: steps, and before each the
  // frames that are due. Where it is given, `ends_at` is asked after each step whether the run ends at the
  // grid point reached. First of all the spikes of the block of steps before this one are sent on; none of
  // those of this block arrives in it.
  void take_steps(std::int64_t step, std::int64_t end, const std::function<bool(std::int64_t)>& ends_at);
  // Fills the observed arrays of a population at the grid point `step`.
  void observe(std::size_t population, std::int64_t step);
  // Puts its neurons into the frames that are due at the grid point `step`.
  void record(std::int64_t step);

  // Of the last of these.
  const std::optional<StepFailure>& failure() const { return failure_; }
  std::int64_t reached() const { return step_; }  // grid point
  // The neurons of which a condition of the plan on neurons holds, at the end of the last step.
  const std::vector<std::int64_t>& holding(std::size_t stop) const { return holding_[stop]; }
  std::string explain(const StepFailure& failure);
  PartSpikes& spikes(std::size_t population) { return spikes_[population]; }

  // From now on the times of the phases are taken.
  void watch(bool on) { watch_ = StopWatch(on); }
  base::AlignedArray<PhaseTicks>& ticks() { return ticks_; }  // per population
  std::int64_t& network_ticks() { return network_ticks_; }

 private:
  struct Source {
    std::size_t population = 0;
    int arrivals = 0;
    SpikeInput* input = nullptr;
  };
  network::NeuronRange& range(std::size_t population) { return *ranges_[population]; }
  std::int64_t& ticks(std::size_t population, Phase phase) {
    return ticks_[static_cast<std::int64_t>(population)][static_cast<std::size_t>(phase)];
  }
  void begin_step_of(std::size_t population);
  void set_inputs(std::size_t population, double offset);
  bool is_coupled(std::size_t population) const {
    return plan_.populations[population]->plan().mode == network::StepMode::coupled;
  }
  bool take_unguarded(std::int64_t step, std::int64_t end);
  void take_all(std::int64_t step, std::int64_t end, const std::function<bool(std::int64_t)>& ends_at);
  bool take_step();
  void deliver(std::int64_t step);
  void send_on(std::int64_t step);
  void deliver_from_network(std::int64_t step);
  bool observe_now(std::size_t population);
  void find_holding();
  bool record_now();
  void clear_arrivals(std::size_t population);
  void find_edges_inside(std::size_t population);

  const SimulationPlan& plan_;
  const std::vector<std::vector<double>>& edges_;
  Frames& frames_;
  SpikeExchange& exchange_;
  network::Network* const network_;  // may be null, as these
  network::Junctions* const junctions_;
  network::Transmissions* const transmissions_;
  network::Junctions::Change change_;
  std::optional<StepFailure> unsettled_;  // of a round of relax(); the step that it is of fails by it
  std::vector<network::Sums>* sums_ = nullptr;
  int index_, first_block_ = 0, end_block_ = 0;
  std::int64_t step_ = 0;
  // Per population:
  std::vector<network::NeuronRange*> ranges_;
  std::vector<std::vector<const CurrentInput*>> currents_;
  std::vector<network::Refresh> refresh_;
  std::vector<std::unique_ptr<SpikeInput>> inputs_;
  std::vector<Source> sources_;
  base::AlignedArray<char> arrived_;  // per population: its arrivals are not all 0
  std::vector<double> inside_;        // edges inside the present step; of a population without edges none
  std::int64_t next_record_ = 0;      // the grid point at which the next frame is due
  std::vector<PartSpikes> spikes_;
  std::vector<std::vector<std::int64_t>> holding_;  // per condition that may stop the run
  std::optional<StepFailure> failure_;
  int attempts_ = 0;  // so many times more guards may be left out in vain
  StopWatch watch_;
  base::AlignedArray<PhaseTicks> ticks_;
  std::int64_t network_ticks_ = 0;
};

}  // namespace hillock::engine
