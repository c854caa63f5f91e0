// The step loop on a population made by hand: what is recorded when, what arrives when, how runs end.
#include <doctest/doctest.h>

#include <limits>

#include "adder.hpp"
#include "base/diagnostics.hpp"

using namespace hillock;
using namespace adder;
using engine::Simulation;

TEST_CASE("the frame at t holds what arrived up to t; frames end before the duration") {
  Setup s = setup(6, 1);
  add(s, {0, 2, 3, 6}, 1, 1);
  Memory memory;
  const auto result = Simulation(std::move(s.plan), s.layout).run(memory);
  CHECK(memory.frames == std::vector<double>{1, 1, 2, 3, 3, 3});
  CHECK(result.end == engine::RunEnd::complete);
  CHECK(result.steps_done == 6);
  CHECK(memory.reached == 6 * 0.1);
  CHECK_FALSE(memory.finished);  // left to the caller
}

TEST_CASE("frames are every so many steps, and frame 0 is there even without a step") {
  for (const auto& [steps, every, frames] : std::vector<std::tuple<int, int, std::vector<double>>>{
           {7, 3, {1, 1, 1}}, {6, 3, {1, 1}}, {1, 3, {1}}, {0, 3, {1}}}) {
    Setup s = setup(steps, every);
    add(s, {0}, 1, 1);
    Memory memory;
    Simulation(std::move(s.plan), s.layout).run(memory);
    CHECK(memory.frames == frames);
  }
}

TEST_CASE(
    "weights that arrive at the same step are summed; spikes carry the step's end and only kept ones are "
    "handed over") {
  Setup s = setup(10, 1, std::numeric_limits<double>::infinity(), {true, false, true});
  add(s, {3, 7}, 2, 1.5);
  add(s, {3}, 2, 1.0);
  add(s, {3, 7}, 1, 5.0);
  add(s, {7}, 0, 3.0);
  Memory memory;
  const auto result = Simulation(std::move(s.plan), s.layout).run(memory);
  CHECK(memory.spikes == std::vector<std::pair<double, std::uint64_t>>{{3 * 0.1, 2}, {7 * 0.1, 0}});
  CHECK(result.spike_counts == std::vector<std::int64_t>{4});  // of all neurons
}

TEST_CASE("a run that is stopped hands over what it has, and says how far it came") {
  Setup s = setup(1000, 1);
  add(s, {0}, 1, 1);
  std::atomic<bool> stop{true};
  Memory memory;
  engine::RunOptions options;
  options.stop = &stop;
  const auto result = Simulation(std::move(s.plan), s.layout).run(memory, options);
  CHECK(result.end == engine::RunEnd::interrupted);
  CHECK(result.steps_done == 0);
  CHECK(memory.frames.empty());
}

TEST_CASE("a failure keeps all frames before it and no spike of its step") {
  Setup s = setup(10, 1, 6);
  add(s, {2, 4}, 1, 2.5);
  add(s, {4}, 0, 2.5);
  add(s, {4}, 2, 7);
  Memory memory;
  Simulation simulation(std::move(s.plan), s.layout);
  CHECK_THROWS_AS(simulation.run(memory), base::NumericsError);
  CHECK(memory.frames == std::vector<double>{0, 0, 2.5, 2.5});
  CHECK(memory.spikes == std::vector<std::pair<double, std::uint64_t>>{{2 * 0.1, 1}});
  CHECK(memory.reached == 3 * 0.1);
}

TEST_CASE("the mean of chosen neurons and of all neurons is recorded") {
  for (const auto& [neurons, mean] :
       std::vector<std::pair<std::vector<std::int64_t>, double>>{{{}, 2.0}, {{0, 1}, 1.5}, {{2}, 3.0}}) {
    Setup s = setup(1, 1);
    add(s, {0}, 0, 1);
    add(s, {0}, 1, 2);
    add(s, {0}, 2, 3);
    s.layout.reports[0].pooling = engine::Pooling::mean;
    s.layout.reports[0].neurons = neurons;
    Memory memory;
    Simulation(std::move(s.plan), s.layout).run(memory);
    CHECK(memory.frames == std::vector<double>{mean});
  }
}
