// One step of time to the letter: hold, order of events, spike rules, frames.
#include <cmath>

#include "assemble/running.hpp"

using running::Run;
using running::Spike;

namespace {

// V keeps its value but for jumps and input; fires at 1 mV, rests for t_ref; w integrates V and is never
// held.
const char* const counter = R"(inputs: {I: mV/ms}
params:
  t_ref: {default: 0.3 ms}
state:
  V: {init: 0 mV}
  w: {init: 0 mV}
equations:
  dV/dt: I
  dw/dt: (1 mV + V)/1 ms
spike:
  when: V >= 1 mV
  reset:
    V: 0 mV
  hold: {states: [V], for: t_ref}
)";

loading::Folder& with_model(loading::Folder& folder, const std::string& body) {
  folder.write("cell.yaml", running::model_text(body));
  return folder;
}

std::string list(const std::vector<double>& times) {
  std::string text;
  for (const double time : times) text += (text.empty() ? "" : ", ") + std::to_string(time) + " ms";
  return "[" + text + "]";
}

// A cell that gets jumps of V at times, and a current that decays by its side.
std::string jumps(const std::string& simulation, const std::vector<double>& times,
                  const std::string& weight) {
  return "simulation: {" + simulation + R"(}
populations:
  cell: {model: cell.yaml, receptors: {jump: {model: delta}}}
inputs:
  kick: {type: spikes, target: cell, receptor: jump, times: )" +
         list(times) + ", weight: " + weight + R"(}
record:
  cell: {V: {}, w: {}, spikes: true, dtype: float64}
)";
}

const std::vector<std::string> both_stamps{"grid", "interpolated"};
const std::vector<std::string> methods{"rk4", "adaptive", "euler"};

// One neuron whose V is a function of time alone, without reset.
std::string clock_model(const std::string& condition) {
  return "inputs: {I: mV/ms}\nstate:\n  V: {init: 0 mV}\nequations:\n  dV/dt: I\nspike:\n  when: " +
         condition + "\n";
}

}  // namespace

TEST_CASE("arrivals at t_s < t <= t_s + t_ref are lost, the next one counts") {
  for (const std::string& stamps : both_stamps)
    for (const std::string& method : methods) {
      CAPTURE(stamps);
      CAPTURE(method);
      loading::Folder folder;
      const std::string config =
          jumps("duration: 1 ms, dt: 0.1 ms, spike_times: " + stamps + ", method: " + method,
                {0.1, 0.2, 0.3, 0.4, 0.5}, "1 mV");
      Run run(with_model(folder, counter), config);
      const auto spikes = run.go().spike_times("cell");
      REQUIRE(spikes.size() == 2);  // at 0.1 ms; those at 0.2, 0.3 and 0.4 ms are lost
      CHECK(spikes[0] == 0.1);
      CHECK(spikes[1] == 0.5);
      const auto w = run.values("cell", "w");  // goes on while V is held at 0
      REQUIRE(w.size() == 10);
      for (std::size_t k = 0; k < w.size(); ++k) CHECK(w[k] == doctest::Approx(0.1 * static_cast<double>(k)));
    }
}

TEST_CASE("a hold of many short steps ends on its grid point, for any number of spikes") {
  // 3 ms are 3000 steps of 0.001 ms: counting them down must not lose a bit.
  loading::Folder folder;
  std::vector<double> times;
  for (int k = 1; k < 10; ++k) times.insert(times.end(), {k * 3.001, k * 3.001 + 3});  // the second is lost
  for (const std::string& stamps : both_stamps) {
    CAPTURE(stamps);
    std::string config = jumps("duration: 40 ms, dt: 0.001 ms, spike_times: " + stamps, times, "1 mV");
    Run run(with_model(folder, counter + std::string()),
            config.replace(config.find("model: cell"), 17, "model: cell.yaml, params: {t_ref: 3 ms},"));
    const auto spikes = run.go().spike_times("cell");
    REQUIRE(spikes.size() == 9);
    for (int k = 1; k < 10; ++k) CHECK(spikes[k - 1] == (k * 3001) * 0.001);
  }
}

