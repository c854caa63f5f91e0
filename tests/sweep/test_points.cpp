// The points of a sweep: which there are, in which order, and under which names.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sweep/sweeping.hpp"

namespace {

using sweeping::error;
using sweeping::labels;
using sweeping::names;
using sweeping::numbers;
using sweeping::points;

// A sweep over one parameter with these values.
std::string values(const std::string& text) {
  return "sweep: {parameters: {inputs.step.amplitude: " + text + "}}";
}

// Over two parameters, both from 0 to 1, and more.
std::string drawn(const std::string& combine, const std::string& axes = "") {
  return "sweep: {combine: " + combine +
         ", parameters: {inputs.step.amplitude: {from: 0 pA, to: 1 pA}, inputs.more.amplitude: {from: 0 pA, "
         "to: 1 pA}" +
         axes + "}}";
}

TEST_CASE("in a grid the first parameter varies slowest") {
  const auto all = points(
      "sweep: {parameters: {inputs.step.amplitude: [1 pA, 2 nA], populations.cell.params.tau_m: [10 ms, 20 "
      "ms, 5 ms]}}");
  CHECK(names(all) == "amplitude tau_m");
  CHECK(labels(all) == "1 10; 1 20; 1 5; 2000 10; 2000 20; 2000 5");
  CHECK(all.grid == std::vector<std::int64_t>{2, 3});
  CHECK(all.columns[0].path == "inputs.step.amplitude");
  CHECK(all.columns[0].dimension.unit() == "pA");
}

TEST_CASE("zipped parameters go together value by value") {
  const auto all = points(
      "sweep: {combine: zip, parameters: {inputs.step.amplitude: [1 pA, 2 pA], "
      "populations.cell.params.tau_m: {from: 10 ms, to: 30 ms, count: 2}}}");
  CHECK(labels(all) == "1 10; 2 30");
  CHECK(all.grid.empty());
  CHECK(
      error("sweep: {combine: zip, parameters: {inputs.step.amplitude: [1 pA, 2 pA], inputs.more.amplitude: "
            "[1 pA]}}") ==
      R"(config.yaml:5:73: error: zipped parameters need as many values each: 'inputs.step.amplitude' has 2, 'inputs.more.amplitude' has 1
   5 | sweep: {combine: zip, parameters: {inputs.step.amplitude: [1 pA, 2 pA], inputs.more.amplitude: [1 pA]}}
     |                                                                         ^~~~~~~~~~~~~~~~~~~~~ give them the same number of values, or write 'combine: grid')");
}

TEST_CASE("a range has its two ends exactly, and what lies between evenly") {
  CHECK(labels(points(values("{from: 0.1 pA, to: 0.7 pA, count: 2}"))) == "0.1; 0.7");
  CHECK(labels(points(values("{from: 0.1 pA, to: 0.7 pA, count: 1}"))) == "0.1");
  CHECK(labels(points(values("{from: 500 pA, to: -500 pA, count: 5}"))) == "500; 250; 0; -250; -500");
  for (const int count : {7, 10, 49, 1000}) {
    const auto list =
        numbers(points(values(fmt::format("{{from: 0.1 nA, to: 0.7 nA, count: {}}}", count))), 0);
    CHECK(list.size() == static_cast<std::size_t>(count));
    CHECK(list.front() == 100);
    CHECK(list.back() == 700);
    CHECK(std::ranges::is_sorted(list));
  }
}

TEST_CASE("a range with a step ends at the last value that does not go beyond") {
  CHECK(labels(points(values("{from: 0 pA, to: 1 pA, step: 0.25 pA}"))) == "0; 0.25; 0.5; 0.75; 1");
  CHECK(labels(points(values("{from: 0 pA, to: 1 pA, step: 0.4 pA}"))) == "0; 0.4; 0.8");
  CHECK(labels(points(values("{from: 3 pA, to: 1 pA, step: -1 pA}"))) == "3; 2; 1");
  CHECK(labels(points(values("{from: 1 pA, to: 1 pA, step: 1 pA}"))) == "1");
  // 0.1 has no exact double: the end is there all the same.
  const auto tenths = numbers(points(values("{from: 0 pA, to: 0.7 pA, step: 0.1 pA}")), 0);
  CHECK(tenths.size() == 8);
  CHECK(tenths.back() == 0.7);
}

TEST_CASE("a logarithmic range has equal ratios") {
  const auto list = numbers(points(values("{from: 1 pA, to: 10 nA, count: 5, log: true}")), 0);
  CHECK(list.front() == 1);
  CHECK(list.back() == 10000);
  for (std::size_t i = 0; i + 1 < list.size(); ++i) CHECK(list[i + 1] / list[i] == doctest::Approx(10));
  const auto falling = numbers(points(values("{from: -8 pA, to: -1 pA, count: 4, log: true}")), 0);
  CHECK(falling[1] == doctest::Approx(-4));
  CHECK(falling.back() == -1);
}

TEST_CASE("a value that was calculated reads back to the same bits") {
  const auto all = points(
      "sweep: {parameters: {inputs.step.amplitude: {from: 0.1 nA, to: 0.3 nA, count: 12}, "
      "populations.cell.params.tau_m: {from: 1 ms, to: 3 s, count: 7, log: true}}}");
  for (const auto& point : all.points)
    for (std::size_t c = 0; c < 2; ++c)
      CHECK(hillock::base::parse_quantity(point.settings[c].value.text)->value == point.labels[c].number);
}

TEST_CASE("a law with a count gives that many draws, which depend on the seed and the path alone") {
  const auto one = numbers(points(values("{normal: [100 pA, 10 pA], count: 200}")), 0);
  CHECK(one == numbers(points(values("{normal: [100 pA, 10 pA], count: 200}")), 0));
  double mean = 0;
  for (const double value : one) mean += value / 200;
  CHECK(mean == doctest::Approx(100).epsilon(0.03));  // sd of the mean: 0.7
  const auto narrow =
      numbers(points(values("{normal: [100 pA, 10 pA], min: 95 pA, max: 99 pA, count: 50}")), 0);
  CHECK(std::ranges::all_of(narrow, [](double v) { return v >= 95 && v <= 99; }));
  const auto two = points(
      "sweep: {parameters: {inputs.step.amplitude: {normal: [100 pA, 10 pA], count: 2}, "
      "inputs.more.amplitude: {normal: [100 pA, 10 pA], count: 2}}}");
  CHECK(numbers(two, 0)[0] == one[0]);
  CHECK(numbers(two, 1)[0] != one[0]);
}

TEST_CASE("points at random lie in the ranges and are spread as the laws say") {
  const auto all = points(
      drawn("random, count: 400",
            ", vars.w: {from: 1, to: 100, log: true}, populations.cell.params.tau_m: {exponential: 10 ms}"));
  CHECK(all.points.size() == 400);
  CHECK(all.grid.empty());
  double below_half = 0, below_ten = 0, below_mean = 0;
  for (std::size_t i = 0; i < 400; ++i) {
    CHECK((numbers(all, 0)[i] > 0 && numbers(all, 0)[i] < 1));
    below_half += numbers(all, 0)[i] < 0.5 ? 1 : 0;
    below_ten += numbers(all, 2)[i] < 10 ? 1 : 0;
    below_mean += numbers(all, 3)[i] < 10 ? 1 : 0;
  }
  CHECK(below_half == doctest::Approx(200).epsilon(0.2));  // 4 sd
  CHECK(below_ten == doctest::Approx(200).epsilon(0.2));
  CHECK(below_mean == doctest::Approx(400 * (1 - std::exp(-1.0))).epsilon(0.16));
  CHECK(numbers(all, 0) != numbers(all, 1));
}

TEST_CASE("in a latin hypercube each of as many intervals of each parameter has one point") {
  for (const std::size_t count : {1U, 2U, 7U, 64U}) {
    const auto all = points(drawn(fmt::format("latin_hypercube, count: {}", count)));
    for (const std::size_t axis : {0U, 1U}) {
      std::vector<std::size_t> intervals;
      for (const double value : numbers(all, axis))
        intervals.push_back(static_cast<std::size_t>(value * static_cast<double>(count)));
      std::ranges::sort(intervals);
      for (std::size_t i = 0; i < count; ++i) CHECK(intervals.at(i) == i);
    }
    if (count == 64) {
      CHECK(!std::ranges::is_sorted(numbers(all, 0)));
      CHECK(numbers(all, 0) != numbers(all, 1));
    }
  }
}

// The first points after the origin, in three dimensions, of the sequence that S. Joe and F. Y. Kuo publish
// with their direction numbers (new-joe-kuo-6.21201, sobol.cc), in their Gray code order.
TEST_CASE("points of a Sobol sequence are those of Joe and Kuo") {
  const auto all = points(drawn("sobol, count: 9", ", vars.w: {from: 0, to: 1}"));
  const std::vector<std::vector<double>> published{
      {0.5, 0.5, 0.5},       {0.75, 0.25, 0.25},       {0.25, 0.75, 0.75},
      {0.375, 0.375, 0.625}, {0.875, 0.875, 0.125},    {0.625, 0.125, 0.875},
      {0.125, 0.625, 0.375}, {0.1875, 0.3125, 0.9375}, {0.6875, 0.8125, 0.4375}};
  for (std::size_t i = 0; i < published.size(); ++i)
    for (std::size_t axis = 0; axis < 3; ++axis)
      CHECK_MESSAGE(std::abs(numbers(all, axis).at(i) - published[i][axis]) < 1e-15, i << " " << axis);
}

TEST_CASE("drawn points take listed values and cases as often as each other") {
  const auto all = points(
      "sweep: {combine: latin_hypercube, count: 30, parameters: {vars.w: [1, 2, 3], kind: {cases: {A: "
      "{inputs.step.amplitude: 1 pA}, B: {inputs.step.amplitude: 2 pA}}}}}");
  CHECK(names(all) == "kind w amplitude");
  CHECK(std::ranges::count(numbers(all, 1), 3.0) == 10);
  CHECK(std::ranges::count_if(all.points, [](const auto& point) { return point.labels[0].word == "A"; }) ==
        15);
}

TEST_CASE("cases set several values under a name, and a list in one is an axis of its own") {
  const auto all = points(R"(sweep:
  parameters:
    kind:
      cases:
        slow: {populations.cell.params.tau_m: 30 ms, inputs.step.amplitude: [1 pA, 2 pA]}
        fast: {populations.cell.params.tau_m: 5 ms, populations.cell.params.t_ref: {from: 1 ms, to: 2 ms, count: 2}}
    vars.w: [1, 2]
)");
  CHECK(names(all) == "kind tau_m amplitude w t_ref");
  CHECK(labels(all) ==
        "slow 30 1 1 nan; slow 30 1 2 nan; slow 30 2 1 nan; slow 30 2 2 nan; "
        "fast 5 nan 1 1; fast 5 nan 2 1; fast 5 nan 1 2; fast 5 nan 2 2");
  CHECK(all.grid.empty());
}

TEST_CASE("values that only go with the others of a point are taken") {
  const auto all = points(
      "sweep: {parameters: {populations.cell.model: [adex], populations.cell.params.a: [2 nS, 4 nS]}}");
  CHECK(labels(all) == "adex 2; adex 4");
  CHECK(points("sweep: {parameters: {populations.cell.params.tau_m: [-1 ms, 10 ms, 0 ms]}}").points.size() ==
        3);
}

TEST_CASE("values of different kinds are words, and expressions are numbers unless vars vary") {
  CHECK(labels(points("sweep: {parameters: {populations.cell.model: [lif, adex]}}")) == "lif; adex");
  CHECK(labels(points(values("[1 pA, {normal: [1 pA, 2 pA]}]"))).starts_with("1 pA; "));
  CHECK(labels(points(values("['= 3 pA*w', 1 pA]"))) == "6; 1");
  CHECK(labels(points("sweep: {parameters: {vars.w: [3], inputs.step.amplitude: ['= 3 pA*w', 1 pA]}}")) ==
        "3 = 3 pA*w; 3 1 pA");
}

TEST_CASE("a column has the shortest end of its path that no other has, nor a result") {
  CHECK(
      names(points("sweep: {parameters: {inputs.step.amplitude: [1 pA], inputs.more.amplitude: [1 pA]}}")) ==
      "step_amplitude more_amplitude");
  CHECK(names(points(
            "sweep: {parameters: {inputs.step.amplitude: [1 pA], populations.cell.params.tau_m: [1 ms]}}")) ==
        "amplitude tau_m");
  CHECK(names(points("sweep: {parameters: {simulation.seed: [1, 2]}}")) == "simulation_seed");
  CHECK(names(points("sweep: {parameters: {vars.w: [1, 2]}}", {"w"})) == "vars_w");
  CHECK(names(points("sweep: {parameters: {amplitude: {cases: {A: {inputs.step.amplitude: 1 pA}}}}}")) ==
        "amplitude step_amplitude");
}

TEST_CASE("where leaves the points whose columns fulfil a condition") {
  const std::string axes =
      "sweep: {parameters: {inputs.step.amplitude: [1 pA, 2 nA], populations.cell.params.tau_m: [10 ms, 20 "
      "ms]}, where: ";
  CHECK(labels(points(axes + "tau_m > 15 ms and amplitude < 1 nA}")) == "1 20");
  CHECK(labels(points(axes + "'amplitude*tau_m < 1 nA*ms or tau_m == 20 ms'}")) == "1 10; 1 20; 2000 20");
  CHECK(points(axes + "tau_m > 15 ms}").grid.empty());
  CHECK(error(axes + "tau_m > 1 s}") ==
        R"(config.yaml:5:114: error: 'where' takes out every point: the sweep would have none
   5 | ...: {parameters: {inputs.step.amplitude: [1 pA, 2 nA], populations.cell.params.tau_m: [10 ms, 20 ms]}, where: tau_m > 1 s}
     |                                                                                                                ^~~~~~~~~~~ loosen the condition)");
  CHECK(error(axes + "tau_m > 1 mV}") ==
        R"(config.yaml:5:114: error: cannot compare time (ms) with voltage (mV)
   5 | ... {parameters: {inputs.step.amplitude: [1 pA, 2 nA], populations.cell.params.tau_m: [10 ms, 20 ms]}, where: tau_m > 1 mV}
     |                                                                                                               ^~~~~~~~~~~~)");
  CHECK(error(axes + "tau > 1 ms}") ==
        R"(config.yaml:5:114: error: 'tau' is not declared
   5 | ...p: {parameters: {inputs.step.amplitude: [1 pA, 2 nA], populations.cell.params.tau_m: [10 ms, 20 ms]}, where: tau > 1 ms}
     |                                                                                                                 ^~~ did you mean 'tau_m'?)");
  CHECK(error(axes + "[tau_m]}") ==
        R"(config.yaml:5:114: error: 'where' must be a condition, got a list
   5 | ...weep: {parameters: {inputs.step.amplitude: [1 pA, 2 nA], populations.cell.params.tau_m: [10 ms, 20 ms]}, where: [tau_m]}
     |                                                                                                                    ^ write for example where: tau_m < 20 ms)");
}

TEST_CASE("repeated points follow one another") {
  const auto all = points("sweep: {parameters: {vars.w: [1, 2]}, repeat: 3}");
  CHECK(labels(all) == "1; 1; 1; 2; 2; 2");
  std::vector<std::uint64_t> repeats;
  for (const auto& point : all.points) repeats.push_back(point.repeat);
  CHECK(repeats == std::vector<std::uint64_t>{0, 1, 2, 0, 1, 2});
  CHECK(all.grid == std::vector<std::int64_t>{2});
}

TEST_CASE("what is wrong with a sweep is said with its place") {
  CHECK(error("sweep: 3") ==
        R"(config.yaml:5:8: error: sweep must be a map, got '3'
   5 | sweep: 3
     |        ^ write 'key: value' lines below it, or {key: value})");
  CHECK(error("sweep: {}") ==
        R"(config.yaml:5:8: error: 'sweep' needs 'parameters', what is varied, or 'repeat'
   5 | sweep: {}
     |        ^ write for example 'parameters: {simulation.seed: [1, 2, 3]}')");
  CHECK(error("sweep: {parameters: {}}") ==
        R"(config.yaml:5:21: error: 'parameters' of 'sweep' names nothing: a sweep needs a point
   5 | sweep: {parameters: {}}
     |                     ^ write for example 'parameters: {simulation.seed: [1, 2, 3]}')");
  CHECK(error("sweep: {parameter: {vars.w: [1]}}") ==
        R"(config.yaml:5:8: error: 'sweep' needs 'parameters', what is varied, or 'repeat'
   5 | sweep: {parameter: {vars.w: [1]}}
     |        ^ write for example 'parameters: {simulation.seed: [1, 2, 3]}'
config.yaml:5:9: error: 'parameter' is not a key of 'sweep'
   5 | sweep: {parameter: {vars.w: [1]}}
     |         ^~~~~~~~~ did you mean 'parameters'? valid keys: parameters, combine, count, repeat, where, after, keep)");
  CHECK(
      error("sweep: {parameters: {vars.w: 1}}") ==
      R"(config.yaml:5:30: error: 'vars.w' must be a list, {from: a, to: b, count: n}, {from: a, to: b, step: s}, a law with a count ({normal: [mean, sd], count: n}) or {cases: {NAME: {PATH: value}}}, got '1'
   5 | sweep: {parameters: {vars.w: 1}}
     |                              ^)");
  CHECK(error("sweep: {parameters: {vars.w: []}}") ==
        R"(config.yaml:5:30: error: 'vars.w' has no values: the sweep would have no points
   5 | sweep: {parameters: {vars.w: []}}
     |                              ^ list at least one value, or remove it)");
  CHECK(error(values("{from: 1 pA}")) ==
        R"(config.yaml:5:45: error: 'inputs.step.amplitude': a range needs 'from' and 'to'
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA}}}
     |                                             ^ write for example {from: 0 pA, to: 500 pA, count: 11})");
  CHECK(error(values("{from: 1 pA, to: 2 pA}")) ==
        R"(config.yaml:5:45: error: 'inputs.step.amplitude': a range needs either 'count' or 'step'
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 pA}}}
     |                                             ^ write for example {from: 0 pA, to: 500 pA, count: 11})");
  CHECK(
      error(values("{from: 1 pA, to: 2 mV, count: 3}")) ==
      R"(config.yaml:5:62: error: inputs.step.amplitude: to needs current (pA), as its 'from', got voltage (mV)
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 mV, count: 3}}}
     |                                                              ^~~~ write for example '2 pA')");
  CHECK(error(values("{from: 1 pA, to: 2 pA, step: -1 pA}")) ==
        R"(config.yaml:5:74: error: inputs.step.amplitude: the step does not lead from 'from' to 'to'
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 pA, step: -1 pA}}}
     |                                                                          ^~~~~ give it the sign of to - from)");
  CHECK(error(values("{from: 1 pA, to: 2 pA, step: 0 pA}")) ==
        R"(config.yaml:5:74: error: inputs.step.amplitude: the step does not lead from 'from' to 'to'
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 pA, step: 0 pA}}}
     |                                                                          ^~~~ give it the sign of to - from)");
  CHECK(
      error(values("{from: 1 pA, to: 2 pA, step: 1e-15 pA}")) ==
      R"(config.yaml:5:74: error: inputs.step.amplitude: the range has 1e+15 values; at most 1000000 are possible
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 pA, step: 1e-15 pA}}}
     |                                                                          ^~~~~~~~)");
  CHECK(
      error(values("{from: 0 pA, to: 2 pA, count: 3, log: true}")) ==
      R"(config.yaml:5:83: error: inputs.step.amplitude: a logarithmic range needs ends of one sign, neither 0
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 0 pA, to: 2 pA, count: 3, log: true}}}
     |                                                                                   ^~~~)");
  CHECK(
      error(values("{from: 1 pA, to: 2 pA, count: 0}")) ==
      R"(config.yaml:5:75: error: inputs.step.amplitude: count must be a whole number from 1 to 1000000, got 0
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 pA, count: 0}}}
     |                                                                           ^)");
  CHECK(error(values("{from: 1 pA, to: 2 pA, count: 3, steps: 1}")) ==
        R"(config.yaml:5:78: error: 'steps' is not a key of a range
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1 pA, to: 2 pA, count: 3, steps: 1}}}
     |                                                                              ^~~~~ did you mean 'step'? valid keys: from, to, count, step, log)");
  CHECK(
      error(values("{normal: [1 pA, 2 pA]}")) ==
      R"(config.yaml:5:45: error: inputs.step.amplitude: a law needs 'count', the number of values drawn from it
   5 | sweep: {parameters: {inputs.step.amplitude: {normal: [1 pA, 2 pA]}}}
     |                                             ^ write for example {normal: [-55 mV, 2 mV], count: 20})");
  CHECK(error(values("{file: x.csv, column: a, unit: pA, count: 3}")) ==
        R"(config.yaml:5:45: error: inputs.step.amplitude: values of a sweep do not come from a file
   5 | sweep: {parameters: {inputs.step.amplitude: {file: x.csv, column: a, unit: pA, count: 3}}}
     |                                             ^ list them, or draw them)");
  CHECK(error("sweep: {combine: sobol, parameters: {vars.w: {from: 1, to: 2}}}") ==
        R"(config.yaml:5:18: error: points that are drawn need 'count', their number
   5 | sweep: {combine: sobol, parameters: {vars.w: {from: 1, to: 2}}}
     |                  ^~~~~ write for example 'count: 100')");
  CHECK(error("sweep: {combine: sobol, count: 3, parameters: {vars.w: {from: 1, to: 2, count: 3}}}") ==
        R"(config.yaml:5:73: error: 'count' is not a key of a range that points are drawn from
   5 | sweep: {combine: sobol, count: 3, parameters: {vars.w: {from: 1, to: 2, count: 3}}}
     |                                                                         ^~~~~ valid keys: from, to, log)");
  CHECK(error("sweep: {combine: random, count: 3, parameters: {vars.w: {normal: [1, 2], count: 3}}}") ==
        R"(config.yaml:5:81: error: vars.w: how many points are drawn stands beside 'combine'
   5 | sweep: {combine: random, count: 3, parameters: {vars.w: {normal: [1, 2], count: 3}}}
     |                                                                                 ^ remove this 'count')");
  CHECK(error("sweep: {count: 3, parameters: {vars.w: [1]}}") ==
        R"(config.yaml:5:16: error: 'count' belongs to points that are drawn; these are listed
   5 | sweep: {count: 3, parameters: {vars.w: [1]}}
     |                ^ write 'combine: random', latin_hypercube or sobol, or leave 'count' out)");
  CHECK(error("sweep: {combine: grit, parameters: {vars.w: [1]}}") ==
        R"(config.yaml:5:18: error: combine cannot be 'grit'
   5 | sweep: {combine: grit, parameters: {vars.w: [1]}}
     |                  ^~~~ did you mean 'grid'? it is one of: grid, zip, random, latin_hypercube, sobol)");
  CHECK(error("sweep: {keep: trace, parameters: {vars.w: [1]}}") ==
        R"(config.yaml:5:15: error: keep cannot be 'trace'
   5 | sweep: {keep: trace, parameters: {vars.w: [1]}}
     |               ^~~~~ did you mean 'traces'? it is one of: summary, spikes, traces)");
  CHECK(error("sweep: {repeat: 0, parameters: {vars.w: [1]}}") ==
        R"(config.yaml:5:17: error: repeat must be a whole number from 1 to 1000000, got 0
   5 | sweep: {repeat: 0, parameters: {vars.w: [1]}}
     |                 ^)");
  CHECK(error("sweep: {parameters: {kind: {cases: {}}}}") ==
        R"(config.yaml:5:36: error: 'kind' has no cases: the sweep would have no points
   5 | sweep: {parameters: {kind: {cases: {}}}}
     |                                    ^)");
  CHECK(error("sweep: {parameters: {rate: {cases: {A: {vars.w: 1}}}}}") ==
        R"(config.yaml:5:22: error: 'rate' is the name of a column of results
   5 | sweep: {parameters: {rate: {cases: {A: {vars.w: 1}}}}}
     |                      ^~~~ give these cases another name)");
  CHECK(error("sweep: {parameters: {a b: {cases: {A: {vars.w: 1}}}}}") ==
        R"(config.yaml:5:22: error: 'a b' cannot be the name of cases
   5 | sweep: {parameters: {a b: {cases: {A: {vars.w: 1}}}}}
     |                      ^~~ a name has up to 100 letters, digits and '_', and does not begin with a digit)");
  CHECK(error("sweep: {combine: zip, parameters: {kind: {cases: {A: {vars.w: [1, 2]}}}}}") ==
        R"(config.yaml:5:55: error: 'vars.w' varies inside a case, which needs 'combine: grid'
   5 | sweep: {combine: zip, parameters: {kind: {cases: {A: {vars.w: [1, 2]}}}}}
     |                                                       ^~~~~~ give it one value there, or write the cases out)");
  CHECK(error("sweep: {parameters: {kind: {cases: {A: {more: {cases: {B: {vars.w: [1, 2]}}}}}}}}") ==
        R"(config.yaml:5:60: error: 'vars.w' varies inside a case of a case
   5 | sweep: {parameters: {kind: {cases: {A: {more: {cases: {B: {vars.w: [1, 2]}}}}}}}}
     |                                                            ^~~~~~ give it one value there, or write the cases out)");
  CHECK(error("sweep: {combine: random, count: 3, parameters: {inputs.step.amplitude: {linspace: [1 pA, 2 "
              "pA]}}}") ==
        R"(config.yaml:5:72: error: inputs.step.amplitude: points are not drawn from a linspace
   5 | sweep: {combine: random, count: 3, parameters: {inputs.step.amplitude: {linspace: [1 pA, 2 pA]}}}
     |                                                                        ^ write {from: a, to: b}, which is uniform between its ends)");
  CHECK(
      error("sweep: {combine: random, count: 3, parameters: {inputs.step.amplitude: {normal: [1 pA, -2 "
            "pA]}}}") ==
      R"(config.yaml:5:81: error: inputs.step.amplitude: the standard deviation must not be negative, got -2 pA
   5 | sweep: {combine: random, count: 3, parameters: {inputs.step.amplitude: {normal: [1 pA, -2 pA]}}}
     |                                                                                 ^)");
  CHECK(error("sweep: {parameters: {inputs.stop.amplitude: [1 pA]}}") ==
        R"(config.yaml:5:29: error: 'inputs' has no 'stop'
   5 | sweep: {parameters: {inputs.stop.amplitude: [1 pA]}}
     |                             ^~~~ did you mean 'step'?)");
  CHECK(error("sweep: {parameters: {'inputs..step': [1 pA]}}") ==
        R"(config.yaml:5:30: error: the path 'inputs..step' has an empty part
   5 | sweep: {parameters: {'inputs..step': [1 pA]}}
     |                              ^ write it as 'populations.exc.size')");
  CHECK(error("sweep: {parameters: {inputs.step.amplitude: [1 mV, 2 mV]}}") ==
        R"(config.yaml:5:52: error: amplitude needs current (pA) for input 'I' of 'lif', got voltage (mV)
   5 | sweep: {parameters: {inputs.step.amplitude: [1 mV, 2 mV]}}
     |                                                    ^~~~ write for example '2 pA')");
  CHECK(
      error("sweep: {parameters: {inputs.step.amplitude: {from: 1, to: 2, count: 2}}}") ==
      R"(config.yaml:5:45: error: amplitude needs current (pA) for input 'I' of 'lif', got a number without unit
   5 | sweep: {parameters: {inputs.step.amplitude: {from: 1, to: 2, count: 2}}}
     |                                             ^ write for example '2 pA')");
  CHECK(error("sweep: {parameters: {vars.w: {from: 1, to: 2, count: 1000000}, inputs.step.amplitude: {from: "
              "1 pA, to: 2 pA, count: 1000}}}") ==
        R"(config.yaml:5:8: error: this sweep would have 1e+09 points; at most 1000000 are possible
   5 | sweep: {parameters: {vars.w: {from: 1, to: 2, count: 1000000}, inputs.step.amplitude: {from: 1 pA, to: 2 pA, count: 1000...
     |        ^ take fewer values, or draw points with 'combine: sobol' and 'count')");
}

TEST_CASE("seeds that are varied are not repeated, since some would come twice") {
  CHECK(error("sweep: {parameters: {simulation.seed: [1, 2]}, repeat: 2}") ==
        R"(config.yaml:5:22: error: simulation.seed is varied, and 'repeat' varies it too
   5 | sweep: {parameters: {simulation.seed: [1, 2]}, repeat: 2}
     |                      ^~~~~~~~~~~~~~~ leave 'repeat' out, and list as many seeds)");
  CHECK(error("sweep: {parameters: {a: {cases: {x: {simulation.seed: 4}}}}, repeat: 2}")
            .find("simulation.seed is varied") != std::string::npos);
}

}  // namespace
