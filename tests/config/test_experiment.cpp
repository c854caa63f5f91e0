// What a config that loads says: values in internal units, defaults filled in, likes and --set applied.
#include <doctest/doctest.h>

#include <cmath>

#include "config/loading.hpp"

using namespace hillock;
using loading::load;
using model::Law;
using model::MethodKind;
using model::Values;

namespace {

const std::string record = "record: {cell: [V]}\n";

const Values& values(const model::InputSpec& input, const std::string& field) {
  return std::get<Values>(input.fields.at(field));
}

model::PopulationSpec cell(const std::string& population) {
  return load(loading::simulation + "populations: {cell: {" + population + "}}\n" + record)->populations[0];
}

}  // namespace

TEST_CASE("equal times are equal to the bit, however they are written") {
  for (const char* time : {"10ms", "10 ms", "0.01 s", "1e4 us", "\"10 ms\"", "= 10 ms", "= 2*5 ms"}) {
    CAPTURE(time);
    const auto experiment = load(std::string("simulation: {duration: ") + time +
                                 ", dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n" + record);
    CHECK(experiment->simulation.duration == 10.0);
    CHECK(experiment->simulation.steps == 100);
  }
}

TEST_CASE("the simulation section has the documented defaults") {
  const auto experiment = load(loading::simulation + "populations: {cell: {model: lif}}\n" + record);
  CHECK(experiment->simulation.dt == 0.1);
  CHECK(experiment->simulation.seeds == std::vector<std::uint64_t>{1});
  CHECK(experiment->simulation.method.kind == MethodKind::automatic);
  CHECK_FALSE(experiment->simulation.interpolated);
  CHECK(experiment->simulation.threads == 0);
  CHECK(experiment->populations[0].size == 1);
  CHECK(experiment->warnings.empty());
  CHECK(experiment->notes.empty());
}

