// Cuts the targets into blocks, and draws the synapses of each.
#include "network/network.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "network/population.hpp"

namespace hillock::network {

std::int64_t NetworkPlan::least_delay() const {
  std::int64_t least = connections.empty() ? 1 : connections.front().delay.least();
  for (const Connection& one : connections) least = std::min<std::int64_t>(least, one.delay.least());
  return least;
}

std::int64_t NetworkPlan::most_delay() const {
  std::int64_t most = 1;
  for (const Connection& one : connections) most = std::max<std::int64_t>(most, one.delay.most());
  return most;
}

Network::Network(NetworkPlan plan, std::vector<std::int64_t> sizes, int blocks)
    : plan_(std::move(plan)),
      sizes_(std::move(sizes)),
      reaches_(plan_.channels.size()),
      stores_(static_cast<std::size_t>(blocks)) {
  std::int64_t neurons = 0, cut_before = 0;
  for (const std::int64_t size : sizes_) {
    first_source_.push_back(static_cast<std::uint32_t>(neurons));
    neurons += size;
    bounds_.push_back(cut_in_ranges(size, blocks, cut_before));
    cut_before += range_blocks(size);
  }
  for (const Connection& one : plan_.connections) {
    Reach& reach = reaches_[static_cast<std::size_t>(one.channel)];
    reach.least_delay = std::min<std::int64_t>(reach.least_delay, one.delay.least());
    reach.most_delay = std::max<std::int64_t>(reach.most_delay, one.delay.most());
    reach.most_quanta = std::max({reach.most_quanta, std::abs(std::int64_t{one.weight.least()}),
                                  std::abs(std::int64_t{one.weight.most()})});
  }
}

int Network::blocks_for(int threads, const std::vector<std::int64_t>& sizes, const NetworkPlan& plan) {
  std::int64_t ranges = 0;
  for (const std::int64_t size : sizes) ranges += range_blocks(size);
  const bool narrow = std::ranges::any_of(plan.channels, [](const Channel& c) { return !c.wide; });
  // Pieces of populations are cut at multiples of range_block, so a block can have one range of each more.
  const std::int64_t most = most_narrow_targets / range_block - std::ssize(sizes);
  std::int64_t blocks = std::min<std::int64_t>(threads, std::max<std::int64_t>(1, ranges));
  if (narrow && blocks * most < ranges) {
    const std::int64_t each = (ranges + most * blocks - 1) / (most * blocks);  // as many for each thread
    blocks *= each;
  }
  return static_cast<int>(blocks);
}

void Network::build(parallel::Team& team) {
  counts_.resize(plan_.connections.size());
  team.run([&](int thread) {
    for (std::size_t c = static_cast<std::size_t>(thread); c < counts_.size();
         c += static_cast<std::size_t>(team.size()))
      counts_[c] = counts_of_targets(plan_.connections[c].wiring);
  });
  team.run([&](int thread) {
    for (int block = thread; block < blocks(); block += team.size()) build_block(block);
  });
}

// Each synapse is drawn twice: to be counted, and to be put where it belongs. So no list of them is ever
// held.
void Network::build_block(int block) {
  std::int64_t neurons = 0, targets = 0;
  for (std::size_t p = 0; p < sizes_.size(); ++p) {
    neurons += sizes_[p];
    targets += bounds_[p][static_cast<std::size_t>(block) + 1] - bounds_[p][static_cast<std::size_t>(block)];
  }
  for (std::size_t c = 0; c < plan_.channels.size(); ++c) {
    std::unique_ptr<Synapses> store = make_synapses(plan_.channels[c].wide, neurons, targets,
                                                    reaches_[c].least_delay, reaches_[c].most_delay);
    const auto for_all = [&](bool weights, const std::function<void(std::span<const Synapse>)>& take) {
      for (std::size_t k = 0; k < plan_.connections.size(); ++k)
        if (plan_.connections[k].channel == static_cast<int>(c)) each_synapse(block, k, weights, take);
    };
    for_all(false, [&](std::span<const Synapse> synapses) { store->count(synapses); });
    store->lay_out();
    for_all(true, [&](std::span<const Synapse> synapses) { store->put(synapses); });
    store->finish(reaches_[c].most_quanta, plan_.spikes_in_a_step);
    stores_[static_cast<std::size_t>(block)].push_back(std::move(store));
  }
}

void Network::each_synapse(int block, std::size_t connection, bool weights,
                           const std::function<void(std::span<const Synapse>)>& take) const {
  const Connection& one = plan_.connections[connection];
  const auto target_population = static_cast<std::size_t>(one.wiring.targets.population);
  const auto b = static_cast<std::size_t>(block);
  const std::int64_t first = bounds_[target_population][b], end = bounds_[target_population][b + 1];
  std::int64_t before = 0;  // neurons of other populations in this block
  for (std::size_t p = 0; p < target_population; ++p) before += bounds_[p][b + 1] - bounds_[p][b];
  const std::uint32_t source = first_source_[static_cast<std::size_t>(one.wiring.sources.population)];
  const auto shift = static_cast<std::int64_t>(before - first);
  std::vector<Synapse> synapses;
  draw_edges(one.wiring, counts_[connection], first, end, [&](std::span<const Edge> edges) {
    synapses.resize(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i)
      synapses[i] = {source + edges[i].source, static_cast<std::uint32_t>(edges[i].target + shift),
                     one.delay(edges[i].delay_word), weights ? one.weight(edges[i].weight_word) : 0};
    take(synapses);
  });
}

void Network::send(int block, std::span<const SentSpikes> spikes, std::int64_t now) {
  for (const auto& store : stores_[static_cast<std::size_t>(block)])
    for (const SentSpikes& step : spikes) store->send(step.sources, step.step, now);
}

void Network::forget() {
  for (const auto& block : stores_)
    for (const auto& store : block) store->forget();
}

std::int64_t Network::synapses() const {
  std::int64_t sum = 0;
  for (const auto& block : stores_)
    for (const auto& store : block) sum += store->synapses();
  return sum;
}

std::int64_t Network::bytes() const {
  std::int64_t sum = 0;
  for (const auto& block : stores_)
    for (const auto& store : block) sum += store->bytes();
  for (const Connection& one : plan_.connections) sum += one.delay.bytes() + one.weight.bytes();
  return sum;
}

Network::Table Network::table(std::size_t connection) const {
  const Connection& one = plan_.connections[connection];
  const double quantum = plan_.channels[static_cast<std::size_t>(one.channel)].quantum;
  Table table;
  draw_edges(one.wiring, counts_[connection], 0,
             sizes_[static_cast<std::size_t>(one.wiring.targets.population)],
             [&](std::span<const Edge> edges) {
               for (const Edge& edge : edges) {
                 table.sources.push_back(edge.source);
                 table.targets.push_back(edge.target);
                 table.weights.push_back(quantum * one.weight(edge.weight_word));
                 table.delays.push_back(one.delay(edge.delay_word));
               }
             });
  return table;
}

}  // namespace hillock::network
