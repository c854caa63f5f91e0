// Runs that cannot go on: states that are not finite, step sizes that vanish, recorded values that are none.
#include "assemble/running.hpp"

using namespace hillock;
using running::Run;
using running::trouble;

namespace {

std::string pole_config(const std::string& simulation) {
  return "simulation: {duration: 2 ms, dt: 0.1 ms, " + simulation +
         "}\npopulations: {cell: {model: cell.yaml, size: 3, init: {V: [0, 0.25, 1]}}}\n"
         "record: {cell: {V: {}, dtype: float64}}\n";
}

loading::Folder& with_pole(loading::Folder& folder) {
  folder.write("cell.yaml", running::model_text(
                                "inputs: {I: 1}\nstate:\n  V: {init: 1}\nequations:\n  dV/dt: V^2/1 ms\n"));
  return folder;
}

}  // namespace

TEST_CASE("HH with a billion picoamperes stops with what happened, where and why") {
  CHECK(trouble(R"(simulation: {duration: 10 ms, dt: 0.025 ms}
populations: {cell: {model: hodgkin_huxley, size: 2}}
inputs: {drive: {type: dc, target: cell 1, amplitude: 1e9 pA}}
record: {cell: [spikes]}
)") == "population 'cell', neuron 1: V is not finite at t = 0.025 ms (last finite value of V: -65 mV)\n"
       "  models/neurons/hodgkin_huxley.yaml:43:3: dV/dt: (I - I_Na - I_K - I_L) / C_m\n"
       "  likely cause: V is driven by 7.96e+07 mV/ms, 1.99e+06 mV within one step; check the inputs and "
       "parameters, or use a smaller dt");
}

TEST_CASE("AdEx without a clamp at its peak stops at the upstroke") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text(R"(inputs: {I: pA}
params:
  C_m: {default: 281 pF}
  g_L: {default: 30 nS}
  E_L: {default: -70.6 mV}
  V_th: {default: -50.4 mV}
  Delta_T: {default: 2 mV}
state:
  V: {init: E_L}
equations:
  dV/dt: (-g_L*(V - E_L) + g_L*Delta_T*exp((V - V_th)/Delta_T) + I)/C_m
)"));
  CHECK(trouble(folder, R"(simulation: {duration: 100 ms, dt: 0.1 ms}
populations: {cell: {model: cell.yaml}}
inputs: {drive: {type: dc, target: cell, amplitude: 1 nA}}
)") == "population 'cell', neuron 0: V is not finite at t = 11.9 ms (last finite value of V: 254158.164947 "
       "mV)\n"
       "  cell.yaml:14:3: dV/dt: (-g_L*(V - E_L) + g_L*Delta_T*exp((V - V_th)/Delta_T) + I)/C_m\n"
       "  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it "
       "in "
       "time, or a division by zero");
}

TEST_CASE("x' = x^2 stops at its pole, with a fixed step and with an adaptive one") {
  loading::Folder folder;
  CHECK(trouble(with_pole(folder), pole_config("method: rk4")) ==
        "population 'cell', neuron 2: V is not finite at t = 1.3 ms (last finite value of V: "
        "4.84751903255e+172)\n"
        "  cell.yaml:8:3: dV/dt: V^2/1 ms\n"
        "  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it "
        "in "
        "time, or a division by zero");
  CHECK(trouble(folder, pole_config("method: adaptive")) ==
        "population 'cell', neuron 2: the step size of the adaptive method fell below its minimum at t = "
        "1.00000017877 ms (last finite value of V: 1496256321.12)\n"
        "  cell.yaml:8:3: dV/dt: V^2/1 ms\n"
        "  likely cause: V runs away, growing e-fold every 3.34e-10 ms; a spike rule must reset it");
  CHECK(trouble(folder, pole_config("method: adaptive, spike_times: interpolated")) ==
        trouble(folder, pole_config("method: adaptive")));
}

