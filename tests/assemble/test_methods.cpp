// Methods: which are chosen and why, which are refused, and the order with which each converges.
#include <cmath>
#include <complex>
#include <functional>
#include <numbers>

#include "assemble/running.hpp"

using namespace hillock;
using running::Run;

namespace {

const char* const oscillator = R"(inputs: {I: mV/ms}
params:
  tau: {default: 20 ms}
  omega: {default: 1/ms}
state:
  V: {init: 10 mV}
  w: {init: 0 mV}
equations:
  dV/dt: -V/tau - omega*w + I
  dw/dt: omega*V - w/tau
)";

// Logistic growth: V = 2/(1 + 3 exp(-2 t)).
const char* const growth = R"(inputs: {I: 1}
state:
  V: {init: 0.5}
equations:
  dV/dt: V*(2 - V)/1 ms
)";

const char* const gate = R"(inputs: {I: 1}
state:
  V: {init: 0}
  x: {init: 1}
equations:
  dV/dt: (x - V*(1 + x))/1 ms
  dx/dt: (V - 2*x)/1 ms
)";

Run run_model(const std::string& model, const std::string& simulation, const std::string& inputs = "") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text(model));
  Run run(folder, "simulation: {" + simulation + "}\npopulations: {cell: {model: cell.yaml}}\n" + inputs +
                      "record: {cell: {V: {}, dtype: float64}}\n");
  run.go();
  return run;
}

std::string seconds(double ms) { return std::to_string(ms) + " ms"; }

// V at `time` ms with this method and step.
double V_at(const std::string& model, const std::string& method, double time, double dt,
            const std::string& inputs = "") {
  const Run run = run_model(
      model, "duration: " + seconds(time + dt) + ", dt: " + seconds(dt) + ", method: " + method, inputs);
  return run.values("cell", "V").back();
}

double order(const std::string& model, const std::string& method, double time, double dt, double exact) {
  const double coarse = std::fabs(V_at(model, method, time, dt) - exact),
               fine = std::fabs(V_at(model, method, time, dt / 2) - exact);
  return std::log2(coarse / fine);
}

std::string choice(const std::string& model, const std::string& extra = "",
                   const std::string& method = "auto") {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text(model));
  const Run run(folder, "simulation: {duration: 1 ms, dt: 0.1 ms, method: " + method +
                            "}\npopulations: {cell: {model: cell.yaml" + extra + "}}\n");
  const assemble::PopulationSummary& summary = run.prepared.populations.at(0);
  return summary.method + ": " + summary.reason;
}

std::string refusal(const std::string& model, const std::string& simulation) {
  loading::Folder folder;
  folder.write("cell.yaml", running::model_text(model));
  return running::trouble(folder, "simulation: {duration: 1 ms, dt: 0.1 ms, " + simulation +
                                      "}\npopulations: {cell: {model: cell.yaml}}\n");
}

std::string with_equation(const std::string& equation) {
  return "inputs: {I: mV/ms}\nparams:\n  tau: {default: 10 ms}\n  s: {default: 1 mV}\nstate:\n  V: {init: 1 "
         "mV}\n"
         "equations:\n  dV/dt: " +
         equation + "\n";
}

}  // namespace