TEST_CASE("a hold of no length loses nothing") {
  for (const std::string& stamps : both_stamps) {
    loading::Folder folder;
    std::string config =
        jumps("duration: 1 ms, dt: 0.1 ms, spike_times: " + stamps, {0.1, 0.2, 0.3, 0.9}, "1 mV");
    Run run(with_model(folder, counter),
            config.replace(config.find("model: cell"), 17, "model: cell.yaml, params: {t_ref: 0 ms},"));
    CHECK(run.go().spike_times("cell") == std::vector<double>{1 * 0.1, 2 * 0.1, 3 * 0.1, 9 * 0.1});
  }
}

TEST_CASE("an arrival at time 0 is felt before the first step, and frame 0 shows it") {
  loading::Folder folder;
  for (const std::string& method : methods) {
    CAPTURE(method);
    Run run(with_model(folder, counter),
            jumps("duration: 0.5 ms, dt: 0.1 ms, method: " + method, {0, 0.2}, "0.4 mV"));
    const auto V = run.go().values("cell", "V");
    REQUIRE(V.size() == 5);
    CHECK(V[0] == 0.4);
    CHECK(V[1] == 0.4);
    CHECK(V[2] == doctest::Approx(0.8).epsilon(1e-15));
    CHECK(run.values("cell", "w")[1] == doctest::Approx(0.14).epsilon(1e-14));
  }
}

TEST_CASE("a condition with reset that holds at time 0 fires at the end of the first step") {
  loading::Folder folder;
  for (const std::string& stamps : both_stamps)
    for (const std::string& method : methods) {
      Run run(
          with_model(folder, counter),
          jumps("duration: 0.5 ms, dt: 0.1 ms, spike_times: " + stamps + ", method: " + method, {0}, "1 mV"));
      CHECK(run.go().spike_times("cell") == std::vector<double>{0.1});
    }
}

TEST_CASE("within a step: integrate, deliver, decide, reset, record") {
  loading::Folder folder;
  // V grows by 0.3 mV per step; with the jump of 0.4 mV at 0.2 ms it is exactly at 1 mV, and frame 2 shows
  // the reset.
  std::string config = jumps("duration: 0.7 ms, dt: 0.1 ms", {0.2}, "0.5 mV");
  config.replace(config.find("inputs:\n"), 8,
                 "inputs:\n  drive: {type: dc, target: cell, amplitude: 3 mV/ms}\n");
  Run run(with_model(folder, counter), config);
  CHECK(run.go().spike_times("cell") == std::vector<double>{0.2});
  const auto V = run.values("cell", "V");
  CHECK(V[1] == doctest::Approx(0.3));
  for (const int held : {2, 3, 4, 5}) CHECK(V[held] == 0);
  CHECK(V[6] == doctest::Approx(0.3));
}

TEST_CASE("without reset a spike is where the condition turns true; true at time 0 is none") {
  const auto run_clock = [](const std::string& condition, const std::string& simulation,
                            const std::string& init) {
    loading::Folder folder;
    Run run(with_model(folder, clock_model(condition)), "simulation: {duration: 8 ms, dt: 0.5 ms, " +
                                                            simulation +
                                                            R"(}
populations: {cell: {model: cell.yaml, init: {V: )" + init + R"(}}}
inputs:
  up_and_down: {type: steps, target: cell, times: [0 ms, 2 ms, 4 ms, 6 ms], amplitudes: [1 mV/ms, -1 mV/ms, 1 mV/ms, -1 mV/ms]}
record: {cell: {V: {}, spikes: true, dtype: float64}}
)");
    return run.go().spike_times("cell");
  };
  for (const std::string& method : {std::string("auto"), std::string("rk4"), std::string("adaptive")}) {
    CAPTURE(method);
    const std::string grid = "spike_times: grid, method: " + method,
                      interpolated = "spike_times: interpolated, method: " + method;
    // V: 0, 2 at 2 ms, 0 at 4 ms, 2 at 6 ms, 0.
    CHECK(run_clock("V >= 1.25 mV", grid, "0 mV") == std::vector<double>{1.5, 5.5});
    const auto exact = run_clock("V >= 1.25 mV", interpolated, "0 mV");
    REQUIRE(exact.size() == 2);
    CHECK(exact[0] == doctest::Approx(1.25).epsilon(1e-12));
    CHECK(exact[1] == doctest::Approx(5.25).epsilon(1e-12));
    for (const std::string& stamps : {grid, interpolated}) {
      CHECK(run_clock("V >= 0.9 mV", stamps, "1 mV") == std::vector<double>{});  // never below
      CHECK(run_clock("V > 2 mV", stamps, "0 mV") == std::vector<double>{});     // touches 2 mV, never above
    }
  }
}

