// Rates of populations: each spike in one bin, for any number of threads, slices and ways back.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "adder.hpp"
#include "base/diagnostics.hpp"

using namespace hillock;
using namespace adder;
using engine::Pooling;
using engine::Simulation;

namespace {

constexpr std::int64_t run_length = 203;

// Neuron n of 100 has spikes in the run_length that end at these grid points.
std::vector<std::int64_t> times_of(std::int64_t n) { return {1 + n % 7, 10, 20 + n, 21 + n % 11, 150, 203}; }

// A report of the rate of some neurons in bins of `every` run_length, beside one of V that takes no part.
Setup rated(std::int64_t every, const std::vector<std::int64_t>& neurons, int threads,
            double limit = std::numeric_limits<double>::infinity()) {
  Setup s = setup(run_length, every, limit, {}, 100);
  for (std::int64_t n = 0; n < 100; ++n) add(s, times_of(n), n, 2.5);
  s.plan.reports[0].arrays.clear();
  s.layout.reports[0].variables = {{"rate", "Hz", "rate"}};
  s.layout.reports[0].neurons = neurons;
  s.layout.reports[0].pooling = Pooling::rate;
  s.plan.threads = threads;
  return s;
}

// Hz, from the list of times.
std::vector<double> expected(std::int64_t every, const std::vector<std::int64_t>& neurons,
                             std::int64_t end = run_length) {
  std::vector<double> rates;
  for (std::int64_t begin = 0; begin < end; begin += every) {
    const std::int64_t stop = std::min(begin + every, end);
    std::int64_t count = 0;
    for (const std::int64_t n : neurons)
      for (const std::int64_t time : times_of(n)) count += time > begin && time <= stop ? 1 : 0;
    const double seconds = static_cast<double>(stop - begin) * 0.1 / 1000;
    rates.push_back(static_cast<double>(count) / (static_cast<double>(neurons.size()) * seconds));
  }
  return rates;
}

std::vector<std::int64_t> all() {
  std::vector<std::int64_t> neurons(100);
  for (std::size_t i = 0; i < neurons.size(); ++i) neurons[i] = static_cast<std::int64_t>(i);
  return neurons;
}

}  // namespace

TEST_CASE("a rate counts each spike in one bin, which may be shorter at the end, for any number of threads") {
  for (const std::int64_t every : {1, 10, 29, 203, 1000})
    for (const int threads : {1, 2, 5})
      for (const std::vector<std::int64_t>& neurons : {all(), {3, 17, 18, 60}, {99}}) {
        CAPTURE(every);
        CAPTURE(threads);
        Setup s = rated(every, neurons, threads);
        Memory memory;
        Simulation(std::move(s.plan), s.layout).run(memory);
        CHECK(memory.frames == expected(every, neurons));
      }
}

TEST_CASE("slices that cut bins, and ways back into them, change no rate") {
  for (const int threads : {1, 3}) {
    Setup s = rated(10, all(), threads);
    Simulation simulation(std::move(s.plan), s.layout);
    Memory memory;
    simulation.run_until(23, memory);
    CHECK(memory.frames.size() == 2);  // the third bin waits for its end
    const engine::Snapshot snapshot = simulation.snapshot();
    const Memory so_far = memory;
    for (const std::int64_t slice : {1, 7, 60}) {
      memory = so_far;
      simulation.restore(snapshot);
      for (std::int64_t until = 23 + slice; simulation.step() < run_length; until += slice)
        simulation.run_until(until, memory);
      simulation.run(memory);  // nothing more happens
      CHECK(memory.frames == expected(10, all()));
    }
  }
}

TEST_CASE("a run that a condition ends has a bin up to its end") {
  for (const int threads : {1, 3}) {
    Setup s = rated(10, all(), threads);
    engine::StopPlan stop;
    stop.last = 99;
    program::Tape tape;
    program::store(tape, 0, program::step_value(tape, 0) >= 226.0);  // 226 spikes: at grid point 25
    stop.of_spikes = program::optimise(tape);
    s.plan.stops.push_back(stop);
    Simulation simulation(std::move(s.plan), s.layout);
    Memory memory;
    simulation.run(memory);
    REQUIRE(simulation.stopped());
    CHECK(memory.frames == expected(10, all(), simulation.stopped()->step));
  }
}

TEST_CASE("a run that fails has the bins that were over") {
  for (const int threads : {1, 3}) {
    Setup s = rated(10, all(), threads, 8);  // the fourth spike of a neuron is too much
    Simulation simulation(std::move(s.plan), s.layout);
    Memory memory;
    CHECK_THROWS_AS(simulation.run(memory), base::NumericsError);
    std::vector<double> whole = expected(10, all());
    whole.resize(memory.frames.size());
    CHECK(memory.frames == whole);
    CHECK(memory.frames.size() == static_cast<std::size_t>(simulation.step() / 10));
  }
}
