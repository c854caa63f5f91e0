// A range of the neurons of a population, with all that a thread needs to step them on its own.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/aligned.hpp"
#include "base/time_grid.hpp"
#include "network/population_plan.hpp"
#include "program/integrator.hpp"
#include "program/kernel.hpp"

namespace hillock::network {

class Population;

struct Spike {
  double time = 0;  // ms
  std::uint64_t neuron = 0;
  bool operator<(const Spike& other) const {
    return time != other.time ? time < other.time : neuron < other.neuron;
  }
};

// Why a step could not be taken: the first neuron of a range for which it could not.
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
  int stage = 0;  // which pass over the neurons found it; passes follow one another
  // Whether one pass after the other over all neurons would have come upon it earlier.
  bool before(const Failure& other) const {
    return stage != other.stage ? stage < other.stage : neuron < other.neuron;
  }
};

// Sets the step values of a population's inputs for the piece that acts from this offset (ms) on.
using Refresh = std::function<void(double offset)>;

// Different ranges of a population may be stepped in different threads at once: they share the kernels and
// the parameters. Each of several has memory of its own for its arrays: where neurons of two threads stand
// side by side, a processor that fetches ahead takes from the other what that is about to write.
class NeuronRange {
 public:
  // Neurons first .. first + count - 1; `first` is a multiple of range_block. `alone`: it is the only range.
  // The population must stay where it is while the range lives.
  NeuronRange(Population& population, std::int64_t first, std::int64_t count, bool alone);

  std::int64_t first() const { return first_; }
  std::int64_t count() const { return count_; }
  // Of which only the numbers first .. first + count - 1 are there.
  double* array(int slot) const { return arrays_[static_cast<std::size_t>(slot)]; }
  std::span<double> step_values() { return step_values_.span(); }

  // Sets the step values that belong to the population itself: time and decision.
  void begin_step(std::int64_t step, double t_n);
  // What has been put into the arrivals for time 0.
  std::optional<Failure> deliver_at_zero();
  // Of a coupled population: the step with the polynomials as they are, into the `next` arrays. Then step()
  // ends it.
  std::optional<Failure> advance_coupled(const base::TimeGrid& grid, std::int64_t step);
  // From the grid point `step` to the next. Appends the spikes in order of (time, neuron); times lie in
  // (t_n, t_n+1]. `edges`: offsets (ms) inside the step at which inputs change.
  std::optional<Failure> step(const base::TimeGrid& grid, std::int64_t step, std::span<const double> edges,
                              const Refresh& refresh, std::vector<Spike>& spikes);
  // Fills the observed arrays from the present states at t (ms).
  std::optional<Failure> observe(double t);
  // Appends the neurons of which a condition of the plan holds at the present states, in order.
  void find_holding(std::size_t condition, std::vector<std::int64_t>& neurons);
  void clear_arrivals();

  // Whether its steps can be taken with exception flags in the place of guards, as long as what it kept is at
  // hand.
  bool flags_tell() const;
  // Keeps what steps change, to go back to it. False where some of it is not finite.
  bool keep();
  void go_back();
  void guard(bool on) { guarded_ = on; }

  // See Population::settle and distribute.
  void settle();
  void load();
  std::int64_t bytes() const;  // what it holds of its own

  // What went wrong, for people: variable, last finite value, equation, likely cause.
  std::string explain(const Failure& failure, double dt);

 private:
  // A step that is taken in parts.
  struct Cut {
    double t_n, t_end, dt;  // ms
    std::span<const double> edges;
    const Refresh& refresh;
  };
  std::int64_t run(program::Runner& runner, std::int64_t step);
  std::optional<Failure> without_answer(const program::Program& program, double t, int stage) const;
  bool reset_is_to_blame(std::int64_t neuron, std::int64_t step, double dt);
  std::optional<Failure> advance(const Cut& cut, std::int64_t step, std::vector<Spike>& spikes);
  std::optional<Failure> advance_single(std::int64_t neuron, const Cut& cut, std::vector<Spike>& spikes);
  std::optional<Failure> take_parts(std::int64_t neuron, const Cut& cut, std::vector<Spike>& spikes);
  std::optional<double> reset_single(double offset);
  void take_own_memory();
  void swap_next();
  void load_single(std::int64_t neuron);
  void store_single(std::int64_t neuron);
  std::string explain_state(const Failure& failure, double dt);
  std::string explain_reset(const Failure& failure);
  std::string explain_rule(const Failure& failure) const;
  std::string explain_observed(const Failure& failure);

  Population& population_;
  const PopulationPlan& plan_;
  std::int64_t first_, count_;
  base::AlignedArray<double> own_;                     // memory of arrays_; nothing: that of the population
  std::vector<double*> arrays_;                        // as they stand after an even or odd number of steps
  base::AlignedArray<std::uint8_t> spiked_, invalid_;  // bits per neuron: masks 0 and 1 of the programs
  std::array<std::uint8_t*, 2> masks_{};
  base::AlignedArray<double> step_values_;
  // None of these where there are no neurons.
  std::unique_ptr<program::Runner> step_, events_, observe_, deliver_;
  std::vector<std::unique_ptr<program::Runner>> conditions_;
  std::unique_ptr<program::Integrator> integrator_;
  std::optional<program::ScalarEvaluator> reset_;
  std::vector<double> single_arrays_, single_parameters_;  // of the neuron whose step is cut
  // Arrays of the step without arrivals, which are 0 between steps, and those that it fills.
  std::vector<int> kept_slots_;
  std::vector<double*> kept_arrays_;  // arrays_ then
  base::AlignedArray<double> kept_;   // [kept_slots_][padded count]; where flags tell
  bool guarded_ = true;
};

}  // namespace hillock::network
