// How many threads a run takes.
#include "engine/thread_choice.hpp"

#include <algorithm>
#include <limits>

namespace hillock::engine {

namespace {

constexpr double trial_seconds = 4e-3;
constexpr std::int64_t trial_steps = 2;
constexpr double gain = 0.95;  // of the time per step: more threads that are not faster only take processors
constexpr double shortest_rest = 1;     // s
constexpr double share_of_trials = 50;  // rests are so many times longer than trials

}  // namespace

ThreadChoice::ThreadChoice(int asked, int most) : fixed_(asked > 0 || most <= 1), most_(std::max(1, most)) {
  if (asked > 0) now_ = std::min(asked, most_);
  begin_trials();
}

void ThreadChoice::no_more_than(int threads) {
  most_ = std::max(1, threads);
  fixed_ = most_ == 1;
  now_ = best_ = 1;
  begin_trials();
}

void ThreadChoice::begin_trials() {
  if (fixed_) return;
  settled_ = false;
  best_seconds_ = std::numeric_limits<double>::infinity();
  since_ = 0;
  try_threads(1);
}

void ThreadChoice::try_threads(int threads) {
  cold_ = true;
  now_ = threads;
  steps_ = 0;
  seconds_ = 0;
}

void ThreadChoice::measured(std::int64_t steps, double seconds) {
  if (fixed_) return;
  since_ += seconds;
  if (settled_) {
    if (since_ >= rest_) begin_trials();
    return;
  }
  if (cold_) {
    cold_ = false;
    return;
  }
  steps_ += steps;
  seconds_ += seconds;
  if (steps_ < trial_steps || seconds_ < trial_seconds) return;
  const double per_step = seconds_ / static_cast<double>(steps_);
  const bool faster = per_step < gain * best_seconds_;
  if (faster) {
    best_ = now_;
    best_seconds_ = per_step;
  }
  if (faster && now_ < most_) return try_threads(std::min(2 * now_, most_));
  settled_ = true;
  now_ = best_;
  rest_ = std::max(shortest_rest, share_of_trials * since_);
  since_ = 0;
}

}  // namespace hillock::engine
