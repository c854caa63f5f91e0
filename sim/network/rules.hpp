// Which neurons a connection joins: rules, drawn target by target, so that any part of the targets draws the
// same synapses.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "network/geometry.hpp"

namespace hillock::network {

// By NEST's names.
enum class RuleKind {
  all_to_all,
  one_to_one,
  pairwise_bernoulli,  // each pair with a probability
  pairwise_poisson,    // each pair so many times on average
  fixed_indegree,      // so many sources for each target
  fixed_outdegree,     // so many targets for each source
  fixed_total_number,  // so many synapses
  pairwise_function,   // each pair with a probability of its own, as a rule by how far it is apart
  pairs                // a list
};

// Pairs of a source and a target, counted within them, each at its place in the list.
class PairList {
 public:
  using Pair = std::pair<std::uint32_t, std::uint32_t>;

  PairList() = default;
  explicit PairList(std::vector<Pair> pairs);
  std::size_t size() const { return pairs_.size(); }
  const Pair& operator[](std::size_t place) const { return pairs_[place]; }
  // The places of the pairs with targets first <= i < end, in the order of these, then of the list.
  std::span<const std::uint32_t> onto(std::int64_t first, std::int64_t end) const;
  std::int64_t bytes() const;

 private:
  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> by_target_;  // places in pairs_
  std::vector<std::uint32_t> begin_;      // of each target in by_target_, and its size at the end
};

struct Rule {
  RuleKind kind = RuleKind::all_to_all;
  double probability = 0;   // pairwise_bernoulli; of pairwise_poisson the mean
  std::int64_t number = 0;  // fixed_indegree, fixed_outdegree, fixed_total_number
  int function = -1;        // pairwise_function: which of the geometry's gives the probability
  double within = 0;        // pairwise_function: no pair is farther apart
  bool autapses = true;     // a neuron may be its own source
  bool multapses = true;    // a pair may have several synapses; pairwise rules but Poisson give one at most
  PairList pairs;
};

// Neurons first .. first + count - 1 of a population of the network.
struct Neurons {
  int population = 0;
  std::int64_t first = 0, count = 0;
  std::int64_t end() const { return first + count; }
};

// One rule between two sets of neurons.
struct Wiring {
  Neurons sources, targets;
  Rule rule;
  base::Stream stream;      // of synapses
  base::Stream counts;      // of how many there are
  bool needs_words = true;  // whether anything is drawn for each synapse
};

// A synapse of a rule. Source and target are indices in their populations; the words are random, and what is
// drawn for the synapse is a function of them.
struct Edge {
  std::uint32_t source = 0, target = 0, delay_word = 0, weight_word = 0;
  std::uint32_t listed = 0;  // of a rule with a list: the place in it
};

using TakeEdges = std::function<void(std::span<const Edge>)>;

// How many synapses of a fixed total each target gets: drawn once, for all parts. Empty for other rules.
// Throws ResourceError if one gets more than 2^32 - 1.
std::vector<std::uint32_t> counts_of_targets(const Wiring& wiring);

// At most so many are taken at once.
constexpr std::size_t most_edges = 256;

// All synapses onto the targets first <= i < end of their population, always in the same order. `counts`: of
// counts_of_targets(), empty for other rules than fixed_total_number.
void draw_edges(const Wiring& wiring, const Geometry& geometry, const std::vector<std::uint32_t>& counts,
                std::int64_t first, std::int64_t end, const TakeEdges& take);

// How many synapses there are, or would be on average; of pairwise_function from a part of the pairs, where
// there are many.
double expected_edges(const Wiring& wiring, const Geometry& geometry);

}  // namespace hillock::network
