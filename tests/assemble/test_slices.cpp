// A run in slices: the same bits as in one piece, and states that are set in between.
#include <cstring>
#include <map>

#include "engine/memory_recorder.hpp"
#include "running.hpp"

namespace {

using namespace running;

// What a run leaves, as bytes.
std::vector<std::string> bytes_of(const engine::RunLayout& layout, const engine::MemoryRecorder& recorder) {
  std::vector<std::string> all;
  const auto add = [&](const engine::Column& column, std::size_t row_bytes) {
    all.emplace_back(reinterpret_cast<const char*>(column.data()),
                     row_bytes * static_cast<std::size_t>(column.rows()));
  };
  for (std::size_t r = 0; r < layout.reports.size(); ++r) {
    const engine::ReportLayout& report = layout.reports[r];
    add(recorder.times(r), 8);
    for (std::size_t v = 0; v < report.variables.size(); ++v)
      add(recorder.variable(r, v),
          static_cast<std::size_t>(report.values_per_frame()) * (report.float64 ? 8 : 4));
  }
  for (std::size_t s = 0; s < layout.spikes.size(); ++s) {
    add(recorder.spike_times(s), 8);
    add(recorder.spike_neurons(s), 8);
  }
  return all;
}

std::vector<std::string> in_slices(const std::string& config, std::vector<std::int64_t> ends) {
  Run run(config);
  engine::Simulation& simulation = *run.prepared.simulation;
  ends.push_back(simulation.grid().steps);
  engine::MemoryRecorder recorder(run.prepared.layout, false);
  for (const std::int64_t end : ends) {
    const engine::RunResult result = simulation.run_until(end, recorder);
    CHECK(result.end == engine::RunEnd::complete);
    CHECK(simulation.step() == end);
    CHECK(recorder.time() == simulation.grid().time(end));
  }
  return bytes_of(run.prepared.layout, recorder);
}

const std::string cells = R"(
populations:
  cell:
    size: 37
    model: lif
    params: {tau_m: {linspace: [8 ms, 30 ms]}}
    receptors: {ampa: {model: exp_conductance, tau: 4 ms, E_rev: 0 mV}}
inputs:
  rain: {type: poisson, target: cell, receptor: ampa, rate: 2 kHz, weight: 4 nS}
  wave: {type: sine, target: cell, amplitude: 0.3 nA, frequency: 20 Hz, start: 3 ms, stop: 41 ms}
  drift: {type: ou, target: cell, mean: 0.2 nA, sigma: 0.1 nA, tau: 5 ms}
record:
  cell: {spikes: true, dtype: float64, V: {every: 0.3 ms}, I_ampa: {neurons: [2, 5], every: 0.1 ms}}
)";

TEST_CASE("a run in slices gives the bits of a run in one piece, whatever the method") {
  const std::map<std::string, std::string> simulations{
      {"on the grid", "simulation: {duration: 50 ms, dt: 0.1 ms, method: rk4}"},
      {"interpolated", "simulation: {duration: 50 ms, dt: 0.1 ms, method: rk4, spike_times: interpolated}"},
      {"adaptive", "simulation: {duration: 50 ms, dt: 0.1 ms, method: adaptive}"},
      {"exponential", "simulation: {duration: 50 ms, dt: 0.1 ms, method: exponential_euler}"}};
  for (const auto& one : simulations) {
    const auto& name = std::get<0>(one);
    const auto& simulation = std::get<1>(one);
    CAPTURE(name);
    const std::vector<std::string> whole = in_slices(simulation + cells, {});
    CHECK(whole[0].size() == 167 * 8);
    CHECK(whole.back().size() > 8 * 37);
    CHECK(in_slices(simulation + cells, {1, 2, 3, 100, 100, 499}) == whole);
    std::vector<std::int64_t> each;
    for (std::int64_t step = 0; step < 500; ++step) each.push_back(step);
    CHECK(in_slices(simulation + cells, each) == whole);
  }
}

TEST_CASE(
    "a state that is set between two slices is what the frame there shows and the next step starts from") {
  Run run(R"(
simulation: {duration: 2 ms, dt: 0.1 ms}
populations: {cell: {size: 2, model: lif}}
record: {cell: {dtype: float64, V: {every: 0.1 ms}}}
)");
  engine::Simulation& simulation = *run.prepared.simulation;
  engine::MemoryRecorder recorder(run.prepared.layout, false);
  simulation.run_until(10, recorder);
  CHECK(recorder.times(0).rows() == 10);
  network::Population& cell = simulation.population(0);
  const auto slot = program::Slots::find(cell.plan().slots.arrays, "V");
  const double rest = cell.array(slot)[0];
  cell.array(slot)[1] = rest + 5;
  simulation.run_until(12, recorder);
  std::vector<double> V(24);
  std::memcpy(V.data(), recorder.variable(0, 0).data(), V.size() * sizeof(double));
  CHECK(V[20] == rest);
  CHECK(V[21] == rest + 5);
  CHECK(V[22] == rest);
  CHECK(V[23] < rest + 5);
  CHECK(V[23] > rest + 4.9);
}

TEST_CASE("a run of no steps has one frame, however often it is asked for") {
  Run run(R"(
simulation: {duration: 0 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)");
  engine::MemoryRecorder recorder(run.prepared.layout, true);
  run.prepared.simulation->run(recorder);
  run.prepared.simulation->run_until(5, recorder);
  CHECK(recorder.times(0).rows() == 1);
}

// Counts what has been handed over each time that it is told how far it reaches.
class Watching final : public engine::Recorder {
 public:
  explicit Watching(double interval) : interval_(interval) {}
  void write(engine::FrameBlock block) override { frames_ += block.frames; }
  void write(engine::SpikeBlock) override {}
  void write(engine::SnippetBlock) override {}
  void write(engine::WeightColumns) override {}
  void write(engine::WeightBlock) override {}
  void advance(double time) override {
    ++advances;
    behind = behind || static_cast<double>(frames_) * interval_ < time - interval_ / 2;
  }
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}
  int advances = 0;
  bool behind = false;

 private:
  double interval_;  // ms
  std::int64_t frames_ = 0;
};

TEST_CASE("whenever the recorder is told how far it reaches, everything up to there has been handed over") {
  Run run(R"(
simulation: {duration: 1000 s, dt: 0.1 ms}
populations: {cell: {size: 64, model: lif}}
record: {cell: {V: {neurons: [0], every: 0.1 ms}}}
)");
  Watching recorder(0.1);
  std::atomic<bool> stop = false;
  engine::RunOptions options;
  options.stop = &stop;
  options.progress = [&](const engine::Progress&) { stop = recorder.advances >= 2; };
  CHECK(run.prepared.simulation->run(recorder, options).end == engine::RunEnd::interrupted);
  CHECK(recorder.advances >= 3);
  CHECK_FALSE(recorder.behind);
}

}  // namespace
