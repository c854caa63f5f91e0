// Draws connections: each target (of fixed_outdegree each source) has random numbers of its own.
#include "network/rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "base/text.hpp"
#include "network/counts.hpp"
#include "program/bulk.hpp"

namespace hillock::network {

namespace {

using Words = std::array<std::uint32_t, 4>;

// floor(u * n) with u = (first two words) / 2^64.
std::int64_t below(const Words& words, std::int64_t n) {
  const std::uint64_t bits = words[0] | std::uint64_t{words[1]} << 32;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(bits) * static_cast<std::uint64_t>(n) >> 64);
}

double uniform(const Words& words) {
  const std::uint64_t bits = words[0] | std::uint64_t{words[1]} << 32;
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
}

// log(1 - p) without the loss of digits of small p.
double log_of_rest(double p) {
  if (p > 1e-4) return base::log(1 - p);
  return -p * (1 + p * (1.0 / 2 + p * (1.0 / 3 + p * (1.0 / 4))));
}

// The random words of one index, step after step, drawn many at a time.
class Sequence {
 public:
  explicit Sequence(const base::Stream& stream) : key_(stream.key) {}
  // About so many will be needed.
  void begin(std::int64_t index, std::int64_t expected) {
    index_ = static_cast<std::uint64_t>(index);
    step_ = 0;
    at_ = drawn_ = 0;
    batch_ = std::clamp<std::int64_t>(expected, program::bulk_width, most);
  }
  Words next() {
    if (at_ == drawn_) draw();
    const std::uint32_t* const word = words_.data() + at_++;
    return {word[0], word[most], word[2 * most], word[3 * most]};
  }

 private:
  static constexpr std::int64_t most = 256;

  void draw() {
    bulk_.words(key_, index_, step_, true, batch_, words_.data(), most);
    step_ += static_cast<std::uint64_t>(batch_);
    drawn_ = static_cast<std::size_t>(batch_);
    at_ = 0;
  }

  std::uint64_t key_, index_ = 0, step_ = 0;
  std::int64_t batch_ = 0;
  std::size_t at_ = 0, drawn_ = 0;
  program::Bulk bulk_ = program::bulk();
  alignas(64) std::array<std::uint32_t, 4 * most> words_{};
};

// Whether it matters how far pairs are apart.
bool is_of_distance(const Rule& rule, const FunctionOfPairs& probability) {
  return probability.function().of_distance || std::isfinite(rule.within);
}

// Hands synapses on in pieces.
class Drawer {
 public:
  Drawer(const Wiring& wiring, const Geometry& geometry, std::int64_t first, std::int64_t end,
         const TakeEdges& take)
      : wiring_(wiring),
        rule_(wiring.rule),
        first_(std::max(first, wiring.targets.first)),
        end_(std::min(end, wiring.targets.end())),
        take_(take),
        sequence_(wiring.stream) {
    if (rule_.kind == RuleKind::pairwise_function)
      probability_ = std::make_unique<FunctionOfPairs>(geometry, rule_.function, wiring.sources.population,
                                                       wiring.targets.population);
  }

  void draw(const std::vector<std::uint32_t>& counts) {
    if (rule_.kind == RuleKind::fixed_outdegree)
      by_source();
    else if (rule_.kind == RuleKind::pairs)
      by_list();
    else
      for (std::int64_t target = first_; target < end_; ++target) onto(target, counts);
    flush();
  }

 private:
  Words words(std::int64_t index, std::int64_t step) const {
    return wiring_.stream.words(static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(step));
  }
  // The place among the sources of a target that must not be its own source; -1: none.
  std::int64_t excluded(std::int64_t target) const {
    const Neurons& sources = wiring_.sources;
    const bool itself = !rule_.autapses && sources.population == wiring_.targets.population &&
                        target >= sources.first && target < sources.end();
    return itself ? target - sources.first : -1;
  }
  // The place among all of one among those that are allowed.
  static std::int64_t passed_over(std::int64_t place, std::int64_t excluded) {
    return excluded >= 0 && place >= excluded ? place + 1 : place;
  }

  void add(std::int64_t source, std::int64_t target, const Words& words, std::uint32_t listed = 0) {
    edges_[size_++] = {static_cast<std::uint32_t>(wiring_.sources.first + source),
                       static_cast<std::uint32_t>(target), words[2], words[3], listed};
    if (size_ == edges_.size()) flush();
  }
  void flush() {
    if (size_ > 0) take_({edges_.data(), size_});
    size_ = 0;
  }