TEST_CASE("every fixed-step method converges with its order, on a linear and a nonlinear cell") {
  const std::vector<std::pair<std::string, double>> orders{
      {"euler", 1}, {"midpoint", 2}, {"rk4", 4}, {"dopri5", 5}, {"cash_karp54", 5}};
  for (const auto& each : orders) {
    const auto& method = std::get<0>(each);
    const auto& expected = std::get<1>(each);
    CAPTURE(method);
    const double dt = expected < 3 ? 0.01 : 0.1;
    CHECK(order(oscillator, method, 4, dt, 10 * std::exp(-4.0 / 20) * std::cos(4)) ==
          doctest::Approx(expected).epsilon(0.05));
    // Its leading error term is small for some methods of order 5, which then converge faster for a while.
    const double growth_order = order(growth, method, 1.6, 0.05, 2 / (1 + 3 * std::exp(-3.2)));
    CHECK(growth_order > expected - 0.4);
    if (expected < 5) CHECK(growth_order == doctest::Approx(expected).epsilon(0.02));
  }
  CHECK(order(oscillator, "fehlberg78", 4, 0.5, 10 * std::exp(-4.0 / 20) * std::cos(4)) > 7.5);
  // Gates first, then V with the new gates: the reference is the same cell by rk4 in small steps.
  CHECK(order(gate, "exponential_euler", 0.8, 0.02, V_at(gate, "rk4", 0.8, 0.001)) ==
        doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("adaptive steps follow their tolerance, whatever dt is") {
  const double exact = 2 / (1 + 3 * std::exp(-3.2));
  for (const double dt : {0.1, 0.8})
    for (const int digits : {4, 6, 8, 10}) {
      const std::string tolerance = "1e-" + std::to_string(digits);
      const double error =
          V_at(growth, "{adaptive: {rtol: " + tolerance + ", atol: " + tolerance + "}}", 1.6, dt) - exact;
      CHECK(std::fabs(error) < 4 * std::pow(10.0, -digits));
    }
}

TEST_CASE("exact solutions of linear cells do not depend on dt, whatever the current's shape") {
  const double tau = 20, omega = 1;
  // z' = (-1/tau + i omega) z + I(t), V = Re z, w = Im z.
  using Complex = std::complex<double>;
  const Complex lambda{-1 / tau, omega};
  const double T = 12;
  const Complex free = 10.0 * std::exp(lambda * T);
  const double a = 0.7;
  const Complex dc = a * (std::exp(lambda * T) - 1.0) / lambda;
  // I = a t/T: integral of exp(lambda (T - s)) a s/T ds.
  const Complex ramp = a / T * ((std::exp(lambda * T) - 1.0) / (lambda * lambda) - T / lambda);
  const double nu = 2 * std::numbers::pi * 0.1;  // 100 Hz
  // I = a sin(nu t) = Im(a exp(i nu t)) as two exponentials.
  const auto exponential = [&](double frequency) {
    const Complex mu{0, frequency};
    return (std::exp(mu * T) - std::exp(lambda * T)) / (mu - lambda);
  };
  const Complex sine = a * (exponential(nu) - exponential(-nu)) / Complex{0, 2};
  // Steps at 3 ms and 8 ms.
  const auto since = [&](double t) { return (std::exp(lambda * (T - t)) - 1.0) / lambda; };
  const Complex steps = a * since(3) - 3 * a * since(8);
  const std::vector<std::pair<std::string, Complex>> cases{
      {"", 0.0},
      {"{type: dc, target: cell, amplitude: 0.7 mV/ms}", dc},
      {"{type: ramp, target: cell, from: 0 mV/ms, to: 0.7 mV/ms, start: 0 ms, stop: 12 ms}", ramp},
      {"{type: sine, target: cell, amplitude: 0.7 mV/ms, frequency: 100 Hz}", sine},
      {"{type: steps, target: cell, times: [3 ms, 8 ms], amplitudes: [0.7 mV/ms, -1.4 mV/ms]}", steps}};
  for (const auto& each : cases) {
    const auto& input = std::get<0>(each);
    const auto& response = std::get<1>(each);
    CAPTURE(input);
    const std::string inputs = input.empty() ? "" : "inputs: {drive: " + input + "}\n";
    const double expected = (free + response).real();
    for (const double dt : {1.0, 0.5, 0.1, 0.01})
      CHECK(std::fabs(V_at(oscillator, "exact", T, dt, inputs) - expected) < 2e-12);
  }
}

TEST_CASE("auto is exact for linear equations, rk4 otherwise, and says why") {
  CHECK(choice(oscillator) == "exact: the equations are linear");
  CHECK(choice(growth) == "rk4: dV/dt is not linear");
  CHECK(choice(with_equation("(s*sin(t/1 ms) - V)/tau")) == "rk4: the equations of cell depend on t");
  const Run run(R"(simulation: {duration: 1 ms, dt: 0.1 ms}
populations:
  current: {model: lif, receptors: {in: {model: alpha_current}}}
  conductance: {model: lif, receptors: {in: {model: exp_conductance}}}
)");
  CHECK(run.prepared.populations.at(0).reason == "the equations are linear");
  CHECK(run.prepared.populations.at(1).reason == "dV/dt is not linear");
}

TEST_CASE("auto integrates additive noise exactly if the rest is linear, else by Euler-Maruyama") {
  CHECK(choice(with_equation("-V/tau + s*sqrt(2/tau)*xi")) == "exact: the equations are linear");
  CHECK(choice(with_equation("-V^3/s^2/tau + s*sqrt(2/tau)*xi")) ==
        "euler_maruyama: white noise, and dV/dt is not linear");
}

TEST_CASE("methods that the equations do not allow are refused with the remedy") {
  CHECK(refusal(growth, "method: exact") ==
        R"(test.yaml:1:50: error: method exact cannot integrate population 'cell' (cell): dV/dt is not linear
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: exact}
     |                                                  ^~~~~ method: auto takes rk4)");
  CHECK(
      refusal(growth, "method: exponential_euler") ==
      R"(test.yaml:1:50: error: method exponential_euler cannot integrate population 'cell' (cell): dV/dt is not linear in V
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: exponential_euler}
     |                                                  ^~~~~~~~~~~~~~~~~ method: auto takes rk4)");
  CHECK(
      refusal(with_equation("-V/tau + s*sqrt(2/tau)*xi"), "method: rk4") ==
      R"(test.yaml:1:50: error: method rk4 cannot integrate population 'cell' (cell): it integrates no white noise (xi)
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: rk4}
     |                                                  ^~~ method: auto takes exact)");
  CHECK(
      refusal(with_equation("-V/tau + V*sqrt(2/tau)*xi"), "method: rk4") ==
      R"(test.yaml:1:50: error: method rk4 cannot integrate population 'cell' (cell): it integrates no white noise (xi)
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: rk4}
     |                                                  ^~~ write method: euler_maruyama for Ito's sense)");
  CHECK(
      refusal(with_equation("-V/tau + s/tau*exp(xi*sqrt(1 ms))"), "method: euler_maruyama") ==
      R"(test.yaml:1:50: error: method euler_maruyama cannot integrate population 'cell' (cell): noise enters dV/dt nonlinearly
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: euler_maruyama}
     |                                                  ^~~~~~~~~~~~~~ write white noise as a term, or as a factor of one: f + g*xi)");
  CHECK(
      refusal(with_equation("-V/tau + V*sqrt(2/tau)*xi"), "method: auto") ==
      R"(test.yaml:1:50: error: method auto does not choose for population 'cell': the strength of the noise in dV/dt depends on a state
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: auto}
     |                                                  ^~~~ write method: euler_maruyama for Ito's sense)");
  CHECK(
      refusal(with_equation("-V/tau + s*sqrt(2/tau)*xi"), "method: auto, spike_times: interpolated") ==
      R"(test.yaml:1:50: error: spike_times: interpolated needs smooth voltages, and population 'cell' has white noise (xi)
   1 | simulation: {duration: 1 ms, dt: 0.1 ms, method: auto, spike_times: interpolated}
     |                                                  ^~~~ write spike_times: grid)");
}

