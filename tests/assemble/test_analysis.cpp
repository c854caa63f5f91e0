// What is measured during a run equals what a recording of every step as float64 gives, and leaves the run
// alone.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>

#include "analysis/population_facts.hpp"
#include "assemble/analysis.hpp"
#include "assemble/running.hpp"

using namespace hillock;
using running::Run;

namespace {

// A run through the recorder that analyses.
struct Analysed {
  explicit Analysed(const std::string& config) : Analysed(loading::Folder(), config) {}
  Analysed(const loading::Folder& folder, const std::string& config)
      : run(folder, config), recorder(run.memory, run.prepared.analysis) {}
  Analysed& go(std::int64_t until = 1 << 30) {
    run.result = run.prepared.simulation->run_until(until, recorder);
    return *this;
  }
  engine::AnalysisTable table(std::size_t index = 0) const {
    return recorder.analysis().tables(run.prepared.simulation->time()).at(index);
  }
  Run run;
  assemble::AnalysingRecorder recorder;
};

const engine::AnalysisValues& values_of(const engine::AnalysisTable& table, const std::string& name) {
  const auto found = std::ranges::find(table.values, name, &engine::AnalysisValues::name);
  REQUIRE_MESSAGE(found != table.values.end(), name);
  return *found;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// Features of a recorded trace, as means over its action potentials.
std::vector<double> recorded_features(const Run& run, const std::string& population, std::size_t neuron,
                                      std::size_t neurons, const assemble::AnalysisPlan& plan) {
  const std::vector<double> all = run.values(population, "V"), inputs = run.values(population, "I");
  std::vector<double> V, I, time;
  for (std::size_t k = 0; k * neurons < all.size(); ++k) {
    V.push_back(all[k * neurons + neuron]);
    I.push_back(inputs[k * neurons + neuron] * analysis::input_scale(plan.input));
    time.push_back(static_cast<double>(k) * plan.interval);
  }
  const auto values =
      analysis::measure({time, V, plan.stimulus_start, plan.stimulus_stop, I}, plan.settings, plan.features);
  std::vector<double> means;
  for (const auto& one : values) means.push_back(analysis::mean_value(one).value_or(std::nan("")));
  return means;
}

const std::string squid = R"(simulation: {duration: 80 ms, dt: 0.025 ms, method: METHOD}
populations: {axon: {model: hodgkin_huxley, size: 3}}
inputs: {step: {type: dc, target: axon, amplitude: [0 uA/cm2, 7 uA/cm2, 20 uA/cm2], start: 10 ms, stop: 70 ms}}
)";

std::string with_method(const std::string& method) { return loading::changed(squid, {{"METHOD", method}}); }

}  // namespace

TEST_CASE("all features are bit for bit those of a float64 recording of every step") {
  for (const char* method : {"rk4", "exponential_euler", "adaptive"}) {
    CAPTURE(method);
    const std::string config = with_method(method);
    const Analysed analysed = std::move(Analysed(config + "analysis: {axon: {features: all}}\n").go());
    const Run recorded = std::move(Run(config + "record: {axon: {V: true, I: true, dtype: float64}}\n").go());
    const auto& plan = analysed.recorder.analysis().plans().at(0);
    const engine::AnalysisTable table = analysed.table();
    std::size_t numbers = 0;
    for (std::size_t neuron = 0; neuron < 3; ++neuron) {
      const std::vector<double> expected = recorded_features(recorded, "axon", neuron, 3, plan);
      for (std::size_t f = 0; f < plan.features.size(); ++f) {
        const std::string name(plan.features[f]->name);
        const double found = values_of(table, name).values.at(neuron);
        CHECK_MESSAGE(same(found, expected[f]), name << " of neuron " << neuron);
        numbers += std::isfinite(found) ? 1 : 0;
      }
    }
    CHECK(numbers > 60);
    CHECK(values_of(table, "action_potentials").values[0] == 0);
    CHECK(values_of(table, "action_potentials").values[2] > 3);
  }
}