TEST_CASE("the frames before a failure are kept") {
  loading::Folder folder;
  Run run(with_pole(folder), pole_config("method: adaptive"));
  CHECK_THROWS_AS(run.go(), base::NumericsError);
  const auto V = run.values("cell", "V");
  REQUIRE(V.size() >= 3 * 10);  // 0 .. 0.9 ms; the pole is at 1 ms
  for (std::size_t k = 0; k < 10; ++k)
    CHECK(V[3 * k + 2] == doctest::Approx(1 / (1 - 0.1 * static_cast<double>(k))).epsilon(1e-4));
}

namespace {

struct Outcome {
  std::string error;
  std::vector<double> V;
  std::vector<running::Spike> spikes;
  bool operator==(const Outcome&) const = default;
};

// In slices of `slice` steps; short ones are taken with guards.
Outcome outcome(const loading::Folder& folder, const std::string& config, std::int64_t slice,
                program::Backend backend) {
  Run run(folder, config, {{.backend = backend}});
  engine::Simulation& simulation = *run.prepared.simulation;
  Outcome result;
  try {
    for (std::int64_t step = 0; step < simulation.grid().steps; step = simulation.step())
      simulation.run_until(step + slice, run.memory);
  } catch (const base::NumericsError& error) {
    result.error = error.what();
  }
  result.V = run.values("cell", "V");
  result.spikes = run.spikes("cell");
  return result;
}

}  // namespace

TEST_CASE("a failure far into a run is that of a run in short slices, with the frames and spikes before it") {
  struct Case {
    std::string equation, spike;
    bool fails;
  };
  const Case cases[] = {
      {"V^2/30 ms", "", true},
      {"sqrt(25 - (t/1 ms)) * 0.1/ms", "", true},
      {"0.2/ms + 1/(25.001 ms - t)/1e9", "spike: {when: V > 2, reset: {V: 0}}\n", false},
      // a reset hides what was infinite before it
      {"V^3/40 ms", "spike: {when: V > 1e200, reset: {V: 0}}\n", true},
      // a reset that always comes leaves nothing of what was before it
      {"sqrt(25 - (t/1 ms)) * 0.1/ms", "spike: {when: 1 > 0, reset: {V: 1}}\n", true},
      // flags of what is not used
      {"if(V > 0.5, 0.3, 1/(V - V))*0.1/ms", "spike: {when: V > 2, reset: {V: 1}}\n", false}};
  for (const Case& one : cases) {
    CAPTURE(one.equation);
    loading::Folder folder;
    folder.write("cell.yaml",
                 running::model_text("inputs: {I: pA}\nstate:\n  V: {init: 1}\nequations:\n  dV/dt: " +
                                     one.equation + " + I*0.0001/pA/ms\n" + one.spike));
    const std::string config = R"(
populations:
  cell: {model: cell.yaml, size: 20, init: {V: {linspace: [0.6, 1]}}, receptors: {exc: {model: exp_current, tau: 2 ms}}}
inputs:
  up: {type: spikes, target: cell, receptor: exc, times: [3 ms, 12.5 ms, 24 ms], weight: 10 pA}
  noise: {type: poisson, target: cell, receptor: exc, rate: 1 kHz, weight: 0.1 pA}
record: {cell: {V: {every: 0.07 ms}, spikes: true, dtype: float64}}
)";
    for (const std::string times : {"grid", "interpolated"})
      for (const program::Backend backend : {program::Backend::interpreter, program::best_backend()}) {
        CAPTURE(times);
        const std::string head =
            "simulation: {duration: 40 ms, dt: 0.01 ms, method: euler, threads: 1, spike_times: " + times +
            "}";
        const Outcome expected = outcome(folder, head + config, 20, backend),
                      found = outcome(folder, head + config, 3999, backend);
        CHECK(expected.error.empty() != one.fails);
        CHECK(found.error == expected.error);
        CHECK(found == expected);
      }
  }
}

