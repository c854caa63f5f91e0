// Which neurons rules join: numbers and bounds, statistics, and the same synapses for any part of the
// targets.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/math.hpp"
#include "network/counts.hpp"
#include "network/rules.hpp"

using namespace hillock;
using network::Edge;
using network::RuleKind;
using network::Wiring;

namespace {

// 50 sources from number 10 on, 40 targets from number 20 on, of one population: 40 neurons are both.
Wiring wiring_of(RuleKind kind, double probability, std::int64_t number) {
  Wiring wiring;
  wiring.sources = {0, 10, 50};
  wiring.targets = {0, 20, 40};
  wiring.rule.kind = kind;
  wiring.rule.probability = probability;
  wiring.rule.number = number;
  wiring.stream = base::Stream::of(1, "edges");
  wiring.counts = base::Stream::of(1, "counts");
  return wiring;
}

std::vector<Edge> edges_of(const Wiring& wiring, std::int64_t first = 0, std::int64_t end = 1000) {
  std::vector<Edge> all;
  network::draw_edges(
      wiring, {}, network::counts_of_targets(wiring), first, end,
      [&](std::span<const Edge> edges) { all.insert(all.end(), edges.begin(), edges.end()); });
  return all;
}

using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
std::vector<Key> sorted(const std::vector<Edge>& edges) {
  std::vector<Key> keys;
  for (const Edge& edge : edges)
    keys.emplace_back(edge.source, edge.target, edge.delay_word, edge.weight_word);
  std::ranges::sort(keys);
  return keys;
}

std::map<std::uint32_t, std::int64_t> counts(const std::vector<Edge>& edges, bool of_sources) {
  std::map<std::uint32_t, std::int64_t> found;
  for (const Edge& edge : edges) ++found[of_sources ? edge.source : edge.target];
  return found;
}

std::vector<Wiring> all_rules() {
  std::vector<Wiring> all;
  for (const bool autapses : {true, false})
    for (const bool multapses : {true, false})
      for (Wiring wiring :
           {wiring_of(RuleKind::all_to_all, 0, 0), wiring_of(RuleKind::pairwise_bernoulli, 0.2, 0),
            wiring_of(RuleKind::pairwise_poisson, 0.7, 0), wiring_of(RuleKind::fixed_indegree, 0, 30),
            wiring_of(RuleKind::fixed_outdegree, 0, 25), wiring_of(RuleKind::fixed_total_number, 0, 777)}) {
        wiring.rule.autapses = autapses;
        wiring.rule.multapses = multapses;
        all.push_back(wiring);
      }
  Wiring pairs = wiring_of(RuleKind::pairs, 0, 0);
  pairs.rule.pairs = network::PairList({{0, 39}, {49, 0}, {3, 3}, {3, 3}});
  all.push_back(pairs);
  return all;
}

}  // namespace

TEST_CASE("rules draw the same synapses however their targets are cut") {
  for (const Wiring& wiring : all_rules()) {
    CAPTURE(static_cast<int>(wiring.rule.kind));
    const std::vector<Edge> whole = edges_of(wiring);
    CHECK(!whole.empty());
    std::vector<Edge> parts;
    for (std::int64_t first = 0; first < 100; first += 7)
      for (const Edge& edge : edges_of(wiring, first, first + 7)) parts.push_back(edge);
    CHECK(sorted(parts) == sorted(whole));
    for (const Edge& edge : whole) {
      CHECK((edge.source >= 10 && edge.source < 60));
      CHECK((edge.target >= 20 && edge.target < 60));
    }
  }
}

TEST_CASE("flags keep neurons from being their own source, and pairs from having several synapses") {
  for (const Wiring& wiring : all_rules()) {
    if (wiring.rule.kind == RuleKind::pairs) continue;
    CAPTURE(static_cast<int>(wiring.rule.kind));
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
    bool itself = false;
    const std::vector<Edge> edges = edges_of(wiring);
    for (const Edge& edge : edges) {
      itself = itself || edge.source == edge.target;
      pairs.emplace(edge.source, edge.target);
    }
    CHECK(itself == wiring.rule.autapses);
    const bool often =
        wiring.rule.kind == RuleKind::fixed_total_number || wiring.rule.kind == RuleKind::pairwise_poisson ||
        (wiring.rule.multapses &&
         (wiring.rule.kind == RuleKind::fixed_indegree || wiring.rule.kind == RuleKind::fixed_outdegree));
    CHECK((pairs.size() < edges.size()) == often);
  }
}