  void onto(std::int64_t target, const std::vector<std::uint32_t>& counts) {
    const std::int64_t sources = wiring_.sources.count, self = excluded(target),
                       allowed = sources - (self >= 0 ? 1 : 0);
    switch (rule_.kind) {
      case RuleKind::all_to_all:
        sequence_.begin(target, sources);
        for (std::int64_t source = 0; source < sources; ++source) {
          const Words drawn = wiring_.needs_words ? sequence_.next() : Words{};
          if (source != self) add(source, target, drawn);
        }
        return;
      case RuleKind::one_to_one:
        return add_one(target - wiring_.targets.first, target, self);
      case RuleKind::pairwise_bernoulli:
        return each_with_probability(target, self, allowed);
      case RuleKind::pairwise_poisson:
        return any(target, self, allowed,
                   poisson_count(rule_.probability * static_cast<double>(allowed),
                                 wiring_.counts.uniform(static_cast<std::uint64_t>(target), 0)));
      case RuleKind::pairwise_function:
        return each_by_function(target, self);
      case RuleKind::fixed_total_number:
        return any(target, self, allowed, counts[static_cast<std::size_t>(target - wiring_.targets.first)]);
      default:  // fixed_indegree
        if (rule_.multapses) return any(target, self, allowed, rule_.number);
        choose(target, allowed, rule_.number,
               [&](std::int64_t place, const Words& drawn) { add(passed_over(place, self), target, drawn); });
    }
  }

  void add_one(std::int64_t source, std::int64_t target, std::int64_t self) {
    if (source != self) add(source, target, wiring_.needs_words ? words(target, 0) : Words{});
  }

  // The distance to the next one that is taken is geometric.
  void each_with_probability(std::int64_t target, std::int64_t self, std::int64_t allowed) {
    if (!(rule_.probability > 0)) return;
    const double scale = rule_.probability < 1 ? 1 / log_of_rest(rule_.probability) : 0;
    double place = -1;
    sequence_.begin(target, static_cast<std::int64_t>(rule_.probability * static_cast<double>(allowed)));
    while (true) {
      const Words drawn = sequence_.next();
      place += 1 + std::floor(base::log(uniform(drawn)) * scale);
      if (!(place < static_cast<double>(allowed))) return;
      add(passed_over(static_cast<std::int64_t>(place), self), target, drawn);
    }
  }

  // What is drawn for a pair is a function of both its neurons.
  void each_by_function(std::int64_t target, std::int64_t self) {
    const Neurons& sources = wiring_.sources;
    const bool apart = is_of_distance(rule_, *probability_);
    for (std::int64_t source = 0; source < sources.count; ++source) {
      if (source == self) continue;
      const double d = apart ? probability_->apart(sources.first + source, target) : 0;
      if (!(d <= rule_.within)) continue;
      near_.push_back(source);
      probability_->add(sources.first + source, target, d);
      if (probability_->size() == FunctionOfPairs::most) choose_near(target);
    }
    choose_near(target);
  }

  void choose_near(std::int64_t target) {
    if (near_.empty()) return;
    const std::span<const double> probabilities = probability_->values();
    for (std::size_t i = 0; i < near_.size(); ++i) {
      if (!(probabilities[i] >= 0 && probabilities[i] <= 1)) refuse(probabilities[i]);
      const Words drawn = words(target, near_[i]);
      if (uniform(drawn) < probabilities[i]) add(near_[i], target, drawn);
    }
    near_.clear();
  }

  [[noreturn]] void refuse(double probability) const {
    if (probability_->function().of_indices)
      throw base::UserError(
          "a probability is " + base::number(probability) + " for a pair that was not looked at before",
          "cut the function: min(1, max(0, ...))");
    throw base::UserError("a probability by distance is " + base::number(probability) +
                              " for a pair, between the distances at which it was looked at",
                          "take a smoother function of d, or cut it: min(1, max(0, ...))");
  }

  void any(std::int64_t target, std::int64_t self, std::int64_t allowed, std::int64_t count) {
    if (allowed == 0) return;
    sequence_.begin(target, count);
    for (std::int64_t k = 0; k < count; ++k) {
      const Words drawn = sequence_.next();
      add(passed_over(below(drawn, allowed), self), target, drawn);
    }
  }

