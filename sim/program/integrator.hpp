// The Integrator interface: advance one neuron over part of a step, where a step is cut or its length adapts.
#pragma once
#include <cstdint>
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
  double offset = 0;     // where it stopped: `to`, or the crossing
  bool crossed = false;  // the condition turned true there (only with watch)
  bool finite = true;    // false: a state is not finite, or the step size fell below its minimum; the arrays
                         // hold the last finite states
  double failed_at = 0;  // offset at which that happened
  bool too_small = false;  // it was the step size
};

class Integrator {
 public:
  virtual ~Integrator() = default;
  // Moves the states in `arrays` (one value for each array slot of the population). Not safe for several
  // threads at once.
  virtual Advanced advance(std::span<double> arrays, const IntegratorCall& call) = 0;
};

// A hold that ends exactly at the end of a step still covers it: it is then left at this value, in ms.
constexpr double hold_ends_now = 1e-200;

}  // namespace hillock::program
