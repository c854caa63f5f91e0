// Currents of a clamp and pairs of postsynaptic potentials, made by hand.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include "analysis/features.hpp"
#include "analysis/measuring.hpp"

namespace hillock::analysis {
namespace {

using Values = std::vector<double>;

// A sample every ms.
Values clock(std::size_t samples) {
  Values time(samples);
  for (std::size_t k = 0; k < samples; ++k) time[k] = static_cast<double>(k);
  return time;
}

TEST_CASE("a clamp's currents leave the capacitive transient out, and end before the stimulus does") {
  const Values time = clock(60), V(60, -65);
  Values I(60, 0);
  for (std::size_t k = 10; k < 50; ++k) I[k] = 0.5;
  I[10] = 90;  // the capacitive transients at both ends
  I[50] = -90;
  I[11] = 40;
  I[13] = -3;  // an inward current of channels
  I[20] = 2;
  const Trace trace{time, V, 10, 50, I};
  Settings settings;
  CHECK(value(trace, "minimum_current", settings) == -3);
  CHECK(value(trace, "maximum_current", settings) == 40);
  settings.capacitive_transient = 2;
  CHECK(value(trace, "maximum_current", settings) == 2);
  settings.capacitive_transient = 5;
  CHECK(value(trace, "minimum_current", settings) == 0.5);
  settings.capacitive_transient = 0;
  CHECK(value(trace, "maximum_current", settings) == 90);
  settings.capacitive_transient = 40;
  CHECK(std::isnan(value(trace, "maximum_current", settings)));
  CHECK(value(trace, "steady_state_current") == 0.5);
  for (const char* name : {"minimum_current", "maximum_current", "steady_state_current"})
    CHECK(std::isnan(value({time, V, 10, 50}, name)));
}

TEST_CASE("of two postsynaptic potentials each is measured from where it begins") {
  const Values time = clock(100);
  const auto pair = [&](double first, double second, double rest_of_first) {
    Values V(100, -70);
    for (std::size_t k = 20; k < 40; ++k) V[k] = -70 + first * rest_of_first;
    V[25] = -70 + first;
    for (std::size_t k = 40; k < 60; ++k) V[k] = V[39];
    V[45] = V[39] + second;
    V[20] = -70;
    for (std::size_t k = 70; k < 100; ++k) V[k] = 0;  // too late to belong to it
    return V;
  };
  for (const double sign : {1.0, -1.0}) {
    const Values V = pair(4 * sign, 3 * sign, 0.5);
    const Trace trace{time, V, 20, 40};
    CHECK(value(trace, "PSP_amplitude") == 4 * sign);
    CHECK(value(trace, "second_PSP_amplitude") == doctest::Approx(3 * sign));
    CHECK(value(trace, "paired_pulse_ratio") == doctest::Approx(0.75));
  }
  // What is left of the first decays by more than the second, which is weak, rises.
  Values V = pair(4, 0.3, 0.5);
  for (std::size_t k = 50; k < 60; ++k) V[k] = -70;
  CHECK(value({time, V, 20, 40}, "second_PSP_amplitude") == doctest::Approx(0.3));
  CHECK(std::isnan(value({time, V, 20, 200}, "second_PSP_amplitude")));
  CHECK(std::isnan(value({time, V, 20, 200}, "paired_pulse_ratio")));
  const Values flat(100, -70);
  CHECK(value({time, flat, 20, 40}, "PSP_amplitude") == 0);
  CHECK(std::isnan(value({time, flat, 20, 40}, "paired_pulse_ratio")));
}

}  // namespace
}  // namespace hillock::analysis
