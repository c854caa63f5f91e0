// Threads of the step loop: the same frames, spikes and failures for any number; which number is chosen.
#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "adder.hpp"
#include "base/diagnostics.hpp"
#include "engine/thread_choice.hpp"

using namespace hillock;
using namespace adder;
using engine::Simulation;
using engine::ThreadChoice;

namespace {

struct Outcome {
  std::vector<double> frames;
  std::vector<std::pair<double, std::uint64_t>> spikes;
  double reached = 0;
  std::string error;
  bool operator==(const Outcome&) const = default;
};

// 100 neurons, in which spikes arrive all the time, everywhere.
Outcome outcome(int threads, std::int64_t every, double limit, bool profile = false) {
  Setup s = setup(300, every, limit, {}, 100);
  for (std::int64_t neuron = 0; neuron < 100; neuron += 3)
    add(s, {neuron % 7, 20 + neuron, 21 + neuron % 11, 150, 299}, neuron,
        2.5 + 0.01 * static_cast<double>(neuron));
  s.layout.reports[0].pooling = engine::Pooling::mean;
  s.layout.reports[0].neurons.clear();
  s.plan.threads = threads;
  Memory memory;
  Outcome result;
  Simulation simulation(std::move(s.plan), s.layout);
  CHECK(simulation.threads() == std::min(threads, 7));  // 16 neurons stay together
  engine::RunOptions options;
  options.profile = profile;
  try {
    simulation.run(memory, options);
  } catch (const base::NumericsError& error) {
    result.error = error.what();
  }
  result.frames = memory.frames;
  result.spikes = memory.spikes;
  result.reached = memory.reached;
  return result;
}

}  // namespace

TEST_CASE("any number of threads, with more than there are cores or neurons, records the same") {
  for (const std::int64_t every : {1, 7, 1000}) {
    CAPTURE(every);
    const Outcome expected = outcome(1, every, std::numeric_limits<double>::infinity());
    CHECK(expected.spikes.size() == 34 * 5 - 5);  // what arrives at 0 makes no spike
    for (const int threads : {2, 3, 5, 8, 64})
      CHECK(outcome(threads, every, std::numeric_limits<double>::infinity()) == expected);
  }
}

TEST_CASE("a failure is the same neuron's at the same time for any number of threads, whoever fails next") {
  for (const double limit : {2.9, 5.3, 9.9, 10.2}) {
    CAPTURE(limit);
    for (const std::int64_t every : {1, 1000}) {
      const Outcome expected = outcome(1, every, limit);
      CHECK_FALSE(expected.error.empty());
      for (const int threads : {2, 3, 5, 8}) CHECK(outcome(threads, every, limit) == expected);
    }
  }
}

TEST_CASE("a run in slices gives the bits of one run for any number of threads") {
  for (const int threads : {1, 3}) {
    Setup s = setup(50, 5, std::numeric_limits<double>::infinity(), {}, 100);
    add(s, {0, 3, 20, 33}, 1, 2.5);
    s.plan.threads = threads;
    Simulation simulation(std::move(s.plan), s.layout);
    Memory memory;
    for (const std::int64_t until : {1, 2, 17, 50}) simulation.run_until(until, memory);
    CHECK(memory.frames == std::vector<double>{2.5, 5, 5, 5, 7.5, 7.5, 7.5, 10, 10, 10});
  }
}

TEST_CASE("the times of a profile add up to that of the run, and taking them changes no bit") {
  const double no_limit = std::numeric_limits<double>::infinity();
  CHECK(outcome(3, 7, no_limit, true) == outcome(3, 7, no_limit));
  for (const int threads : {1, 2}) {
    Setup s = setup(20000, 100, no_limit, {}, 1000);
    add(s, {0, 3, 20, 33}, 1, 2.5);
    s.plan.threads = threads;
    Memory memory;
    engine::RunOptions options;
    options.profile = true;
    const engine::Profile profile = Simulation(std::move(s.plan), s.layout).run(memory, options).profile;
    double sum = profile.output + profile.wait + profile.other;
    for (std::size_t phase = 0; phase < engine::phases; ++phase) {
      sum += profile.of(static_cast<engine::Phase>(phase));
      CHECK(profile.of(static_cast<engine::Phase>(phase)) > 0);
    }
    CHECK(sum == doctest::Approx(profile.total).epsilon(1e-9));
    CHECK(profile.other < 0.5 * profile.total);
    CHECK(profile.wait >= 0);
  }
}

namespace {

// Threads chosen when a step takes seconds_of(threads), after so many seconds.
template <class Seconds>
int chosen(ThreadChoice& choice, double seconds, Seconds seconds_of) {
  for (double passed = 0; passed < seconds; passed += 10 * seconds_of(choice.threads()))
    choice.measured(10, 10 * seconds_of(choice.threads()));
  return choice.threads();
}

}  // namespace

TEST_CASE("as many threads are taken as were asked for, but no more than have neurons") {
  CHECK(ThreadChoice(3, 8).threads() == 3);
  CHECK(ThreadChoice(8, 3).threads() == 3);
  CHECK(ThreadChoice(2, 0).threads() == 1);
  ThreadChoice asked(2, 8);
  CHECK(chosen(asked, 1, [](int threads) { return 1e-3 * threads; }) == 2);
}

TEST_CASE("unasked, the number of threads is taken with which steps are fastest") {
  ThreadChoice fast(0, 6), slow(0, 6), shared(0, 6), single(0, 1);
  CHECK(fast.threads() == 1);
  CHECK(chosen(fast, 0.5, [](int threads) { return 1e-4 / threads; }) == 6);
  CHECK(chosen(slow, 0.5, [](int threads) { return 1e-6 * threads; }) == 1);
  CHECK(chosen(shared, 0.5, [](int threads) { return threads <= 2 ? 1e-4 / threads : 1e-4; }) == 2);
  CHECK(chosen(single, 0.5, [](int) { return 1e-4; }) == 1);
}

TEST_CASE("the choice follows when processors are taken away or come free") {
  ThreadChoice choice(0, 2);
  const auto alone = [](int threads) { return 1e-4 / threads; };
  const auto crowded = [](int threads) { return 1e-4 * threads; };
  CHECK(chosen(choice, 0.5, alone) == 2);
  CHECK(chosen(choice, 1.7, crowded) == 1);
  CHECK(chosen(choice, 1.7, alone) == 2);
}
