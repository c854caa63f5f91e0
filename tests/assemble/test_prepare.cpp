// From a checked config to a simulation: values, rules, initial states, warnings, refusals.
#include <cmath>

#include "assemble/running.hpp"

using namespace hillock;
using running::Run;
using running::trouble;

namespace {

std::string warnings(const std::string& config) {
  const loading::Folder folder;
  const Run run(folder, config + "record: {cell: [spikes]}\n");
  std::string text;
  for (const base::Diagnostic& warning : run.prepared.warnings)
    text += folder.shorten(base::format(warning)) + "\n";
  return text;
}

}  // namespace

TEST_CASE(
    "a hold that does not lie on the grid is an error with the two nearest values, unless interpolated") {
  const std::string populations = "populations: {cell: {model: lif, params: {t_ref: 0.25 ms}}}\n";
  CHECK(trouble("simulation: {duration: 1 ms, dt: 0.1 ms}\n" + populations) ==
        R"(test.yaml:2:50: error: population 'cell': the hold t_ref = 0.25 ms is not a multiple of dt = 0.1 ms
   2 | populations: {cell: {model: lif, params: {t_ref: 0.25 ms}}}
     |                                                  ^~~~~~~ take 0.2 ms or 0.3 ms, or write spike_times: interpolated)");
  CHECK(trouble("simulation: {duration: 1 ms, dt: 0.1 ms, spike_times: interpolated}\n" + populations) == "");
  CHECK(trouble(
            "simulation: {duration: 1 ms, dt: 0.3 ms}\npopulations: {cell: {model: lif, params: {t_ref: 0.9 "
            "ms}}}\n")
            .find("0.9 ms is not") == std::string::npos);
}

TEST_CASE("a rule of the model that does not hold names the first neuron for which it does not") {
  CHECK(trouble("simulation: {duration: 1 ms, dt: 0.1 ms}\n"
                "populations: {cell: {model: lif, size: 3, params: {C_m: [200 pF, 250 pF, -1 pF]}}}\n") ==
        R"(test.yaml:2:57: error: population 'cell', neuron 2: C_m > 0 pF does not hold: C_m is -1 pF
   2 | populations: {cell: {model: lif, size: 3, params: {C_m: [200 pF, 250 pF, -1 pF]}}}
     |                                                         ^ lif requires C_m > 0 pF)");
  CHECK(
      trouble("simulation: {duration: 1 ms, dt: 0.1 ms}\n"
              "populations: {cell: {model: lif, params: {V_reset: -50 mV}}}\n") ==
      R"(test.yaml:2:52: error: population 'cell': V_reset < V_th does not hold: V_reset is -50 mV, V_th is -55 mV
   2 | populations: {cell: {model: lif, params: {V_reset: -50 mV}}}
     |                                                    ^~~~~~ lif requires V_reset < V_th)");
}

TEST_CASE("a hold that is negative or endless is refused, also where spikes are interpolated") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text("inputs: {I: 1}\nparams:\n  t_ref: {default: 2 ms}\n"
                                                "state:\n  V: {init: 0}\nequations:\n  dV/dt: 1/1 ms\n"
                                                "spike:\n  when: V >= 1\n  reset: {V: 0}\n"
                                                "  hold: {states: [V], for: t_ref}\n"));
  folder.write("endless.yaml", running::model_text("inputs: {I: 1}\nparams:\n  rate: {default: 0}\n"
                                                   "state:\n  V: {init: 0}\nequations:\n  dV/dt: 1/1 ms\n"
                                                   "spike:\n  when: V >= 1\n  reset: {V: 0}\n"
                                                   "  hold: {states: [V], for: (1 ms/rate)}\n"));
  for (const std::string times : {"grid", "interpolated"}) {
    CAPTURE(times);
    CHECK(running::trouble(folder,
                           "simulation: {duration: 3 ms, dt: 0.5 ms, spike_times: " + times +
                               "}\npopulations: {cell: {model: cell.yaml, params: {t_ref: -1 ms}}}\n") ==
          R"(test.yaml:2:56: error: population 'cell': the hold t_ref = -1 ms must be 0 ms or longer
   2 | populations: {cell: {model: cell.yaml, params: {t_ref: -1 ms}}}
     |                                                        ^~~~~ give the time for which states are held after a spike, or 0 ms)");
    CHECK(running::trouble(folder, "simulation: {duration: 3 ms, dt: 0.5 ms, spike_times: " + times +
                                       "}\npopulations: {cell: {model: endless.yaml}}\n") ==
          R"(test.yaml:2:15: error: population 'cell': the hold (1 ms/rate) = inf ms must be finite
   2 | populations: {cell: {model: endless.yaml}}
     |               ^~~~ give the time for which states are held after a spike, or 0 ms)");
  }
}