TEST_CASE("a right-hand side that is not a number fails at once, also with adaptive steps") {
  loading::Folder folder;
  folder.write("cell.yaml",
               running::model_text(
                   "inputs: {I: 1}\nstate:\n  V: {init: 0.5}\nequations:\n  dV/dt: sqrt(V - 1)/1 ms\n"));
  for (const std::string& method : {std::string("rk4"), std::string("adaptive"), std::string("euler")}) {
    CAPTURE(method);
    CHECK(
        trouble(folder, "simulation: {duration: 1 ms, dt: 0.1 ms, method: " + method +
                            "}\npopulations: {cell: {model: cell.yaml}}\n") ==
        "population 'cell', neuron 0: V is not finite at t = 0.1 ms (last finite value of V: 0.5)\n"
        "  cell.yaml:8:3: dV/dt: sqrt(V - 1)/1 ms\n"
        "  likely cause: the right-hand side of V is not a number there: 0/0, or the logarithm or root of a "
        "negative number");
  }
}

TEST_CASE("the state whose right-hand side ceases to be a number is blamed, not the one that leads there") {
  loading::Folder folder;
  folder.write("cell.yaml",
               running::model_text("inputs: {I: 1}\nstate:\n  V: {init: 0}\n  z: {init: 0.03}\nequations:\n"
                                   "  dV/dt: (sqrt(z) - V)/10 ms\n  dz/dt: -0.2/ms\n"));
  const auto blamed = [&](const std::string& method) {
    const std::string text = trouble(folder, "simulation: {duration: 2 ms, dt: 0.1 ms, method: " + method +
                                                 "}\npopulations: {cell: {model: cell.yaml}}\n");
    CAPTURE(text);
    CHECK(text.starts_with("population 'cell', neuron 0: "));
    CHECK(text.find("last finite value of V: ") != std::string::npos);
    return text.substr(text.find('\n') + 1);
  };
  const std::string equation =
      "  cell.yaml:9:3: dV/dt: (sqrt(z) - V)/10 ms\n  likely cause: the right-hand side of V ";
  const std::string why = ": 0/0, or the logarithm or root of a negative number";
  CHECK(blamed("euler") == equation + "is not a number there" + why);
  for (const char* method : {"auto", "rk4", "exponential_euler", "dopri5", "adaptive"}) {
    CAPTURE(method);
    CHECK(blamed(method) == equation + "ceases to be a number within this step" + why);
  }
}

TEST_CASE("a recorded quantity that is not finite stops the run, for no file holds a NaN") {
  loading::Folder folder;
  folder.write("cell.yaml",
               running::model_text("inputs: {I: 1}\nstate:\n  V: {init: 0.5}\nderived:\n  root: sqrt(1 - V)\n"
                                   "equations:\n  dV/dt: 2/1 ms\n"));
  CHECK(trouble(folder, R"(simulation: {duration: 1 ms, dt: 0.1 ms}
populations: {cell: {model: cell.yaml, size: 2, init: {V: [-5, 0.5]}}}
record: {cell: [root]}
)") == "population 'cell', neuron 1: root, which is recorded, is not finite at t = 0.3 ms\n"
       "  likely cause: a division by zero, the logarithm or root of a negative number, or an overflow");
}

TEST_CASE("a negative rate is refused") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text("inputs: {I: 1}\nstate:\n  V: {init: 0.5}\n"
                                                "equations:\n  dV/dt: -1/1 ms\nspike:\n  rate: V/1 ms\n"));
  CHECK(trouble(folder,
                "simulation: {duration: 1 ms, dt: 0.25 ms}\npopulations: {cell: {model: cell.yaml}}\n") ==
        "population 'cell', neuron 0: the rate of a spike is -0.25/ms at t = 0.75 ms, and must not be "
        "negative\n"
        "  cell.yaml:10:3: rate: V/1 ms");
}

namespace {

// V grows by 1 per ms from -1; the spike rule and the rest of the file follow.
std::string growing(const std::string& rest) {
  return running::model_text("inputs: {I: 1}\nstate:\n  V: {init: -1}\nequations:\n  dV/dt: 1/1 ms\n" + rest);
}

std::string what_stops(const std::string& model, const std::string& simulation = "method: rk4") {
  loading::Folder folder;
  folder.write("cell.yaml", model);
  return trouble(folder, "simulation: {duration: 3 ms, dt: 0.5 ms, " + simulation +
                             "}\npopulations: {cell: {model: cell.yaml, size: 2, init: {V: [2, -1]}}}\n");
}

const std::string no_answer_at_end =
    "population 'cell', neuron 1: the condition of a spike has no answer at t = 0.5 ms, for it compares what "
    "is not a "
    "number (V is -0.5)\n";
const std::string no_answer_at_begin =
    "population 'cell', neuron 1: the condition of a spike has no answer at t = 0 ms, for it compares what "
    "is not a "
    "number (V is -1)\n";
const std::string no_number = "\n  likely cause: 0/0, or the logarithm or root of a negative number";

}  // namespace

