// Conditions that end a run: at which step, for any number of threads, slices and points of a stack.
#include <doctest/doctest.h>

#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "adder.hpp"

using namespace hillock;
using namespace adder;
using engine::RunEnd;
using engine::Simulation;
using engine::Stopped;
using engine::StopPlan;

namespace {

using Spikes = std::vector<std::pair<double, std::uint64_t>>;

// Neuron n spikes in the steps that end at 10 + n, 20 + n and 30 + n, and V grows by 3 each time.
Setup spiking(std::int64_t neurons, int threads) {
  Setup s = setup(100, 1, std::numeric_limits<double>::infinity(), {}, neurons);
  for (std::int64_t n = 0; n < neurons; ++n) add(s, {10 + n, 20 + n, 30 + n}, n, 3);
  s.plan.threads = threads;
  return s;
}

StopPlan on_count(std::int64_t first, std::int64_t last, double least) {
  StopPlan plan;
  plan.first = first;
  plan.last = last;
  program::Tape tape;
  program::store(tape, 0, program::step_value(tape, 0) >= least);
  plan.of_spikes = program::optimise(tape);
  plan.text = "count";
  return plan;
}

// Of neurons whose V is above a level.
StopPlan on_V(Setup& s, std::int64_t first, std::int64_t last, double level, bool all) {
  auto population = std::move(s.plan.populations.front());
  network::PopulationPlan changed;
  const network::PopulationPlan& known = population->plan();
  changed.name = known.name;
  changed.size = known.size;
  changed.slots = known.slots;
  changed.step = known.step;
  changed.deliver = known.deliver;
  changed.right_hand_side = known.right_hand_side;
  changed.states = known.states;
  changed.arrivals = known.arrivals;
  program::Tape tape;
  program::store(tape, 0, program::array(tape, 0) > level);
  changed.conditions.push_back(program::optimise(tape));
  s.plan.populations.front() =
      std::make_unique<network::Population>(std::move(changed), program::KernelOptions{});
  StopPlan plan;
  plan.first = first;
  plan.last = last;
  plan.all = all;
  plan.text = "V";
  return plan;
}

std::int64_t stopped_step(Setup s, std::int64_t slice = 1000) {
  Simulation simulation(std::move(s.plan), s.layout);
  Memory memory;
  RunEnd end = RunEnd::interrupted;
  for (std::int64_t until = slice; !simulation.stopped() && simulation.step() < 100; until += slice)
    end = simulation.run_until(until, memory).end;
  CHECK(end == RunEnd::complete);
  CHECK(memory.frames.size() == static_cast<std::size_t>(simulation.step()));
  const std::optional<Stopped> stopped = simulation.stopped();
  if (!stopped) return -1;
  CHECK(stopped->step == simulation.step());
  CHECK(stopped->time == simulation.time());
  simulation.run(memory);  // nothing more happens
  CHECK(simulation.step() == stopped->step);
  return stopped->step;
}

}  // namespace

TEST_CASE("a run ends with the step that brings the spike, for any number of threads and slices") {
  for (const int threads : {1, 2, 3})
    for (const std::int64_t slice : {1, 7, 12, 1000}) {
      CAPTURE(threads);
      CAPTURE(slice);
      Setup s = spiking(40, threads);
      s.plan.stops.push_back(on_count(3, 33, 2));  // neurons 3 and 4
      CHECK(stopped_step(std::move(s), slice) == 14);
    }
}

TEST_CASE("a condition on neurons holds of any or of all of a slice") {
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    for (const auto& [all, expected] : {std::pair{false, 23}, {true, 53}}) {
      Setup s = spiking(40, threads);
      s.plan.stops.push_back(on_V(s, 3, 33, 4, all));
      CHECK(stopped_step(std::move(s)) == expected);
    }
  }
}

TEST_CASE("a rate is that of the window just past, and is not known before one has passed") {
  // Whether it is above `level` at a grid point, and the run stops there.
  const auto is_above = [](double level, std::int64_t window, std::int64_t at) {
    Setup s = spiking(4, 1);
    StopPlan plan = on_count(0, 3, 0);
    plan.window = window;
    plan.of_time = true;
    program::Tape tape;
    const program::Mask there = program::step_value(tape, 2) > 0.1 * static_cast<double>(at) - 0.05;
    program::store(tape, 0, there && program::step_value(tape, 1) > level);
    plan.of_spikes = program::optimise(tape);
    s.plan.stops.push_back(plan);
    return stopped_step(std::move(s)) == at;
  };
  for (const auto& each : {std::tuple{20, 20, 5 / (4 * 2.0)},  // spikes at 10 ... 13 and 20
                           std::tuple{10, 20, 4 / 4.0},        // at 11, 12, 13 and 20
                           std::tuple{1, 20, 1 / (4 * 0.1)}, std::tuple{1, 19, 0.0}}) {
    const auto& window = std::get<0>(each);
    const auto& at = std::get<1>(each);
    const auto& rate = std::get<2>(each);
    CAPTURE(window);
    CAPTURE(at);
    CHECK(is_above(rate - 1e-9, window, at));
    CHECK_FALSE(is_above(rate + 1e-9, window, at));
  }
  CHECK_FALSE(is_above(-1, 20, 19));
}

TEST_CASE("a simulation that goes back to before the end goes on from there") {
  for (const int threads : {1, 2}) {
    Setup s = spiking(40, threads);
    s.plan.stops.push_back(on_count(0, 39, 90));  // the last third: of neurons 0 ... 9
    Simulation simulation(std::move(s.plan), s.layout);
    Memory memory;
    simulation.run_until(30, memory);
    const engine::Snapshot before = simulation.snapshot();
    simulation.run(memory);
    const std::int64_t ended = simulation.stopped()->step;
    const Spikes spikes = memory.spikes;
    simulation.restore(before);
    CHECK_FALSE(simulation.stopped());
    memory = {};
    simulation.run_until(30, memory);
    memory.frames.assign(30, 0);  // frames go on where they were
    simulation.run(memory);
    CHECK(simulation.stopped()->step == ended);
    CHECK(Spikes(spikes.end() - std::ssize(memory.spikes), spikes.end()) == memory.spikes);
  }
}

TEST_CASE("points of a stack are stopped each for itself, and their later spikes are left out") {
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    Setup s = spiking(40, threads);
    s.plan.points = 4;                          // of ten neurons
    s.plan.stops.push_back(on_count(2, 3, 3));  // three of the six spikes of neurons 2 and 3 of a point
    Simulation simulation(std::move(s.plan), s.layout);
    Memory memory;
    CHECK(simulation.run(memory).end == RunEnd::complete);
    for (std::size_t point = 0; point < 4; ++point)
      CHECK(simulation.stopped(point)->step == 22 + 10 * static_cast<std::int64_t>(point));
    CHECK(simulation.step() == 52);
    Spikes expected;
    for (std::int64_t step = 1; step <= 52; ++step)
      for (std::int64_t n = 0; n < 40; ++n)
        if (const std::int64_t own = step - n; own == 10 || own == 20 || own == 30)
          if (step <= 22 + n / 10 * 10) expected.emplace_back(0.1 * static_cast<double>(step), n);
    CHECK(memory.spikes == expected);
  }
}