TEST_CASE("parameters come as a value, a list, a line or a law, one for each neuron") {
  const auto levels = [](const std::string& values) {
    Run run(
        "simulation: {duration: 0.1 ms, dt: 0.1 ms, seed: 3}\npopulations: {cell: {model: lif, size: 1001, "
        "params: "
        "{E_L: " +
        values + "}}}\nrecord: {cell: {V: {}, dtype: float64}}\n");
    return run.go().values("cell", "V");  // V begins at E_L
  };
  const auto linspace = levels("{linspace: [-80 mV, -60 mV]}");
  for (std::size_t i = 0; i < linspace.size(); ++i)
    CHECK(linspace[i] == doctest::Approx(-80 + 0.02 * static_cast<double>(i)).epsilon(1e-14));
  double mean = 0, variance = 0;
  const auto normal = levels("{normal: [-70 mV, 2 mV]}");
  for (const double value : normal) mean += value / 1001;
  for (const double value : normal) variance += (value - mean) * (value - mean) / 1000;
  CHECK(std::fabs(mean + 70) < 4 * 2 / std::sqrt(1001.0));
  CHECK(std::sqrt(variance) == doctest::Approx(2).epsilon(0.1));
  CHECK(normal == levels("{normal: [-70 mV, 2 mV]}"));  // the same seed, the same values
}

TEST_CASE("init: rest puts a neuron where nothing moves") {
  Run run(R"(simulation: {duration: 50 ms, dt: 0.05 ms}
populations:
  squid: {model: hodgkin_huxley, size: 3, init: rest, params: {E_L: [-54.3 mV, -54.387 mV, -50 mV]}}
  adex: {model: adex, init: rest}
record:
  squid: {V: {}, m: {}, dtype: float64}
  adex: {V: {}, w: {}, dtype: float64}
)");
  run.go();
  const auto V = run.values("squid", "V");
  for (std::size_t k = 0; k < V.size(); ++k) CHECK(std::fabs(V[k] - V[k % 3]) < 1e-9);
  CHECK(V[1] == doctest::Approx(-65).epsilon(1e-4));  // the paper's leak makes rest 0 on its scale
  CHECK(V[2] > V[0]);
  const auto w = run.values("adex", "w");
  CHECK(std::fabs(w.back() - w.front()) < 1e-9);
}

TEST_CASE("a neuron that fires by itself has no rest, which is said") {
  loading::Folder folder;
  folder.write(
      "cell.yaml",
      running::model_text("inputs: {I: 1}\nstate:\n  V: {init: 0}\nequations:\n  dV/dt: (1 + V^2)/1 ms\n"));
  CHECK(trouble(folder,
                "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: cell.yaml, init: "
                "rest}}\n") ==
        R"(test.yaml:2:15: error: init: rest: population 'cell', neuron 0: no equilibrium was found
   2 | populations: {cell: {model: cell.yaml, init: rest}}
     |               ^~~~ the neuron may fire by itself; give the initial states, or start nearer to rest)");
}

