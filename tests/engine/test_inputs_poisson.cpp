// Tests Poisson spikes: the law at small and large means, windows, sharing, independence of targets.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "engine/inputs/poisson_law.hpp"
#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

const base::Stream stream = base::Stream::of(7, "poisson tests");

TEST_CASE("Poisson numbers have mean and variance equal to the mean, from 1e-4 to 100000") {
  for (const double mean : {1e-4, 0.01, 0.2, 2.0, 11.9, 12.1, 40.0, 1000.0, 16384.0, 16385.0, 100000.0}) {
    CAPTURE(mean);
    const PoissonLaw law(mean);
    const int n = mean > 10000 ? 20000 : 200000;
    double sum = 0, squares = 0;
    for (int i = 0; i < n; ++i) {
      const double x = static_cast<double>(law.draw(stream, static_cast<std::uint64_t>(i), 3)) - mean;
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

}  // namespace
}  // namespace hillock::engine
