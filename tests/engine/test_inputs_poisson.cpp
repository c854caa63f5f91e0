// Tests Poisson spikes: the law at small and large means, windows, sharing, independence of targets.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "engine/inputs/poisson_law.hpp"
#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

const base::Stream poisson_stream = base::Stream::of(7, "poisson tests");

TEST_CASE("Poisson numbers have mean and variance equal to the mean, from 1e-4 to 100000") {
  for (const double mean : {1e-4, 0.01, 0.2, 2.0, 11.9, 12.1, 40.0, 1000.0, 16384.0, 16385.0, 100000.0}) {
    CAPTURE(mean);
    const PoissonLaw law(mean);
    const int n = mean > 10000 ? 20000 : 200000;
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
      const double x = static_cast<double>(law.draw(poisson_stream, static_cast<std::uint64_t>(i), 3)) - mean;
      sum += x;
      squares += x * x;
    }
    CHECK(std::fabs(sum / n) < 4 * std::sqrt(mean / n));
    // The variance of (X - mean)^2 is 2 mean^2 + mean.
    CHECK(std::fabs(squares / n - mean) < 4 * std::sqrt((2 * mean * mean + mean) / n));
  }
}

TEST_CASE("inversion cuts where the distribution function says") {
  const double mean = 2;
  const PoissonLaw law(mean);
  double probability = base::exp(-mean), cumulative = 0;
  for (int k = 0; k < 12; ++k) {
    cumulative += probability;
    CHECK(law.number(cumulative - 1e-13) == k);
    CHECK(law.number(cumulative + 1e-13) == k + 1);
    probability *= mean / (k + 1);
  }
  CHECK(law.number(0x1p-53) == 0);
  CHECK(law.number(1 - 0x1p-53) < 25);
}

TEST_CASE("the number at 1/2 is the median, about a third above the mean, rounded down") {
  for (const double mean : {1.0, 4.0, 12.0, 1000.0, 16000.0}) {
    CHECK(PoissonLaw(mean).number(0.5) == static_cast<std::int64_t>(mean));
    CHECK(PoissonLaw(mean + 0.5).number(0.5) == static_cast<std::int64_t>(mean));
    CHECK(PoissonLaw(mean + 0.75).number(0.5) == static_cast<std::int64_t>(mean) + 1);
  }
}

TEST_CASE("larger uniform numbers give larger Poisson numbers") {
  for (const double mean : {0.3, 3.0, 300.0}) {
    const PoissonLaw law(mean);
    std::int64_t last = 0;
    for (int i = 0; i <= 100000; ++i) {
      const std::int64_t number = law.number((i + 0.5) / 100001);
      REQUIRE(number >= last);
      last = number;
    }
  }
}

TEST_CASE("a mean of 0 gives no spikes, one that is not a number is a defect") {
  CHECK(PoissonLaw(0).number(1 - 0x1p-53) == 0);
  CHECK_THROWS_WITH_AS(PoissonLaw(-1),
                       "internal error: a Poisson law has the mean -1; expected a finite number >= 0",
                       base::InternalError);
  CHECK_THROWS_AS(PoissonLaw{std::numeric_limits<double>::quiet_NaN()}, base::InternalError);
}

double total_of(const InputData& data, std::int64_t neuron, std::int64_t from, std::int64_t to) {
  const auto input = make_spike_input("poisson", data);
  double total = 0;
  for (std::int64_t step = 0; step < to; ++step) {
    std::vector<double> arrivals(static_cast<std::size_t>(data.neurons), 0.0);
    input->deliver(step, arrivals);
    if (step >= from) total += arrivals[static_cast<std::size_t>(neuron)];
  }
  return total;
}

