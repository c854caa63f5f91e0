// The store of synapses against sums by hand: any delays, all formats, spikes that are sent late.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "network/levels.hpp"
#include "network/synapses.hpp"

using namespace hillock;
using network::Levels;
using network::RowFormat;
using network::RowLayout;
using network::Synapse;
using network::Synapses;
using network::SynapsesPlan;

namespace {

constexpr RowLayout layouts[] = {RowLayout::segments, RowLayout::pairs};
constexpr RowFormat formats[] = {RowFormat::constant, RowFormat::narrow, RowFormat::wide};

struct Rows {
  SynapsesPlan plan;
  std::int64_t most_quanta = 0;
  std::vector<Synapse> synapses;
};

// Of constant format: two stretches of sources.
Rows random_rows(std::mt19937_64& dice, std::int32_t least_delay, std::int32_t most_delay, RowFormat format,
                 RowLayout layout) {
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(dice() % static_cast<std::uint64_t>(n));
  };
  Rows network;
  network.most_quanta = format == RowFormat::wide ? network::most_wide_quanta : network::most_narrow_quanta;
  SynapsesPlan& plan = network.plan;
  plan.format = format;
  plan.layout = layout;
  plan.first_source = static_cast<std::uint32_t>(below(3));
  const std::int64_t sources = 1 + below(20);
  plan.end_source = plan.first_source + static_cast<std::uint32_t>(sources);
  plan.targets = 1 + below(30);
  plan.delays.resize(static_cast<std::size_t>(most_delay) - static_cast<std::size_t>(least_delay) + 1);
  std::iota(plan.delays.begin(), plan.delays.end(), least_delay);
  const auto any_quanta = [&] {
    return static_cast<std::int32_t>(below(2 * network.most_quanta + 1) - network.most_quanta);
  };
  if (format == RowFormat::constant) {
    plan.weights.push_back({plan.first_source, any_quanta()});
    if (sources > 1)
      plan.weights.push_back(
          {plan.first_source + 1 + static_cast<std::uint32_t>(below(sources - 1)), any_quanta()});
  }
  const std::int64_t count = below(400);
  for (std::int64_t i = 0; i < count; ++i) {
    Synapse& synapse = network.synapses.emplace_back();
    synapse.source = plan.first_source + static_cast<std::uint32_t>(below(sources));
    synapse.target = static_cast<std::uint32_t>(below(plan.targets));
    synapse.delay = static_cast<std::int32_t>(least_delay + below(most_delay - least_delay + 1));
    synapse.quanta = any_quanta();
    for (const network::WeightOfSources& weight : plan.weights)
      if (synapse.source >= weight.first) synapse.quanta = weight.quanta;
  }
  return network;
}

std::unique_ptr<Synapses> store_of(const Rows& network, std::int64_t spikes_in_a_step = 1) {
  auto store = network::make_synapses(network.plan);
  store->count(network.synapses);
  store->lay_out();
  store->put(network.synapses);
  store->finish(network.most_quanta, spikes_in_a_step);
  return store;
}

}  // namespace

TEST_CASE("each spike arrives once at each of its synapses, after its delay") {
  std::mt19937_64 dice(1);
  for (const RowFormat format : formats)
    for (const auto& delays :
         {std::pair<std::int32_t, std::int32_t>{1, 1}, {1, 5}, {3, 40}, {15, 15}, {20, 200}, {1, 3000}})
      for (int repeat = 0; repeat < 40; ++repeat) {
        const RowLayout layout = layouts[repeat / 2 % 2];
        const std::int32_t least = delays.first, most = delays.second;
        CAPTURE(network::bytes_of_synapse(format));
        CAPTURE(static_cast<int>(layout));
        CAPTURE(most);
        const Rows network = random_rows(dice, least, most, format, layout);
        const std::int64_t targets = network.plan.targets;
        const int at_once = repeat % 2 == 0 ? 0 : 300;  // spikes, so that lists have several pieces
        const auto store = store_of(network, 1 + at_once);
        CHECK(store->synapses() == std::ssize(network.synapses));
        // Spikes of each step are sent together once per shortest delay, as threads do.
        std::map<std::int64_t, std::vector<std::uint32_t>> spikes;
        for (int i = 0; i < 60; ++i)
          spikes[static_cast<std::int64_t>(dice() % 200)].push_back(
              static_cast<std::uint32_t>(dice() % (network.plan.end_source + 2)));  // not all have synapses
        for (int i = 0; i < at_once; ++i)
          spikes[77].push_back(static_cast<std::uint32_t>(dice() % (network.plan.end_source + 2)));
        std::map<std::int64_t, std::vector<double>> expected;
        for (const auto& [step, sources] : spikes)
          for (const std::uint32_t source : sources)
            for (const Synapse& synapse : network.synapses) {
              if (synapse.source != source) continue;
              auto& sums = expected[step + synapse.delay];
              sums.resize(static_cast<std::size_t>(targets));
              sums[synapse.target] += 0.5 * synapse.quanta;
            }
        network::Sums sums(targets, store->needs_wide_sums());
        for (std::int64_t step = 0; step < 200 + most; ++step) {
          if (step % least == 0)
            for (std::int64_t sent = step - least; sent < step; ++sent)
              if (spikes.contains(sent + 1)) store->send(spikes[sent + 1], sent + 1, step);
          const bool any = store->deliver(step + 1, sums);
          std::vector<double> arrivals(static_cast<std::size_t>(targets));
          sums.take(0, targets, 0.5, arrivals.data());
          CHECK(any == expected.contains(step + 1));
          if (any) CHECK(arrivals == expected[step + 1]);
        }
      }
}

