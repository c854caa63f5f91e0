// Runs windows of points: stacked where they can be, searched for a value where that is asked for.
#pragma once
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "engine/simulation.hpp"
#include "record/sweep_file.hpp"
#include "sweep/collect.hpp"
#include "sweep/points.hpp"
#include "sweep/run_points.hpp"
#include "sweep/target.hpp"

namespace hillock::sweep {

// Points first .. end - 1, which one worker runs.
struct Window {
  std::int64_t first = 0, end = 0;
  std::int64_t size() const { return end - first; }
};

// What all points of one seed have in common before their values hold: run once, where `after` is given.
struct Transient {
  engine::Snapshot snapshot;
  Blocks blocks;
};

// The transients of all seeds; several threads may ask at once, and wait for one another if they ask for the
// same.
class Transients {
 public:
  // `run`: makes the transient, or nothing if it was interrupted; may throw.
  const Transient* of(std::uint64_t seed, const std::function<std::unique_ptr<Transient>()>& run) {
    Known& known = of(seed);
    const std::lock_guard lock(known.mutex);
    if (known.failure) std::rethrow_exception(known.failure);
    if (known.transient) return known.transient.get();
    try {
      known.transient = run();
    } catch (...) {
      known.failure = std::current_exception();
      throw;
    }
    return known.transient.get();
  }

 private:
  struct Known {
    std::mutex mutex;
    std::unique_ptr<Transient> transient;
    std::exception_ptr failure;
  };
  Known& of(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    return by_seed_[seed];
  }
  std::mutex mutex_;
  std::map<std::uint64_t, Known> by_seed_;
};

// What all fits are measured by, and how far they have come.
struct Fitting {
  explicit Fitting(Target what) : target(std::move(what)) {}

  Target target;
  std::atomic<std::int64_t> runs{0};
  std::atomic<double> error{std::numeric_limits<double>::infinity()};  // the lowest of all so far

  void add(std::int64_t more, double lowest) {
    runs += more;
    for (double now = error; lowest < now && !error.compare_exchange_weak(now, lowest);) {
    }
  }
};

// What the condition of a search may speak of.
std::vector<config::NamedNumber> measured_names(const record::SweepLayout& layout);

// One for each thread. Everything given must outlive it; `fitting`: where the points are fits.
class Worker {
 public:
  Worker(const config::Template& config, const config::SweepSpec& spec, const Points& points,
         const record::SweepLayout& layout, const record::SweepFile& file, const RunOptions& options,
         Transients& transients, Fitting* fitting, int threads);
  ~Worker();
  // The results of a window; nothing if it was interrupted. Points that the file knows are left out.
  std::optional<std::vector<record::PointResult>> run(const Window& window);

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace hillock::sweep