TEST_CASE("the simulation section is read in full") {
  const auto experiment = load(
      "simulation: {duration: 1 s, dt: 0.1 ms, seed: 18446744073709551615, threads: 3, spike_times: "
      "interpolated,\n"
      "  method: {adaptive: {rtol: 1e-9, atol: 1e-8, max_step: 50 us, min_step: 1 us}}}\n"
      "populations: {cell: {model: lif, method: rk4}}\n" +
      record);
  const model::SimulationSpec& read = experiment->simulation;
  CHECK(read.steps == 10'000);
  CHECK(read.seeds.front() == 18446744073709551615ULL);
  CHECK(read.threads == 3);
  CHECK(read.interpolated);
  CHECK(read.method.kind == MethodKind::adaptive);
  CHECK(read.method.rtol == 1e-9);
  CHECK(read.method.atol == 1e-8);
  CHECK(read.method.max_step == 0.05);
  CHECK(read.method.min_step == 0.001);
  REQUIRE(experiment->populations[0].method);
  CHECK(experiment->populations[0].method->kind == MethodKind::rk4);
}

TEST_CASE("a duration of 0 has no steps") {
  CHECK(load("simulation: {duration: 0 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n" + record)
            ->simulation.steps == 0);
}

TEST_CASE("values per neuron are read by law, in internal units") {
  const model::PopulationSpec read = cell(
      "model: adex, size: 2, params: {C_m: 0.2 nF, V_th: [-50 mV, -0.04 V], E_L: {linspace: [-70 mV, -60 "
      "mV]}, "
      "tau_w: {lognormal: [0.1 s, 0.5], max: 1 s}, a: {exponential: 4 nS}, V_reset: {uniform: [-60 mV, -50 "
      "mV]}}, "
      "init: {V: {normal: [-60 mV, 5 mV], min: -70 mV, max: -50 mV}}");
  CHECK(read.params.at("C_m").law == Law::constant);
  CHECK(read.params.at("C_m").numbers == std::vector<double>{200});
  CHECK(read.params.at("C_m").dimension == base::dimension::capacitance);
  CHECK(read.params.at("V_th").law == Law::list);
  CHECK(read.params.at("V_th").numbers == std::vector<double>{-50, -40});
  CHECK(read.params.at("E_L").law == Law::linspace);
  CHECK(read.params.at("tau_w").law == Law::lognormal);
  CHECK(read.params.at("tau_w").numbers == std::vector<double>{100, 0.5});
  CHECK(read.params.at("tau_w").upper == 1000);
  CHECK(std::isinf(read.params.at("tau_w").lower));
  CHECK(read.params.at("a").law == Law::exponential);
  CHECK(read.params.at("V_reset").numbers == std::vector<double>{-60, -50});
  CHECK(read.init.at("V").law == Law::normal);
  CHECK(read.init.at("V").lower == -70);
  CHECK(read.init.at("V").upper == -50);
  CHECK_FALSE(read.init_rest);
}

TEST_CASE("init: rest is told apart from values") {
  const model::PopulationSpec read = cell("model: hodgkin_huxley, init: rest");
  CHECK(read.init_rest);
  CHECK(read.init.empty());
}

TEST_CASE("values from a file keep its absolute path, its column and its scale") {
  const loading::Folder folder;
  folder.write("data/values.csv", "tau\n1\n2\n");
  const auto experiment = load(folder, loading::simulation +
                                           "populations: {cell: {model: lif, size: 2, params: {tau_m: {file: "
                                           "data/values.csv, column: tau, unit: s}}}}\n" +
                                           record);
  const Values& read = experiment->populations[0].params.at("tau_m");
  CHECK(read.law == Law::file);
  CHECK(read.file == std::filesystem::canonical(folder.path("data/values.csv")).string());
  CHECK(read.dataset == "tau");
  CHECK(read.file_scale == 1000);
  CHECK(read.dimension == base::dimension::time);
}

TEST_CASE("receptors take parameters as keys or under params, and the first site by default") {
  const model::PopulationSpec read = cell(
      "model: lif, receptors: {a: {model: exp_conductance, tau: 3 ms, E_rev: -80 mV}, b: {model: "
      "exp_current, params: {tau: 4 ms}, init: {i: 2 pA}, into: I}}");
  REQUIRE(read.receptors.size() == 2);
  CHECK(read.receptors[0].name == "a");
  CHECK(read.receptors[0].site == "I");
  CHECK(read.receptors[0].params.at("E_rev").numbers[0] == -80);
  CHECK(read.receptors[1].params.at("tau").numbers[0] == 4);
  CHECK(read.receptors[1].init.at("i").numbers[0] == 2);
}

TEST_CASE("two populations of one model share it") {
  const auto experiment =
      load(loading::simulation + "populations: {cell: {model: lif}, b: {model: lif}}\n" + record);
  CHECK(experiment->populations[0].model == experiment->populations[1].model);
  CHECK(experiment->models.size() == 1);
}

TEST_CASE("like merges maps key by key and replaces everything else") {
  const auto experiment =
      load(loading::simulation +
           "populations:\n"
           "  b: {like: cell, size: 2, params: {V_th: -45 mV}, receptors: {a: {tau: 7 ms}}, init: {V: "
           "{normal: [-60 mV, 1 mV]}}}\n"
           "  cell: {model: lif, size: 5, params: {V_th: -50 mV, tau_m: 20 ms}, receptors: {a: {model: "
           "exp_current, tau: 3 ms}}, init: {V: {uniform: [-70 mV, -60 mV]}}}\n"
           "  c: {like: b, params: {tau_m: 5 ms}}\n" +
           record);
  const auto& all = experiment->populations;
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "b");
  CHECK(all[0].size == 2);
  CHECK(all[0].params.at("V_th").numbers[0] == -45);
  CHECK(all[0].params.at("tau_m").numbers[0] == 20);
  CHECK(all[0].receptors[0].params.at("tau").numbers[0] == 7);
  CHECK(all[0].init.at("V").law == Law::normal);
  CHECK(all[1].size == 5);
  CHECK(all[1].receptors[0].params.at("tau").numbers[0] == 3);
  CHECK(all[2].size == 2);
  CHECK(all[2].params.at("V_th").numbers[0] == -45);
  CHECK(all[2].params.at("tau_m").numbers[0] == 5);
}