TEST_CASE("spikes on their way can be sent anew from any step on, and forgotten") {
  std::mt19937_64 dice(2);
  for (const RowLayout layout : layouts) {
    const std::int32_t most = layout == RowLayout::pairs ? 900 : 50;
    const Rows network = random_rows(dice, 1, most, RowFormat::narrow, layout);
    const std::int64_t targets = network.plan.targets;
    const auto store = store_of(network);
    const std::uint32_t source = network.plan.first_source;
    const std::vector<std::uint32_t> all{source};
    network::Sums sums(targets, store->needs_wide_sums());
    for (std::int64_t now = 0; now < most + 5; now += 1 + most / 50) {
      store->forget();
      store->send(all, 0, now);
      for (std::int64_t step = now + 1; step <= now + most; ++step) {
        store->deliver(step, sums);
        std::vector<double> arrivals(static_cast<std::size_t>(targets)), expected(arrivals.size());
        sums.take(0, targets, 1, arrivals.data());
        for (const Synapse& synapse : network.synapses)
          if (synapse.source == source && synapse.delay == step) expected[synapse.target] += synapse.quanta;
        CHECK(arrivals == expected);
      }
    }
  }
}

TEST_CASE("sums of many large weights do not overflow") {
  for (const RowLayout layout : layouts) {
    constexpr int count = 70000;
    const std::vector<Synapse> synapses(count, Synapse{0, 0, 1, network::most_narrow_quanta});
    const auto store =
        store_of({{RowFormat::narrow, layout, 0, 1, 1, {1}}, network::most_narrow_quanta, synapses});
    store->send(std::vector<std::uint32_t>{0}, 0, 0);
    network::Sums sums(1, store->needs_wide_sums());
    CHECK(store->deliver(1, sums));
    double arrived = 0;
    sums.take(0, 1, 1, &arrived);
    CHECK(arrived == double{count} * network::most_narrow_quanta);
  }
}

TEST_CASE("the longest delays, alone and after short ones") {
  constexpr std::int32_t longest = network::longest_delay;
  for (const RowFormat format : {RowFormat::narrow, RowFormat::wide})
    for (const RowLayout layout : layouts) {
      CAPTURE(network::bytes_of_synapse(format));
      CAPTURE(static_cast<int>(layout));
      const std::vector<Synapse> synapses{{0, 0, 1, 5}, {0, 1, longest, 6}, {1, 0, longest, 7}};
      const auto store = store_of({{format, layout, 0, 2, 2, {1, longest}}, 7, synapses});
      store->send(std::vector<std::uint32_t>{0, 1}, 0, 0);
      network::Sums sums(2, store->needs_wide_sums());
      std::map<std::int64_t, std::vector<double>> arrived;
      for (std::int64_t step = 1; step < longest + 100; ++step) {
        if (!store->deliver(step, sums)) continue;
        arrived[step].resize(2);
        sums.take(0, 2, 1, arrived[step].data());
      }
      CHECK(arrived == decltype(arrived){{1, {5, 0}}, {longest, {7, 6}}});
    }
}

TEST_CASE("weights that not even 64 bits can sum are refused") {
  for (const RowLayout layout : layouts) {
    const auto build = [&](std::int64_t spikes_in_a_step) {
      return store_of({{RowFormat::wide, layout, 0, 1, 1, {1}}, network::most_wide_quanta, {{0, 0, 1, 1}}},
                      spikes_in_a_step);
    };
    CHECK(build(std::int64_t{1} << 31)->needs_wide_sums());
    CHECK_THROWS_WITH_AS(
        build(std::int64_t{1} << 40),
        "the weights that can arrive at a neuron in one step are too many to be summed; give it "
        "fewer synapses",
        base::ResourceError);
  }
}

TEST_CASE("rows of more synapses than half a header counts, and of segments long and short") {
  for (const RowFormat format : formats) {
    std::vector<Synapse> synapses(70000, Synapse{0, 0, 3, 2});
    for (std::int32_t delay = 4; delay < 200; ++delay)
      for (std::int32_t i = 0; i <= delay % 19; ++i)
        synapses.push_back({0, static_cast<std::uint32_t>(i % 3), delay, 2});
    SynapsesPlan plan{format, RowLayout::segments, 0, 1, 3, {}, {}};
    for (std::int32_t delay = 3; delay < 200; ++delay) plan.delays.push_back(delay);
    if (format == RowFormat::constant) plan.weights = {{0, 2}};
    const auto store = store_of({plan, 2, synapses});
    store->send(std::vector<std::uint32_t>{0}, 0, 0);
    network::Sums sums(3, store->needs_wide_sums());
    for (std::int32_t step = 1; step < 210; ++step) {
      std::vector<double> arrivals(3), expected(3);
      for (const Synapse& synapse : synapses)
        if (synapse.delay == step) expected[synapse.target] += 2;
      CHECK(store->deliver(step, sums) == (step >= 3 && step < 200));
      sums.take(0, 3, 1, arrivals.data());
      CHECK(arrivals == expected);
    }
  }
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
