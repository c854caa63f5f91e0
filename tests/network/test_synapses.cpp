// The store of synapses against sums by hand: any delays, both formats, spikes that are sent late.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "network/levels.hpp"
#include "network/synapses.hpp"

using namespace hillock;
using network::Levels;
using network::Synapse;
using network::Synapses;

namespace {

struct Network {
  std::int64_t sources, targets, least_delay, most_delay, most_quanta;
  std::vector<Synapse> synapses;
};

Network random_network(std::mt19937_64& dice, std::int64_t least_delay, std::int64_t most_delay, bool wide) {
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(n));
  };
  Network network{1 + below(20),
                  1 + below(30),
                  least_delay,
                  most_delay,
                  wide ? network::most_wide_quanta : network::most_narrow_quanta,
                  {}};
  const std::int64_t count = below(400);
  for (std::int64_t i = 0; i < count; ++i)
    network.synapses.push_back(
        {static_cast<std::uint32_t>(below(network.sources)),
         static_cast<std::uint32_t>(below(network.targets)),
         static_cast<std::int32_t>(least_delay + below(most_delay - least_delay + 1)),
         static_cast<std::int32_t>(below(2 * network.most_quanta + 1) - network.most_quanta)});
  return network;
}

std::unique_ptr<Synapses> store_of(const Network& network, bool wide) {
  std::vector<std::int32_t> delays(static_cast<std::size_t>(network.most_delay - network.least_delay + 1));
  std::iota(delays.begin(), delays.end(), static_cast<std::int32_t>(network.least_delay));
  auto store = network::make_synapses(wide, network.sources, network.targets, delays);
  store->count(network.synapses);
  store->lay_out();
  store->put(network.synapses);
  store->finish(network.most_quanta, 1);
  return store;
}

}  // namespace

TEST_CASE("each spike arrives once at each of its synapses, after its delay") {
  std::mt19937_64 dice(1);
  for (const bool wide : {false, true})
    for (const auto& delays :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {1, 5}, {3, 40}, {15, 15}, {1, 3000}})
      for (int repeat = 0; repeat < 20; ++repeat) {
        const std::int64_t least = delays.first, most = delays.second;
        CAPTURE(wide);
        CAPTURE(most);
        const Network network = random_network(dice, least, most, wide);
        const auto store = store_of(network, wide);
        CHECK(store->synapses() == std::ssize(network.synapses));
        // Spikes of each step are sent together once per shortest delay, as threads do.
        std::map<std::int64_t, std::vector<std::uint32_t>> spikes;
        for (int i = 0; i < 60; ++i)
          spikes[static_cast<std::int64_t>(dice() % 200)].push_back(
              static_cast<std::uint32_t>(dice() % static_cast<std::uint64_t>(network.sources)));
        std::map<std::int64_t, std::vector<double>> expected;
        for (const auto& [step, sources] : spikes)
          for (const std::uint32_t source : sources)
            for (const Synapse& synapse : network.synapses) {
              if (synapse.source != source) continue;
              auto& sums = expected[step + synapse.delay];
              sums.resize(static_cast<std::size_t>(network.targets));
              sums[synapse.target] += 0.5 * synapse.quanta;
            }
        for (std::int64_t step = 0; step < 200 + most; ++step) {
          if (step % least == 0)
            for (std::int64_t sent = step - least; sent < step; ++sent)
              if (spikes.contains(sent + 1)) store->send(spikes[sent + 1], sent + 1, step);
          const bool any = store->deliver(step + 1);
          std::vector<double> arrivals(static_cast<std::size_t>(network.targets));
          store->take(0, network.targets, 0.5, arrivals.data());
          CHECK(any == expected.contains(step + 1));
          if (any) CHECK(arrivals == expected[step + 1]);
        }
      }
}

