// What is recorded in memory: in one piece, in order, and still there for those who looked at it early.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "engine/memory_recorder.hpp"

using namespace hillock::engine;

namespace {

RunLayout layout_of(std::int64_t frames, std::vector<std::int64_t> neurons, bool float64) {
  ReportLayout report;
  report.group = report.population = "exc";
  report.variables = {{"V", "mV", "membrane potential"}, {"w", "pA", "adaptation"}};
  report.neurons = std::move(neurons);
  report.frames = frames;
  report.interval = 0.1;
  report.float64 = float64;
  return {{report}, {{"exc"}}, {}};
}

template <class Number>
std::vector<Number> numbers(const Column& column, std::size_t count) {
  std::vector<Number> values(count);
  std::memcpy(values.data(), column.data(), count * sizeof(Number));
  return values;
}

FrameBlock block32(std::int64_t first, std::int64_t frames, std::vector<float> values) {
  return {{first, frames, {}, std::move(values)}, 0};
}

TEST_CASE("blocks of two variables become two arrays of whole frames") {
  MemoryRecorder recorder(layout_of(3, {0, 4}, false), true);
  recorder.write(block32(0, 2, {1, 2, 3, 4, -1, -2, -3, -4}));
  recorder.write(block32(2, 1, {5, 6, -5, -6}));
  recorder.advance(0.3);
  CHECK(recorder.variable(0, 0).rows() == 3);
  CHECK(numbers<float>(recorder.variable(0, 0), 6) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(numbers<float>(recorder.variable(0, 1), 6) == std::vector<float>{-1, -2, -3, -4, -5, -6});
  CHECK(numbers<double>(recorder.times(0), 3) == std::vector<double>{0, 1 * 0.1, 2 * 0.1});
  CHECK(recorder.time() == 0.3);
}

TEST_CASE("values around spikes are kept variable by variable, and counts as last told") {
  RunLayout layout;
  layout.snippets = {
      {"exc", "exc", {{"V", "mV", "potential"}, {"w", "pA", "adaptation"}}, {0, 1}, {-0.1, 0}, false}};
  MemoryRecorder recorder(layout, false);
  recorder.write(SnippetBlock{0, {1.0, 1.0}, {1.1, 1.1}, {0, 1}, {}, {1, 2, 3, 4, -1, -2, -3, -4}, 1, 2});
  recorder.write(SnippetBlock{0, {}, {}, {}, {}, {}, 1, 3});
  recorder.write(SnippetBlock{0, {2.0}, {2.0}, {1}, {}, {5, 6, -5, -6}, 1, 1});
  const MemoryRecorder::Snippets& found = recorder.snippets(0);
  CHECK(numbers<double>(found.times, 3) == std::vector<double>{1, 1, 2});
  CHECK(numbers<double>(found.sampled_at, 3) == std::vector<double>{1.1, 1.1, 2});
  CHECK(numbers<std::uint64_t>(found.neurons, 3) == std::vector<std::uint64_t>{0, 1, 1});
  CHECK(numbers<float>(found.variables[0], 6) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(numbers<float>(found.variables[1], 6) == std::vector<float>{-1, -2, -3, -4, -5, -6});
  CHECK(found.left_out_at_start == 1);
  CHECK(found.left_out_at_end == 1);
}

TEST_CASE("float64 is kept as float64") {
  MemoryRecorder recorder(layout_of(1, {7}, true), true);
  recorder.write(FrameBlock{{0, 1, {0.1, 0.2}, {}}, 0});
  CHECK(numbers<double>(recorder.variable(0, 0), 1) == std::vector<double>{0.1});
  CHECK(numbers<double>(recorder.variable(0, 1), 1) == std::vector<double>{0.2});
}

TEST_CASE("memory looked at early stays as it was when the column outgrows it") {
  const std::int64_t frames = 100'000;
  MemoryRecorder recorder(layout_of(frames, {0}, false), false);
  recorder.write(block32(0, 1, {42, 43}));
  const std::byte* early = recorder.variable(0, 0).data();
  for (std::int64_t k = 1; k < frames; ++k) recorder.write(block32(k, 1, {static_cast<float>(k), 0}));
  CHECK(recorder.variable(0, 0).data() != early);
  float first = 0;
  std::memcpy(&first, early, sizeof first);
  CHECK(first == 42);
  const auto all = numbers<float>(recorder.variable(0, 0), static_cast<std::size_t>(frames));
  CHECK(all.front() == 42);
  for (std::int64_t k = 1; k < frames; ++k)
    REQUIRE(all[static_cast<std::size_t>(k)] == static_cast<float>(k));
}

TEST_CASE("where the whole run is reserved, memory never moves") {
  const std::int64_t frames = 100'000;
  MemoryRecorder recorder(layout_of(frames, {0}, false), true);
  const std::byte* early = recorder.variable(0, 0).data();
  for (std::int64_t k = 0; k < frames; ++k) recorder.write(block32(k, 1, {static_cast<float>(k), 0}));
  CHECK(recorder.variable(0, 0).data() == early);
}

TEST_CASE("spikes follow one another") {
  MemoryRecorder recorder(layout_of(1, {0}, false), true);
  recorder.write(SpikeBlock{0, {1.5, 1.5}, {3, 9}});
  recorder.write(SpikeBlock{0, {2.5}, {0}});
  CHECK(recorder.spike_times(0).rows() == 3);
  CHECK(numbers<double>(recorder.spike_times(0), 3) == std::vector<double>{1.5, 1.5, 2.5});
  CHECK(numbers<std::uint64_t>(recorder.spike_neurons(0), 3) == std::vector<std::uint64_t>{3, 9, 0});
}

TEST_CASE("the memory that a run will take is known before it") {
  CHECK(MemoryRecorder::bytes_planned(layout_of(1000, {0, 1, 2}, false)) == 1000 * (2 * 3 * 4 + 8));
  CHECK(MemoryRecorder::bytes_planned(layout_of(1000, {0, 1, 2}, true)) == 1000 * (2 * 3 * 8 + 8));
}

}  // namespace