TEST_CASE("a spike condition that compares NaN stops the run instead of counting as false") {
  const std::string reset = "\n  reset: {V: 0.5}\n";
  struct Case {
    std::string rule, derived;
  };
  for (const Case& rule : {Case{"sqrt(V) >= 3", ""}, Case{"3 < sqrt(V)", ""},
                           Case{"root > 3", "derived:\n  root: sqrt(V)\n"}, Case{"min(sqrt(V), V) >= 3", ""},
                           Case{"max(log(V), V - 3) > 0", ""}, Case{"if(sqrt(V) > 2, 1, 0) > 0.5", ""}}) {
    CAPTURE(rule.rule);
    const std::string place = std::string("  cell.yaml:") + (rule.derived.empty() ? "10" : "12") +
                              ":3: when: " + rule.rule + no_number;
    const std::string resetting = growing(rule.derived + "spike:\n  when: " + rule.rule + reset);
    CHECK(what_stops(resetting) == no_answer_at_end + place);
    CHECK(what_stops(resetting, "method: adaptive") == no_answer_at_end + place);
    for (const std::string method :
         {"rk4", "adaptive"})  // here the condition is looked at from the beginning
      CHECK(what_stops(resetting, "spike_times: interpolated, method: " + method) ==
            no_answer_at_begin + place);
    // Without a reset the condition is looked at from the beginning too: it fires when it turns true.
    CHECK(what_stops(growing(rule.derived + "spike:\n  when: " + rule.rule + "\n")) ==
          no_answer_at_begin + place);
  }
}

TEST_CASE("a spike condition that becomes NaN between two times at which it is a number stops the crossing") {
  const std::string model = growing("spike:\n  when: sqrt((V + 0.8)^2 - 0.01) >= 0.2\n  reset: {V: 0.5}\n");
  for (const std::string method : {"rk4", "{adaptive: {max_step: 0.02 ms}}"})
    CHECK(what_stops(model, "spike_times: interpolated, method: " + method)
              .starts_with("population 'cell', neuron 1: the condition of a spike has no answer at t = 0."));
}

TEST_CASE("a NaN that no spike hangs on does not stop a run") {
  // In a branch that is not taken, during a hold, and infinities, which compare as numbers do.
  for (const std::string rule :
       {"if(V >= 0, min(sqrt(V), 9), -1) >= 9", "exp(1000*V) >= exp(5000)", "V >= 9 + 0*sqrt(4)"}) {
    CAPTURE(rule);
    CHECK(what_stops(growing("spike:\n  when: " + rule + "\n  reset: {V: -0.25}\n")) == "");
  }
  CHECK(what_stops(
            growing("spike:\n  when: 1/sqrt(V) <= 100\n  reset: {V: -5}\n  hold: {states: [V], for: t_ref}\n"
                    "params:\n  t_ref: {default: 10 ms}\n"))
            .starts_with("population 'cell', neuron 1: the condition"));  // neuron 0 is in its hold
}

TEST_CASE("a rate or probability that is NaN through min stops the run") {
  CHECK(what_stops(growing("spike:\n  rate: min(sqrt(V), 1) / 1 ms\n")) ==
        "population 'cell', neuron 1: the rate of a spike is not a number at t = 0.5 ms, and must not be "
        "negative\n"
        "  cell.yaml:10:3: rate: min(sqrt(V), 1) / 1 ms");
}

