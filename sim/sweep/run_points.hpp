// Runs the points of a sweep: stacked where they differ in numbers alone, otherwise one by one, on as many
// threads as are given; hands their results over in order.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/search_section.hpp"
#include "config/sweep_section.hpp"
#include "program/kernel.hpp"
#include "record/sweep_file.hpp"
#include "sweep/points.hpp"

namespace hillock::sweep {

struct Progress {
  std::int64_t done = 0, failed = 0, points = 0;  // `done` counts those that failed, too
  double wall_seconds = 0;
};

// What is run at each point: the config with its values, or a search for one more.
struct Task {
  config::SweepSpec sweep;
  std::optional<config::SearchSpec> search;
};

struct RunOptions {
  program::KernelOptions kernels;
  int threads = 0;                          // 0: as many as there are processors
  const std::atomic<bool>* stop = nullptr;  // set by a signal: no further point is begun, those that run end
  std::function<void(const Progress&)> progress;
  std::int64_t most_stacked = 512;  // neurons in a stack; 0: nothing is stacked
};

// The names of the table that no parameter may have.
std::set<std::string> taken_names(const config::Template& config, const Task& task);

// What a sweep's file is made of, from a config without and with its points.
record::SweepLayout layout_of(const config::Template& config, const Task& task, const Points& points);

// Runs the points from `file.next()` on. Returns whether all were run. Throws what the file throws.
bool run_points(const config::Template& config, const Task& task, const Points& points,
                const record::SweepLayout& layout, record::SweepFile& file, const RunOptions& options);

}  // namespace hillock::sweep