TEST_CASE("spikes of a step arrive at its end plus the delay: from start + dt up to stop") {
  const InputData data = input_data(
      1, 0.1, {{"rate", {500}}, {"weight", {1}}, {"start", {0.3}}, {"stop", {0.7}}, {"delay", {0.2}}});
  const auto input = make_spike_input("poisson", data);
  for (std::int64_t step = 0; step < 15; ++step) {
    std::vector<double> arrivals(1, 0.0);
    CHECK(input->deliver(step, arrivals) == (step >= 6 && step < 10));  // 50 expected in each of these
    CHECK((arrivals[0] > 0) == (step >= 6 && step < 10));
  }
}

TEST_CASE("rates of 20 and 10000 per ms give that many spikes") {
  for (const double rate : {20.0, 10000.0}) {
    const InputData data = input_data(1, 0.1, {{"rate", {rate}}, {"weight", {1}}});
    const double expected = rate * 0.1 * 5000;
    CHECK(std::fabs(total_of(data, 0, 0, 5001) - expected) < 4 * std::sqrt(expected));
  }
}

TEST_CASE("a process that starts or stops inside a step runs for its part of the step") {
  const InputData data =
      input_data(4000, 0.1, {{"rate", {50}}, {"weight", {1}}, {"start", {0.24}}, {"stop", {0.43}}});
  const auto input = make_spike_input("poisson", data);
  const std::vector<double> means = {0, 0, 0, 3, 5, 1.5, 0};  // 50/ms times 0.06, 0.1 and 0.03 ms
  for (std::size_t step = 0; step < means.size(); ++step) {
    std::vector<double> arrivals(4000, 0.0);
    input->deliver(static_cast<std::int64_t>(step), arrivals);
    double sum = 0;
    for (const double count : arrivals) sum += count;
    CHECK(std::fabs(sum / 4000 - means[step]) <= 4 * std::sqrt(means[step] / 4000));
  }
  const InputData inside =
      input_data(4000, 0.1, {{"rate", {50}}, {"weight", {1}}, {"start", {0.24}}, {"stop", {0.27}}});
  const auto short_one = make_spike_input("poisson", inside);
  double sum = 0;
  for (std::int64_t step = 0; step < 6; ++step) {
    std::vector<double> arrivals(4000, 0.0);
    CHECK(short_one->deliver(step, arrivals) == (step == 3));
    for (const double count : arrivals) sum += count;
  }
  CHECK(std::fabs(sum / 4000 - 1.5) <= 4 * std::sqrt(1.5 / 4000));
}

TEST_CASE("targets are independent unless the process is shared") {
  InputData data = input_data(2, 0.1, {{"rate", {20}}, {"weight", {1}}});
  const auto correlation = [&] {
    const auto input = make_spike_input("poisson", data);
    double product = 0;
    const int n = 20000;
    for (std::int64_t step = 1; step <= n; ++step) {
      std::vector<double> arrivals(2, 0.0);
      input->deliver(step, arrivals);
      product += (arrivals[0] - 2) * (arrivals[1] - 2) / 2;
    }
    return product / n;
  };
  CHECK(std::fabs(correlation()) < 4 / std::sqrt(20000.0));
  data.flags["shared"] = true;
  CHECK(std::fabs(correlation() - 1) < 4 * std::sqrt(2.5 / 20000));
}

TEST_CASE("the spikes of a neuron depend on its index and the step, not on who else is a target") {
  const Fields fields = {{"rate", {20}}, {"weight", {1}}};
  const InputData few = input_data(5, 0.1, fields), many = input_data(50, 0.1, fields);
  InputData single = input_data(50, 0.1, fields);
  single.targets = {4};
  for (std::int64_t until = 10; until < 100; until += 10) {
    const double spikes = total_of(few, 4, until - 10, until);
    CHECK(total_of(many, 4, until - 10, until) == spikes);
    CHECK(total_of(single, 4, until - 10, until) == spikes);
  }
  CHECK(total_of(few, 4, 0, 100) != total_of(few, 3, 0, 100));
}

