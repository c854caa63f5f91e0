// A fit as it is asked and told: bounds, failures, restarts and the end.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "sweep/fit.hpp"

namespace {

using hillock::config::FitSpec;
using hillock::record::PointResult;
using hillock::record::PointStatus;
using hillock::sweep::Deviation;
using hillock::sweep::Fit;
using hillock::sweep::Tried;
using Numbers = std::vector<double>;
// The error at some values; nothing where the run fails.
using Errors = std::function<std::optional<Deviation>(const Numbers&)>;

FitSpec two_parameters(std::int64_t runs = 3000) {
  FitSpec spec;
  spec.parameters.resize(2);
  spec.parameters[0].path = "vars.x";
  spec.parameters[0].from = -1;
  spec.parameters[0].to = 3;
  spec.parameters[1].path = "vars.y";
  spec.parameters[1].from = 0.01;
  spec.parameters[1].to = 100;
  spec.parameters[1].logarithmic = true;
  spec.runs = runs;
  spec.tolerance = 1e-4;
  return spec;
}

// How far x and log y are from these.
Errors away_from(double x, double y) {
  return [=](const Numbers& at) -> std::optional<Deviation> {
    return Deviation{0, std::hypot(at[0] - x, 3 * std::log(at[1] / y))};
  };
}

void next_generation(Fit& fit, const Errors& errors) {
  std::vector<Tried> tried;
  for (const auto& settings : fit.ask()) {
    Numbers at;
    for (const auto& setting : settings)
      at.push_back(hillock::base::parse_quantity(setting.value.text)->value);
    Tried& one = tried.emplace_back();
    one.deviation = errors(at);
    one.result.status = one.deviation ? PointStatus::done : PointStatus::failed;
    if (!one.deviation) one.result.reason = "V is infinite";
    one.result.measures.assign(6, 0);
  }
  fit.tell(std::move(tried));
}

PointResult fitted(const FitSpec& spec, const Errors& errors, std::uint64_t seed = 1) {
  Fit fit(spec, seed);
  while (!fit.over()) next_generation(fit, errors);
  return std::move(fit).result();
}

TEST_CASE("a minimum between the bounds is found, and what it took") {
  const PointResult found = fitted(two_parameters(), away_from(0.25, 8));
  REQUIRE(found.status == PointStatus::done);
  CHECK(found.measures[0] == doctest::Approx(0.25).epsilon(1e-3));
  CHECK(found.measures[1] == doctest::Approx(8).epsilon(1e-3));
  CHECK(found.measures[2] <= 1e-4);
  CHECK(found.measures[3] == 16 * found.measures[4]);
  CHECK(found.measures[5] == 1);
}

TEST_CASE("no value outside of the bounds is tried, and one on a bound is found") {
  const Errors outside = [](const Numbers& at) -> std::optional<Deviation> {
    CHECK(at[0] >= -1);
    CHECK(at[0] <= 3);
    CHECK(at[1] >= 0.01);
    CHECK(at[1] <= 100);
    return Deviation{0, 20 - at[0] + std::log(at[1])};
  };
  const PointResult found = fitted(two_parameters(), outside);
  CHECK(found.measures[0] == doctest::Approx(3).epsilon(1e-5));
  CHECK(found.measures[1] == doctest::Approx(0.01).epsilon(1e-4));
  CHECK(found.measures[5] == 1);
}

TEST_CASE("runs that fail or lack a measure are the worst, and do not end the fit") {
  const Errors holes = [](const Numbers& at) -> std::optional<Deviation> {
    if (at[0] > 0.5) return std::nullopt;
    Deviation deviation = *away_from(0.25, 8)(at);
    if (at[1] < 5) deviation = {1, 0};
    return deviation;
  };
  const PointResult found = fitted(two_parameters(), holes);
  REQUIRE(found.status == PointStatus::done);
  CHECK(found.measures[0] == doctest::Approx(0.25).epsilon(1e-3));
  CHECK(found.measures[1] == doctest::Approx(8).epsilon(1e-3));
}

TEST_CASE("a fit of which all runs fail says why, and gives up early") {
  int runs = 0;
  const PointResult found = fitted(two_parameters(), [&](const Numbers&) {
    ++runs;
    return std::nullopt;
  });
  CHECK(found.status == PointStatus::failed);
  CHECK(found.reason == "all 160 runs failed, the first one: V is infinite");
  CHECK(runs == 160);
}

TEST_CASE("a fit of which no run has all that is compared has failed") {
  const PointResult found = fitted(two_parameters(320), [](const Numbers&) { return Deviation{1, 0.5}; });
  CHECK(found.status == PointStatus::failed);
  CHECK(found.reason == "none of 320 runs had a value of everything that is compared with the target");
}

TEST_CASE("no more runs are taken than there may be") {
  const PointResult found = fitted(two_parameters(100), away_from(0.25, 8));
  CHECK(found.measures[3] == 96);
  CHECK(found.measures[5] == 0);
}

// Two valleys: the wide one ends at an error of 1, the narrow one at 0.
TEST_CASE("a fit that has settled above the tolerance begins anew, with twice as many candidates") {
  const Errors valleys = [](const Numbers& at) -> std::optional<Deviation> {
    const double wide = 1 + away_from(0, 1)(at)->error, narrow = 4 * away_from(2.5, 50)(at)->error;
    return Deviation{0, std::min(wide, narrow)};
  };
  FitSpec spec = two_parameters(20000);
  const PointResult once = fitted(spec, valleys);
  CHECK(once.measures[2] == doctest::Approx(1));
  CHECK(once.measures[5] == 1);
  spec.restarts = 8;
  const PointResult again = fitted(spec, valleys);
  CHECK(again.measures[2] <= 1e-4);
  CHECK(again.measures[3] > 16 * again.measures[4]);
}

TEST_CASE("an error that does not depend on the values ends the fit") {
  const PointResult found = fitted(two_parameters(), [](const Numbers&) { return Deviation{0, 3}; });
  CHECK(found.measures[2] == 3);
  CHECK(found.measures[3] < 300);
}

TEST_CASE("the seed decides what is tried") {
  const auto found = [](std::uint64_t seed) {
    return fitted(two_parameters(), away_from(0.25, 8), seed).measures;
  };
  CHECK(found(1) == found(1));
  CHECK(found(1) != found(2));
}

TEST_CASE("columns have the shortest names that are not taken") {
  FitSpec spec;
  for (const char* path : {"populations.a.params.g_L", "populations.b.params.g_L", "inputs.noise.rate"})
    spec.parameters.emplace_back().path = path;
  std::string names;
  for (const auto& column : hillock::sweep::columns_of_fit(spec, {"rate"})) names += column.name + " ";
  CHECK(names == "a_params_g_L b_params_g_L noise_rate error evaluations generations converged ");
}

}  // namespace