TEST_CASE("inputs may be like one another") {
  const auto experiment = load(loading::simulation +
                               "populations: {cell: {model: lif}}\ninputs: {a: {type: dc, target: cell, "
                               "amplitude: 1 pA}, b: {like: a, amplitude: 2 pA}}\n" +
                               record);
  CHECK(values(experiment->inputs[1], "amplitude").numbers[0] == 2);
}

TEST_CASE("vars are used with their units") {
  const auto experiment = load(
      "vars: {N: 4, tau: 20 ms, V: -50 mV}\n" + loading::simulation +
      "populations: {cell: {model: lif, size: = N/2, params: {tau_m: = tau, V_th: [= V, = V + 1 mV]}}}\n" +
      record);
  const model::PopulationSpec& read = experiment->populations[0];
  CHECK(read.size == 2);
  CHECK(read.params.at("tau_m").numbers[0] == 20);
  CHECK(read.params.at("V_th").numbers == std::vector<double>{-50, -49});
}

TEST_CASE("--set changes values, makes missing maps, reaches vars before they are used") {
  const auto experiment =
      load("vars: {N: 4}\n" + loading::simulation + "populations: {cell: {model: lif, size: = N}}\n" + record,
           {"vars.N=7", "populations.cell.params.tau_m=0.03 s", "simulation.seed=9", "record.cell.0=I",
            "populations.cell.init={V: -60 mV}"});
  CHECK(experiment->populations[0].size == 7);
  CHECK(experiment->populations[0].params.at("tau_m").numbers[0] == 30);
  CHECK(experiment->populations[0].init.at("V").numbers[0] == -60);
  CHECK(experiment->simulation.seeds.front() == 9);
  CHECK(experiment->record[0].variables[0].name == "I");
}

TEST_CASE("a value of --set may contain '=', and the last of two wins") {
  const auto experiment =
      load("vars: {N: 4}\n" + loading::simulation + "populations: {cell: {model: lif}}\n" + record,
           {"populations.cell.size=3", "populations.cell.size== N + 1"});
  CHECK(experiment->populations[0].size == 5);
}

TEST_CASE("the text as run loads to the same experiment") {
  const std::string text =
      "vars: {w: 6 nS} # a comment\n" + loading::simulation +
      "populations:\n  cell:\n    model: lif\n    size: 3\n    receptors: {a: {model: exp_conductance}}\n"
      "  b: {like: cell}\n"
      "inputs:\n  x: {type: spikes, target: [cell 0..1, b], weight: = 2*w, times: [1 ms, 2 ms]}\n"
      "  y: {type: waveform, target: cell, current: \"10 pA*max(t/1 ms, 3)\"}\n" +
      record;
  const auto plain = load(text);
  CHECK(plain->text == text);
  const auto changed = load(text, {"populations.cell.size=4", "vars.w=1 nS"});
  CHECK(changed->text.starts_with(
      "# as run: --set 'populations.cell.size=4' --set 'vars.w=1 nS'\nvars:\n  w: 1 nS\n"));
  const auto again = load(changed->text);
  CHECK(again->populations[0].size == 4);
  CHECK(again->populations[1].size == 4);
  CHECK(values(again->inputs[0], "weight").numbers == std::vector<double>{2});
  CHECK(values(again->inputs[0], "times").numbers == values(changed->inputs[0], "times").numbers);
  CHECK(std::get<lang::Expression>(again->inputs[1].fields.at("current")).text ==
        std::get<lang::Expression>(changed->inputs[1].fields.at("current")).text);
  CHECK(again->inputs[0].targets[1].population == 1);
}

