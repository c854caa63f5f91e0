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
  CHECK(
      trouble(folder, pole_config("method: adaptive")) ==
      "population 'cell', neuron 2: the step size of the adaptive method fell below its minimum at t = "
      "1.00000017877 ms (last finite value of V: 1496256321.12)\n"
      "  cell.yaml:8:3: dV/dt: V^2/1 ms\n"
      "  likely cause: V runs away, growing e-fold every 3.34e-10 ms; a spike rule must reset it, or dt 0.1 "
      "ms is too large");
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
