// The Integrator interface: advance one neuron over part of a step, where a step is cut or its length adapts.
#pragma once
#include <memory>
#include <span>

namespace hillock::program {

// What an integrator reads besides the arrays of its neuron.
struct IntegratorCall {
  std::span<const double> parameters;  // one value for each parameter slot of the population
  std::span<double> step_values;       // for each step-value slot; the integrator sets the offset
  double from = 0, to = 0;             // offsets from t_n, ms
  bool held = false;                   // the hold runs
  bool watch = false;                  // stop where the spike condition turns true
};

struct Advanced {
  double offset = 0;     // where it stopped: `to`, a crossing, or the end of its own step after one
  bool crossed = false;  // the condition turned true, having been false at `from` (only with watch)
  bool finite = true;    // false: a state is not finite, or the step size fell below its minimum; the arrays
                         // hold the last finite states
  double failed_at = 0;  // offset at which that happened
  bool too_small = false;  // it was the step size
  bool undecided = false;  // the spike condition has no answer at failed_at: it compares NaN; the arrays hold
                           // the states there
  double crossing = 0;     // offset of the crossing: where it stopped, but for models without reset, whose
                           // course a spike does not change
};

class Integrator {
 public:
  virtual ~Integrator() = default;
  // One like it that works on its own, for another thread.
  virtual std::unique_ptr<Integrator> clone() const = 0;
  // Moves the states in `arrays` (one value for each array slot of the population). Not safe for several
  // threads at once.
  virtual Advanced advance(std::span<double> arrays, const IntegratorCall& call) = 0;
};

// Holds are counted in steps, so that counting is exact. One that ends at the end of a step still covers it:
// it is then left at this value. Ends within the tolerance of a grid point are on it.
constexpr double hold_ends_now = 1e-200;
constexpr double hold_tolerance = 1e-12;

}  // namespace hillock::program