TEST_CASE("a reset that gives a value that is not finite is named, not the equation") {
  const std::string model = growing("spike:\n  when: V >= 2.75\n  reset:\n    V: log(2 - V)\n");
  CHECK(what_stops(model) ==
        "population 'cell', neuron 0: the reset of V gives a value that is not finite at t = 1 ms (before it "
        "V is 3)\n"
        "  cell.yaml:12:5: V: log(2 - V)\n"
        "  likely cause: a division by zero, the logarithm or root of a negative number, or an overflow");
  CHECK(what_stops(model, "method: adaptive") == what_stops(model));
  for (const std::string method : {"rk4", "adaptive"})
    CHECK(what_stops(model, "spike_times: interpolated, method: " + method) ==
          "population 'cell', neuron 0: the reset of V gives a value that is not finite at t = 0.75 ms "
          "(before it V is "
          "2.75)\n"
          "  cell.yaml:12:5: V: log(2 - V)\n"
          "  likely cause: a division by zero, the logarithm or root of a negative number, or an overflow");
}

TEST_CASE("a reset to a literal is watched where the literal is infinite, and a condition may be one") {
  CHECK(what_stops(growing("spike:\n  when: V >= 2.75\n  reset:\n    V: 1/0\n"))
            .starts_with(
                "population 'cell', neuron 0: the reset of V gives a value that is not finite at t = 1 ms"));
  CHECK(what_stops(growing("spike:\n  when: 1 > 0\n  reset: {V: -5}\n")) == "");
  CHECK(what_stops(growing(
            "spike:\n  when: 1 > 0\n  reset: {V: V_reset}\nparams:\n  V_reset: {default: -5}\n")) == "");
}

TEST_CASE("a state that was not finite before its reset is blamed on its equation") {
  CHECK(what_stops(running::model_text(
            "inputs: {I: 1}\nstate:\n  V: {init: -1}\nequations:\n  dV/dt: exp(1000*V)/1 ms\n"
            "spike:\n  when: V >= 5\n  reset:\n    V: V - 5\n")) ==
        "population 'cell', neuron 0: V is not finite at t = 0.5 ms (last finite value of V: 2)\n"
        "  cell.yaml:8:3: dV/dt: exp(1000*V)/1 ms\n"
        "  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it "
        "in time, or "
        "a division by zero");
}

TEST_CASE("a state that is not finite is not blamed on a reset that only adds to it") {
  CHECK(what_stops(running::model_text(
            "inputs: {I: 1}\nparams:\n  b: {default: 2}\nstate:\n  V: {init: 0}\n  u: {init: 1}\nequations:\n"
            "  dV/dt: 1/1 ms\n  du/dt: exp(1000*u)/1 ms\n"
            "spike:\n  when: V >= 0.01\n  reset:\n    V: 0\n    u: u + b\n")) ==
        "population 'cell', neuron 0: u is not finite at t = 0.5 ms (last finite value of u: 1)\n"
        "  cell.yaml:12:3: du/dt: exp(1000*u)/1 ms\n"
        "  likely cause: the right-hand side of u is infinite there: u runs away and no spike rule resets it "
        "in time, or a division by zero");
}

TEST_CASE("any number of threads stops at the same neuron, with the same words") {
  loading::Folder folder;
  with_pole(folder);
  const auto config = [](const std::string& method, const std::string& init, int threads) {
    return "simulation: {duration: 2 ms, dt: 0.1 ms, threads: " + std::to_string(threads) + ", " + method +
           "}\npopulations:\n  first: {model: cell.yaml, size: 50, init: {V: 0.1}}\n  cell: {model: "
           "cell.yaml, "
           "size: 100, init: {V: " +
           init + "}}\n  other: {model: cell.yaml, size: 100, init: {V: " + init + "}}\n";
  };
  for (const std::string method :
       {"method: rk4", "method: rk4, spike_times: interpolated", "method: adaptive"})
    for (const std::string init : {"{linspace: [0, 1]}", "{linspace: [1, 0.9]}", "1"}) {
      CAPTURE(method);
      CAPTURE(init);
      const std::string expected = trouble(folder, config(method, init, 1));
      CHECK(expected.starts_with("population 'cell', neuron "));
      for (const int threads : {2, 3, 5, 8})
        CHECK(trouble(folder, config(method, init, threads)) == expected);
    }
}
