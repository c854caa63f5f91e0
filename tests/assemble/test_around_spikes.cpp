// What is recorded around spikes equals, bit for bit, the parts of a recording of the whole run around them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "assemble/running.hpp"
#include "engine/memory_recorder.hpp"

using namespace hillock;
using running::Run;

namespace {

// Neurons that fire more often than their windows are long, with a spike in the first window and in the last.
std::string spiking_cells(const std::string& spike_times, const std::string& record) {
  return "simulation: {duration: 60 ms, dt: 0.1 ms, seed: 3, spike_times: " + spike_times + R"(}
populations:
  cell:
    size: 6
    model: lif
    params: {tau_m: {linspace: [6 ms, 14 ms]}, t_ref: 0.5 ms}
    receptors: {ampa: {model: exp_conductance, tau: 4 ms, E_rev: 0 mV}}
inputs:
  push: {type: dc, target: cell, amplitude: {linspace: [1 nA, 6 nA]}}
  rain: {type: poisson, target: cell, receptor: ampa, rate: 1 kHz, weight: 4 nS}
record: {cell: {spikes: true, )" +
         record + "}}\n";
}

struct Window {
  std::int64_t before, after, every;  // steps
};

struct Expected {
  std::vector<double> times, sampled_at;
  std::vector<std::uint64_t> node_ids;
  std::vector<double> values;  // [spike][sample]
  std::int64_t at_start = 0, at_end = 0;
};

// Cut out of a run that recorded the variable of all its neurons at each step.
Expected cut_out(const Run& run, const std::string& variable, const std::vector<std::int64_t>& neurons,
                 const Window& window) {
  Expected expected;
  const std::vector<double> all = run.values("cell", variable);
  const base::TimeGrid grid = run.prepared.simulation->grid();
  for (const running::Spike& spike : run.spikes("cell")) {
    const auto neuron = static_cast<std::int64_t>(spike.neuron);
    if (std::ranges::find(neurons, neuron) == neurons.end()) continue;
    const auto step = static_cast<std::int64_t>(std::ceil(spike.time / grid.dt - 1e-9));
    if (step < window.before) {
      ++expected.at_start;
    } else if (step + window.after >= grid.steps) {
      ++expected.at_end;
    } else {
      expected.times.push_back(spike.time);
      expected.sampled_at.push_back(grid.time(step));
      expected.node_ids.push_back(spike.neuron);
      for (std::int64_t k = step - window.before; k <= step + window.after; k += window.every)
        expected.values.push_back(all[static_cast<std::size_t>(k * 6 + neuron)]);
    }
  }
  return expected;
}

template <class Number>
std::vector<Number> numbers(const engine::Column& column, std::size_t per_row = 1) {
  std::vector<Number> values(static_cast<std::size_t>(column.rows()) * per_row);
  if (!values.empty()) std::memcpy(values.data(), column.data(), values.size() * sizeof(Number));
  return values;
}

std::vector<double> values_of(const engine::Column& column, const engine::SnippetLayout& layout) {
  if (layout.float64) return numbers<double>(column, layout.offsets.size());
  const std::vector<float> singles = numbers<float>(column, layout.offsets.size());
  return {singles.begin(), singles.end()};
}

// Runs in slices that end at these steps.
engine::MemoryRecorder recorded(Run& run, std::vector<std::int64_t> ends) {
  engine::MemoryRecorder recorder(run.prepared.layout, false);
  ends.push_back(run.prepared.simulation->grid().steps);
  for (const std::int64_t end : ends) run.prepared.simulation->run_until(end, recorder);
  return recorder;
}

void check_equal(const engine::MemoryRecorder::Snippets& found, const engine::SnippetLayout& layout,
                 std::size_t variable, const Expected& expected) {
  CHECK(numbers<double>(found.times) == expected.times);
  CHECK(numbers<double>(found.sampled_at) == expected.sampled_at);
  CHECK(numbers<std::uint64_t>(found.neurons) == expected.node_ids);
  CHECK(values_of(found.variables.at(variable), layout) == expected.values);
  CHECK(found.left_out_at_start == expected.at_start);
  CHECK(found.left_out_at_end == expected.at_end);
}

}  // namespace

TEST_CASE("values around spikes are the bits of a recording of every step") {
  for (const std::string spike_times : {"grid", "interpolated"})
    for (const std::string dtype : {"float32", "float64"}) {
      CAPTURE(spike_times);
      CAPTURE(dtype);
      Run whole(spiking_cells(spike_times, "dtype: " + dtype + ", V: true, I_ampa: true, g_ampa: true"));
      whole.go();
      const std::string window = "{around_spikes: {before: 1.5 ms, after: 3 ms}, neurons: [0, 2, 5]}";
      Run run(spiking_cells(spike_times,
                            "dtype: " + dtype + ", V: " + window + ", I_ampa: " + window +
                                ", g_ampa: {around_spikes: {before: 0.6 ms, after: 6 ms}, every: 0.3 ms}"));
      REQUIRE(run.prepared.layout.reports.empty());
      const std::vector<engine::SnippetLayout>& layout = run.prepared.layout.snippets;
      REQUIRE(layout.size() == 2);
      CHECK(layout[0].group == "cell");
      CHECK(layout[1].group == "cell.g_ampa");
      CHECK(layout[0].offsets.size() == 46);
      CHECK(layout[0].offsets.front() == -15 * 0.1);
      CHECK(layout[1].offsets.back() == 60 * 0.1);
      CHECK(layout[1].offsets.size() == 23);
      CHECK(layout[1].bytes_per_spike() == 24 + 23 * (dtype == "float32" ? 4 : 8));
      const engine::MemoryRecorder recorder = recorded(run, {});
      const Expected V = cut_out(whole, "V", {0, 2, 5}, {15, 30, 1});
      check_equal(recorder.snippets(0), layout[0], 0, V);
      check_equal(recorder.snippets(0), layout[0], 1, cut_out(whole, "I_ampa", {0, 2, 5}, {15, 30, 1}));
      const Expected g = cut_out(whole, "g_ampa", {0, 1, 2, 3, 4, 5}, {6, 60, 3});
      check_equal(recorder.snippets(1), layout[1], 0, g);
      // The case is not a trivial one: windows overlap, and reach over both ends.
      CHECK(g.times.size() > 100);
      CHECK(static_cast<double>(V.times.size()) * 4.5 > 3 * 60);
      CHECK(V.at_start > 0);
      CHECK(V.at_end > 0);
    }
}

TEST_CASE("a run in slices records the same around spikes as one in one piece") {
  const std::string config = spiking_cells(
      "interpolated", "dtype: float64, V: {around_spikes: {before: 1 ms, after: 4 ms}, every: 0.5 ms}");
  Run piece(config), few(config), each(config);
  std::vector<std::int64_t> steps;
  for (std::int64_t step = 0; step < 600; ++step) steps.push_back(step);
  const engine::MemoryRecorder one = recorded(piece, {});
  for (const engine::MemoryRecorder& other : {recorded(few, {1, 2, 57, 57, 300}), recorded(each, steps)}) {
    const engine::MemoryRecorder::Snippets &a = one.snippets(0), &b = other.snippets(0);
    CHECK(numbers<double>(a.times) == numbers<double>(b.times));
    CHECK(numbers<double>(a.sampled_at) == numbers<double>(b.sampled_at));
    CHECK(numbers<std::uint64_t>(a.neurons) == numbers<std::uint64_t>(b.neurons));
    CHECK(numbers<double>(a.variables[0], 11) == numbers<double>(b.variables[0], 11));
    CHECK(a.left_out_at_start == b.left_out_at_start);
    CHECK(a.left_out_at_end == b.left_out_at_end);
  }
}

TEST_CASE("each spike so far is there or counted as left out, wherever the run stands") {
  Run run(spiking_cells("grid", "V: {around_spikes: {before: 2 ms, after: 9 ms}}"));
  engine::MemoryRecorder recorder(run.prepared.layout, false);
  for (const std::int64_t end : {10, 15, 50, 51, 200, 599, 600}) {
    run.prepared.simulation->run_until(end, recorder);
    const engine::MemoryRecorder::Snippets& found = recorder.snippets(0);
    CHECK(found.times.rows() + found.left_out_at_start + found.left_out_at_end ==
          recorder.spike_times(0).rows());
  }
  CHECK(recorder.snippets(0).left_out_at_start > 0);
}

TEST_CASE("a window of no length is one sample: the values after the reset") {
  Run run(spiking_cells("grid", "V: {around_spikes: {before: 0 ms, after: 0 ms}}"));
  const engine::MemoryRecorder recorder = recorded(run, {});
  CHECK(run.prepared.layout.snippets[0].offsets == std::vector<double>{0});
  const std::vector<float> V = numbers<float>(recorder.snippets(0).variables[0]);
  CHECK(V.size() > 100);
  for (const float value : V) CHECK(value == V[0]);
}

TEST_CASE("recording around spikes leaves the other recordings alone") {
  const std::string V = "V: {neurons: [1], every: 0.2 ms}";
  Run alone(spiking_cells("grid", V)),
      beside(spiking_cells("grid", V + ", I_syn: {around_spikes: {before: 1 ms, after: 1 ms}}"));
  alone.go();
  beside.go();
  CHECK(alone.values("cell", "V") == beside.values("cell", "V"));
  CHECK(alone.spikes("cell") == beside.spikes("cell"));
  CHECK(beside.prepared.layout.reports[0].group == "cell");
  CHECK(beside.prepared.estimate.memory_bytes - alone.prepared.estimate.memory_bytes >= 21 * 6 * 4);
}

TEST_CASE("a value that float32 cannot hold stops the run, with its place") {
  const loading::Folder folder;
  folder.write("cell.yaml", running::model_text(R"(inputs: {I: mV/ms}
state: {V: {init: 0 mV}}
derived: {large: V * 1e38}
equations: {dV/dt: I}
spike: {when: V >= 5 mV, reset: {V: 0 mV}}
)"));
  const std::string config = R"(simulation: {duration: 20 ms, dt: 0.5 ms}
populations: {cell: {model: cell.yaml}}
inputs: {push: {type: dc, target: cell, amplitude: 1 mV/ms}}
record: {cell: {DTYPEV: {around_spikes: {before: 1 ms, after: 1 ms}}, large: {around_spikes: {before: 1 ms, after: 4 ms}}}}
)";
  const auto with = [&](const std::string& dtype) {
    return std::string(config).replace(config.find("DTYPE"), 5, dtype);
  };
  CHECK(running::trouble(folder, with("")) ==
        "population 'cell': large of neuron 0 around its spike at 5 ms is more than float32 holds\n"
        "  write dtype: float64 in its record, and check the inputs");
  CHECK(running::trouble(folder, with("dtype: float64, ")) == "");
}

TEST_CASE("windows that the memory cannot hold are refused before anything is allocated") {
  CHECK(
      running::trouble(R"(simulation: {duration: 1000 s, dt: 0.1 ms}
populations: {cell: {model: lif, size: 1000000}}
record: {cell: {V: {around_spikes: {before: 10 s, after: 900 s}}}}
)")
          .starts_with(
              "what this config records around spikes needs about 3.64e+04 GB of memory for its windows, "));
}