TEST_CASE("fixed numbers are exact") {
  for (const Wiring& wiring : all_rules()) {
    const std::vector<Edge> edges = edges_of(wiring);
    if (wiring.rule.kind == RuleKind::fixed_indegree) {
      CHECK(counts(edges, false).size() == 40);
      for (const auto& [target, count] : counts(edges, false)) CHECK(count == 30);
    } else if (wiring.rule.kind == RuleKind::fixed_outdegree) {
      CHECK(counts(edges, true).size() == 50);
      for (const auto& [source, count] : counts(edges, true)) CHECK(count == 25);
    } else if (wiring.rule.kind == RuleKind::fixed_total_number) {
      CHECK(edges.size() == 777);
    } else if (wiring.rule.kind == RuleKind::all_to_all) {
      CHECK(edges.size() == (wiring.rule.autapses ? 2000 : 1960));
    }
    if (wiring.rule.kind != RuleKind::pairwise_bernoulli && wiring.rule.kind != RuleKind::pairwise_poisson)
      CHECK(network::expected_edges(wiring, {}) == static_cast<double>(edges.size()));
  }
}

TEST_CASE("one_to_one joins by place, and without autapses leaves out a neuron's own place") {
  Wiring wiring = wiring_of(RuleKind::one_to_one, 0, 0);
  wiring.sources = {0, 0, 5};
  wiring.targets = {0, 0, 5};
  CHECK(edges_of(wiring).size() == 5);
  for (const Edge& edge : edges_of(wiring)) CHECK(edge.source == edge.target);
  wiring.rule.autapses = false;
  CHECK(edges_of(wiring).empty());
  wiring.targets = {1, 3, 5};
  std::uint32_t at = 0;
  for (const Edge& edge : edges_of(wiring)) {
    CHECK(edge.source == at);
    CHECK(edge.target == 3 + at++);
  }
  CHECK(at == 5);
}

// Of each rule, how often a pair is joined: all pairs alike, and as often as said, within six standard
// errors.
TEST_CASE("each pair is joined as often as the rule says") {
  constexpr int draws = 4000;
  for (Wiring wiring : all_rules()) {
    if (wiring.rule.kind == RuleKind::pairs || wiring.rule.kind == RuleKind::all_to_all) continue;
    CAPTURE(static_cast<int>(wiring.rule.kind));
    CAPTURE(wiring.rule.autapses);
    CAPTURE(wiring.rule.multapses);
    wiring.sources = {0, 0, 6};
    wiring.targets = {0, 2, 5};
    wiring.rule.number = wiring.rule.kind == RuleKind::fixed_total_number ? 11 : 2;
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> joined;
    for (int k = 0; k < draws; ++k) {
      wiring.stream = base::Stream::of(static_cast<std::uint64_t>(k), "edges");
      wiring.counts = base::Stream::of(static_cast<std::uint64_t>(k), "counts");
      for (const Edge& edge : edges_of(wiring)) ++joined[{edge.source, edge.target}];
    }
    for (std::uint32_t source = 0; source < 6; ++source)
      for (std::uint32_t target = 2; target < 7; ++target) {
        const bool itself = source == target && !wiring.rule.autapses;
        const bool by_source = wiring.rule.kind == RuleKind::fixed_outdegree;
        double mean = network::expected_edges(wiring, {}) / (wiring.rule.autapses ? 30 : 26);
        if (!wiring.rule.autapses && wiring.rule.kind == RuleKind::fixed_indegree)
          mean = target < 6 ? 2.0 / 5 : 2.0 / 6;
        if (!wiring.rule.autapses && by_source) mean = source >= 2 ? 2.0 / 4 : 2.0 / 5;
        const double expected = itself ? 0 : mean * draws;
        CAPTURE(source);
        CAPTURE(target);
        CHECK(std::fabs(joined[{source, target}] - expected) <= 6 * std::sqrt(expected));
      }
  }
}

TEST_CASE("probabilities at their ends, and empty sets") {
  CHECK(edges_of(wiring_of(RuleKind::pairwise_bernoulli, 0, 0)).empty());
  CHECK(edges_of(wiring_of(RuleKind::pairwise_bernoulli, 1, 0)).size() == 2000);
  CHECK(edges_of(wiring_of(RuleKind::pairwise_bernoulli, 1e-300, 0)).empty());
  CHECK(edges_of(wiring_of(RuleKind::pairwise_poisson, 0, 0)).empty());
  CHECK(edges_of(wiring_of(RuleKind::fixed_indegree, 0, 0)).empty());
  CHECK(edges_of(wiring_of(RuleKind::fixed_total_number, 0, 0)).empty());
  Wiring nobody = wiring_of(RuleKind::fixed_indegree, 0, 3);
  nobody.sources.count = 0;
  CHECK(edges_of(nobody).empty());
}

