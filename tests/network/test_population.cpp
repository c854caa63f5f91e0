// Populations of hand-made programs: sizes, spikes, failures.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "network/population.hpp"
#include "program/exception_flags.hpp"
#include "program/expr.hpp"

using namespace hillock;
using network::Failure;
using network::Population;
using network::PopulationPlan;
using program::Expr;

namespace {

// V grows by the parameter `slope` per step and starts again from 0 at 1.
PopulationPlan counter(std::int64_t size, std::vector<double> slopes) {
  PopulationPlan plan;
  plan.name = "counter";
  plan.size = size;
  program::Tape tape;
  const int V = plan.slots.array("V"), arrivals = plan.slots.array("arrivals");
  const Expr grown = program::array(tape, V) + program::parameter(tape, plan.slots.parameter("slope")) +
                     program::array(tape, arrivals);
  const program::Mask spike = grown >= 1.0;
  program::store(tape, V, select(spike, 0.0, grown));
  program::store(tape, 0, spike);
  program::guard(tape, !(abs(grown) < std::numeric_limits<double>::infinity()));
  plan.step = program::optimise(tape);
  plan.parameters[0] = std::move(slopes);
  plan.arrivals = {arrivals};
  program::Tape rhs;
  const int derivative = plan.slots.array("derivative.V");
  program::store(rhs, derivative, program::parameter(rhs, 0));
  plan.right_hand_side = program::optimise(rhs);
  plan.states = {{"V", "mV", "dV/dt: slope", "counter.yaml:3:5", V, derivative}};
  return plan;
}

const network::Refresh nothing = [](double) {};

}  // namespace

TEST_CASE("populations of any size step each of their neurons once, and no other") {
  const base::TimeGrid grid{0.5, 4};
  for (const std::int64_t size : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
    CAPTURE(size);
    Population population(counter(size, {0.5}), {});
    std::vector<network::Spike> spikes;
    CHECK_FALSE(population.range(0).step(grid, 0, {}, nothing, spikes));
    CHECK(spikes.empty());
    CHECK_FALSE(population.range(0).step(grid, 1, {}, nothing, spikes));
    REQUIRE(spikes.size() == static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < spikes.size(); ++i) {
      CHECK(spikes[i].time == 1.0);
      CHECK(spikes[i].neuron == i);
    }
  }
}

TEST_CASE("a parameter given per neuron as equal values gives the bits of a uniform one") {
  const base::TimeGrid grid{0.1, 100};
  Population uniform(counter(13, {0.3}), {}), given(counter(13, std::vector<double>(13, 0.3)), {});
  std::vector<network::Spike> a, b;
  for (int step = 0; step < 10; ++step) {
    uniform.range(0).step(grid, step, {}, nothing, a);
    given.range(0).step(grid, step, {}, nothing, b);
    CHECK(a.size() == b.size());
    for (int i = 0; i < 13; ++i) CHECK(uniform.array(0)[i] == given.array(0)[i]);
  }
}

TEST_CASE("what has arrived is gone once it is cleared") {
  const base::TimeGrid grid{0.1, 100};
  Population population(counter(3, {0.0}), {});
  std::vector<network::Spike> spikes;
  population.array(1)[2] = 0.25;
  population.range(0).step(grid, 0, {}, nothing, spikes);
  population.range(0).clear_arrivals();
  population.range(0).step(grid, 1, {}, nothing, spikes);
  CHECK(population.array(0)[0] == 0);
  CHECK(population.array(0)[2] == 0.25);
}

TEST_CASE("the first neuron that is not finite is named, with its last finite value") {
  const base::TimeGrid grid{0.1, 100};
  std::vector<double> slopes(20, 0.125);
  slopes[11] = std::numeric_limits<double>::quiet_NaN();
  Population population(counter(20, slopes), {});
  std::vector<network::Spike> spikes;
  const auto failure = population.range(0).step(grid, 0, {}, nothing, spikes);
  REQUIRE(failure);
  CHECK(failure->neuron == 11);
  CHECK(failure->time == 0.1);
  CHECK(failure->kind == Failure::Kind::not_finite);
  CHECK(population.range(0).explain(*failure, 0.1) ==
        "population 'counter', neuron 11: V is not finite at t = 0.1 ms (last finite value of V: 0 mV)\n"
        "  counter.yaml:3:5: dV/dt: slope\n"
        "  likely cause: the right-hand side of V is not a number there: 0/0, or the logarithm or root of a "
        "negative number");
}

