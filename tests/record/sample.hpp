// A small run as the step loop would hand it over, for the tests of what is written and read.
#pragma once
#include <doctest/doctest.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "engine/recorder.hpp"

namespace hillock::record {

// A folder of its own under the system's temporary folder, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hillock_record_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Frame k of neuron j, any function that tells all values apart.
inline double sample_value(std::int64_t frame, std::int64_t neuron, int variable) {
  return -65.0 + 1e-3 * static_cast<double>(frame) + 10.0 * static_cast<double>(neuron) + 1000.0 * variable;
}

// exc: V and g_ampa of neurons 0, 2, 5 at 0.1 ms; exc.mean: V at 0.5 ms; exc.w: float64, compressed, 0.2 ms;
// spikes of exc, and of inh, which is silent.
inline engine::RunLayout sample_layout(double duration = 50.0) {
  engine::RunLayout layout;
  const auto frames = [&](double interval) {
    return static_cast<std::int64_t>(std::llround(duration / interval));
  };
  engine::ReportLayout exc;
  exc.group = exc.population = "exc";
  exc.variables = {{"V", "mV", "membrane potential"}, {"g_ampa", "nS", "conductance of ampa"}};
  exc.neurons = {0, 2, 5};
  exc.interval = 0.1;
  exc.frames = frames(0.1);
  engine::ReportLayout mean;
  mean.group = "exc.mean";
  mean.population = "exc";
  mean.variables = {{"V", "mV", "mean of the membrane potential"}};
  mean.pooling = engine::Pooling::mean;
  mean.interval = 0.5;
  mean.frames = frames(0.5);
  engine::ReportLayout wide;
  wide.group = "exc.w";
  wide.population = "exc";
  wide.variables = {{"w", "pA", "adaptation current"}};
  wide.neurons = {1, 3};
  wide.interval = 0.2;
  wide.frames = frames(0.2);
  wide.float64 = true;
  wide.deflate = 1;
  layout.reports = {exc, mean, wide};
  layout.spikes = {{"exc"}, {"inh"}};
  layout.facts.texts = {{"config",
                         "simulation: {duration: 50 ms, dt: 0.1 ms}  # \xC2\xB5"
                         "A/cm\xC2\xB2\n"}};
  layout.facts.words = {{"hillock_version", "0.1.0"}, {"cpu", "test"}};
  layout.facts.numbers = {{"wall_build_s", 0.25}};
  layout.facts.seed = 18446744073709551557ULL;
  layout.facts.duration = duration;
  layout.facts.dt = 0.1;
  return layout;
}

// The frames of one report from `first` on.
inline engine::FrameBlock sample_block(const engine::RunLayout& layout, int report, std::int64_t first,
                                       std::int64_t count) {
  const engine::ReportLayout& shape = layout.reports[static_cast<std::size_t>(report)];
  engine::FrameBlock block;
  block.report = report;
  block.first_frame = first;
  block.frames = count;
  for (int v = 0; v < static_cast<int>(shape.variables.size()); ++v)
    for (std::int64_t k = first; k < first + count; ++k)
      for (std::int64_t j = 0; j < shape.values_per_frame(); ++j) {
        if (shape.float64)
          block.values64.push_back(sample_value(k, j, v));
        else
          block.values32.push_back(static_cast<float>(sample_value(k, j, v)));
      }
  return block;
}

// Spikes of neurons 0 and 7 at each whole ms in (from, to].
inline engine::SpikeBlock sample_spikes(std::int64_t from, std::int64_t to) {
  engine::SpikeBlock block;
  for (std::int64_t t = from + 1; t <= to; ++t)
    for (const std::uint64_t id : {0, 7}) {
      block.times.push_back(static_cast<double>(t));
      block.node_ids.push_back(id);
    }
  return block;
}

// Hands over the sample run in stretches of `stretch` ms up to `until` ms.
inline void write_sample(engine::Recorder& recorder, const engine::RunLayout& layout, std::int64_t until,
                         std::int64_t stretch) {
  std::vector<std::int64_t> written(layout.reports.size(), 0);
  for (std::int64_t t = 0; t < until; t += stretch) {
    const std::int64_t end = std::min(t + stretch, until);
    for (int r = 0; r < static_cast<int>(layout.reports.size()); ++r) {
      auto& first = written[static_cast<std::size_t>(r)];
      const double interval = layout.reports[static_cast<std::size_t>(r)].interval;
      const auto last = static_cast<std::int64_t>(std::ceil(static_cast<double>(end) / interval - 1e-6));
      recorder.write(sample_block(layout, r, first, last - first));
      first = last;
    }
    recorder.write(sample_spikes(t, end));
    recorder.advance(static_cast<double>(end));
  }
}

// The text of the IoError that work throws.
template <class Work>
std::string io_error(Work work) {
  try {
    work();
  } catch (const base::IoError& error) {
    return error.what();
  }
  return "no error";
}

// Runs write(begun) in a process of its own and kills that `milliseconds` after it called begun(), which it
// does when its file is there.
template <class Write>
void write_and_kill(int milliseconds, Write write) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    write([&] {
      close(ends[0]);
      close(ends[1]);
    });
    _exit(1);
  }
  close(ends[1]);
  char nothing = 0;
  CHECK(read(ends[0], &nothing, 1) == 0);  // ends when the child has closed its side
  close(ends[0]);
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
}

#ifndef __has_feature
#define __has_feature(name) false
#endif
// How many trials to make of those wanted: under a sanitizer a child takes many times as long, and tests/fuzz
// has thousands of damaged files for it.
constexpr int trials(int wanted) {
  return __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ? wanted / 6 : wanted;
}

// Runs work in a child process and gives its exit code (128 + signal if it was killed).
template <class Work>
int in_child(Work work) {
  std::cout.flush();  // or the child might write what waits there once more
  malloc_trim(0);     // pages of what earlier tests took would be copied for each child
  const pid_t child = fork();
  if (child == 0) {
    int code = 99;
    try {
      code = work();
    } catch (...) {
    }
    _exit(code);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace hillock::record
