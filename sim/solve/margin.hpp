// The margin of a spike condition for one neuron at a time, as the integrators that watch for crossings need
// it.
#pragma once
#include <optional>
#include <span>

#include "program/kernel.hpp"
#include "solve/cell.hpp"

namespace hillock::solve {

class Margin {
 public:
  // Nothing for rules other than `when`.
  static std::optional<Margin> of(const Cell& cell, Slots& slots);
  Margin(const Cell& cell, Slots& slots);

  // One value for each parameter slot of the population, for the calls that follow.
  void set_parameters(std::span<const double> parameters);
  // How far the condition is from turning true with the states in `arrays` at this offset (ms) in the step;
  // >= 0: it holds; NaN: it has no answer.
  double at(std::span<double> arrays, std::span<double> step_values, double offset);

 private:
  program::ScalarEvaluator evaluator_;
  int slot_, offset_;
};

}  // namespace hillock::solve