TEST_CASE("interpolation moves only the stamp of a model without reset") {
  for (const std::string& method : {std::string("rk4"), std::string("adaptive")}) {
    const auto squid = [&](const std::string& stamps) {
      Run run("simulation: {duration: 40 ms, dt: 0.02 ms, method: " + method + ", spike_times: " + stamps +
              R"(}
populations: {cell: {model: hodgkin_huxley, size: 3}}
inputs: {drive: {type: dc, target: cell, amplitude: {linspace: [8 uA/cm2, 20 uA/cm2]}}}
record: {cell: {V: {}, n: {}, spikes: true, dtype: float64}}
)");
      run.go();
      return run;
    };
    const Run grid = squid("grid"), interpolated = squid("interpolated");
    CHECK(grid.values("cell", "V") == interpolated.values("cell", "V"));
    CHECK(grid.values("cell", "n") == interpolated.values("cell", "n"));
    const auto on_grid = grid.spikes("cell"), exact = interpolated.spikes("cell");
    REQUIRE(on_grid.size() == exact.size());
    REQUIRE(on_grid.size() > 5);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double below = on_grid[i].time - exact[i].time;
      CHECK(below >= 0);
      CHECK(below < 0.02);
    }
  }
}

TEST_CASE("a receptor without state acts for exactly one step") {
  loading::Folder folder;
  folder.write("adder.yaml", R"(name: adder
summary: integrates a dimensionless input
source: made up
inputs: {I: 1}
state:
  V: {init: 0}
equations:
  dV/dt: I/1 ms
)");
  for (const std::string& method : {std::string("auto"), std::string("rk4"), std::string("adaptive")}) {
    Run run(folder, "simulation: {duration: 1 ms, dt: 0.1 ms, method: " + method + R"(}
populations: {cell: {model: adder.yaml, receptors: {in: {model: sum}}}}
inputs: {kick: {type: spikes, target: cell, receptor: in, times: [0 ms, 0.3 ms, 0.3 ms], weight: 2}}
record: {cell: {V: {}, I: {}, dtype: float64}}
)");
    const auto V = run.go().values("cell", "V"), I = run.values("cell", "I");
    const std::vector<double> expected_V{0, 0.2, 0.2, 0.2, 0.6, 0.6, 0.6}, expected_I{2, 0, 0, 4, 0, 0, 0};
    for (std::size_t k = 0; k < expected_V.size(); ++k) {
      CHECK(V[k] == doctest::Approx(expected_V[k]).epsilon(1e-14));
      CHECK(I[k] == expected_I[k]);
    }
  }
}