TEST_CASE("spikes on their way can be sent anew from any step on, and forgotten") {
  std::mt19937_64 dice(2);
  const Network network = random_network(dice, 1, 50, false);
  const auto store = store_of(network, false);
  const std::vector<std::uint32_t> all{0};
  for (std::int64_t now = 0; now < 55; ++now) {
    store->forget();
    store->send(all, 0, now);
    for (std::int64_t step = now + 1; step <= now + 50; ++step) {
      store->deliver(step);
      std::vector<double> arrivals(static_cast<std::size_t>(network.targets)), expected(arrivals.size());
      store->take(0, network.targets, 1, arrivals.data());
      for (const Synapse& synapse : network.synapses)
        if (synapse.source == 0 && synapse.delay == step) expected[synapse.target] += synapse.quanta;
      CHECK(arrivals == expected);
    }
  }
}

TEST_CASE("a row gives back the synapses of its source, in order of delay") {
  std::mt19937_64 dice(3);
  for (const bool wide : {false, true}) {
    const Network network = random_network(dice, 2, 9, wide);
    const auto store = store_of(network, wide);
    std::size_t count = 0;
    for (std::uint32_t source = 0; source < network.sources; ++source) {
      std::int32_t delay = 0;
      for (const Synapse& synapse : store->of_source(source)) {
        CHECK(synapse.delay >= delay);
        delay = synapse.delay;
        CHECK(std::ranges::any_of(network.synapses, [&](const Synapse& one) {
          return one.source == source && one.target == synapse.target && one.delay == synapse.delay &&
                 one.quanta == synapse.quanta;
        }));
        ++count;
      }
    }
    CHECK(count == network.synapses.size());
  }
}

TEST_CASE("sums of many large weights do not overflow") {
  constexpr int count = 70000;
  const std::vector<Synapse> synapses(count, Synapse{0, 0, 1, network::most_narrow_quanta});
  const auto store = network::make_synapses(false, 1, 1, {1});
  store->count(synapses);
  store->lay_out();
  store->put(synapses);
  store->finish(network::most_narrow_quanta, 1);
  store->send(std::vector<std::uint32_t>{0}, 0, 0);
  CHECK(store->deliver(1));
  double arrived = 0;
  store->take(0, 1, 1, &arrived);
  CHECK(arrived == double{count} * network::most_narrow_quanta);
}

TEST_CASE("levels of a table are those of the law itself") {
  std::mt19937_64 dice(4);
  const auto rising = [](double u) { return 10 + 30 * u * u; };
  const auto falling = [](double u) { return 50 - 60 * u; };
  for (const Levels::Law& law : {Levels::Law(rising), Levels::Law(falling)}) {
    for (const double unit : {100.0, 7.0, 0.5, 0.001}) {
      const Levels levels = Levels::drawn(law, unit);
      CHECK(levels.bytes() > 0);
      for (int i = 0; i < 20000; ++i) {
        const auto draw = i < 2 ? static_cast<std::uint32_t>(-i) : static_cast<std::uint32_t>(dice());
        const double value = law((static_cast<double>(draw) + 0.5) * 0x1p-32) / unit;
        CHECK(levels(draw) == static_cast<std::int32_t>(std::nearbyint(value)));
        CHECK((levels(draw) >= levels.least() && levels(draw) <= levels.most()));
      }
    }
    // Too many levels for a table.
    const Levels fine = Levels::drawn(law, 1e-6);
    CHECK(fine.bytes() == 0);
    for (int i = 0; i < 1000; ++i) {
      const auto draw = static_cast<std::uint32_t>(dice());
      CHECK(fine(draw) == static_cast<std::int32_t>(
                              std::nearbyint(law((static_cast<double>(draw) + 0.5) * 0x1p-32) / 1e-6)));
    }
  }
  CHECK(Levels::constant(7)(12345) == 7);
  CHECK(Levels::listed({3, -4})(12345, 1) == -4);
  CHECK(Levels::listed({3, -4}).least() == -4);
}