  // `count` different ones out of `all` (Floyd's algorithm: Bentley & Floyd 1987,
  // doi:10.1145/30401.315746): each draw gives one that was not taken yet.
  template <class Add>
  void choose(std::int64_t index, std::int64_t all, std::int64_t count, Add add_one) {
    if (std::ssize(taken_) < all) taken_.resize(static_cast<std::size_t>(all), 0);
    ++mark_;
    count = std::min(count, all);
    sequence_.begin(index, count);
    for (std::int64_t k = 0; k < count; ++k) {
      const Words drawn = sequence_.next();
      const std::int64_t last = all - count + k;
      std::int64_t place = below(drawn, last + 1);
      if (taken_[static_cast<std::size_t>(place)] == mark_) place = last;
      taken_[static_cast<std::size_t>(place)] = mark_;
      add_one(place, drawn);
    }
  }

  void by_source() {
    const Neurons &sources = wiring_.sources, &targets = wiring_.targets;
    const bool same = !rule_.autapses && sources.population == targets.population;
    for (std::int64_t source = 0; source < sources.count; ++source) {
      const std::int64_t neuron = sources.first + source;
      const std::int64_t self =
          same && neuron >= targets.first && neuron < targets.end() ? neuron - targets.first : -1;
      const std::int64_t allowed = targets.count - (self >= 0 ? 1 : 0);
      const auto add_if_here = [&](std::int64_t place, const Words& drawn) {
        const std::int64_t target = targets.first + passed_over(place, self);
        if (target >= first_ && target < end_) add(source, target, drawn);
      };
      if (!rule_.multapses) {
        choose(neuron, allowed, rule_.number, add_if_here);
        continue;
      }
      sequence_.begin(neuron, rule_.number);
      for (std::int64_t k = 0; k < rule_.number && allowed > 0; ++k) {
        const Words drawn = sequence_.next();
        add_if_here(below(drawn, allowed), drawn);
      }
    }
  }

  void by_list() {
    const std::int64_t before = wiring_.targets.first;
    for (const std::uint32_t place : rule_.pairs.onto(first_ - before, end_ - before)) {
      const auto [source, target] = rule_.pairs[place];
      add(source, before + target, wiring_.needs_words ? words(place, 0) : Words{}, place);
    }
  }

  const Wiring& wiring_;
  const Rule& rule_;
  std::int64_t first_, end_;
  const TakeEdges& take_;
  Sequence sequence_;
  std::unique_ptr<FunctionOfPairs> probability_;  // of the rule pairwise_function
  std::vector<std::int64_t> near_;                // sources whose probability is not known yet
  std::array<Edge, most_edges> edges_{};
  std::size_t size_ = 0;
  std::vector<std::uint32_t> taken_;  // place -> mark of the last choice that took it
  std::uint32_t mark_ = 0;
};

// Pairs that may be joined: all but autapses where there are none.
double allowed_pairs(const Wiring& wiring) {
  const Neurons &sources = wiring.sources, &targets = wiring.targets;
  const double pairs = static_cast<double>(sources.count) * static_cast<double>(targets.count);
  if (wiring.rule.autapses || sources.population != targets.population) return pairs;
  const std::int64_t both = std::min(sources.end(), targets.end()) - std::max(sources.first, targets.first);
  return pairs - static_cast<double>(std::max<std::int64_t>(0, both));
}

}  // namespace

PairList::PairList(std::vector<Pair> pairs) : pairs_(std::move(pairs)) {
  std::uint32_t targets = 0;
  for (const Pair& pair : pairs_) targets = std::max(targets, pair.second + 1);
  begin_.resize(std::size_t{targets} + 1);
  for (const Pair& pair : pairs_) ++begin_[std::size_t{pair.second} + 1];
  for (std::size_t target = 0; target < targets; ++target) begin_[target + 1] += begin_[target];
  std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
  by_target_.resize(pairs_.size());
  for (std::size_t place = 0; place < pairs_.size(); ++place)
    by_target_[next[pairs_[place].second]++] = static_cast<std::uint32_t>(place);
}

std::span<const std::uint32_t> PairList::onto(std::int64_t first, std::int64_t end) const {
  const std::int64_t targets = std::max<std::int64_t>(0, std::ssize(begin_) - 1);
  first = std::clamp<std::int64_t>(first, 0, targets);
  end = std::clamp(end, first, targets);
  if (first == end) return {};
  const std::size_t from = begin_[static_cast<std::size_t>(first)];
  return std::span(by_target_).subspan(from, begin_[static_cast<std::size_t>(end)] - from);
}

std::int64_t PairList::bytes() const {
  return static_cast<std::int64_t>(sizeof(Pair) * pairs_.size() +
                                   sizeof(std::uint32_t) * (by_target_.size() + begin_.size()));
}