TEST_CASE("a sweep is noted and ignored") {
  const auto experiment =
      load(loading::simulation + "populations: {cell: {model: lif}}\nsweep: {parameters: {}}\n" + record);
  CHECK(experiment->notes == std::vector<std::string>{"'sweep' is ignored by run"});
}

TEST_CASE("a config that records nothing loads with a warning") {
  const auto experiment = load(loading::simulation + "populations: {cell: {model: lif}}\n");
  REQUIRE(experiment->warnings.size() == 1);
  CHECK(experiment->warnings[0].message == "nothing is recorded");
  CHECK(experiment->warnings[0].severity == base::Severity::warning);
}

TEST_CASE("inputs have the documented defaults") {
  const auto experiment =
      load(loading::simulation +
           "populations: {cell: {model: lif, size: 3, receptors: {a: {model: exp_current}}}}\n"
           "inputs:\n  x: {type: dc, target: cell, amplitude: 0.5 nA}\n"
           "  y: {type: poisson, target: cell 1..2, rate: 300 Hz, weight: 6 pA}\n"
           "  z: {type: noise, target: cell 2, std: 3 pA}\n" +
           record);
  const auto& inputs = experiment->inputs;
  CHECK(values(inputs[0], "amplitude").numbers[0] == 500);
  CHECK(values(inputs[0], "start").numbers[0] == 0);
  CHECK(values(inputs[0], "stop").numbers[0] == 10);
  CHECK(inputs[0].targets[0].count() == 3);
  CHECK(inputs[0].site.empty());
  CHECK(inputs[1].receptor == "a");
  CHECK(values(inputs[1], "rate").numbers[0] == doctest::Approx(0.3));
  CHECK(values(inputs[1], "delay").numbers[0] == 0);
  CHECK_FALSE(std::get<bool>(inputs[1].fields.at("shared")));
  CHECK(inputs[1].targets[0].first == 1);
  CHECK(inputs[1].targets[0].last == 2);
  CHECK(values(inputs[2], "every").numbers[0] == 0.1);
  CHECK(values(inputs[2], "mean").numbers[0] == 0);
  CHECK(inputs[2].targets[0].first == 2);
  CHECK(inputs[2].targets[0].count() == 1);
}

TEST_CASE("a current in pA keeps its dimension where the model has an area") {
  const auto experiment =
      load(loading::simulation +
           "populations: {cell: {model: hodgkin_huxley}}\n"
           "inputs: {x: {type: dc, target: cell, amplitude: 1 nA}, y: {type: white_noise, target: cell, "
           "sigma: 1 pA ms^0.5}, z: {type: dc, target: cell, amplitude: 2 uA/cm2}}\n" +
           record);
  CHECK(values(experiment->inputs[0], "amplitude").dimension == base::dimension::current);
  CHECK(values(experiment->inputs[1], "mean").dimension == base::dimension::current);
  CHECK(values(experiment->inputs[2], "amplitude").dimension == base::dimension::current_density);
}

TEST_CASE("a current from a file keeps its path, unit and scale") {
  const loading::Folder folder;
  folder.write("I.csv", "t,I\n0,1\n");
  const auto experiment =
      load(folder, loading::simulation +
                       "populations: {cell: {model: lif}}\ninputs: {x: {type: file, target: cell, path: "
                       "I.csv, column: I, time_column: t, unit: nA, interpolate: linear}}\n" +
                       record);
  const model::InputSpec& input = experiment->inputs[0];
  CHECK(std::get<std::string>(input.fields.at("path")) ==
        std::filesystem::canonical(folder.path("I.csv")).string());
  CHECK(std::get<std::string>(input.fields.at("unit")) == "nA");
  CHECK(std::get<std::string>(input.fields.at("interpolate")) == "linear");
  CHECK(values(input, "scale").numbers[0] == 1000);
}

