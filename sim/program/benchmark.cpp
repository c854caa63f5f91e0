// Times a program: runs it on arrays of its own and takes the fastest repetition.
#include "program/benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "base/aligned.hpp"
#include "base/diagnostics.hpp"

namespace hillock::program {
namespace {

// Arrays, masks and step values of one run.
class Workspace {
 public:
  Workspace(const Program& program, std::int64_t neurons, const BenchmarkOptions& options)
      : options_(options) {
    for (int i = 0; i < program.arrays; ++i) arrays_.emplace_back(neurons);
    for (int i = 0; i < program.masks; ++i) masks_.emplace_back(neurons / 8 + 1);
    for (auto& array : arrays_) array_pointers_.push_back(array.data());
    for (auto& mask : masks_) mask_pointers_.push_back(mask.data());
    step_values_ = options.step_values;
    step_values_.resize(index(program.step_values), 0.0);
  }

  void reset() {
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      const double value = i < options_.initial_values.size() ? options_.initial_values[i] : 0.0;
      std::fill_n(arrays_[i].data(), base::padded(arrays_[i].size()), value);
    }
  }

  Call call(std::int64_t neurons) const {
    Call result;
    result.arrays = array_pointers_;
    result.masks = mask_pointers_;
    result.step_values = step_values_;
    result.count = neurons;
    return result;
  }

 private:
  const BenchmarkOptions& options_;
  std::vector<base::AlignedArray<double>> arrays_;
  std::vector<base::AlignedArray<std::uint8_t>> masks_;
  std::vector<double*> array_pointers_;
  std::vector<std::uint8_t*> mask_pointers_;
  std::vector<double> step_values_;
};

void run_steps(const Kernel& kernel, Call call, std::int64_t steps) {
  const auto runner = kernel.runner();
  for (std::int64_t step = 0; step < steps; ++step) {
    call.step = static_cast<std::uint64_t>(step);
    const std::int64_t bad = runner->run(call);
    if (bad >= 0)
      throw base::NumericsError("the benchmark stopped at step " + std::to_string(step) +
                                ": the guard holds for neuron " + std::to_string(bad));
  }
}

}  // namespace

double nanoseconds_per_cell_step(const Kernel& kernel, const Program& program, std::int64_t neurons,
                                 std::int64_t steps, const BenchmarkOptions& options) {
  using Clock = std::chrono::steady_clock;
  const FlushToZero flush;
  Workspace workspace(program, neurons, options);
  double best = std::numeric_limits<double>::infinity();
  for (int repetition = 0; repetition < std::max(1, options.repetitions); ++repetition) {
    workspace.reset();
    run_steps(kernel, workspace.call(neurons), std::min<std::int64_t>(steps, 20));  // warms caches and clock
    const Clock::time_point start = Clock::now();
    run_steps(kernel, workspace.call(neurons), steps);
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  return best / (static_cast<double>(neurons) * static_cast<double>(steps));
}

double nanoseconds_per_cell_step(const Program& program, const Binding& binding, std::int64_t neurons,
                                 std::int64_t steps, const BenchmarkOptions& options) {
  const auto kernel = make_interpreter(program, binding, neurons, options.interpreter);
  return nanoseconds_per_cell_step(*kernel, program, neurons, steps, options);
}

}  // namespace hillock::program