TEST_CASE("rest is held to the bounds of the states too") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text("inputs: {I: 1}\nstate:\n  V: {init: 0.5, min: 0, max: 1}\n"
                                                "equations:\n  dV/dt: (5 - V)/1 ms\n"));
  CHECK(trouble(folder,
                "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: cell.yaml, init: "
                "rest}}\n") ==
        R"(test.yaml:2:15: error: population 'cell', initial values: V <= 1 does not hold: V is 5
   2 | populations: {cell: {model: cell.yaml, init: rest}}
     |               ^~~~ cell requires V <= 1)");
}

TEST_CASE("a step that is coarse for a time constant is warned of, but not where it does not matter") {
  const std::string receptor = "receptors: {in: {model: exp_conductance, tau: 0.1 ms}}";
  CHECK(warnings("simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, " + receptor +
                 "}}\n") ==
        R"(test.yaml:1:34: warning: dt = 0.1 ms is coarse for population 'cell': in.g relaxes within 0.1 ms
   1 | simulation: {duration: 1 ms, dt: 0.1 ms}
     |                                  ^~~~~~ take dt = 0.033 ms or less
)");
  CHECK(warnings("simulation: {duration: 1 ms, dt: 0.025 ms}\npopulations: {cell: {model: lif, " + receptor +
                 "}}\n") == "");
  CHECK(warnings("simulation: {duration: 100 ms, dt: 10 ms}\npopulations: {cell: {model: lif, params: "
                 "{t_ref: 10 ms}}}\n") == "");
  const std::string squid = "populations: {cell: {model: hodgkin_huxley}}\n";
  CHECK(warnings("simulation: {duration: 1 ms, dt: 0.1 ms}\n" + squid) ==
        R"(test.yaml:1:34: warning: dt = 0.1 ms is coarse for population 'cell': m relaxes within 0.237 ms
   1 | simulation: {duration: 1 ms, dt: 0.1 ms}
     |                                  ^~~~~~ take dt = 0.079 ms or less
)");
  CHECK(warnings("simulation: {duration: 1 ms, dt: 0.05 ms}\n" + squid) == "");
  CHECK(warnings("simulation: {duration: 0.079 ms, dt: 0.079 ms}\n" + squid) == "");  // what is advised
  CHECK(warnings("simulation: {duration: 0.083 ms, dt: 0.083 ms}\n" + squid) != "");
  CHECK(warnings("simulation: {duration: 1 ms, dt: 0.1 ms, method: adaptive}\n" + squid) == "");
}

TEST_CASE("negative coefficients are warned of where a step on the grid may run away and a reset follows") {
  const auto with = [](const std::string& method, const std::string& model) {
    return warnings("simulation: {duration: 1 ms, dt: 0.02 ms, method: " + method +
                    "}\npopulations: {cell: {model: " + model + "}}\n");
  };
  CHECK(
      with("dopri5", "adex") ==
      R"(test.yaml:1:51: warning: population 'cell': some coefficients of dopri5 are negative, so that a step through a steep upstroke may end below the peak of the spike: spikes may be missed, or be too many
   1 | simulation: {duration: 1 ms, dt: 0.02 ms, method: dopri5}
     |                                                   ^~~~~~ take rk4, whose coefficients are not negative, or spike_times: interpolated, or adaptive
)");
  for (const char* method : {"cash_karp54", "fehlberg78"}) {
    CHECK(with(method, "izhikevich_2003").find("some coefficients of " + std::string(method)) !=
          std::string::npos);
    CHECK(with(method, "lif") == "");
    // Linear in V, and in the conductance, though not in both.
    CHECK(with(method, "lif, receptors: {in: {model: exp_conductance}}") == "");
    CHECK(with(method, "hodgkin_huxley") == "");  // no reset
    CHECK(with(std::string(method) + ", spike_times: interpolated", "adex") == "");
  }
  CHECK(with("rk4", "adex") == "");
}