TEST_CASE("what is recorded beside an analysis has the bits that it has without one") {
  const std::string config =
      with_method("adaptive") + "record: {axon: {V: {every: 0.1 ms}, m: {neurons: 1}, spikes: true}}\n";
  const Run alone = std::move(Run(config).go());
  const Analysed analysed = std::move(Analysed(config + "analysis: {axon: all}\n").go());
  CHECK(analysed.run.values("axon", "V") == alone.values("axon", "V"));
  CHECK(analysed.run.values("axon", "m") == alone.values("axon", "m"));
  CHECK(analysed.run.spikes("axon") == alone.spikes("axon"));
  CHECK(analysed.run.prepared.layout.reports.size() == alone.prepared.layout.reports.size());
  CHECK(analysed.run.prepared.layout.spikes.size() == 1);
  const auto frames_of = [](const Run& run) {
    std::int64_t frames = 0;
    for (const engine::FrameBlock& block : run.memory.frames) frames += block.frames;
    return frames;
  };
  CHECK(frames_of(analysed.run) == frames_of(alone));
}

TEST_CASE("the current is held beside V only for features that need it, in the unit of the model's input") {
  const std::string head = R"(simulation: {duration: 50 ms, dt: 0.025 ms}
populations: {cell: {model: MODEL, size: 4}}
inputs: {step: {type: dc, target: cell, amplitude: [UNIT, 2 UNIT, 3 UNIT, 4 UNIT], start: 10 ms, stop: 40 ms}}
analysis: {cell: {features: [NAMES], neurons: [1, 3]}}
)";
  const auto analysed = [&](const char* model, const char* unit, const char* names) {
    return std::move(Analysed(loading::changed(head, {{"MODEL", model},
                                                      {"[UNIT, 2 UNIT, 3 UNIT, 4 UNIT]",
                                                       fmt::format("[1 {0}, 2 {0}, 3 {0}, 4 {0}]", unit)},
                                                      {"NAMES", names}}))
                         .go());
  };
  const auto without = analysed("lif", "pA", "voltage_base");
  CHECK(without.run.prepared.estimate.analysis_bytes == 8 * 2000 * 3);
  CHECK(without.recorder.analysis().plans().at(0).input == analysis::InputKind::unknown);
  const auto currents = analysed("lif", "pA", "voltage_base, maximum_current, resonance_impedance");
  CHECK(currents.run.prepared.estimate.analysis_bytes == 8 * 2000 * 5 + analysis::resonance_bytes(2000));
  const auto of_currents = values_of(currents.table(), "maximum_current");
  CHECK(of_currents.unit == "nA");
  CHECK(of_currents.values[0] == doctest::Approx(0.002));
  CHECK(of_currents.values[1] == doctest::Approx(0.004));
  CHECK(values_of(currents.table(), "resonance_impedance").unit == "MOhm");
  CHECK(currents.table().note.find("input") == std::string::npos);
  const auto densities = analysed("hodgkin_huxley", "uA/cm2", "maximum_current, impedance_magnitude");
  CHECK(values_of(densities.table(), "maximum_current").unit == "uA/cm2");
  CHECK(values_of(densities.table(), "maximum_current").values == std::vector<double>{2, 4});
  CHECK(values_of(densities.table(), "impedance_magnitude").unit == "kOhm cm2");
  const auto others = analysed("izhikevich_2003", "mV/ms", "maximum_current, voltage_base");
  CHECK(others.run.prepared.estimate.analysis_bytes == 8 * 2000 * 3);
  CHECK(std::isnan(values_of(others.table(), "maximum_current").values[0]));
  CHECK(std::isfinite(values_of(others.table(), "voltage_base").values[0]));
  CHECK(others.table().note.starts_with(
      "the input is in 'mV/ms', neither in pA nor in uA/cm2: no impedances and no currents"));
  REQUIRE(others.run.prepared.warnings.size() == 1);
  CHECK(others.run.prepared.warnings[0].message ==
        "analysis of 'cell': the input is in 'mV/ms', neither in pA nor "
        "in uA/cm2: no impedances and no currents");
}

