// Weights of connections over time: slices, snapshots, and what memory holds of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "engine/memory_recorder.hpp"
#include "running.hpp"

namespace running {
namespace {

const std::string changing = R"(
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {size: 20, model: lif, receptors: {a: {model: exp_current}}}}
connections: {c: {source: cell, target: cell, rule: {fixed_indegree: 3}, weight: {uniform: [1 nA, 2 nA]}, delay: 1 ms}}
record: {connections: {c: {dtype: float64, weight: {every: 0.7 ms}}}}
at: {2.1 ms: {set: {connections.c.weight: 3 nA}}, 5 ms: {set: {connections.c.weight: {uniform: [4 nA, 5 nA]}}}}
)";

std::vector<double> weights_in(const engine::MemoryRecorder& recorder) {
  const engine::Column& column = recorder.weights(0).frames.variables.front();
  std::vector<double> values(60 * static_cast<std::size_t>(column.rows()));
  std::memcpy(values.data(), column.data(), values.size() * sizeof(double));
  return values;
}

TEST_CASE("weights in slices, and from a snapshot on, are those of a run in one piece") {
  Run whole(changing), sliced(changing);
  engine::MemoryRecorder expected(whole.prepared.layout, true), recorder(sliced.prepared.layout, false);
  CHECK(expected.weights(0).sources.empty());
  whole.prepared.simulation->run(expected);
  const std::vector<double> weights = weights_in(expected);
  REQUIRE(weights.size() == 60 * 15);
  CHECK(weights[3 * 60 - 1] < 2001);
  CHECK(std::abs(weights[3 * 60] - 3000) < 1);  // 2.1 ms, when they change
  CHECK(weights[8 * 60] > 3999);                // 5.6 ms

  engine::Simulation& simulation = *sliced.prepared.simulation;
  const engine::Snapshot start = simulation.snapshot();
  const engine::MemoryRecorder::Mark nothing = recorder.mark();
  simulation.run_until(35, recorder);
  CHECK(recorder.weights(0).frames.times.rows() == 5);
  const engine::Snapshot middle = simulation.snapshot();
  const engine::MemoryRecorder::Mark mark = recorder.mark();
  simulation.run_until(100, recorder);
  CHECK(weights_in(recorder) == weights);
  simulation.restore(middle);
  recorder.go_back(mark);
  CHECK(recorder.weights(0).frames.times.rows() == 5);
  simulation.run_until(36, recorder);
  simulation.run_until(100, recorder);
  CHECK(weights_in(recorder) == weights);
  simulation.restore(start);
  recorder.go_back(nothing);
  simulation.run_until(100, recorder);
  CHECK(weights_in(recorder) == weights);
  CHECK(recorder.weights(0).targets == expected.weights(0).targets);
  CHECK(recorder.weights(0).sources.size() == 60);
}

TEST_CASE("synapses come once, before all frames, and frames in blocks that follow one another") {
  Run run(changing);
  run.go();
  REQUIRE(run.memory.columns.size() == 1);
  CHECK(std::ranges::is_sorted(run.memory.columns[0].targets));
  std::int64_t frames = 0;
  for (const engine::WeightBlock& block : run.memory.weights) {
    CHECK(block.first_frame == frames);
    frames += block.frames;
    CHECK(block.values64.size() == static_cast<std::size_t>(60 * block.frames));
    CHECK(block.values32.empty());
  }
  CHECK(frames == 15);
  CHECK(run.prepared.layout.weights[0].frames == 15);
}

}  // namespace
}  // namespace running