TEST_CASE("populations of 0, 1 and 7 neurons run beside each other") {
  Run run(R"(simulation: {duration: 20 ms, dt: 0.1 ms}
populations:
  none: {model: lif, size: 0}
  one: {model: lif, size: 1}
  seven: {model: lif, size: 7}
inputs: {drive: {type: dc, target: [none, one, seven], amplitude: 1 nA}}
record:
  none: {V: {}, spikes: true}
  one: [V, spikes]
  seven: [V, spikes]
)");
  const auto counts = run.go().result.spike_counts;
  CHECK(counts[0] == 0);
  CHECK(counts[1] > 2);
  CHECK(counts[2] == 7 * counts[1]);
  CHECK(run.values("none", "V").empty());
  CHECK(run.values("seven", "V").size() == 7 * 200);
}

TEST_CASE("the mean over a population without neurons is refused") {
  CHECK(trouble(R"(simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {none: {model: lif, size: 0}}
record: {none: {V: {mean: true}}}
)") == R"(test.yaml:3:17: error: population 'none' has no neurons to take the mean of V over
   3 | record: {none: {V: {mean: true}}}
     |                 ^ leave the mean out)");
}

TEST_CASE("the sum over a population and its rate are refused without neurons, too") {
  CHECK(trouble(R"(simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {none: {model: lif, size: 0}}
record: {none: {V: {sum: true}, rate: true}}
)") == R"(test.yaml:3:17: error: population 'none' has no neurons to take the sum of V over
   3 | record: {none: {V: {sum: true}, rate: true}}
     |                 ^ leave the sum out
test.yaml:3:33: error: population 'none' has no neurons to take the rate of spikes over
   3 | record: {none: {V: {sum: true}, rate: true}}
     |                                 ^~~~ leave the rate out)");
}

TEST_CASE("a model without any state runs, is recorded and decides") {
  Run run(R"(simulation: {duration: 100 ms, dt: 1 ms, seed: 2}
populations: {cell: {model: logistic, size: 200, params: {bias: {linspace: [-2, 2]}}}}
record: {cell: {p: {every: 100 ms}, spikes: true, dtype: float64}}
)");
  double expected = 0, variance = 0;
  for (const double p : run.go().values("cell", "p")) expected += 100 * p, variance += 100 * p * (1 - p);
  CHECK(std::fabs(static_cast<double>(run.result.spike_counts[0]) - expected) < 4 * std::sqrt(variance));
}

TEST_CASE("a vector state is integrated element by element") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text(R"(inputs: {I: mV/ms}
params:
  tau: {size: 3, default: [1 ms, 2 ms, 4 ms]}
state:
  V: {init: 0 mV}
  eta: {init: 1 mV, size: 3}
equations:
  dV/dt: sum(eta)/1 ms + I
  deta/dt: -eta/tau
)"));
  Run run(folder, R"(simulation: {duration: 2 ms, dt: 0.5 ms}
populations: {cell: {model: cell.yaml}}
record: {cell: {V: {}, eta_2: {}, dtype: float64}}
)");
  run.go();
  const auto V = run.values("cell", "V"), eta = run.values("cell", "eta_2");
  CHECK(run.prepared.populations[0].method == "exact");
  for (int k = 0; k < 4; ++k) {
    const double t = 0.5 * k;
    CHECK(V[k] == doctest::Approx(-(std::expm1(-t) + 2 * std::expm1(-t / 2) + 4 * std::expm1(-t / 4))));
    CHECK(eta[k] == doctest::Approx(std::exp(-t / 4)));
  }
}

TEST_CASE("more memory than there is is refused before anything is allocated") {
  const std::string message = trouble(
      "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, size: 100000000000}}\n");
  CHECK(message.find("the states of this config need about 3.2e+03 GB of memory, ") == 0);
  CHECK(message.find(" GB are there; make the populations smaller") != std::string::npos);
}
