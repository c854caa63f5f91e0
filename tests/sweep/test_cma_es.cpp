// The evolution strategy on functions whose minimum is known, and the laws that hold for it whatever the
// function.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "sweep/cma_es.hpp"

namespace {

using hillock::base::Stream;
using hillock::sweep::CmaEs;
using Numbers = std::vector<double>;
using Function = std::function<double(const Numbers&)>;

double sphere(const Numbers& x) { return std::inner_product(x.begin(), x.end(), x.begin(), 0.0); }

// Axes from 1 to 1000 in length: its Hessian has the condition 1e6.
double ellipsoid(const Numbers& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x[i] * x[i];
  return sum;
}

double rosenbrock(const Numbers& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i)
    sum += 100 * std::pow(x[i] * x[i] - x[i + 1], 2) + std::pow(x[i] - 1, 2);
  return sum;
}

std::vector<std::size_t> order_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  return order;
}

double next_generation(CmaEs& search, const Function& function) {
  std::vector<double> values;
  for (const Numbers& x : search.ask()) values.push_back(function(x));
  search.tell(order_of(values));
  return std::ranges::min(values);
}

// How often the function is called until a value lies below `target`; at most so often.
std::int64_t calls(const Function& function, const Numbers& from, double width, double target,
                   std::uint64_t seed, std::int64_t most) {
  CmaEs search(from, width, CmaEs::usual_candidates(from.size()), Stream::of(seed, "test"));
  std::int64_t calls = 0;
  for (double best = 1; best > target && calls < most; calls += search.candidates())
    best = next_generation(search, function);
  return calls;
}

double mean_calls(const Function& function, const Numbers& from, std::int64_t most) {
  double sum = 0;
  for (std::uint64_t seed = 1; seed <= 11; ++seed)
    sum += static_cast<double>(calls(function, from, 0.5, 1e-10, seed, most));
  return sum / 11;
}

// What pycma 4.5.0 of N. Hansen takes from the same places, with its default settings, as the mean over 11
// seeds. In 10 dimensions Rosenbrock's function has a second minimum, in which one search out of ten ends.
TEST_CASE("the minimum is found in as many calls as by the strategy's author") {
  const auto near = [](double calls, double theirs) { return std::abs(calls - theirs) < 0.15 * theirs; };
  CHECK(near(mean_calls(sphere, Numbers(10, 1.0), 20000), 1658));
  CHECK(near(mean_calls(ellipsoid, Numbers(10, 1.0), 40000), 4276));
  CHECK(near(mean_calls(ellipsoid, Numbers(5, 1.0), 40000), 1639));
  CHECK(near(mean_calls(rosenbrock, Numbers(5, 0.0), 40000), 1776));
}

TEST_CASE("a single number is searched for, too") { CHECK(mean_calls(sphere, {1.0}, 2000) < 200); }

TEST_CASE("an ellipsoid that lies askew takes as many calls as one along the axes") {
  // Reflected at the plane across (1, 1, ...), which mixes all numbers.
  const Function askew = [](const Numbers& x) {
    Numbers mirrored = x;
    const double sum = std::accumulate(x.begin(), x.end(), 0.0);
    for (double& value : mirrored) value -= 2 * sum / static_cast<double>(x.size());
    return ellipsoid(mirrored);
  };
  const double along = mean_calls(ellipsoid, Numbers(5, 1.0), 40000);
  CHECK(std::abs(mean_calls(askew, Numbers(5, -1.0), 40000) - along) < 0.15 * along);
}

TEST_CASE("a function of other units leads along the same way") {
  CmaEs one({1, 2, 3}, 0.5, 7, Stream::of(1, "test")), other({256, 512, 768}, 128, 7, Stream::of(1, "test"));
  for (int generation = 0; generation < 50; ++generation) {
    next_generation(one, ellipsoid);
    next_generation(other, ellipsoid);
  }
  CHECK(256 * one.mean() == other.mean());
  CHECK(256 * one.width() == other.width());
}

TEST_CASE("draws are those of the stream") {
  const auto mean_of = [](std::uint64_t seed) {
    CmaEs search({1, 2, 3}, 0.5, 7, Stream::of(seed, "test"));
    for (int generation = 0; generation < 50; ++generation) next_generation(search, rosenbrock);
    return search.mean();
  };
  CHECK(mean_of(1) == mean_of(1));
  CHECK(mean_of(1) != mean_of(2));
}

TEST_CASE("the search follows a slope as far as it is told, and says when numbers no longer resolve it") {
  CmaEs search({0, 0}, 1, 6, Stream::of(1, "test"));
  for (int generation = 0; generation < 100; ++generation)
    next_generation(search, [](const Numbers& x) { return -x[0]; });
  CHECK(search.mean()[0] > 1e6);
  CHECK(search.width() > 1e6);
  for (int generation = 0; generation < 2000 && !search.degenerate(); ++generation)
    next_generation(search, [](const Numbers& x) { return -x[0]; });
  CHECK(search.degenerate());
}

}  // namespace
