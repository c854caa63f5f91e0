// Time as the clock on the wall has it, for what a run took.
#pragma once
#include <chrono>

namespace hillock::base {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace hillock::base
