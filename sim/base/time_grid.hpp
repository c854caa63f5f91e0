// The time grid: time is a step counter (int64) times dt, never a running sum.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hillock::base {

struct TimeGrid {
  double dt = 0.1;         // ms
  std::int64_t steps = 0;  // of the whole run

  double time(std::int64_t step) const { return static_cast<double>(step) * dt; }  // ms
  double duration() const { return time(steps); }                                  // ms

  // The step of a time (ms) that lies on the grid within 1e-9 dt (and 1e-12 of itself); nothing otherwise.
  std::optional<std::int64_t> step_of(double time) const;
  // "start/dt is 1e+20 steps; the most is 9007199254740992 (2^53)" for a time (ms) beyond all steps, or "".
  std::string too_many_steps(std::string_view what, double time) const;
  // The two grid times (ms) around a time.
  std::pair<double, double> neighbours(double time) const;
};

}  // namespace hillock::base
