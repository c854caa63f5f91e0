// Draws the synapses of a stretch of targets at a time, and puts them in order.
#include "engine/edges.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace hillock::engine {

namespace {

constexpr double edges_of_block = 1 << 18;
constexpr double most_passes = 64;  // over a rule that is drawn by its sources, whatever the targets

// Those of all rules that join the two populations of a layout by one connection of the config.
class EdgesOfLayout {
 public:
  EdgesOfLayout(const network::Network* network, const EdgeLayout& layout, double dt)
      : network_(network), layout_(layout), dt_(dt) {
    if (network == nullptr) return;
    const auto& connections = network->plan().connections;
    for (std::size_t k = 0; k < connections.size(); ++k) {
      const network::Wiring& wiring = connections[k].wiring;
      if (connections[k].name != layout.connection || wiring.sources.population != layout.source.index ||
          wiring.targets.population != layout.target.index)
        continue;
      members_.push_back(k);
      expected_ += connections[k].expected;
      by_source_ = by_source_ || wiring.rule.kind == network::RuleKind::fixed_outdegree;
    }
  }

  // Targets of a block, as far as they have about as many synapses each.
  std::int64_t targets_of_block() const {
    const auto size = static_cast<double>(layout_.target.size);
    const double edges = by_source_ ? std::max(edges_of_block, expected_ / most_passes) : edges_of_block;
    const double targets = expected_ > 0 ? std::floor(size * edges / expected_) : size;
    return static_cast<std::int64_t>(std::clamp(targets, 1.0, std::max(1.0, size)));
  }

  EdgeBlock onto(std::int64_t first, std::int64_t end) const {
    network::Network::Table all;
    for (const std::size_t member : members_) append(all, network_->table(member, first, end));
    std::vector<std::size_t> order(all.sources.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto before = [&](std::size_t a, std::size_t b) {
      return std::pair(all.targets[a], all.sources[a]) < std::pair(all.targets[b], all.sources[b]);
    };
    if (!std::ranges::is_sorted(order, before)) std::ranges::stable_sort(order, before);
    EdgeBlock block;
    for (const std::size_t k : order) {
      block.sources.push_back(static_cast<std::uint64_t>(all.sources[k]));
      block.targets.push_back(static_cast<std::uint64_t>(all.targets[k]));
      block.weights.push_back(all.weights[k]);
      block.delays.push_back(static_cast<double>(all.delays[k]) * dt_);
    }
    return block;
  }

 private:
  static void append(network::Network::Table& all, const network::Network::Table& more) {
    all.sources.insert(all.sources.end(), more.sources.begin(), more.sources.end());
    all.targets.insert(all.targets.end(), more.targets.begin(), more.targets.end());
    all.weights.insert(all.weights.end(), more.weights.begin(), more.weights.end());
    all.delays.insert(all.delays.end(), more.delays.begin(), more.delays.end());
  }

  const network::Network* network_;
  const EdgeLayout& layout_;
  double dt_;
  std::vector<std::size_t> members_;
  double expected_ = 0;
  bool by_source_ = false;
};

EdgeBlock only_onto(std::span<const std::int64_t> targets, const EdgeBlock& all) {
  EdgeBlock block;
  for (std::size_t k = 0; k < all.targets.size(); ++k) {
    if (!std::ranges::binary_search(targets, static_cast<std::int64_t>(all.targets[k]))) continue;
    block.sources.push_back(all.sources[k]);
    block.targets.push_back(all.targets[k]);
    block.weights.push_back(all.weights[k]);
    block.delays.push_back(all.delays[k]);
  }
  return block;
}

}  // namespace

void each_block_of_edges(const network::Network* network, const EdgeLayout& layout,
                         std::span<const std::int64_t> targets, double dt, const std::atomic<bool>* stop,
                         const TakeEdgeBlock& take) {
  const EdgesOfLayout edges(network, layout, dt);
  const std::int64_t begin = targets.empty() ? 0 : targets.front(),
                     end = targets.empty() ? layout.target.size : targets.back() + 1,
                     step = edges.targets_of_block();
  for (std::int64_t first = begin; first == begin || first < end; first += step) {
    if (stop != nullptr && stop->load()) return;
    const std::int64_t behind = std::min(first + step, end);
    EdgeBlock block;
    if (targets.empty())
      block = edges.onto(first, behind);
    else if (const auto next = std::ranges::lower_bound(targets, first);
             next != targets.end() && *next < behind)
      block = only_onto(targets, edges.onto(first, behind));
    block.last = behind >= end;
    take(std::move(block));
  }
}

void hand_over_edges(const network::Network* network, const std::vector<EdgeLayout>& layouts, double dt,
                     const std::atomic<bool>* stop, const TakeEdgeBlock& take) {
  for (std::size_t i = 0; i < layouts.size(); ++i)
    each_block_of_edges(network, layouts[i], {}, dt, stop, [&](EdgeBlock block) {
      block.edges = static_cast<int>(i);
      take(std::move(block));
    });
}

}  // namespace hillock::engine
