// eFEL's own values for a squid axon, in five combinations of time step and interpolation (tests/data).
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "analysis/features.hpp"

namespace hillock::analysis {
namespace {

struct Samples {
  std::vector<double> time, V;  // ms, mV
};

using State = std::array<double, 4>;

// Hodgkin & Huxley (1952) in today's signs: V, m, h, n.
State derivative(const State& y, double I) {
  const auto [V, m, h, n] = y;
  const double alpha_m = std::fabs(V + 40) > 1e-9 ? 0.1 * (V + 40) / -std::expm1(-(V + 40) / 10) : 1;
  const double alpha_n = std::fabs(V + 55) > 1e-9 ? 0.01 * (V + 55) / -std::expm1(-(V + 55) / 10) : 0.1;
  return {I - 120 * m * m * m * h * (V - 50) - 36 * n * n * n * n * (V + 77) - 0.3 * (V + 54.387),
          alpha_m * (1 - m) - 4 * std::exp(-(V + 65) / 18) * m,
          0.07 * std::exp(-(V + 65) / 20) * (1 - h) - h / (1 + std::exp(-(V + 35) / 10)),
          alpha_n * (1 - n) - 0.125 * std::exp(-(V + 65) / 80) * n};
}

State moved(const State& y, const State& slope, double dt) {
  State result;
  for (std::size_t i = 0; i < y.size(); ++i) result[i] = y[i] + dt * slope[i];
  return result;
}

// Steps of 0.1 ms are too long for it: every tenth sample of steps of 0.01 ms is taken for them.
Samples hodgkin_huxley(double dt) {
  if (dt == 0.1) {
    const Samples fine = hodgkin_huxley(0.01);
    Samples coarse;
    for (std::size_t k = 0; k < fine.V.size(); k += 10) {
      coarse.time.push_back(fine.time[k]);
      coarse.V.push_back(fine.V[k]);
    }
    return coarse;
  }
  Samples samples;
  State y{-64.9997, 0.05293, 0.59612, 0.31768};
  const auto current = [](double t) { return t >= 50 && t < 130 ? 10.0 : 0.0; };
  for (int k = 0; k <= static_cast<int>(std::lround(150 / dt)); ++k) {
    const double t = k * dt;
    samples.time.push_back(t);
    samples.V.push_back(y[0]);
    const State k1 = derivative(y, current(t));
    const State k2 = derivative(moved(y, k1, dt / 2), current(t + dt / 2));
    const State k3 = derivative(moved(y, k2, dt / 2), current(t + dt / 2));
    const State k4 = derivative(moved(y, k3, dt), current(t + dt));
    for (std::size_t i = 0; i < y.size(); ++i) y[i] += dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  }
  return samples;
}

// What eFEL does before it measures: linear between samples, on times that are added up.
Samples interpolated(const Samples& from, double step) {
  Samples to;
  const double end = from.time.back();
  const auto count = static_cast<std::size_t>(std::ceil((end - from.time[0]) / step));
  double t = from.time[0];
  for (std::size_t k = 0; k < count; ++k, t += step) to.time.push_back(t);
  if (to.time.back() < end) to.time.push_back(to.time.back() + step);
  std::size_t j = 0;
  for (const double x : to.time) {
    while (j + 1 < from.time.size() && from.time[j + 1] < x) ++j;
    to.V.push_back(j + 1 == from.time.size()
                       ? from.V.back()
                       : from.V[j] + (from.V[j + 1] - from.V[j]) / (from.time[j + 1] - from.time[j]) *
                                         (x - from.time[j]));
  }
  return to;
}

void check_case(const Samples& samples, const std::string& name, const std::vector<double>& expected) {
  const Trace trace{samples.time, samples.V, 50, 130};
  const std::array<const Feature*, 1> chosen{&find_feature(name)};
  const std::vector<double> found = measure(trace, {}, chosen)[0];
  CAPTURE(name);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(found[i] - expected[i]) <= 1e-9 * std::max(1.0, std::fabs(expected[i])));
  }
}

TEST_CASE("features of a squid axon equal eFEL's to 1e-9, at all its time steps and interpolations") {
  std::ifstream file(HILLOCK_SOURCE_DIR "/tests/data/ap_reference.txt");
  REQUIRE(file);
  Samples samples;
  int cases = 0, features_checked = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (name == "#") continue;
    std::vector<double> values;
    for (double value = 0; words >> value;) values.push_back(value);
    if (name == "case") {
      CAPTURE(line);
      samples = interpolated(hodgkin_huxley(values.at(0)), values.at(1));
      ++cases;
      continue;
    }
    check_case(samples, name, values);
    ++features_checked;
  }
  CHECK(cases == 5);
  CHECK(features_checked == 5 * 32);
}

}  // namespace
}  // namespace hillock::analysis
