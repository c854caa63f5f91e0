// Exponentials whose time constants, deflections and sags are known in closed form.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/exponential_fit.hpp"
#include "analysis/features.hpp"
#include "analysis/measuring.hpp"

namespace hillock::analysis {
namespace {

constexpr double step_start = 100, step_stop = 600, sample_interval = 0.1;  // ms

double value(const std::vector<double>& V, const char* name, const Settings& settings = {}) {
  std::vector<double> time(V.size());
  for (std::size_t k = 0; k < time.size(); ++k) time[k] = static_cast<double>(k) * sample_interval;
  return value(Trace{time, V, step_start, step_stop}, name, settings);
}

// From -65 mV towards -65 + deflection with tau, and a part `sag` of it back with tau_sag.
std::vector<double> step_response(double deflection, double tau, double sag = 0, double tau_sag = 50) {
  std::vector<double> V;
  for (int k = 0; k < 9000; ++k) {
    const double t = k * sample_interval - step_start;
    double v = -65;
    const double on = std::min(t, step_stop - step_start);
    if (t > 0)
      v += deflection * ((1 - std::exp(-on / tau)) - sag * (1 - std::exp(-on / tau_sag))) *
           std::exp((on - t) / tau);
    V.push_back(v);
  }
  return V;
}

TEST_CASE("the time constant of a pure exponential is its own") {
  for (const double tau : {5.0, 12.0, 30.0})
    for (const double deflection : {-2.0, -20.0}) {
      CAPTURE(tau);
      CAPTURE(deflection);
      CHECK(value(step_response(deflection, tau), "time_constant") == doctest::Approx(tau).epsilon(1e-6));
    }
  CHECK(std::isnan(value(step_response(10, 12), "time_constant")));  // it rises
  CHECK(std::isnan(value(step_response(0, 12), "time_constant")));
}

TEST_CASE("the decay after the stimulus is measured towards the potential where it began") {
  CHECK(value(step_response(-10, 12), "decay_time_constant_after_stim") == doctest::Approx(12).epsilon(1e-6));
  CHECK(value(step_response(10, 7), "decay_time_constant_after_stim") == doctest::Approx(7).epsilon(1e-6));
  Settings later;
  later.decay_start_after_stim = 5;
  later.decay_end_after_stim = 25;
  CHECK(value(step_response(-10, 12), "decay_time_constant_after_stim", later) ==
        doctest::Approx(12).epsilon(1e-6));
}

TEST_CASE("deflections, input resistance and sag of a membrane are those it was made with") {
  Settings settings;
  settings.stimulus_current = -0.1;  // nA
  const auto V = step_response(-10, 10, 0.3);
  CHECK(value(V, "voltage_base") == doctest::Approx(-65));
  CHECK(value(V, "voltage_deflection_vb_ssse") == doctest::Approx(-7).epsilon(1e-3));
  CHECK(value(V, "ohmic_input_resistance_vb_ssse", settings) == doctest::Approx(70).epsilon(1e-3));
  CHECK(value(V, "ohmic_input_resistance", settings) == doctest::Approx(70).epsilon(1e-3));
  const double lowest = value(V, "minimum_voltage");
  CHECK(value(V, "sag_amplitude") == value(V, "steady_state_voltage_stimend") - lowest);
  CHECK(value(V, "sag_ratio1") + value(V, "sag_ratio2") == doctest::Approx(1));
  CHECK(value(V, "sag_ratio1") == doctest::Approx(value(V, "sag_amplitude") / (-65 - lowest)));
  CHECK(std::isnan(value(V, "ohmic_input_resistance")));  // the current is not known
  const auto up = step_response(10, 10, 0.3);
  CHECK(std::isnan(value(up, "sag_amplitude")));  // depolarised
  CHECK(value(up, "maximum_voltage") > value(up, "steady_state_voltage_stimend"));
}

TEST_CASE("a fit needs two samples and none of them at its reference") {
  const std::vector<double> time{0, 1, 2}, V{-61, -63, -64};  // -65 + 4 exp(-t log 2)
  CHECK(decay_time(time, V, -65).value() == doctest::Approx(1 / std::log(2)).epsilon(1e-14));
  CHECK_FALSE(decay_time(time, V, -63).has_value());
  CHECK_FALSE(decay_time(std::span(time).first(1), std::span(V).first(1), -65).has_value());
  const std::vector<double> flat{-60, -60, -60};
  CHECK_FALSE(decay_time(time, flat, -65).has_value());
}

}  // namespace
}  // namespace hillock::analysis
