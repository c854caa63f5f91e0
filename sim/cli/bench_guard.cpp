// The benchmark of the guard: the same run with it and without it.
#include "cli/bench_guard.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "assemble/assemble.hpp"
#include "cli/median.hpp"
#include "engine/memory_recorder.hpp"

namespace hillock::cli {

namespace {

// A run that is taken in slices.
class SlicedRun {
 public:
  SlicedRun(const model::Experiment& experiment, const program::KernelOptions& kernels)
      : prepared_(assemble::prepare(experiment, {kernels})), recorder_(prepared_.layout, false) {
    prepared_.simulation->run_until(1, recorder_);
  }

  static constexpr std::int64_t slices = 20;  // short ones: most are not interrupted by other processes

  // ns for each step of the next slice.
  double next() {
    engine::Simulation& simulation = *prepared_.simulation;
    const std::int64_t steps = simulation.grid().steps - 1, from = simulation.step();
    const std::int64_t until = 1 + steps * ++slice_ / slices;
    const double seconds = simulation.run_until(until, recorder_).simulate_seconds;
    return 1e9 * seconds / static_cast<double>(std::max<std::int64_t>(1, until - from));
  }

 private:
  assemble::Prepared prepared_;
  engine::MemoryRecorder recorder_;
  std::int64_t slice_ = 0;
};

// What this machine runs: the native code of each instruction set, and the interpreter.
std::vector<program::KernelOptions> kinds_of_kernels() {
  using program::Backend;
  std::vector<program::KernelOptions> result;
  for (const program::InstructionSet isa : {program::InstructionSet::avx512, program::InstructionSet::avx2})
    if (program::has_native_code(isa)) result.push_back({.backend = Backend::jit, .isa = isa});
  result.push_back({.backend = Backend::interpreter});
  return result;
}

// Where code and arrays come to lie makes a few percent in one run or the other, so both are built again and
// again, by turns one before the other.
Json measure(const model::Experiment& experiment, const program::KernelOptions& kernels,
             std::int64_t neurons) {
  constexpr int runs = 10;
  program::KernelOptions without = kernels;
  without.guards = false;
  std::vector<double> first, second, ratios;
  for (int run = 0; run < runs; ++run) {
    std::optional<SlicedRun> guarded, unguarded;
    if (run % 2 == 0) guarded.emplace(experiment, kernels);
    unguarded.emplace(experiment, without);
    if (!guarded) guarded.emplace(experiment, kernels);
    for (int pair = 0; pair < SlicedRun::slices; ++pair) {
      first.push_back(guarded->next());
      second.push_back(unguarded->next());
      ratios.push_back(first.back() / second.back());
    }
  }
  const double cells = static_cast<double>(std::max<std::int64_t>(1, neurons));
  Json json;
  json["kernel"] = program::describe(kernels);
  json["ns_per_cell_step"] = median(first) / cells;
  json["ns_per_cell_step_without_guard"] = median(second) / cells;
  json["ratio"] = median(ratios);
  return json;
}

}  // namespace

Json bench_guard(const model::Experiment& experiment) {
  std::int64_t neurons = 0;
  for (const model::PopulationSpec& population : experiment.populations) neurons += population.size;
  Json json, measured;
  json["neurons"] = neurons;
  for (const program::KernelOptions& each : kinds_of_kernels())
    measured.push(measure(experiment, each, neurons));
  json["kernels"] = measured;
  return json;
}

}  // namespace hillock::cli