TEST_CASE("statistics hold no traces, count in their window, and are those of the recorded spikes") {
  const std::string config = R"(simulation: {duration: 300 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 6}}
inputs: {noise: {type: noise, target: cell, mean: 0.5 nA, std: 0.4 nA, every: 1 ms}}
record: {cell: [spikes]}
analysis: {cell: {statistics: all, neurons: [1, 4, 5], start: 50 ms, stop: 250 ms, bin: 4 ms}}
)";
  const Analysed analysed = std::move(Analysed(config).go());
  CHECK(analysed.run.prepared.estimate.analysis_bytes == 0);
  const engine::AnalysisTable table = analysed.table();
  analysis::SpikeTrains trains;
  for (const std::uint64_t neuron : {1, 4, 5}) trains.push_back(analysed.run.spike_times("cell", neuron));
  const auto expected = analysis::statistics(trains, {50, 250}, 4, 13);
  CHECK(expected.spikes > 20);
  CHECK(table.neurons == std::vector<std::int64_t>{1, 4, 5});
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(values_of(table, "spikes").values[k] == static_cast<double>(expected.trains[k].spikes));
    CHECK(values_of(table, "rate").values[k] == expected.trains[k].rate);
    CHECK(values_of(table, "cv").values[k] == expected.trains[k].cv.value());
    CHECK(values_of(table, "lv").values[k] == expected.trains[k].lv.value());
  }
  CHECK(values_of(table, "rate_mean").values == std::vector<double>{expected.rate});
  for (std::size_t k = 0; k < 3; ++k) {  // by spikes before and behind the window
    CHECK(values_of(table, "phase").values[k] == expected.trains[k].phase.value());
    CHECK(values_of(table, "phase_shift").values[k] == expected.trains[k].phase_shift.value());
  }
  CHECK(values_of(table, "phase_shift_mean").values == std::vector<double>{*expected.phase_shift});
  CHECK(values_of(table, "cv2_mean").values == std::vector<double>{*expected.cv2});
  CHECK(values_of(table, "fano_factor").values == std::vector<double>{*expected.fano_factor});
  CHECK(values_of(table, "correlation").values == std::vector<double>{*expected.correlation});
  CHECK(values_of(table, "spectrum").values == expected.spectrum.power);
  CHECK(values_of(table, "autocorrelogram").values == expected.autocorrelogram);
  REQUIRE(table.axes.size() == 3);
  CHECK(table.axes[1].name == "lag");
  CHECK(table.axes[1].values.front() == -52);
  CHECK(table.axes[1].values.back() == 52);
  CHECK(table.numbers ==
        std::map<std::string, double>{{"bin_ms", 4}, {"window_start_ms", 50}, {"window_stop_ms", 250}});
}

TEST_CASE("spikes of the last step count, also where steps times dt is more than the duration") {
  for (const char* duration : {"0.3", "0.5", "0.7"}) {  // 3 * 0.1 > 0.3, but 5 * 0.1 is 0.5
    CAPTURE(duration);
    const std::string config = "simulation: {duration: " + std::string(duration) + R"( ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {t_ref: 0 ms}}}
inputs: {drive: {type: dc, target: cell, amplitude: 100 nA}}
record: {cell: spikes}
analysis: {cell: rate}
)";
    const Analysed analysed = std::move(Analysed(config).go());
    const auto spikes = static_cast<double>(analysed.run.spike_times("cell", 0).size());
    CHECK(spikes > 2);
    CHECK(values_of(analysed.table(), "spikes").values == std::vector<double>{spikes});
  }
}

TEST_CASE("neurons that are silent have rates of 0 and no cv; features of other potentials are none") {
  const Analysed analysed = std::move(Analysed(R"(simulation: {duration: 20 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 2}}
analysis: {cell: {features: [AP_amplitude, voltage_base], statistics: [rate, cv]}}
)")
                                          .go());
  const engine::AnalysisTable table = analysed.table();
  CHECK(values_of(table, "rate").values == std::vector<double>{0, 0});
  CHECK(std::isnan(values_of(table, "cv").values[1]));
  CHECK(std::isnan(values_of(table, "cv_mean").values[0]));
  CHECK(std::isnan(values_of(table, "AP_amplitude").values[0]));
  CHECK(table.note ==
        "V never passes Threshold = -20 mV (it reaches -70.00 mV): no action potentials to measure");
}

TEST_CASE("a V without mV has no features: a warning says so, and nothing is held") {
  const loading::Folder folder;
  folder.write("cell.yaml",
               running::model_text(
                   "inputs: {I: 1}\nparams: {tau: {default: 5 ms}}\nstate: {V: {init: 0.5}}\n"
                   "equations:\n  dV/dt: (I - V) / tau\nspike:\n  when: V >= 1\n  reset:\n    V: \"0\"\n"));
  const Analysed analysed = std::move(Analysed(folder, R"(simulation: {duration: 20 ms, dt: 0.1 ms}
populations: {cell: {model: cell.yaml}}
inputs: {push: {type: dc, target: cell, amplitude: 3}}
analysis:
  cell: [AP_amplitude, rate]
)")
                                          .go());
  REQUIRE(analysed.run.prepared.warnings.size() == 1);
  CHECK(
      folder.shorten(base::format(analysed.run.prepared.warnings[0])) ==
      R"(test.yaml:5:3: warning: analysis of 'cell': V is in '1', not in mV: no features of action potentials
   5 |   cell: [AP_amplitude, rate]
     |   ^~~~ leave the features out, and ask for statistics of its spikes)");
  CHECK(analysed.run.prepared.estimate.analysis_bytes == 0);
  const engine::AnalysisTable table = analysed.table();
  CHECK(std::isnan(values_of(table, "AP_amplitude").values[0]));
  CHECK(values_of(table, "rate").values[0] > 0);
  CHECK(table.note == "V is in '1', not in mV: no features of action potentials");
}