TEST_CASE("an escape rate fires with p = 1 - exp(-rate dt), an infinite rate at every step") {
  loading::Folder folder;
  folder.write("escape.yaml", R"(name: escape
summary: fires by chance
source: made up
inputs: {I: mV/ms}
params:
  r: {default: 2/ms}
state:
  V: {init: 0 mV}
equations:
  dV/dt: I
spike:
  rate: r*exp(V/1 mV)
)");
  const auto count = [&](const std::string& init) {
    Run run(folder, R"(simulation: {duration: 20 ms, dt: 0.1 ms}
populations: {cell: {model: escape.yaml, size: 2000, init: {V: )" +
                        init + R"(}}}
record: {cell: [spikes]}
)");
    return static_cast<double>(run.go().result.spike_counts.at(0));
  };
  const double trials = 2000 * 200;
  for (const double V : {-2.0, 0.0, 2.0}) {
    const double p = -std::expm1(-2 * std::exp(V) * 0.1);
    const double deviation = std::sqrt(trials * p * (1 - p));
    CHECK(std::fabs(count(std::to_string(V) + " mV") - trials * p) < 4 * deviation);
  }
  CHECK(count("800 mV") == trials);
}

TEST_CASE("a probability is drawn once per interval, at its end") {
  loading::Folder folder;
  folder.write("coin.yaml", R"(name: coin
summary: tosses a coin
source: made up
inputs: {I: 1}
params:
  p: {default: 1}
  interval: {default: 0.5 ms}
derived:
  V: p + I
spike:
  probability: p
  every: interval
)");
  Run run(folder, R"(simulation: {duration: 2 ms, dt: 0.1 ms}
populations: {cell: {model: coin.yaml, size: 3}}
record: {cell: [spikes]}
)");
  const auto spikes = run.go().spikes("cell");
  REQUIRE(spikes.size() == 12);
  for (std::size_t i = 0; i < spikes.size(); ++i)
    CHECK(spikes[i] == Spike{static_cast<double>(5 * (i / 3 + 1)) * 0.1, i % 3});
  CHECK(running::trouble(folder, R"(simulation: {duration: 2 ms, dt: 0.1 ms}
populations: {cell: {model: coin.yaml, size: 3, params: {p: [0.5, 1.5, -1]}}}
record: {cell: [spikes]}
)") == "population 'cell', neuron 1: the probability of a spike is 1.5 at t = 0.5 ms, and must lie between 0 "
       "and 1\n  coin.yaml:11:3: probability: p");
}

TEST_CASE("frames are at 0, every, 2 every, ... and the end is open") {
  loading::Folder folder;
  for (const auto& each :
       std::vector<std::tuple<std::string, std::string, std::size_t>>{{"1 ms", "0.1 ms", 10},
                                                                      {"1 ms", "0.3 ms", 4},
                                                                      {"0.9 ms", "0.3 ms", 3},
                                                                      {"0.1 ms", "0.3 ms", 1},
                                                                      {"0 ms", "0.1 ms", 1}}) {
    const auto& duration = std::get<0>(each);
    const auto& every = std::get<1>(each);
    const auto& frames = std::get<2>(each);
    CAPTURE(duration);
    Run run(with_model(folder, counter), "simulation: {duration: " + duration + R"(, dt: 0.1 ms}
populations: {cell: {model: cell.yaml, size: 2, init: {V: [0 mV, 0.25 mV]}}}
record: {cell: {w: {every: )" + every +
                                             "}, V: {every: " + every + R"(}, dtype: float64}}
)");
    const auto V = run.go().values("cell", "V");
    REQUIRE(V.size() == 2 * frames);
    CHECK(run.prepared.layout.reports.at(0).frames == static_cast<std::int64_t>(frames));
    CHECK(V[0] == 0);
    CHECK(V[1] == 0.25);
  }
}

TEST_CASE("spikes come in order of time and neuron") {
  Run run(R"(simulation: {duration: 300 ms, dt: 0.1 ms, spike_times: interpolated}
populations: {cell: {model: lif, size: 50}}
inputs: {drive: {type: dc, target: cell, amplitude: {linspace: [0.9 nA, 0.5 nA]}}}
record: {cell: [spikes]}
)");
  const auto spikes = run.go().spikes("cell");
  REQUIRE(spikes.size() > 500);
  for (std::size_t i = 1; i < spikes.size(); ++i)
    CHECK((spikes[i - 1].time < spikes[i].time ||
           (spikes[i - 1].time == spikes[i].time && spikes[i - 1].neuron < spikes[i].neuron)));
}
