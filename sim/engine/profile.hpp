// Where the time of a run goes, told by the counter of the processor.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace hillock::engine {

enum class Phase { inputs, deliver, integrate, record };
constexpr std::size_t phases = 4;
constexpr std::array<std::string_view, phases> phase_names{"inputs", "deliver", "integrate", "record"};

// Seconds of the clock on the wall; of work that several threads share, the mean over them. All of them
// together are `total`.
struct Profile {
  std::vector<std::array<double, phases>> populations;  // [population][phase]
  double connections = 0;  // spikes on their way, and what they add to the arrivals of all populations
  double output = 0;       // what is handed to the recorder about ten times a second, and its answer
  double wait = 0;         // threads for one another
  double other = 0;        // the loop itself, looks at the clock, progress, the choice of threads
  double total = 0;

  double of(Phase phase) const {
    double sum = 0;
    for (const auto& population : populations) sum += population[static_cast<std::size_t>(phase)];
    return sum;
  }
};

// Ticks of the processor's counter: it takes some nanoseconds to read, a fraction of what a clock takes.
class StopWatch {
 public:
  explicit StopWatch(bool on = false) : on_(on) {}
  bool on() const { return on_; }
  static std::int64_t now() {
#if defined(__x86_64__)
    return static_cast<std::int64_t>(__builtin_ia32_rdtsc());
#else
    return std::chrono::steady_clock::now().time_since_epoch().count();
#endif
  }
  void start() {
    if (on_) last_ = now();
  }
  // The time since start() or the last lap.
  void lap(std::int64_t& ticks) {
    if (!on_) return;
    const std::int64_t read = now();
    ticks += read - last_;
    last_ = read;
  }

 private:
  bool on_;
  std::int64_t last_ = 0;
};

using PhaseTicks = std::array<std::int64_t, phases>;  // of one population

// Adds up the times of one run (or slice). The time of a part of the loop that is not told to it is `other`.
class Profiler {
 public:
  Profiler(std::size_t populations, bool on);
  bool on() const { return watch_.on(); }
  void start() { watch_.start(); }
  // What has passed since start() or the last of these was ...
  void recorded(std::size_t population) { watch_.lap(record_[population]); }
  void output() { watch_.lap(output_); }
  // ... a block of steps, in which so many threads worked on these parts.
  template <class Parts>
  void block(const Parts& parts, int threads) {
    if (!on()) return;
    std::int64_t passed = 0;
    watch_.lap(passed);
    double wait = static_cast<double>(passed) * threads;
    for (const auto& part : parts) {
      for (std::size_t p = 0; p < parts_.size(); ++p)
        for (std::size_t phase = 0; phase < phases; ++phase) {
          const auto ticks = static_cast<double>(std::exchange(part->ticks()[p][phase], 0));
          parts_[p][phase] += ticks / threads;
          wait -= ticks;
        }
      const auto spread = static_cast<double>(std::exchange(part->network_ticks(), 0));
      connections_ += spread / threads;
      wait -= spread;
    }
    wait_ += wait / threads;
  }
  // The times, given how long all of it took (s).
  Profile result(double total) const;

 private:
  StopWatch watch_;
  std::int64_t begin_ = StopWatch::now(), output_ = 0;
  double wait_ = 0, connections_ = 0;
  std::vector<std::int64_t> record_;               // per population
  std::vector<std::array<double, phases>> parts_;  // per population
};

}  // namespace hillock::engine
