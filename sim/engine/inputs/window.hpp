// When an input acts: edges of time on the step grid, windows start <= t < stop, and pieces that follow one
// another.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_grid.hpp"
#include "engine/inputs/input.hpp"

namespace hillock::engine {

// A time as a step and a rest. A time on the grid has rest 0 and is compared by step alone, so that 0.3 ms at
// dt 0.1 ms is step 3 whatever the rounding of 0.3/0.1; other times (spike_times: interpolated) are compared
// within 1e-9 dt.
class Edge {
 public:
  Edge(double time, const base::TimeGrid& grid);  // ms; may be infinite
  // Whether it lies at or before t_step + offset (ms).
  bool reached(std::int64_t step, double offset) const {
    return step > step_ || (step == step_ && offset >= rest_ - tolerance_);
  }
  std::int64_t step() const { return step_; }  // the step that contains it
  std::int64_t next_step() const {
    return rest_ > 0 ? step_ + 1 : step_;
  }  // the first grid point at or after it
  bool before(const Edge& other) const { return !other.reached(step_, rest_); }
  bool finite() const { return finite_; }
  double time(const base::TimeGrid& grid) const { return grid.time(step_) + rest_; }  // ms

 private:
  std::int64_t step_ = 0;
  double rest_ = 0, tolerance_ = 0;  // ms
  bool finite_ = true;
};

// start <= t < stop; by default the whole run.
class Window {
 public:
  explicit Window(const InputData& data);  // fields start and stop, ms
  Window(double start, double stop, const base::TimeGrid& grid);
  bool contains(std::int64_t step, double offset) const {
    return start_.reached(step, offset) && !stop_.reached(step, offset);
  }
  double gate(std::int64_t step, double offset) const { return contains(step, offset) ? 1 : 0; }
  const Edge& start() const { return start_; }
  const Edge& stop() const { return stop_; }
  std::vector<double> edges() const;  // ms, inside the run

 private:
  base::TimeGrid grid_;
  Edge start_, stop_;
};

// Pieces that begin at given times and last until the next.
class Pieces {
 public:
  Pieces(const std::vector<double>& times, const base::TimeGrid& grid);  // ms, ascending
  // The piece that acts at t_step + offset; -1 before the first. A binary search: it keeps no state between
  // calls.
  std::ptrdiff_t find(std::int64_t step, double offset) const;
  std::vector<double> edges() const;  // ms, inside the run

 private:
  base::TimeGrid grid_;
  std::vector<Edge> begins_;
};

// Edges of both, ascending, without those that coincide.
std::vector<double> merged(std::vector<double> first, const std::vector<double>& second);

}  // namespace hillock::engine