TEST_CASE(
    "Ornstein-Uhlenbeck noise has its stationary variance exactly, by Euler-Maruyama with the known bias") {
  const auto variance = [](const std::string& method, double dt) {
    loading::Folder folder;
    folder.write("cell.yaml", running::model_text(with_equation("-V/tau + s*sqrt(2/tau)*xi")));
    Run run(folder, "simulation: {duration: 400 ms, dt: " + seconds(dt) + ", method: " + method + R"(}
populations: {cell: {model: cell.yaml, size: 500, init: {V: 0 mV}}}
record: {cell: {V: {every: 50 ms}, dtype: float64}}
)");
    const auto V = run.go().values("cell", "V");
    double sum = 0;
    std::size_t n = 0;
    for (std::size_t i = 500 * 2; i < V.size(); ++i, ++n) sum += V[i] * V[i];
    return sum / static_cast<double>(n);
  };
  // 3000 nearly independent samples: the variance is known to 2.6 %.
  CHECK(variance("exact", 1) == doctest::Approx(1).epsilon(0.1));
  CHECK(variance("exact", 25) == doctest::Approx(1).epsilon(0.1));
  CHECK(variance("euler_maruyama", 10) == doctest::Approx(2.0).epsilon(0.1));  // 1/(1 - dt/(2 tau))
}

TEST_CASE(
    "Euler-Maruyama takes multiplicative noise in Ito's sense: geometric Brownian motion keeps its mean") {
  // dV = sigma V dW: E V = V_0 (Stratonovich: V_0 exp(sigma^2 t/2)), E V^2 = V_0^2 exp(sigma^2 t).
  const auto moments = [](double dt) {
    loading::Folder folder;
    folder.write("cell.yaml", running::model_text(with_equation("0.2/ms^0.5*V*xi")));
    Run run(folder, "simulation: {duration: " + seconds(5 + dt) + ", dt: " + seconds(dt) +
                        R"(, method: euler_maruyama}
populations: {cell: {model: cell.yaml, size: 20000}}
record: {cell: {V: {every: 5 ms}, dtype: float64}}
)");
    const auto V = run.go().values("cell", "V");
    double mean = 0, square = 0;
    for (std::size_t i = 20000; i < V.size(); ++i) mean += V[i], square += V[i] * V[i];
    return std::pair(mean / 20000, square / 20000);
  };
  const auto [mean, square] = moments(0.05);
  CHECK(mean == doctest::Approx(1).epsilon(0.02));
  CHECK(square == doctest::Approx(std::exp(0.04 * 5)).epsilon(0.04));
}
