// Times a program: for `hillock bench`, and to choose between back ends.
#pragma once
#include <cstdint>
#include <vector>

#include "program/kernel.hpp"

namespace hillock::program {

struct BenchmarkOptions {
  InterpreterOptions interpreter;
  // One value per array slot, from which each repetition starts (zeros if empty), and one per step value.
  std::vector<double> initial_values, step_values;
  int repetitions = 3;  // the fastest counts
};

// The time of one step of one neuron in ns, in one thread with flush-to-zero. A guard that holds throws
// base::NumericsError.
double nanoseconds_per_cell_step(const Program& program, const Binding& binding, std::int64_t neurons,
                                 std::int64_t steps, const BenchmarkOptions& options = {});

// The same for a kernel of any back end.
double nanoseconds_per_cell_step(const Kernel& kernel, const Program& program, std::int64_t neurons,
                                 std::int64_t steps, const BenchmarkOptions& options = {});

}  // namespace hillock::program
