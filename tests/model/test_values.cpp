// One value per neuron: constants, lists, and draws whose distribution is the one that was asked for.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/math.hpp"
#include "model/values.hpp"

using namespace hillock;
using model::Law;
using model::Values;

namespace {

constexpr std::int64_t many = 40'000;

Values law(Law kind, std::vector<double> numbers, double lower = -INFINITY, double upper = INFINITY) {
  Values values;
  values.law = kind;
  values.numbers = std::move(numbers);
  values.lower = lower;
  values.upper = upper;
  values.dimension = base::dimension::voltage;
  return values;
}

std::vector<double> read_nothing(const std::string&, const std::string&) { return {}; }

std::vector<double> draw(const Values& values, std::int64_t size, const std::string& stream = "values",
                         std::string* problem = nullptr) {
  base::Diagnostics diagnostics;
  const std::vector<std::uint64_t> seeds{1};
  std::vector<double> drawn = model::expand(values, size, {seeds, stream}, read_nothing, diagnostics);
  if (problem != nullptr) *problem = diagnostics.all().empty() ? "" : diagnostics.all()[0].message;
  if (problem == nullptr) CHECK(diagnostics.all().empty());
  return drawn;
}

double mean(const std::vector<double>& all) {
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

double deviation(const std::vector<double>& all) {
  const double centre = mean(all);
  double sum = 0;
  for (const double x : all) sum += (x - centre) * (x - centre);
  return std::sqrt(sum / static_cast<double>(all.size() - 1));
}

double normal_density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)); }
double normal_below(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

// Largest distance between the drawn distribution and a distribution function (Kolmogorov), times sqrt(n).
template <class F>
double kolmogorov(std::vector<double> drawn, F&& below) {
  std::sort(drawn.begin(), drawn.end());
  double distance = 0;
  const double n = static_cast<double>(drawn.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const double expected = below(drawn[i]);
    distance = std::max({distance, std::fabs(expected - static_cast<double>(i) / n),
                         std::fabs(expected - static_cast<double>(i + 1) / n)});
  }
  return distance * std::sqrt(n);
}

constexpr double unlikely = 1.95;  // exceeded by a right distribution once in a thousand

}  // namespace

TEST_CASE("a constant is one value for all") {
  CHECK(draw(Values::constant(-65, base::dimension::voltage), many) == std::vector<double>{-65});
}

TEST_CASE("a list is itself, and its length must fit") {
  CHECK(draw(law(Law::list, {1, 2, 3}), 3) == std::vector<double>{1, 2, 3});
  std::string problem;
  CHECK(draw(law(Law::list, {1, 2, 3}), 4, "values", &problem).empty());
  CHECK(problem == "3 values are given for 4 neurons");
}

TEST_CASE("linspace meets both ends exactly and is even between them") {
  const std::vector<double> all = draw(law(Law::linspace, {0, 20}), 1000);
  CHECK(all.front() == 0);
  CHECK(all.back() == 20);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i] == doctest::Approx(20.0 * static_cast<double>(i) / 999).epsilon(1e-14));
  CHECK(draw(law(Law::linspace, {3, 9}), 1) == std::vector<double>{3});
  CHECK(draw(law(Law::linspace, {3, 9}), 0).empty());
}

TEST_CASE("draws depend on the stream and the neuron alone") {
  const std::vector<double> few = draw(law(Law::normal, {0, 1}), 10),
                            more = draw(law(Law::normal, {0, 1}), 20),
                            other = draw(law(Law::normal, {0, 1}), 10, "other");
  CHECK(std::equal(few.begin(), few.end(), more.begin()));
  CHECK(few != other);
}

TEST_CASE("uniform draws fill their interval evenly") {
  const auto below = [](double x) { return (x + 60) / 10; };
  CHECK(kolmogorov(draw(law(Law::uniform, {-60, -50}), many), below) < unlikely);
  const std::vector<double> cut = draw(law(Law::uniform, {-60, -50}, -55), many);
  CHECK(kolmogorov(cut, [](double x) { return (x + 55) / 5; }) < unlikely);
}

TEST_CASE("normal draws have their mean and deviation") {
  const std::vector<double> all = draw(law(Law::normal, {-60, 5}), many);
  CHECK(mean(all) == doctest::Approx(-60).epsilon(0.002));
  CHECK(deviation(all) == doctest::Approx(5).epsilon(0.015));
  CHECK(kolmogorov(all, [](double x) { return normal_below((x + 60) / 5); }) < unlikely);
}

TEST_CASE("truncated normal draws follow the law between their bounds") {
  struct Case {
    double lower, upper;
  };
  for (const Case& bounds : {Case{-1, 2}, Case{1, 3}, Case{-INFINITY, -0.5}, Case{0.5, INFINITY}, Case{5, 6},
                             Case{-9, -8}, Case{9, INFINITY}}) {
    CAPTURE(bounds.lower);
    CAPTURE(bounds.upper);
    const std::vector<double> all = draw(law(Law::normal, {0, 1}, bounds.lower, bounds.upper), many);
    CHECK(*std::min_element(all.begin(), all.end()) >= bounds.lower);
    CHECK(*std::max_element(all.begin(), all.end()) <= bounds.upper);
    // Upper tails are written by their mirror image, where probabilities keep their digits.
    const double sign = bounds.lower > 0 ? -1 : 1;
    const double low = normal_below(bounds.lower > 0 ? -bounds.upper : bounds.lower),
                 high = normal_below(bounds.lower > 0 ? -bounds.lower : bounds.upper);
    std::vector<double> mirrored = all;
    for (double& x : mirrored) x *= sign;
    CHECK(kolmogorov(mirrored, [&](double x) { return (normal_below(x) - low) / (high - low); }) < unlikely);
  }
}

