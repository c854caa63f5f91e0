// Linear membranes, whose impedance is known in closed form, under sinusoids and chirps.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "analysis/features.hpp"
#include "analysis/impedance.hpp"
#include "analysis/measuring.hpp"
#include "base/diagnostics.hpp"

namespace hillock::analysis {
namespace {

using Complex = std::complex<double>;
using Values = std::vector<double>;

constexpr double step_length = 0.1;  // ms

// tau dV/dt = -V - R w + R I, tau_w dw/dt = k V - w: the current w of a slow conductance k, which opposes V.
// Without it (k = 0) a passive membrane.
struct Membrane {
  double R = 50, tau = 20, k = 0, tau_w = 100;  // MOhm, ms, uS, ms

  Complex impedance(double frequency) const {  // Hz
    const Complex s(0, 2e-3 * std::numbers::pi * frequency);
    return R / (1.0 + tau * s + R * k / (1.0 + tau_w * s));
  }
  // The frequency (Hz) where its magnitude is largest.
  double resonance() const {
    double best = 0;
    for (double f = 0; f < 150; f += 1e-3)
      if (std::abs(impedance(f)) > std::abs(impedance(best))) best = f;
    return best;
  }
};

// The membrane's V (mV, at rest at -70 mV) and I (nA) at each step of a run, by the classical Runge-Kutta
// method.
struct Response {
  Response(const Membrane& membrane, const std::function<double(double)>& current, double duration) {
    std::array<double, 2> x{};
    const auto slope = [&](const std::array<double, 2>& y, double t) {
      return std::array<double, 2>{(-y[0] - membrane.R * y[1] + membrane.R * current(t)) / membrane.tau,
                                   (membrane.k * y[0] - y[1]) / membrane.tau_w};
    };
    const auto moved = [](const std::array<double, 2>& y, const std::array<double, 2>& by, double h) {
      return std::array<double, 2>{y[0] + h * by[0], y[1] + h * by[1]};
    };
    for (int step = 0; step * step_length < duration; ++step) {
      const double t = step * step_length;
      time.push_back(t);
      V.push_back(-70 + x[0]);
      I.push_back(current(t));
      const auto k1 = slope(x, t), k2 = slope(moved(x, k1, step_length / 2), t + step_length / 2),
                 k3 = slope(moved(x, k2, step_length / 2), t + step_length / 2),
                 k4 = slope(moved(x, k3, step_length), t + step_length);
      for (int i = 0; i < 2; ++i) x[i] += step_length / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    }
  }
  Trace trace(double start, double stop) const { return {time, V, start, stop, I}; }
  Values time, V, I;
};

constexpr double start = 100, length = 8000, duration = 9500;  // ms, of chirps; V comes back to rest

// From `low` to `high` Hz, growing linearly or exponentially.
std::function<double(double)> chirp(double low, double high, bool exponential) {
  return [=](double t) {
    const double s = (t - start) / 1000, T = length / 1000;
    if (s < 0 || s >= T) return 0.0;
    const double growth = std::log(high / low) / T;
    const double cycles =
        exponential ? low * std::expm1(growth * s) / growth : low * s + (high - low) * s * s / (2 * T);
    return 0.05 * std::sin(2 * std::numbers::pi * cycles);
  };
}

Settings at_frequency(double frequency) {
  Settings settings;
  settings.impedance_frequency = frequency;
  return settings;
}

TEST_CASE("of sinusoids on an offset magnitude and phase are exact, whatever the period is in samples") {
  for (const double f : {0.7, 3.0, 8.123456, 97.0, 2500.0}) {
    CAPTURE(f);
    const Complex Z = std::polar(83.0, f < 5 ? 0.4 : -1.2);  // ahead, and behind
    Values time, V, I;
    for (int k = 0; k < 24000; ++k) {
      const double angle = 2e-3 * std::numbers::pi * f * k * step_length;
      time.push_back(k * step_length);
      I.push_back(0.3 + 0.02 * std::cos(angle + 0.9));
      V.push_back(-61 + 0.02 * std::abs(Z) * std::cos(angle + 0.9 + std::arg(Z)));
    }
    const Trace trace{time, V, 100, 2300, I};
    CHECK(value(trace, "impedance_magnitude", at_frequency(f)) == doctest::Approx(83).epsilon(1e-9));
    CHECK(value(trace, "impedance_phase", at_frequency(f)) == doctest::Approx(std::arg(Z)).epsilon(1e-9));
  }
}

TEST_CASE("a membrane has the impedance of its closed form once it has settled") {
  for (const double k : {0.0, 0.06})
    for (const double f : {1.0, 5.0, 20.0}) {
      CAPTURE(k);
      CAPTURE(f);
      const Membrane membrane{50, 20, k, 100};
      const Response response(
          membrane, [&](double t) { return 0.1 * std::sin(2e-3 * std::numbers::pi * f * t); }, 4000);
      const Trace trace = response.trace(0, 4000);
      CHECK(value(trace, "impedance_magnitude", at_frequency(f)) ==
            doctest::Approx(std::abs(membrane.impedance(f))).epsilon(1e-7));
      CHECK(value(trace, "impedance_phase", at_frequency(f)) ==
            doctest::Approx(std::arg(membrane.impedance(f))).epsilon(1e-6));
    }
}

TEST_CASE("a chirp shows the resonance of a membrane, and that a passive one has none") {
  const Membrane passive, resonant{50, 20, 0.06, 100};
  for (const bool exponential : {false, true})
    for (const double high : {20.0, 50.0, 400.0}) {
      CAPTURE(exponential);
      CAPTURE(high);
      const auto current = chirp(0.4, high, exponential);
      const Response of_passive(passive, current, duration), of_resonant(resonant, current, duration);
      const Trace low_pass = of_passive.trace(start, start + length),
                  peaked = of_resonant.trace(start, start + length);
      const double lowest = 1000 / (duration - start);  // one cycle from the start to the end
      CHECK(value(low_pass, "resonance_frequency") == doctest::Approx(lowest).epsilon(1e-9));
      CHECK(value(low_pass, "resonance_quality") == 1);
      CHECK(value(low_pass, "resonance_impedance") ==
            doctest::Approx(std::abs(passive.impedance(lowest))).epsilon(1e-3));
      const double f = resonant.resonance(), Z = std::abs(resonant.impedance(f));
      CHECK(value(peaked, "resonance_frequency") == doctest::Approx(f).epsilon(5e-3));
      CHECK(value(peaked, "resonance_impedance") == doctest::Approx(Z).epsilon(1e-3));
      CHECK(value(peaked, "resonance_quality") ==
            doctest::Approx(Z / std::abs(resonant.impedance(lowest))).epsilon(1e-3));
    }
}

TEST_CASE("a resonance at the upper end of a chirp over three decades is found") {
  const Membrane fast{50, 5, 0.1, 4};
  const double f = fast.resonance();
  REQUIRE(f > 70);
  const Response response(fast, chirp(0.1, 100, true), duration);
  CHECK(value(response.trace(start, start + length), "resonance_frequency") ==
        doctest::Approx(f).epsilon(2e-2));
  Values held = response.I;  // what flows all the time says nothing about frequencies
  for (double& current : held) current += 1000;
  Trace trace = response.trace(start, start + length);
  trace.I = held;
  CHECK(value(trace, "resonance_frequency") == doctest::Approx(f).epsilon(2e-2));
}

TEST_CASE("impedances are left out where they are not known") {
  const Response response({}, chirp(1, 20, false), 2000);
  const Trace trace = response.trace(start, 1500);
  CHECK(std::isnan(value(trace, "impedance_magnitude")));  // at which frequency?
  CHECK_FALSE(std::isnan(value(trace, "impedance_magnitude", at_frequency(3))));
  CHECK(std::isnan(value(trace, "impedance_phase", at_frequency(1e-6))));  // a tiny part of a period
  CHECK(std::isnan(value(trace, "impedance_phase", at_frequency(5000))));  // two samples of each period
  CHECK(std::isnan(value(response.trace(1990, 1990.2), "impedance_magnitude", at_frequency(3))));
  CHECK(std::isnan(value(response.trace(2500, 2600), "resonance_frequency")));
  Trace blind = trace;
  blind.I = {};
  Values constant(trace.size(), 0.2);
  Trace steady = trace;
  steady.I = constant;
  Values spiking = response.V;
  spiking[8000] = 30;
  Trace active = trace;
  active.V = spiking;
  for (const std::string name : {"impedance_magnitude", "impedance_phase", "resonance_frequency",
                                 "resonance_impedance", "resonance_quality"}) {
    CAPTURE(name);
    for (const Trace& without : {blind, steady, active})
      CHECK(std::isnan(value(without, name.c_str(), at_frequency(3))));
    CHECK_FALSE(std::isnan(value(trace, name.c_str(), at_frequency(3))));
  }
}

TEST_CASE("a current of another length than the potential is refused") {
  const Values time{0, 1, 2}, V{0, 0, 0}, I{0, 0};
  CHECK_THROWS_WITH_AS(value({time, V, 0, 2, I}, "PSP_amplitude"),
                       "error: a trace has 2 samples of the current and 3 of the potential", base::UserError);
}

}  // namespace
}  // namespace hillock::analysis
