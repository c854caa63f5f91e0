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

// A run that is taken in slices, and begins anew after the last of them.
class SlicedRun {
 public:
  SlicedRun(const model::Experiment& experiment, bool guards)
      : prepared_(assemble::prepare(experiment, options(guards))), recorder_(prepared_.layout, false) {
    prepared_.simulation->run_until(1, recorder_);
    start_.emplace(prepared_.simulation->snapshot());
  }

  // ns for each step of the next slice.
  double next() {
    engine::Simulation& simulation = *prepared_.simulation;
    if (slice_ == slices) {
      simulation.restore(*start_);
      slice_ = 0;
    }
    const std::int64_t steps = simulation.grid().steps - 1, from = simulation.step();
    const std::int64_t until = 1 + steps * ++slice_ / slices;
    const double seconds = simulation.run_until(until, recorder_).simulate_seconds;
    return 1e9 * seconds / static_cast<double>(std::max<std::int64_t>(1, until - from));
  }

 private:
  static constexpr std::int64_t slices = 20;  // short ones: most are not interrupted by other processes
  static assemble::Options options(bool guards) {
    assemble::Options options;
    options.kernels.guards = guards;
    return options;
  }

  assemble::Prepared prepared_;
  engine::MemoryRecorder recorder_;
  std::optional<engine::Snapshot> start_;
  std::int64_t slice_ = 0;
};

}  // namespace

Json bench_guard(const model::Experiment& experiment) {
  constexpr int pairs = 201;
  std::int64_t neurons = 0;
  for (const model::PopulationSpec& population : experiment.populations) neurons += population.size;
  SlicedRun guarded(experiment, true), unguarded(experiment, false);
  std::vector<double> first, second, ratios;
  for (int pair = 0; pair < pairs; ++pair) {
    first.push_back(guarded.next());
    second.push_back(unguarded.next());
    ratios.push_back(first.back() / second.back());
  }
  const double cells = static_cast<double>(std::max<std::int64_t>(1, neurons));
  Json json;
  json["neurons"] = neurons;
  json["ns_per_cell_step"] = median(first) / cells;
  json["ns_per_cell_step_without_guard"] = median(second) / cells;
  json["ratio"] = median(ratios);
  return json;
}

}  // namespace hillock::cli