TEST_CASE("what a range keeps is what it goes back to, and it keeps no states that are not finite") {
  const base::TimeGrid grid{0.1, 100};
  Population population(counter(20, {0.25}), {});
  network::NeuronRange& range = population.range(0);
  REQUIRE(range.flags_tell() == program::has_exception_flags());
  if (!range.flags_tell()) return;
  std::vector<network::Spike> spikes;
  CHECK(range.keep());
  CHECK_FALSE(range.step(grid, 0, {}, nothing, spikes));
  CHECK(population.array(0)[19] == 0.25);
  range.go_back();
  CHECK(population.array(0)[19] == 0);
  for (const double value :
       {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()}) {
    population.array(0)[19] = value;
    CHECK_FALSE(range.keep());
  }
}

TEST_CASE("ranges follow one another, in whole blocks, and hold each neuron once") {
  for (const std::int64_t size : {0, 1, 16, 17, 100, 1000})
    for (const int ranges : {1, 2, 3, 8})
      for (const std::int64_t offset : {0, 1, 5}) {
        CAPTURE(size);
        CAPTURE(ranges);
        CAPTURE(offset);
        Population population(counter(size, {0.5}), {});
        population.divide(ranges, offset);
        std::int64_t next = 0, least = size, most = 0;
        for (int i = 0; i < ranges; ++i) {
          const network::NeuronRange& range = population.range(i);
          CHECK(range.first() == next);
          if (range.count() > 0) CHECK(range.first() % network::range_block == 0);
          next = range.first() + range.count();
          least = std::min(least, range.count());
          most = std::max(most, range.count());
        }
        CHECK(next == size);
        CHECK(most - least <= 2 * network::range_block);
      }
}

TEST_CASE("a small population takes little memory, and threads without neurons add next to none") {
  for (const program::Backend backend : {program::Backend::interpreter, program::best_backend()}) {
    Population population(counter(1, {0.5}), {backend});
    const std::int64_t alone = population.bytes();
    CHECK(alone < 16384);  // native code takes whole pages
    population.divide(8);
    CHECK(population.bytes() - alone < 7 * 512);
  }
  // The scratch memory of the interpreter is as long as there are neurons.
  Population one(counter(1, {0.5}), {program::Backend::interpreter});
  Population full(counter(256, {0.5}), {program::Backend::interpreter});
  CHECK(full.bytes() - one.bytes() > 255 * 8 * 3);
}

TEST_CASE("arrays do not share the lowest 12 bits of their addresses, and small ones stand close together") {
  const auto places = [](std::int64_t size) {
    PopulationPlan plan = counter(size, {0.5});
    while (plan.slots.arrays.size() < 8) plan.slots.array(std::to_string(plan.slots.arrays.size()));
    Population population(std::move(plan), {});
    std::vector<std::uintptr_t> result;
    for (int slot = 0; slot < 8; ++slot)
      result.push_back(reinterpret_cast<std::uintptr_t>(population.array(slot).data()));
    return result;
  };
  for (const std::int64_t size : {1, 8, 64, 65, 100, 256, 511, 512, 513, 1024, 5000}) {
    CAPTURE(size);
    const std::vector<std::uintptr_t> at = places(size);
    const auto distance = static_cast<std::int64_t>(at[1] - at[0]);
    CHECK(distance >= 8 * size);
    CHECK(distance <= (size <= 64 ? 8 * base::padded(size) : size < 512 ? 8 * size + 1024 : 8 * size + 4608));
    std::vector<std::uintptr_t> bits;
    for (const std::uintptr_t address : at) bits.push_back(address % 4096);
    std::ranges::sort(bits);
    CHECK(std::ranges::adjacent_find(bits) == bits.end());
  }
}

TEST_CASE("of many populations that are smaller than a block, each range gets as many") {
  std::vector<int> neurons(3);
  for (std::int64_t p = 0; p < 9; ++p) {
    Population population(counter(4, {0.5}), {});
    population.divide(3, p);
    for (int i = 0; i < 3; ++i) neurons[i] += static_cast<int>(population.range(i).count());
  }
  CHECK(neurons == std::vector<int>{12, 12, 12});
}
