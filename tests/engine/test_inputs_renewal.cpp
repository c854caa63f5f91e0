// Tests spikes of renewal processes, volleys and correlated copies: their statistics against closed forms.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "engine/inputs/gamma.hpp"
#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

// [neuron]: steps of the arrivals.
std::vector<std::vector<double>> trains(const std::string& type, const InputData& data, std::int64_t steps) {
  const auto input = make_spike_input(type, data);
  std::vector<std::vector<double>> found(static_cast<std::size_t>(data.neurons));
  for (std::int64_t step = 0; step < steps; ++step) {
    std::vector<double> arrivals(found.size(), 0.0);
    input->deliver(step, arrivals);
    for (std::size_t i = 0; i < found.size(); ++i)
      for (double spike = 0; spike < arrivals[i]; ++spike) found[i].push_back(static_cast<double>(step));
  }
  return found;
}

TEST_CASE("gamma numbers have the mean, the variance and the skewness of their law") {
  const base::Stream stream = base::Stream::of(1, "gamma");
  for (const double order : {0.3, 1.0, 2.5, 20.0}) {
    CAPTURE(order);
    const int n = 100000;
    double sum = 0, squares = 0, cubes = 0;
    for (int i = 0; i < n; ++i) {
      const double x = gamma_draw(order, stream, static_cast<std::uint64_t>(i), 1) - order;
      sum += x;
      squares += x * x;
      cubes += x * x * x;
    }
    CHECK(std::fabs(sum / n) < 4 * std::sqrt(order / n));
    // The fourth central moment is 3 order^2 + 6 order.
    CHECK(std::fabs(squares / n - order) < 4 * std::sqrt((2 * order * order + 6 * order) / n));
    CHECK(cubes / n == doctest::Approx(2 * order).epsilon(0.25));
  }
}

TEST_CASE("gamma spikes come at their rate from the start on, at intervals with CV 1/sqrt(order)") {
  for (const double order : {0.5, 1.0, 4.0}) {
    CAPTURE(order);
    const InputData data = input_data(2000, 0.1, {{"rate", {0.1}}, {"order", {order}}, {"weight", {1}}});
    double early = 0, spikes = 0, sum = 0, squares = 0, intervals = 0;
    for (const std::vector<double>& train : trains("gamma", data, 2001)) {  // 200 ms
      for (std::size_t k = 0; k < train.size(); ++k) {
        early += train[k] <= 50 ? 1 : 0;
        if (k == 0) continue;
        const double interval = (train[k] - train[k - 1]) * 0.1;
        sum += interval;
        squares += interval * interval;
        ++intervals;
      }
      spikes += static_cast<double>(train.size());
    }
    // In stationary state the variance of counts is below that of order 0.5 over long times, twice the mean.
    CHECK(std::fabs(early - 1000) < 4 * std::sqrt(2 * 1000));
    CHECK(std::fabs(spikes - 40000) < 4 * std::sqrt(2 * 40000));
    const double mean = sum / intervals, cv = std::sqrt(squares / intervals - mean * mean) / mean;
    CHECK(cv == doctest::Approx(1 / std::sqrt(order)).epsilon(0.06));  // long intervals are cut off at 200 ms
  }
}

TEST_CASE("gamma spikes lie between start and stop, and a rate of 0 gives none") {
  const InputData data = input_data(
      50, 0.1,
      {{"rate", {1}}, {"order", {2}}, {"weight", {1}}, {"start", {5}}, {"stop", {7}}, {"delay", {1}}});
  double first = 1e9, last = 0, count = 0;
  for (const std::vector<double>& train : trains("gamma", data, 200))
    for (const double step : train) first = std::min(first, step), last = std::max(last, step), ++count;
  CHECK(first >= 60);
  CHECK(last <= 80);
  CHECK(count > 60);
  const InputData none = input_data(5, 0.1, {{"rate", {0}}, {"order", {2}}, {"weight", {1}}});
  for (const std::vector<double>& train : trains("gamma", none, 200)) CHECK(train.empty());
}

TEST_CASE("a volley has its number of spikes for each target, spread around its time") {
  InputData data = input_data(
      1000, 0.1, {{"number", {10}}, {"spread", {1.5}}, {"weight", {1}}, {"delay", {2}}}, {{"times", {8}}});
  double sum = 0, squares = 0;
  for (const std::vector<double>& train : trains("pulse_packet", data, 200)) {
    CHECK(train.size() == 10);
    for (const double step : train) {
      const double time = (step - 0.5) * 0.1 - 10;  // it is stamped at the end of its step
      sum += time;
      squares += time * time;
    }
  }
  CHECK(std::fabs(sum / 10000) < 4 * 1.5 / 100);
  CHECK(std::sqrt(squares / 10000) == doctest::Approx(1.5).epsilon(0.04));
  data.flags["shared"] = true;
  const auto same = trains("pulse_packet", data, 200);
  CHECK(same.front() == same.back());
}

TEST_CASE("copies of shared spikes keep the rate, and correlate as much as they are copied") {
  InputData data = input_data(2, 0.1, {{"rate", {5}}, {"weight", {1}}, {"copy", {0.3}}});
  data.flags["shared"] = true;
  const auto input = make_spike_input("poisson", data);
  double a = 0, b = 0, product = 0;
  const int n = 40000;
  for (std::int64_t step = 1; step <= n; ++step) {
    std::vector<double> arrivals(2, 0.0);
    input->deliver(step, arrivals);
    a += arrivals[0];
    b += arrivals[1];
    product += (arrivals[0] - 0.5) * (arrivals[1] - 0.5);
  }
  CHECK(std::fabs(a / n - 0.5) < 4 * std::sqrt(0.5 / n));
  CHECK(std::fabs(b / n - 0.5) < 4 * std::sqrt(0.5 / n));
  CHECK(std::fabs(product / n / 0.5 - 0.3) < 4 * std::sqrt(2.5 / n));
}

}  // namespace
}  // namespace hillock::engine
