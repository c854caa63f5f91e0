// Runs the points of a sweep: stacked where they differ in numbers alone, otherwise one by one, on as many
// threads as are given; hands their results over in order.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/sweep_section.hpp"
#include "program/kernel.hpp"
#include "record/sweep_file.hpp"
#include "sweep/points.hpp"

namespace hillock::sweep {

struct Progress {
  std::int64_t done = 0, failed = 0, points = 0;  // `done` counts those that failed, too
  double wall_seconds = 0;
  std::int64_t runs = 0;                                   // of fits, which take many for a point
  double error = std::numeric_limits<double>::infinity();  // the lowest of them
};

struct RunOptions {
  program::KernelOptions kernels;
  int threads = 0;                          // 0: as many as there are processors
  const std::atomic<bool>* stop = nullptr;  // set by a signal: no point is begun, what runs is given up
  std::function<void(const Progress&)> progress;
  std::int64_t most_stacked = 512;  // neurons in a stack; 0: nothing is stacked
};

// What the file of a sweep is made of, but for its points. Adds the warnings of the config as it stands.
record::SweepLayout layout_of(const config::Template& config, const config::SweepSpec& spec,
                              std::vector<base::Diagnostic>& warnings);

// The names of the table that no parameter may have.
std::set<std::string> taken_names(const record::SweepLayout& layout);

// Adds the points. Throws UserError if the condition of a search is none on what is measured, or a fit has no
// such target.
void add_points(const config::Template& config, const config::SweepSpec& spec, const Points& points,
                record::SweepLayout& layout);

// How many runs are put into one stack at most: narrow enough for the memory.
std::int64_t most_in_stack(const config::Template& config, const config::SweepSpec& spec,
                           const record::SweepLayout& layout, const RunOptions& options);

// How many points are run together, if all of them are alike: wide enough for the lanes, narrow enough for
// the workers. All candidates of a fit are.
std::int64_t stack_width(const config::Template& config, const config::SweepSpec& spec,
                         const record::SweepLayout& layout, int workers, const RunOptions& options);

// Runs the points from `file.next()` on. Returns whether all were run. Throws what the file throws.
bool run_points(const config::Template& config, const config::SweepSpec& spec, const Points& points,
                const record::SweepLayout& layout, record::SweepFile& file, const RunOptions& options);

}  // namespace hillock::sweep