TEST_CASE("the stimulus is that of the config, or start and stop, and settings act") {
  const std::string config = with_method("rk4");
  const auto window = [&](const std::string& more) {
    const Analysed analysed(config + "analysis: {axon: {features: [AP_amplitude]" + more + "}}\n");
    const auto& plan = analysed.recorder.analysis().plans().at(0);
    return std::vector<double>{plan.stimulus_start, plan.stimulus_stop, plan.settings.threshold};
  };
  CHECK(window("") == std::vector<double>{10, 70, -20});
  CHECK(window(", start: 20 ms") == std::vector<double>{20, 70, -20});
  CHECK(window(", start: 5 ms, stop: 30 ms, settings: {Threshold: -5 mV}") == std::vector<double>{5, 30, -5});
  CHECK(
      running::trouble(config + "analysis:\n  axon: {features: [AP_amplitude], start: 75 ms}\n") ==
      R"(test.yaml:5:3: error: the stimulus that features of 'axon' refer to would begin at 75 ms and end at 70 ms
   5 |   axon: {features: [AP_amplitude], start: 75 ms}
     |   ^~~~ give start and stop, so that it begins first)");
}

TEST_CASE("between slices and after an interruption the part that ran is measured") {
  const std::string config = with_method("rk4") + "analysis: {axon: [AP_amplitude, rate, voltage_base]}\n";
  Analysed analysed(config);
  CHECK(std::isnan(values_of(analysed.table(), "voltage_base").values[2]));  // nothing has run
  analysed.go(1200);                                                         // 30 ms
  const Analysed shorter =
      std::move(Analysed(loading::changed(config, {{"duration: 80 ms", "duration: 30 ms"},
                                                   {"stop: 70 ms", "stop: 30 ms"}}))
                    .go());
  const engine::AnalysisTable part = analysed.table(), whole = shorter.table();
  CHECK(values_of(part, "action_potentials").values == values_of(whole, "action_potentials").values);
  CHECK(values_of(part, "rate").values == values_of(whole, "rate").values);
  CHECK(values_of(part, "voltage_base").values == values_of(whole, "voltage_base").values);
  CHECK(part.numbers.at("window_stop_ms") == 30);
  analysed.go();
  CHECK(values_of(analysed.table(), "spikes").values[2] > values_of(part, "spikes").values[2]);
  CHECK(analysed.table().numbers.at("window_stop_ms") == 80);
}

TEST_CASE("an empty population has no analysis") {
  const Analysed analysed = std::move(Analysed(R"(simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {none: {model: lif, size: 0}, one: {model: lif}}
analysis: {none: [rate], one: [rate]}
)")
                                          .go());
  CHECK(analysed.recorder.analysis().plans().size() == 1);
  CHECK(analysed.table().population == "one");
}

TEST_CASE("traces that memory cannot hold are refused before anything runs") {
  const Run small(with_method("rk4") + "analysis: {axon: {features: all, neurons: 0..1}}\n");
  CHECK(small.prepared.estimate.analysis_bytes ==
        5 * 8 * 3200 + analysis::resonance_bytes(3200));  // potentials, currents and times
  CHECK(small.prepared.estimate.memory_bytes > small.prepared.estimate.analysis_bytes);
  const std::string config = R"(simulation: {duration: 1000000 s, dt: 0.1 ms}
populations: {axon: {model: hodgkin_huxley, size: 1000}}
analysis: {axon: [AP_amplitude]}
)";
  CHECK(running::trouble(loading::changed(config, {{"AP_amplitude", "maximum_current"}}))
            .find(" need about 1.6e+05 GB of memory, ") != std::string::npos);
  const std::string huge = running::trouble(config);
  const std::string begin =
      "the traces that the analysis of this config holds until the end of the run need about 8.01e+04 GB of "
      "memory, ";
  CHECK(huge.substr(0, begin.size()) == begin);
  const std::string end = " GB are there; name fewer neurons in its 'neurons', or make the run shorter";
  REQUIRE(huge.size() > end.size());
  CHECK(huge.substr(huge.size() - end.size()) == end);
}
