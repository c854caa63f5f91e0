// Action potentials made by hand, where each feature is known: none, one, unfinished, on the threshold,
// noisy.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "analysis/features.hpp"
#include "base/diagnostics.hpp"
#include "base/random.hpp"

namespace hillock::analysis {
namespace {

using Values = std::vector<double>;

std::map<std::string, Values> measured(const Values& V, double dt, double start, double stop,
                                       const Settings& settings = {}) {
  Values time(V.size());
  for (std::size_t k = 0; k < time.size(); ++k) time[k] = static_cast<double>(k) * dt;
  std::vector<const Feature*> all;
  for (const Feature& feature : features()) all.push_back(&feature);
  const auto values = measure({time, V, start, stop}, settings, all);
  std::map<std::string, Values> found;
  for (std::size_t k = 0; k < all.size(); ++k) found[std::string(all[k]->name)] = values[k];
  return found;
}

// Piecewise linear potential through (time, mV), a sample every ms.
Values drawn(const std::vector<std::pair<int, double>>& points) {
  Values V;
  for (std::size_t k = 0; k + 1 < points.size(); ++k)
    for (int t = points[k].first; t < points[k + 1].first; ++t)
      V.push_back(points[k].second + (points[k + 1].second - points[k].second) * (t - points[k].first) /
                                         (points[k + 1].first - points[k].first));
  V.push_back(points.back().second);
  return V;
}

// At rest at -65 mV; from 20 to 24 ms up to +35 mV (25 mV/ms), down to -77 mV at 32 ms (-14 mV/ms), back at
// 54 ms.
Values one_spike() { return drawn({{0, -65}, {20, -65}, {24, 35}, {32, -77}, {54, -65}, {80, -65}}); }

TEST_CASE("a trace at rest has no action potential and no values for one") {
  const auto found = measured(Values(100, -65), 1, 20, 60);
  CHECK(found.at("spike_count") == Values{0});
  for (const Feature& feature : features()) {
    CAPTURE(feature.name);
    if (feature.per_spike) CHECK(found.at(std::string(feature.name)).empty());
  }
  CHECK(found.at("mean_frequency").empty());
  CHECK(found.at("voltage_base") == Values{-65});
  CHECK(found.at("maximum_voltage") == Values{-65});
}

TEST_CASE("of one drawn action potential every feature is known") {
  Settings settings;
  settings.derivative_threshold = 20;
  settings.down_derivative_threshold = -10;
  const auto found = measured(one_spike(), 1, 10, 60, settings);
  const std::map<std::string, double> expected{
      {"spike_count", 1},
      {"peak_time", 24},
      {"peak_voltage", 35},
      {"time_to_first_spike", 14},
      {"mean_frequency", 1000.0 / 14},
      {"AP_begin_indices", 21},  // the central difference at 20 ms is half of the slope
      {"AP_begin_voltage", -40},
      {"AP_amplitude", 75},
      {"AP_amplitude_from_voltagebase", 100},
      {"AP_rise_time", 3},
      {"AP_rise_rate", 25},
      {"AP_peak_upstroke", 25},
      {"AP_end_indices", 32},  // at the minimum the central difference is about (0.5 - 14)/2
      {"AP_duration", 11},
      {"AP_fall_time", 8},
      {"AP_fall_rate", -14},
      {"AP_peak_downstroke", -14},
      {"AP_rise_indices", 22},  // -15 mV and 10 mV are both 12.5 from half of the amplitude: the first counts
      {"AP_fall_indices", 27},  // -7 mV, nearest to -2.5
      {"AP_duration_half_width", 5},
      {"AP_width", 6},             // 22 ms: -15 mV, the first above -20; 28 ms: -21 mV
      {"spike_half_width", 6.24},  // crossings of -21 mV: 20 + 44/25 ms and 28 ms
      {"AP_begin_width", 9},       // from -40 mV at 21 ms to -49 mV at 30 ms
      {"min_AHP_indices", 32},
      {"AHP_depth_abs", -77},
      {"AHP_depth", -12},
      {"AHP_depth_from_peak", 112},
      {"AHP_time_from_peak", 8},
      {"voltage_base", -65},
      {"minimum_voltage", -77},
      {"maximum_voltage", 35},
      {"steady_state_voltage", -65},
  };
  for (const auto& each : expected) {
    const auto& name = std::get<0>(each);
    const auto& value = std::get<1>(each);
    CAPTURE(name);
    REQUIRE(found.at(name).size() == 1);
    CHECK(found.at(name)[0] == doctest::Approx(value).epsilon(1e-12));
  }
  CHECK(found.at("fast_AHP").empty());  // not of the last one
  CHECK(found.at("all_ISI_values").empty());
}

TEST_CASE("an action potential that the trace cuts off above the threshold is none") {
  Values V = one_spike();
  V.resize(27);  // at +7 mV on its way down
  const auto cut = measured(V, 1, 10, 60);
  CHECK(cut.at("spike_count") == Values{0});
  V = one_spike();
  V.resize(30);  // below the threshold, before the AHP
  const auto falling = measured(V, 1, 10, 60);
  CHECK(falling.at("spike_count") == Values{1});
  CHECK(falling.at("min_AHP_indices").empty());  // the lowest sample is the last: no minimum
  CHECK(falling.at("AHP_depth").empty());
  CHECK(falling.at("AP_peak_upstroke") == Values{25});
}

TEST_CASE("a sample exactly on the threshold hides the crossing") {
  const auto peaks = [](const Values& V) { return find_peaks(V, -20); };
  using Indices = std::vector<std::size_t>;
  CHECK(peaks({-60, 30, -60}) == Indices{1});
  CHECK(peaks({-60, -20, 30, -60}) == Indices{});
  CHECK(peaks({-60, 30, -20, -60}) == Indices{});
  // The first downward crossing is hidden: the pairs go from 1 to 5 and from 4 to 7, as eFEL has them.
  CHECK(peaks({-60, 10, -20, -60, 30, -60, 0, -60}) == Indices{4, 4});
  CHECK(peaks({30, -60, 10, -60}) == Indices{2});  // above from the beginning: no crossing
  CHECK(peaks({-60, 30, 30, -60}) == Indices{1});  // the first of equals
  CHECK(peaks({}) == Indices{});
}

TEST_CASE("the minimum is the first that two samples no lower follow, otherwise the lowest") {
  const auto lowest = [](const Values& V) { return find_minimum(V, 0, V.size()); };
  CHECK(lowest({0, -10, -5, -20, -10, -5}) == 3);  // one sample no lower is not enough
  CHECK(lowest({0, -10, -5, -5, -20}) == 1);
  CHECK(lowest({0, -10, -20, -30}) == 3);
  CHECK(lowest({0}) == 0);
}

TEST_CASE(
    "an onset needs DerivativeWindow steep samples in a row, and is looked for no further than its floor") {
  Values V(30, -65);
  V[10] = -50;  // a blip before the action potential
  for (std::size_t k = 20; k < 24; ++k) V[k] = -65 + 25 * static_cast<double>(k - 19);
  Values time(V.size());
  for (std::size_t k = 0; k < V.size(); ++k) time[k] = static_cast<double>(k);
  const Trace trace{time, V, 5, 25};
  Settings settings;
  CHECK(find_begin(trace, 23, 0, settings) == 19);
  settings.derivative_window = 5;  // 19 ... 22 only
  CHECK_FALSE(find_begin(trace, 23, 0, settings).has_value());
  settings.derivative_window = 3;
  CHECK_FALSE(find_begin(trace, 23, 19, settings).has_value());
}

TEST_CASE("only peaks within the stimulus count when that is asked for") {
  const Values V = drawn({{0, -65},
                          {10, -65},
                          {12, 20},
                          {16, -70},
                          {40, -65},
                          {42, 20},
                          {46, -70},
                          {70, -65},
                          {72, 20},
                          {76, -70},
                          {90, -65}});
  Settings strict;
  strict.strict_stimulus_interval = true;
  CHECK(measured(V, 1, 30, 60).at("peak_time") == Values{12, 42, 72});
  CHECK(measured(V, 1, 30, 60, strict).at("peak_time") == Values{42});
  CHECK(measured(V, 1, 30, 60).at("AP_amplitude").size() == 1);
  CHECK(measured(V, 1, 30, 60).at("all_ISI_values") == Values{30, 30});
}

TEST_CASE("features do not depend on where the trace begins in time, and scale with it") {
  const auto now = measured(one_spike(), 1, 10, 60), fine = measured(one_spike(), 0.25, 2.5, 15);
  CHECK(fine.at("AP_width")[0] == now.at("AP_width")[0] / 4);
  CHECK(fine.at("AP_peak_downstroke")[0] == now.at("AP_peak_downstroke")[0] * 4);
}

TEST_CASE("noise never makes the lists longer than the peaks") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Values V = one_spike();
    const base::Stream stream = base::Stream::of(seed, "noise");
    for (std::size_t k = 0; k < V.size(); ++k) V[k] += 12 * stream.normal(0, k);
    const auto found = measured(V, 1, 10, 60);
    const std::size_t peaks = found.at("peak_time").size();
    for (const Feature& feature : features())
      if (feature.per_spike) {
        CAPTURE(feature.name);
        CHECK(found.at(std::string(feature.name)).size() <= peaks);
      }
  }
}

TEST_CASE("a trace that is no trace is refused") {
  const auto error = [](const Values& time, const Values& V) {
    const std::vector<const Feature*> chosen{&find_feature("peak_time")};
    try {
      measure({time, V, 0, 1}, {}, chosen);
    } catch (const base::UserError& problem) {
      return std::string(problem.what());
    }
    return std::string();
  };
  CHECK(error({0, 1}, {0, 1}) == "error: a trace has 2 samples at 2 times, expected at least 3 of both");
  CHECK(error({0, 1, 2}, {0, 1, 2, 3}) ==
        "error: a trace has 4 samples at 3 times, expected at least 3 of both");
  CHECK(error({0, 1, 1}, {0, 1, 2}) == "error: the times of a trace do not ascend");
  CHECK(error({0, 1, 2}, {0, 1, 2}) == "");
}

}  // namespace
}  // namespace hillock::analysis
