// Tests of the timing function: it runs what it is asked to run.
#include <doctest/doctest.h>

#include <cmath>

#include "base/diagnostics.hpp"
#include "program/benchmark.hpp"
#include "program/expr.hpp"

using namespace hillock;
using namespace hillock::program;

TEST_CASE("a benchmark gives a positive time, and runs from the initial values with the step values") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, x + step_value(tape, 0));
  guard(tape, x > 30.0);
  const Program program = optimise(tape);
  BenchmarkOptions options;
  options.initial_values = {5.0};
  options.step_values = {0.5};
  options.repetitions = 2;
  const double time =
      nanoseconds_per_cell_step(program, {}, 100, 30, options);  // 20 steps to warm up: 5 -> 15 -> 30
  CHECK(time > 0);
  CHECK(std::isfinite(time));
  options.step_values = {1.0};
  CHECK_THROWS_WITH_AS(nanoseconds_per_cell_step(program, {}, 100, 30, options),
                       "the benchmark stopped at step 6: the guard holds for neuron 0", base::NumericsError);
}