TEST_CASE(
    "the spikes of all targets are those that the law draws for each, at any mean and from any step on") {
  InputData data = input_data(100, 0.1, {{"weight", {1}}});
  data.values["rate"].clear();
  for (int i = 0; i < 100; ++i)  // means of 1e-3 to 400, with runs of equal ones
    data.values["rate"].push_back(0.01 * base::exp(std::floor(i / 7) * 0.9));
  const auto input = make_spike_input("poisson", data);
  for (const std::int64_t first : {1, 2, 7, 100, 103, 4}) {
    input->rewind();
    for (std::int64_t step = first; step < first + 9; ++step) {
      std::vector<double> arrivals(100, 0.0);
      input->deliver(step, arrivals);
      for (std::size_t i = 0; i < 100; ++i) {
        const PoissonLaw law(data.values["rate"][i] * 0.1);
        REQUIRE(arrivals[i] == static_cast<double>(law.draw(data.streams.points[0], i,
                                                            static_cast<std::uint64_t>(step - 1))));
      }
    }
  }
}

TEST_CASE("a word tells its number unless it stands at a threshold, where the lower half decides") {
  for (const double mean : {0.001, 2.0, 5.5, 100.0, 5000.0}) {
    CAPTURE(mean);
    const PoissonLaw law(mean);
    const auto at = [&](std::uint32_t word, double part) {
      return law.number((static_cast<double>(word) + part) * 0x1p-32);
    };
    int open = 0;
    for (std::uint64_t i = 0; i < 4096 * 16; ++i) {
      const auto word = static_cast<std::uint32_t>(i << 16);
      const auto number = law.number_of_word(word);
      open += number ? 0 : 1;
      if (number)
        REQUIRE((at(word, 0x1p-20) == *number && at(word, 1 - 0x1p-20) == *number));
      else
        REQUIRE(at(word, 0x1p-20) != at(word, 1 - 0x1p-20));
    }
    CHECK(open <= 1);
  }
  CHECK_FALSE(PoissonLaw(20000).number_of_word(7));  // two parts: no word tells both
  CHECK_FALSE(PoissonLaw(5000).number_of_word(0));
  const double zero = base::exp(-2.0);
  CHECK_FALSE(PoissonLaw(2).number_of_word(static_cast<std::uint32_t>(zero * 0x1p32)));
}

TEST_CASE("each target has its own rate and weight") {
  InputData data = input_data(4, 0.1, {{"rate", {10, 0, 30}}, {"weight", {1, 1, 0.5}}});
  data.targets = {0, 1, 3};
  const double n = 20000;
  CHECK(std::fabs(total_of(data, 0, 0, 20001) / n - 1) < 4 * std::sqrt(1 / n));
  CHECK(total_of(data, 1, 0, 20001) == 0);
  CHECK(total_of(data, 2, 0, 20001) == 0);
  CHECK(std::fabs(total_of(data, 3, 0, 20001) / n - 1.5) < 4 * 0.5 * std::sqrt(3 / n));
}

// [step][neuron] of the steps before `to`.
std::vector<std::vector<double>> arrivals_of(const InputData& data, std::int64_t to) {
  const auto input = make_spike_input("poisson", data);
  std::vector<std::vector<double>> all;
  for (std::int64_t step = 0; step < to; ++step) {
    all.emplace_back(static_cast<std::size_t>(data.neurons), 0.0);
    input->deliver(step, all.back());
  }
  return all;
}

// Rates [time][neuron] that act from these times on.
InputData courses(std::int64_t neurons, const std::vector<double>& times, const std::vector<double>& rates) {
  InputData data = input_data(neurons, 0.1, {{"weight", {1}}}, {{"times", times}, {"values", rates}});
  data.flags["per_target"] = true;
  return data;
}

