// Tests the random currents: moments, correlation, the interval of redrawing, and independence from other
// neurons.
#include <doctest/doctest.h>

#include <cmath>

#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

struct Moments {
  double n = 0, sum = 0, squares = 0;
  void add(double x) {
    n += 1;
    sum += x;
    squares += x * x;
  }
  double mean() const { return sum / n; }
  double variance() const { return squares / n - mean() * mean(); }
};

TEST_CASE("noise is constant over each interval, counted from start, and redrawn after it") {
  CurrentBench bench("noise",
                     input_data(1, 0.1, {{"mean", {0}}, {"std", {1}}, {"every", {0.5}}, {"start", {0.2}}}));
  double last = 0;
  for (std::int64_t step = 0; step < 60; ++step) {
    bench.run(step);
    if (step < 2) {
      CHECK(bench.current() == 0);
    } else {
      CHECK((bench.current() == last) == ((step - 2) % 5 != 0));
    }
    last = bench.current();
  }
}

TEST_CASE("noise has its mean and standard deviation") {
  const std::int64_t neurons = 200, steps = 100;
  CurrentBench bench("noise", input_data(neurons, 0.1, {{"mean", {5}}, {"std", {3}}, {"every", {0.1}}}));
  Moments all, products;
  std::vector<double> previous(neurons, 0.0);
  for (std::int64_t step = 0; step < steps; ++step) {
    bench.run(step);
    for (std::int64_t i = 0; i < neurons; ++i) {
      const double x = bench.current(i);
      all.add(x);
      if (step > 0) products.add((x - 5) * (previous[static_cast<std::size_t>(i)] - 5));
      previous[static_cast<std::size_t>(i)] = x;
    }
  }
  const double n = all.n;
  CHECK(std::fabs(all.mean() - 5) < 4 * 3 / std::sqrt(n));
  CHECK(std::fabs(all.variance() - 9) < 4 * 9 * std::sqrt(2 / n));
  CHECK(std::fabs(products.mean()) < 4 * 9 / std::sqrt(n));
}

TEST_CASE("an ou current is stationary from the first step on, with its variance and correlation time") {
  const std::int64_t neurons = 4000;
  const double tau = 0.5, sigma = 3;
  CurrentBench bench("ou", input_data(neurons, 0.1, {{"mean", {5}}, {"sigma", {sigma}}, {"tau", {tau}}}));
  std::vector<std::vector<double>> x;
  for (std::int64_t step = 0; step < 12; ++step) {
    bench.run(step);
    x.emplace_back();
    for (std::int64_t i = 0; i < neurons; ++i) x.back().push_back(bench.current(i) - 5);
  }
  const double n = static_cast<double>(neurons);
  for (const std::size_t lag : {0U, 1U, 5U, 11U}) {
    Moments now, product;
    for (std::size_t i = 0; i < x[lag].size(); ++i) {
      now.add(x[lag][i]);
      product.add(x[0][i] * x[lag][i]);
    }
    const double correlation = std::exp(-0.1 * static_cast<double>(lag) / tau);
    CHECK(std::fabs(now.mean()) < 4 * sigma / std::sqrt(n));
    CHECK(std::fabs(now.variance() - sigma * sigma) < 4 * sigma * sigma * std::sqrt(2 / n));
    CHECK(std::fabs(product.mean() - sigma * sigma * correlation) <
          4 * sigma * sigma * std::sqrt((1 + correlation * correlation) / n));
  }
}

TEST_CASE("a very slow ou process keeps its small increments") {
  const double tau = 1e6;  // dt/tau = 1e-7
  const InputData data = input_data(500, 0.1, {{"mean", {0}}, {"sigma", {1}}, {"tau", {tau}}});
  CurrentBench bench("ou", data);
  Moments increments;
  bench.run(0);
  for (std::int64_t step = 1; step < 20; ++step) {
    const std::vector<double> before = bench.everything();
    std::vector<double> old;
    for (std::int64_t i = 0; i < 500; ++i) old.push_back(bench.current(i));
    bench.run(step);
    for (std::int64_t i = 0; i < 500; ++i)
      increments.add(bench.current(i) - old[static_cast<std::size_t>(i)]);
  }
  const double expected = 2 * 0.1 / tau;
  CHECK(std::fabs(increments.variance() / expected - 1) < 4 * std::sqrt(2 / increments.n));
}

TEST_CASE("a shared ou process is one for all targets, others are independent") {
  InputData data = input_data(3, 0.1, {{"mean", {0}}, {"sigma", {1}}, {"tau", {2}}});
  CurrentBench own("ou", data);
  data.flags["shared"] = true;
  CurrentBench shared("ou", data);
  for (std::int64_t step = 0; step < 20; ++step) {
    own.run(step);
    shared.run(step);
    CHECK(shared.current(0) == shared.current(2));
    CHECK(shared.current(0) == own.current(0));  // the draws of index 0
    CHECK(own.current(0) != own.current(2));
  }
}

TEST_CASE("what a neuron is given depends on its index and the step, not on the other neurons") {
  for (const std::string type : {"ou", "noise"}) {
    Fields fields = {{"mean", {1}}, {"sigma", {2}}, {"std", {2}}, {"tau", {3}}, {"every", {0.2}}};
    CurrentBench few(type, input_data(3, 0.1, fields)), many(type, input_data(11, 0.1, fields));
    InputData data = input_data(11, 0.1, fields);
    data.targets = {2};
    CurrentBench single(type, data);
    for (std::int64_t step = 0; step < 10; ++step) {
      few.run(step);
      many.run(step);
      single.run(step);
      CHECK(few.current(2) == many.current(2));
      CHECK(few.current(2) == single.current(2));
      CHECK(single.current(3) == 0);
      CHECK(single.current(10) == 0);
    }
  }
}

TEST_CASE("the numbers of a run begin with the draws of the step before the first") {
  const InputData data = input_data(3, 0.1, {{"mean", {0}}, {"sigma", {1}}, {"tau", {2}}});
  const auto initial = make_current_input("ou", data)->initial_arrays();
  for (std::uint64_t i = 0; i < 3; ++i)
    CHECK(initial.at("inputs.probe.normal")[i] == data.streams.points[0].normal(i, ~std::uint64_t{0}));
}

}  // namespace
}  // namespace hillock::engine