TEST_CASE("each pair of a list has draws of its own, and its place in the list") {
  Wiring wiring = wiring_of(RuleKind::pairs, 0, 0);
  std::vector<network::PairList::Pair> pairs;
  for (std::uint32_t k = 0; k < 40; ++k) pairs.emplace_back(k, 39 - k);
  wiring.rule.pairs = network::PairList(std::move(pairs));
  std::set<std::uint32_t> words, places;
  for (const Edge& edge : edges_of(wiring)) {
    words.insert(edge.delay_word);
    words.insert(edge.weight_word);
    places.insert(edge.listed);
    CHECK(edge.target == 20 + 39 - edge.listed);
  }
  CHECK(words.size() == 80);
  CHECK(places.size() == 40);
}

TEST_CASE("the pairs onto some targets are found by them, in the order of the list") {
  const network::PairList pairs({{4, 2}, {0, 7}, {1, 2}, {9, 0}, {2, 7}});
  const auto onto = [&](std::int64_t first, std::int64_t end) {
    const auto places = pairs.onto(first, end);
    return std::vector<std::uint32_t>(places.begin(), places.end());
  };
  CHECK(onto(2, 3) == std::vector<std::uint32_t>{0, 2});
  CHECK(onto(0, 8) == std::vector<std::uint32_t>{3, 0, 2, 1, 4});
  CHECK(onto(-5, 1000) == onto(0, 8));
  CHECK(onto(3, 7).empty());
  CHECK(onto(8, 1000).empty());
  CHECK(network::PairList().onto(0, 10).empty());
}

TEST_CASE("log n! is right to 1e-14") {
  long double sum = 0;
  for (std::int64_t n = 1; n <= 100000; ++n) {
    sum += std::log(static_cast<long double>(n));
    if (n < 40 || n % 9999 == 0)
      CHECK(network::log_factorial(n) == doctest::Approx(static_cast<double>(sum)).epsilon(1e-14));
  }
  // NIST DLMF 5.4.1 with 5.11.1: log(170!) to all digits of a double
  CHECK(network::log_factorial(170) == doctest::Approx(706.5730622457874).epsilon(1e-14));
  CHECK(network::log_factorial(0) == 0);
}

// Over a fine grid of uniform numbers each count comes in the share of its probability.
TEST_CASE("counts follow their laws exactly") {
  constexpr int grid = 200000;
  const auto check = [](auto draw, auto log_probability, std::int64_t most) {
    std::map<std::int64_t, int> found;
    for (int i = 0; i < grid; ++i) ++found[draw((i + 0.5) / grid)];
    for (std::int64_t k = 0; k <= most; ++k)
      CHECK(std::fabs(found[k] / static_cast<double>(grid) - std::exp(log_probability(k))) < 3.0 / grid);
  };
  for (const auto& [n, p] : {std::pair<std::int64_t, double>{1, 0.3}, {20, 0.5}, {300, 0.01}, {1000, 0.97}})
    check([n = n, p = p](double u) { return network::binomial_count(n, p, u); },
          [n = n, p = p](std::int64_t k) {
            const auto x = static_cast<double>(k), m = static_cast<double>(n);
            return std::lgamma(m + 1) - std::lgamma(x + 1) - std::lgamma(m - x + 1) + x * std::log(p) +
                   (m - x) * std::log1p(-p);
          },
          n);
  for (const double mean : {0.001, 0.7, 8.0, 250.0})
    check([mean](double u) { return network::poisson_count(mean, u); },
          [mean](std::int64_t k) {
            const auto x = static_cast<double>(k);
            return x * std::log(mean) - mean - std::lgamma(x + 1);
          },
          600);
  // Rounding leaves a rest of 1e-13 of probability, to which no count belongs.
  CHECK(network::poisson_count(400, 1 - 0x1p-53) > 0);
  CHECK(network::binomial_count(1000000000, 5e-7, 1 - 0x1p-53) > 0);
  CHECK(network::binomial_count(10, 0, 0.5) == 0);
  CHECK(network::binomial_count(10, 1, 0.5) == 10);
  CHECK(network::poisson_count(0, 0.5) == 0);
  CHECK(network::binomial_count(1000000000, 0.5, 0.5) == doctest::Approx(500000000).epsilon(1e-4));
}