TEST_CASE("the mean of a truncated normal is that of the closed form") {
  const double lower = -0.5, upper = 1.5;
  const double mass = normal_below(upper) - normal_below(lower);
  const double expected = (normal_density(lower) - normal_density(upper)) / mass;
  CHECK(mean(draw(law(Law::normal, {0, 1}, lower, upper), many)) == doctest::Approx(expected).epsilon(0.02));
}

TEST_CASE("lognormal draws have their median, and their logarithm its deviation") {
  std::vector<double> all = draw(law(Law::lognormal, {20, 0.5}), many);
  CHECK(kolmogorov(all, [](double x) { return normal_below(std::log(x / 20) / 0.5); }) < unlikely);
  const std::vector<double> cut = draw(law(Law::lognormal, {20, 0.5}, 0, 25), many);
  const double mass = normal_below(std::log(25.0 / 20) / 0.5);
  CHECK(kolmogorov(cut, [&](double x) { return normal_below(std::log(x / 20) / 0.5) / mass; }) < unlikely);
  CHECK(*std::max_element(cut.begin(), cut.end()) <= 25);
}

TEST_CASE("exponential draws have their mean, also between bounds") {
  CHECK(kolmogorov(draw(law(Law::exponential, {4}), many), [](double x) { return 1 - std::exp(-x / 4); }) <
        unlikely);
  const double mass = std::exp(-0.5) - std::exp(-2.5);
  const std::vector<double> cut = draw(law(Law::exponential, {4}, 2, 10), many);
  CHECK(kolmogorov(cut, [&](double x) { return (std::exp(-0.5) - std::exp(-x / 4)) / mass; }) < unlikely);
}

TEST_CASE("a deviation of 0 gives the centre") {
  CHECK(draw(law(Law::normal, {3, 0}), 2) == std::vector<double>{3, 3});
  CHECK(draw(law(Law::lognormal, {3, 0}), 2) == std::vector<double>{3, 3});
}

TEST_CASE("bounds that leave nothing are refused") {
  const std::string text = "the law gives no value between its 'min' and 'max'";
  std::string problem;
  for (const Values& values :
       {law(Law::uniform, {0, 1}, 2), law(Law::normal, {0, 1}, 50), law(Law::normal, {0, 0}, 1),
        law(Law::lognormal, {1, 1}, -2, -1), law(Law::exponential, {1}, -2, -1)}) {
    draw(values, 3, "values", &problem);
    CHECK(problem == text);
  }
}

TEST_CASE("a file gives one number for each neuron, in its unit") {
  Values values = law(Law::file, {});
  values.file = "values.h5";
  values.dataset = "V";
  values.file_scale = 1000;
  base::Diagnostics diagnostics;
  const auto reader = [](const std::string& file, const std::string& dataset) {
    CHECK(file == "values.h5");
    CHECK(dataset == "V");
    return std::vector<double>{1, 2};
  };
  CHECK(model::expand(values, 2, {}, reader, diagnostics) == std::vector<double>{1000, 2000});
  CHECK(model::expand(values, 3, {}, reader, diagnostics).empty());
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].message == "'V' has 2 numbers for 3 neurons");
  const auto single = [](const std::string&, const std::string&) { return std::vector<double>{1}; };
  CHECK(model::expand(values, 3, {}, single, diagnostics).empty());
  REQUIRE(diagnostics.all().size() == 2);
  CHECK(diagnostics.all()[1].message == "'V' has 1 number for 3 neurons");
  CHECK(diagnostics.all()[1].remedy == "give one for each neuron; a value for all needs no file");
  CHECK(model::expand(values, 1, {}, single, diagnostics) == std::vector<double>{1000});
}

TEST_CASE("each point of a stack has the values and draws that it has alone") {
  Values values;
  values.law = Law::stacked;
  values.points = {law(Law::uniform, {0, 1}), law(Law::constant, {5}), law(Law::list, {1, 2}),
                   law(Law::uniform, {0, 1})};
  const std::vector<std::uint64_t> seeds{3, 4, 5, 6};
  base::Diagnostics diagnostics;
  const std::vector<double> all = model::expand(values, 8, {seeds, "a"}, read_nothing, diagnostics);
  REQUIRE(all.size() == 8);
  const std::vector<double> middle(all.begin() + 2, all.begin() + 6);
  CHECK(middle == std::vector<double>{5, 5, 1, 2});
  for (const std::size_t p : {0, 3}) {
    const std::vector<double> alone =
        model::expand(values.points[p], 2, {std::span(seeds).subspan(p, 1), "a"}, read_nothing, diagnostics);
    CHECK(std::vector<double>(all.begin() + 2 * p, all.begin() + 2 * p + 2) == alone);
  }
  values.points[2] = law(Law::list, {1, 2, 3});
  CHECK(model::expand(values, 8, {seeds, "a"}, read_nothing, diagnostics).empty());
  REQUIRE(diagnostics.all().size() == 1);
  CHECK(diagnostics.all()[0].message == "3 values are given for 2 neurons");
}

TEST_CASE("values that are not finite are refused with their index") {
  Values values = law(Law::file, {});
  base::Diagnostics diagnostics;
  model::expand(
      values, 3, {},
      [](const std::string&, const std::string&) {
        return std::vector<double>{1, NAN, 3};
      },
      diagnostics);
  model::expand(
      values, 1, {}, [](const std::string&, const std::string&) { return std::vector<double>{INFINITY}; },
      diagnostics);
  REQUIRE(diagnostics.all().size() == 2);
  CHECK(diagnostics.all()[0].message == "value 1 is not a number; it must be finite");
  CHECK(diagnostics.all()[1].message == "value 0 is infinite; it must be finite");
}
