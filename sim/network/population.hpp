// A population: the state arrays of its neurons and the kernels that step them.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/aligned.hpp"
#include "base/time_grid.hpp"
#include "program/integrator.hpp"
#include "program/kernel.hpp"
#include "program/slots.hpp"

namespace hillock::network {

// How a step is taken.
enum class StepMode {
  whole,  // one kernel on the grid
  cut,    // a kernel over dt, then single neurons whose step is cut; `events` at the end (interpolated spike
          // times)
  adaptive,  // every neuron by its integrator, then `events`
};

// A state, for messages about it.
struct StateFacts {
  std::string name;
  std::string unit;
  std::string equation;  // "dV/dt: (...)", as written; empty: none
  std::string place;     // "models/neurons/NAME.yaml:20:3"
  int array = -1;        // slot
  int derivative = -1;   // slot that right_hand_side fills
  std::string reset{};   // "V: V_reset", as written; empty: a spike leaves it alone
  std::string reset_place{};
};

// The spike rule, for messages about it.
struct RuleFacts {
  std::string what;         // "condition", "rate" or "probability"
  std::string unit;         // "1/ms", or empty
  std::string rule;         // "probability: bias + I", as written
  std::string place;        // as StateFacts
  int array = -1;           // of a rate or probability: slot with the value at the last decision
  std::vector<int> states;  // of a condition: which of PopulationPlan::states it is made of
};

struct PopulationPlan {
  std::string name;
  std::int64_t size = 0;
  program::Slots slots;
  std::map<int, std::vector<double>> parameters;  // by slot: one value, or one per neuron
  std::map<int, base::Stream> streams;            // by slot
  std::map<int, std::vector<double>>
      initial;  // by array slot: one value, or one per neuron; the other arrays begin at 0
  std::vector<StateFacts> states;
  std::optional<RuleFacts> rule;
  StepMode mode = StepMode::whole;
  bool interpolated = false;
  bool watch = false;  // crossings are looked for inside steps (rule `when`, interpolated)
  bool has_reset = false;
  program::Program step;  // whole step; or, for cut, the advance into the `next` arrays
  std::optional<program::Program> events;
  std::optional<program::Program> deliver;  // what arrives at time 0
  std::optional<program::Program> reset;    // for one neuron
  std::optional<program::Tape>
      before_reset;  // for messages: what `step` or `events` comes to before the reset
  std::optional<program::Program> observe;
  program::Program right_hand_side;  // for messages
  std::unique_ptr<program::Integrator> integrator;
  std::vector<std::pair<int, int>> next;    // cut: (array, array with its value at the end of the step)
  int hold = -1;                            // array slots, or -1
  std::vector<int> arrivals;                // array slots
  int time = -1, decide = -1, offset = -1;  // step-value slots, or -1
  std::int64_t decide_every = 0;            // steps; 0: the model decides at every step
};

struct Spike {
  double time = 0;  // ms
  std::uint64_t neuron = 0;
};

// Why a step could not be taken: the first neuron for which it could not.
struct Failure {
  enum class Kind {
    not_finite,   // a state
    reset,        // a state after the reset, and none before it
    too_small,    // the adaptive step size fell below its minimum
    too_many,     // spikes within one step
    no_decision,  // a condition that compares NaN, a rate or probability outside its range
    observed      // a recorded quantity is not finite
  };
  std::int64_t neuron = 0;
  double time = 0;  // ms, end of the step or part that failed
  Kind kind = Kind::not_finite;
};

// Sets the step values of a population's inputs for the piece that acts from this offset (ms) on.
using Refresh = std::function<void(double offset)>;

class Population {
 public:
  Population(PopulationPlan plan, program::KernelOptions options);

  const std::string& name() const { return plan_.name; }
  std::int64_t size() const { return plan_.size; }
  const PopulationPlan& plan() const { return plan_; }
  std::span<double> step_values() { return step_values_; }
  std::span<double> array(int slot) { return arrays_[slot].span(); }
  std::span<const double> array(int slot) const { return arrays_[slot].span(); }
  // Brings the values of each array back to the memory where they were at first; steps may take turns between
  // two pieces of memory. So who has looked at an array sees its present values.
  void settle();

  // Sets the step values that belong to the population itself: time and decision.
  void begin_step(std::int64_t step, double t_n);
  // What has been put into the arrivals for time 0.
  std::optional<Failure> deliver_at_zero();
  // From the grid point `step` to the next. Fills `spikes` in order of (time, neuron); times lie in
  // (t_n, t_n+1]. `edges`: offsets (ms) inside the step at which inputs change.
  std::optional<Failure> step(const base::TimeGrid& grid, std::int64_t step, std::span<const double> edges,
                              const Refresh& refresh, std::vector<Spike>& spikes);
  // Fills the observed arrays from the present states at t (ms).
  std::optional<Failure> observe(double t);
  void clear_arrivals();

  // What went wrong, for people: variable, last finite value, equation, likely cause.
  std::string explain(const Failure& failure, double dt);

  std::int64_t bytes() const;

 private:
  // A step that is taken in parts.
  struct Cut {
    double t_n, t_end, dt;  // ms
    std::span<const double> edges;
    const Refresh& refresh;
  };
  program::Binding binding(const program::Program& program) const;
  std::unique_ptr<program::Kernel> kernel(const program::Program& program,
                                          program::KernelOptions options) const;
  std::int64_t run(const program::Kernel& kernel, std::int64_t step);
  std::optional<Failure> without_answer(const program::Program& program, double t) const;
  bool reset_is_to_blame(std::int64_t neuron, std::int64_t step, double dt);
  std::optional<Failure> advance(const Cut& cut, std::int64_t step, std::vector<Spike>& spikes);
  std::optional<Failure> advance_single(std::int64_t neuron, const Cut& cut, std::vector<Spike>& spikes);
  std::optional<Failure> take_parts(std::int64_t neuron, const Cut& cut, std::vector<Spike>& spikes);
  std::optional<double> reset_single(double offset);
  void swap_arrays(int a, int b);
  void load_single(std::int64_t neuron);
  void store_single(std::int64_t neuron);
  std::string explain_state(const Failure& failure, double dt);
  std::string explain_reset(const Failure& failure);
  std::string explain_rule(const Failure& failure) const;
  std::string explain_observed(const Failure& failure);

  PopulationPlan plan_;
  std::vector<base::AlignedArray<double>> arrays_;
  std::vector<double*> array_pointers_;
  std::vector<double*> home_;                          // array_pointers_ at first
  base::AlignedArray<std::uint8_t> spiked_, invalid_;  // bits per neuron: masks 0 and 1 of the programs
  std::array<std::uint8_t*, 2> masks_{};
  std::vector<double> step_values_;
  std::unique_ptr<program::Kernel> step_kernel_, events_kernel_, observe_kernel_, deliver_kernel_;
  std::optional<program::ScalarEvaluator> reset_;
  std::vector<double> single_arrays_, single_parameters_;            // of the neuron whose step is cut
  std::vector<std::pair<int, const std::vector<double>*>> varying_;  // parameters given per neuron
};

}  // namespace hillock::network