TEST_CASE("a course that stays is a rate, spike for spike, for all targets and for each") {
  const std::vector<double> rates{0.5, 2, 0, 70};
  const auto expected = arrivals_of(input_data(4, 0.1, {{"rate", rates}, {"weight", {1}}}), 500);
  CHECK(arrivals_of(courses(4, {0}, rates), 500) == expected);
  std::vector<double> again = rates;
  again.insert(again.end(), rates.begin(), rates.end());
  CHECK(arrivals_of(courses(4, {0, 12.3}, again), 500) == expected);
  for (const bool shared : {false, true}) {
    InputData one = input_data(4, 0.1, {{"rate", {0.5}}, {"weight", {1}}});
    InputData course = input_data(4, 0.1, {{"weight", {1}}}, {{"times", {0, 7}}, {"values", {0.5, 0.5}}});
    one.flags["shared"] = course.flags["shared"] = shared;
    if (shared) one.values["copy"] = course.values["copy"] = {0.3};
    CHECK(arrivals_of(course, 500) == arrivals_of(one, 500));
  }
}

TEST_CASE(
    "another course of one target moves no spike of the others, nor its own where the rate is as before") {
  const auto before = arrivals_of(courses(3, {0, 20}, {0.5, 2, 1, 0.5, 2, 1}), 400);
  const auto after = arrivals_of(courses(3, {0, 20}, {0.5, 2, 1, 0.5, 9, 1}), 400);
  std::int64_t other = 0;
  for (std::size_t step = 0; step < 400; ++step) {
    for (const std::size_t neuron : {0U, 2U}) CHECK(after[step][neuron] == before[step][neuron]);
    if (step <= 200)
      CHECK(after[step][1] == before[step][1]);
    else
      other += after[step][1] != before[step][1] ? 1 : 0;
  }
  CHECK(other > 50);
}

TEST_CASE("numbers of spikes follow the course of the rate, with mean and variance of a Poisson number") {
  // Neurons of one course each: 0 before 3 ms, then a, then b from 8 ms on, until 12 ms.
  constexpr std::int64_t n = 4000;
  std::vector<double> rates;
  for (const double rate : {0.3, 1.7})
    for (std::int64_t i = 0; i < n; ++i) rates.push_back(rate * (i % 2 == 0 ? 1 : 2));
  InputData data = courses(n, {3, 8}, rates);
  data.values["stop"] = {12};
  const auto arrivals = arrivals_of(data, 200);
  for (const auto& [from, to, rate] :
       {std::tuple{0, 31, 0.0}, {31, 81, 0.3 * 5}, {81, 121, 1.7 * 4}, {121, 200, 0.0}})
    for (const std::size_t parity : {0U, 1U}) {
      const double mean = rate * (parity == 0 ? 1 : 2), half = n / 2;
      double sum = 0, squares = 0;
      for (std::size_t i = parity; i < n; i += 2) {
        double count = 0;
        for (auto step = static_cast<std::size_t>(from); step < static_cast<std::size_t>(to); ++step)
          count += arrivals[step][i];
        sum += count - mean;
        squares += (count - mean) * (count - mean);
      }
      CHECK(std::fabs(sum / half) <= 4 * std::sqrt(mean / half));
      CHECK(std::fabs(squares / half - mean) <= 4 * std::sqrt((2 * mean * mean + mean) / half));
    }
}

TEST_CASE("a step that an edge of the course cuts has the mean of its rates") {
  // 10/ms up to 0.03 ms, then 2/ms up to 0.05 ms, then nothing: 0.34 spikes in the first step, none later.
  constexpr std::int64_t n = 20000;
  const InputData data =
      input_data(n, 0.1, {{"weight", {1}}}, {{"times", {0, 0.03, 0.05}}, {"values", {10, 2, 0}}});
  const auto arrivals = arrivals_of(data, 4);
  double total = 0;
  for (const double count : arrivals[1]) total += count;
  CHECK(std::fabs(total / n - 0.34) < 4 * std::sqrt(0.34 / n));
  for (const std::size_t step : {0U, 2U, 3U}) CHECK(arrivals[step] == std::vector<double>(n, 0.0));
}

}  // namespace
}  // namespace hillock::engine