std::vector<std::uint32_t> counts_of_targets(const Wiring& wiring) {
  std::vector<std::uint32_t> counts;
  if (wiring.rule.kind != RuleKind::fixed_total_number) return counts;
  const Neurons &sources = wiring.sources, &targets = wiring.targets;
  const auto allowed = [&](std::int64_t target) {
    const bool itself = !wiring.rule.autapses && sources.population == targets.population &&
                        target >= sources.first && target < sources.end();
    return static_cast<double>(sources.count - (itself ? 1 : 0));
  };
  // One target after the other: of what is left, each of the pairs that are left is as likely.
  double pairs = allowed_pairs(wiring);
  std::int64_t left = wiring.rule.number;
  for (std::int64_t target = targets.first; target < targets.end(); ++target) {
    const double own = allowed(target);
    const std::int64_t count =
        own >= pairs
            ? left
            : binomial_count(left, own / pairs, wiring.counts.uniform(static_cast<std::uint64_t>(target), 0));
    if (count > std::numeric_limits<std::uint32_t>::max())
      throw base::ResourceError("a neuron would have more than 4e9 synapses of one connection");
    counts.push_back(static_cast<std::uint32_t>(count));
    left -= count;
    pairs -= own;
  }
  return counts;
}

void draw_edges(const Wiring& wiring, const Geometry& geometry, const std::vector<std::uint32_t>& counts,
                std::int64_t first, std::int64_t end, const TakeEdges& take) {
  Drawer(wiring, geometry, first, end, take).draw(counts);
}

namespace {

// The sum of probabilities, over at most a thousand targets and, for each, two thousand sources at random.
double expected_by_function(const Wiring& wiring, const Geometry& geometry) {
  const Neurons &sources = wiring.sources, &targets = wiring.targets;
  FunctionOfPairs probability(geometry, wiring.rule.function, sources.population, targets.population);
  const bool apart = is_of_distance(wiring.rule, probability);
  const std::int64_t rows = std::min<std::int64_t>(targets.count, 1000),
                     columns = std::min<std::int64_t>(sources.count, 2000);
  const auto one_of = [&](std::int64_t all, std::int64_t taken, std::int64_t i, std::int64_t row) {
    if (taken == all) return i;
    return below(wiring.counts.words(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(row)), all);
  };
  double sum = 0;
  const auto add_near = [&] {
    if (probability.size() == 0) return;
    for (const double p : probability.values()) sum += std::max(0.0, p);
  };
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t target = targets.first + one_of(targets.count, rows, i, 0);
    for (std::int64_t j = 0; j < columns; ++j) {
      const std::int64_t source = sources.first + one_of(sources.count, columns, j, i + 1);
      if (!wiring.rule.autapses && sources.population == targets.population && source == target) continue;
      const double d = apart ? probability.apart(source, target) : 0;
      if (d <= wiring.rule.within) probability.add(source, target, d);
      if (probability.size() == FunctionOfPairs::most) add_near();
    }
  }
  add_near();
  return sum * (static_cast<double>(targets.count) / static_cast<double>(std::max<std::int64_t>(1, rows))) *
         (static_cast<double>(sources.count) / static_cast<double>(std::max<std::int64_t>(1, columns)));
}

}  // namespace

double expected_edges(const Wiring& wiring, const Geometry& geometry) {
  const Rule& rule = wiring.rule;
  const auto number = static_cast<double>(rule.number);
  switch (rule.kind) {
    case RuleKind::all_to_all:
      return allowed_pairs(wiring);
    case RuleKind::one_to_one: {
      const bool same = !rule.autapses && wiring.sources.population == wiring.targets.population &&
                        wiring.sources.first == wiring.targets.first;
      return same ? 0 : static_cast<double>(wiring.targets.count);
    }
    case RuleKind::pairwise_bernoulli:
    case RuleKind::pairwise_poisson:
      return rule.probability * allowed_pairs(wiring);
    case RuleKind::fixed_indegree:
      return number * static_cast<double>(wiring.targets.count);
    case RuleKind::fixed_outdegree:
      return number * static_cast<double>(wiring.sources.count);
    case RuleKind::fixed_total_number:
      return number;
    case RuleKind::pairwise_function:
      return expected_by_function(wiring, geometry);
    case RuleKind::pairs:
      return static_cast<double>(rule.pairs.size());
  }
  return 0;
}

}  // namespace hillock::network