TEST_CASE("a spike file has its times in ms by default") {
  const loading::Folder folder;
  folder.write("s.csv", "timestamps\n1\n");
  const auto experiment =
      load(folder, loading::simulation +
                       "populations: {cell: {model: lif, receptors: {a: {model: exp_current}}}}\ninputs: {x: "
                       "{type: spike_file, target: cell, path: s.csv, weight: 1 pA}}\n" +
                       record);
  CHECK(values(experiment->inputs[0], "scale").numbers[0] == 1);
  CHECK(std::get<std::string>(experiment->inputs[0].fields.at("timestamps")) == "timestamps");
  CHECK_FALSE(experiment->inputs[0].has("node_ids"));
}

TEST_CASE("vars stand as numbers in a waveform") {
  const auto experiment = load("vars: {f: 8 Hz}\n" + loading::simulation +
                               "populations: {cell: {model: lif}}\ninputs: {x: {type: waveform, target: "
                               "cell, current: \"1 pA*sin(2*pi*f*t)\"}}\n" +
                               record);
  CHECK(lang::names_of(std::get<lang::Expression>(experiment->inputs[0].fields.at("current"))) ==
        std::vector<std::string>{"t"});
}

TEST_CASE("inputs that act only after the end are warned of") {
  const auto experiment = load(loading::simulation +
                               "populations: {cell: {model: lif, receptors: {a: {model: exp_current}}}}\n"
                               "inputs: {x: {type: dc, target: cell, amplitude: 1 pA, start: 10 ms}, y: "
                               "{type: spikes, target: cell, times: [10 ms, 11 ms], weight: 1 pA}, "
                               "z: {type: spikes, target: cell, times: [10 ms], weight: 1 pA}}\n" +
                               record);
  REQUIRE(experiment->warnings.size() == 2);
  CHECK(experiment->warnings[0].message == "input 'x' starts at 10 ms, when the run has ended (10 ms)");
  CHECK(experiment->warnings[1].message ==
        "the spike of input 'y' at 11 ms comes when the run has ended (10 ms)");
}

TEST_CASE("record takes lists, and maps with neurons and intervals") {
  const auto experiment =
      load(loading::simulation +
           "populations: {cell: {model: hodgkin_huxley, size: 4}, b: {model: lif, size: 2}}\n"
           "record:\n  cell: [V, m, spikes]\n"
           "  b: {spikes: {neurons: 1..1}, V: {neurons: [1, 0], every: 0.5 ms}, I: {mean: true}, dtype: "
           "float64, compress: 4}\n");
  REQUIRE(experiment->record.size() == 2);
  const model::RecordSpec& cells = experiment->record[0];
  CHECK(cells.population == 0);
  CHECK(cells.spikes);
  CHECK(cells.spike_neurons.empty());
  CHECK_FALSE(cells.float64);
  CHECK(cells.deflate == 0);
  REQUIRE(cells.variables.size() == 2);
  CHECK(cells.variables[1].name == "m");
  CHECK(cells.variables[1].every == 1);
  CHECK(cells.variables[1].neurons == std::vector<std::int64_t>{0, 1, 2, 3});
  const model::RecordSpec& b = experiment->record[1];
  CHECK(b.population == 1);
  CHECK(b.spike_neurons == std::vector<std::int64_t>{1});
  CHECK(b.variables[0].neurons == std::vector<std::int64_t>{0, 1});
  CHECK(b.variables[0].every == 5);
  CHECK(b.variables[1].pooled());
  CHECK(b.float64);
  CHECK(b.deflate == 4);
}

TEST_CASE("an empty population loads") {
  const auto experiment =
      load(loading::simulation + "populations: {cell: {model: lif, size: 0}}\nrecord: {cell: [V, spikes]}\n");
  CHECK(experiment->populations[0].size == 0);
  CHECK(experiment->record[0].variables[0].neurons.empty());
}
