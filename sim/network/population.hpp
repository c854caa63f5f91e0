// A population: the state arrays of its neurons and the kernels that step them.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/aligned.hpp"
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
  StepMode mode = StepMode::whole;
  bool interpolated = false;
  bool watch = false;  // crossings are looked for inside steps (rule `when`, interpolated)
  bool has_reset = false;
  program::Program step;  // whole step; or, for cut, the advance into the `next` arrays
  std::optional<program::Program> events;
  std::optional<program::Program> deliver;  // what arrives at time 0
  std::optional<program::Program> reset;    // for one neuron
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

// The first state that is not finite.
struct NonFinite {
  std::int64_t neuron = 0;
  double time = 0;         // ms, end of the step or part that failed
  bool too_small = false;  // the adaptive step size fell below its minimum
};

class Population {
 public:
  Population(PopulationPlan plan, program::InterpreterOptions options);

  const std::string& name() const { return plan_.name; }
  std::int64_t size() const { return plan_.size; }
  const PopulationPlan& plan() const { return plan_; }
  std::span<double> step_values() { return step_values_; }
  std::span<double> array(int slot) { return arrays_[slot].span(); }
  std::span<const double> array(int slot) const { return arrays_[slot].span(); }

  // Sets the step values that belong to the population itself: time and decision.
  void begin_step(std::int64_t step, double t_n);
  // What has been put into the arrivals for time 0.
  std::optional<NonFinite> deliver_at_zero();
  // From t_n = step * dt to the next grid point. Appends spikes in order of (time, neuron). `edges`: offsets
  // (ms) inside the step at which inputs change; `refresh(offset)` sets their step values for the piece that
  // begins there.
  std::optional<NonFinite> step(std::int64_t step, double t_n, double dt, std::span<const double> edges,
                                const std::function<void(double)>& refresh, std::vector<Spike>& spikes);
  // Fills the observed arrays from the present states.
  void observe();
  void clear_arrivals();

  // What went wrong, for people: variable, last finite value, equation, likely cause.
  std::string explain(const NonFinite& failure, double dt);

  std::int64_t bytes() const;

 private:
  struct Parts;
  program::Binding binding(const program::Program& program) const;
  std::unique_ptr<program::Kernel> kernel(const program::Program& program,
                                          program::InterpreterOptions options) const;
  std::int64_t run(const program::Kernel& kernel, std::int64_t step);
  void collect_spikes(double time, std::vector<Spike>& spikes) const;
  std::optional<NonFinite> advance_single(std::int64_t neuron, double t_n, double dt,
                                          std::span<const double> edges,
                                          const std::function<void(double)>& refresh,
                                          std::vector<Spike>& spikes);
  void load(std::int64_t neuron, std::vector<double>& arrays) const;
  void parameters_of(std::int64_t neuron, std::vector<double>& parameters) const;

  PopulationPlan plan_;
  std::vector<base::AlignedArray<double>> arrays_;
  std::vector<double*> array_pointers_;
  base::AlignedArray<std::uint8_t> mask_;
  std::uint8_t* mask_pointer_ = nullptr;
  std::vector<double> step_values_;
  std::unique_ptr<program::Kernel> step_kernel_, events_kernel_, observe_kernel_, deliver_kernel_;
  std::optional<program::ScalarEvaluator> reset_;
  std::vector<double> single_arrays_, single_parameters_;
};

}  // namespace hillock::network
