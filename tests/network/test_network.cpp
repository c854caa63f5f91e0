// How neurons are cut into blocks: none has more than 16 bits can count, however many populations there are.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "network/network.hpp"
#include "parallel/team.hpp"

using namespace hillock;
using network::Network;
using network::NetworkPlan;

namespace {

NetworkPlan plan_of(bool wide, std::size_t populations) {
  NetworkPlan plan;
  plan.channels.push_back({"exc", 1, wide, std::vector<int>(populations, -1)});
  return plan;
}

}  // namespace

TEST_CASE("blocks hold all neurons, and no more than their synapses can count") {
  for (const std::vector<std::int64_t>& sizes : {std::vector<std::int64_t>{1},
                                                 {0, 17, 0},
                                                 {100000},
                                                 {65536, 65536, 3},
                                                 std::vector<std::int64_t>(1999, 70),
                                                 std::vector<std::int64_t>(5000, 1),
                                                 {1000000, 250000}})
    for (const int threads : {1, 2, 3, 8}) {
      const bool wide = std::ssize(sizes) > network::most_narrow_populations;
      const NetworkPlan plan = plan_of(wide, sizes.size());
      const int blocks = Network::blocks_for(threads, sizes, plan);
      REQUIRE(blocks >= 1);
      const Network net(plan_of(wide, sizes.size()), sizes, blocks);
      for (int block = 0; block < blocks && !wide; ++block) {
        std::int64_t neurons = 0;
        for (std::size_t p = 0; p < sizes.size(); ++p)
          neurons += net.bounds(p)[static_cast<std::size_t>(block) + 1] -
                     net.bounds(p)[static_cast<std::size_t>(block)];
        CHECK(neurons <= network::most_narrow_targets);
      }
      for (std::size_t p = 0; p < sizes.size(); ++p) CHECK(net.bounds(p).back() == sizes[p]);
    }
}

TEST_CASE("synapses take two bytes where those of each source have one weight") {
  NetworkPlan plan = plan_of(false, 3);
  plan.levels = {network::Levels::constant(20), network::Levels::constant(-80),
                 network::Levels::listed({1, 2})};
  const auto join = [&](int source, int target, int weight) {
    network::Connection& one = plan.connections.emplace_back();
    one.wiring.sources.population = source;
    one.wiring.targets.population = target;
    one.weight = weight;
  };
  join(0, 0, 0);
  join(0, 2, 0);
  join(2, 0, 1);
  CHECK(Network::format(plan, 0) == network::RowFormat::constant);
  plan.channels[0].wide = true;  // weights are too far apart, or populations too many
  CHECK(Network::format(plan, 0) == network::RowFormat::wide);
  plan.channels[0].wide = false;
  join(1, 0, 2);  // not one weight
  CHECK(Network::format(plan, 0) == network::RowFormat::narrow);
  plan.connections.pop_back();
  join(2, 1, 0);  // another than that of the same source onto others
  CHECK(Network::format(plan, 0) == network::RowFormat::narrow);
}

TEST_CASE("what a network is said to need is what it takes") {
  // Segments of many synapses, of few, and rows of pairs; words of 2, 4 and 8 bytes.
  for (const std::int32_t longest : {1, 20, 300, 4000})
    for (const auto& words : {std::pair{1, false}, {900, false}, {900, true}}) {
      const auto weights = static_cast<std::int32_t>(words.first);
      const bool wide = words.second;
      CAPTURE(longest);
      CAPTURE(weights);
      NetworkPlan plan = plan_of(wide, 1);
      plan.channels[0].arrivals = {0};
      plan.channels.push_back(plan.channels[0]);
      const auto evenly = [](std::int32_t most) {
        return most == 1 ? network::Levels::constant(1)
                         : network::Levels::drawn([most](double u) { return 0.5 + u * most; }, 1);
      };
      plan.levels = {evenly(longest), evenly(weights)};
      for (const int channel : {0, 1}) {
        network::Connection& one = plan.connections.emplace_back();
        one.channel = channel;
        one.wiring.sources = one.wiring.targets = {0, 0, 5000};
        one.wiring.rule.kind = network::RuleKind::fixed_indegree;
        one.wiring.rule.number = 200;
        one.wiring.stream = base::Stream::of(1, "edges");
        one.wiring.counts = base::Stream::of(1, "counts");
        one.weight = 1;
        one.expected = 1e6;
      }
      const std::vector<std::int64_t> sizes{5000};
      const double needed = Network::bytes_needed(plan, sizes, 1);
      const bool pairs = Network::rows(plan, sizes, 1, 0).layout == network::RowLayout::pairs;
      CHECK(pairs == (longest == 4000));
      const double counters = pairs ? 0 : 5000.0 * longest * 4;  // of the channel that is drawn
      Network net(std::move(plan), sizes, 1);
      parallel::Team team(1);
      net.build(team);
      CHECK(net.synapses() == 2000000);
      const double taken = static_cast<double>(net.bytes()), lists = 1e5;  // for copies
      CHECK(taken - lists < needed - counters);
      CHECK(needed - counters < 1.6 * taken);
    }
}

TEST_CASE("many different weights of sources are kept with each synapse") {
  for (const int count : {8, 9}) {
    NetworkPlan plan = plan_of(false, 9);
    for (int p = 0; p < count; ++p) {
      plan.levels.push_back(network::Levels::constant(p + 1));
      network::Connection& one = plan.connections.emplace_back();
      one.wiring.sources.population = p;
      one.weight = p;
    }
    CHECK(Network::format(plan, 0) ==
          (count <= 8 ? network::RowFormat::constant : network::RowFormat::narrow));
  }
}
