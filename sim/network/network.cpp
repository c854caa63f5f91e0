// Cuts the targets into blocks, and draws the synapses of each.
#include "network/network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/diagnostics.hpp"
#include "network/population.hpp"

namespace hillock::network {

namespace {

// The delays that connections of a channel may have, ascending.
std::vector<std::int32_t> delays_of(const NetworkPlan& plan, std::size_t channel) {
  std::set<std::int32_t> delays;
  for (const Connection& one : plan.connections)
    if (one.channel == static_cast<int>(channel)) plan.delay(one).add_all_to(delays);
  return {delays.begin(), delays.end()};
}

std::int64_t most_quanta_of(const NetworkPlan& plan, std::size_t channel) {
  std::int64_t most = 0;
  for (const Connection& one : plan.connections)
    if (one.channel == static_cast<int>(channel))
      most = std::max({most, std::abs(std::int64_t{plan.weight(one).least()}),
                       std::abs(std::int64_t{plan.weight(one).most()})});
  return most;
}

// The sources of a channel lie between those of its first and its last population.
struct Populations {
  std::size_t first = 0, end = 0;
};

Populations sources_of(const NetworkPlan& plan, std::size_t channel) {
  Populations found{std::numeric_limits<std::size_t>::max(), 0};
  for (const Connection& one : plan.connections) {
    if (one.channel != static_cast<int>(channel)) continue;
    const auto population = static_cast<std::size_t>(one.wiring.sources.population);
    found.first = std::min(found.first, population);
    found.end = std::max(found.end, population + 1);
  }
  return found.end == 0 ? Populations{} : found;
}

struct WeightOfPopulations {
  std::size_t first = 0;  // and those up to the next one's
  std::int32_t quanta = 0;
};

// Where all synapses of a source have one weight: that of each of sources_of(). Else nothing.
std::vector<WeightOfPopulations> constant_weights(const NetworkPlan& plan, std::size_t channel) {
  const Populations sources = sources_of(plan, channel);
  std::vector<std::optional<std::int32_t>> quanta(sources.end - sources.first);
  for (const Connection& one : plan.connections) {
    if (one.channel != static_cast<int>(channel)) continue;
    auto& found = quanta[static_cast<std::size_t>(one.wiring.sources.population) - sources.first];
    const Levels& weight = plan.weight(one);
    if (!weight.is_constant() || (found && *found != weight.least())) return {};
    found = weight.least();
  }
  std::vector<WeightOfPopulations> all;
  for (std::size_t i = 0; i < quanta.size(); ++i)
    if (quanta[i] && (all.empty() || *quanta[i] != all.back().quanta))
      all.push_back({sources.first + i, *quanta[i]});
  return all;
}

// What delays and weights the synapses of a connection have.
class LevelsOfEdges {
  static_assert(most_edges <= FunctionOfPairs::most);

 public:
  LevelsOfEdges(const NetworkPlan& plan, const Connection& one) : plan_(plan), one_(one) {
    const auto make = [&](std::unique_ptr<FunctionOfPairs>& function, int index) {
      if (index >= 0)
        function = std::make_unique<FunctionOfPairs>(plan.geometry, index, one.wiring.sources.population,
                                                     one.wiring.targets.population);
    };
    make(delay_at_, one.delay_at);
    make(weight_at_, one.weight_at);
  }
  // Calls take(i, level) for each of at most most_edges synapses.
  template <class Take>
  void delays(std::span<const Edge> edges, Take take) {
    const Levels& levels = plan_.delay(one_);
    if (delay_at_) return of_pairs(*delay_at_, one_.step, levels, "delay", edges, take);
    for (std::size_t i = 0; i < edges.size(); ++i) take(i, levels(edges[i].delay_word, edges[i].listed));
  }
  template <class Take>
  void quanta(std::span<const Edge> edges, Take take) {
    const Levels& levels = plan_.weight(one_);
    if (weight_at_) return of_pairs(*weight_at_, one_.quantum, levels, "weight", edges, take);
    for (std::size_t i = 0; i < edges.size(); ++i) take(i, levels(edges[i].weight_word, edges[i].listed));
  }

 private:
  template <class Take>
  void of_pairs(FunctionOfPairs& function, double unit, const Levels& levels, const char* what,
                std::span<const Edge> edges, Take take) {
    for (const Edge& edge : edges) function.add(edge.source, edge.target);
    const std::span<const double> values = function.values();
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const double level = std::nearbyint(values[i] / unit);
      if (!(level >= levels.least() && level <= levels.most())) refuse(function.function(), what);
      take(i, static_cast<std::int32_t>(level));
    }
  }

  [[noreturn]] void refuse(const PairFunction& function, const char* what) const {
    const std::string changes = "connection '" + one_.name + "': its " + what + " changes so abruptly ",
                      missed = " that it was not found where it is largest or smallest";
    if (function.of_indices)
      throw base::UserError(changes + "from pair to pair" + missed,
                            "take a smoother function, or write pairs");
    throw base::UserError(changes + "with the distance" + missed, "take a smoother function of d");
  }

  const NetworkPlan& plan_;
  const Connection& one_;
  std::unique_ptr<FunctionOfPairs> delay_at_, weight_at_;  // null: another law
};

}  // namespace

Network::Network(NetworkPlan plan, std::vector<std::int64_t> sizes, int blocks)
    : plan_(std::move(plan)), sizes_(std::move(sizes)), stores_(static_cast<std::size_t>(blocks)) {
  for (const Connection& one : plan_.connections) {
    least_delay_ = std::min<std::int64_t>(least_delay_, plan_.delay(one).least());
    most_delay_ = std::max<std::int64_t>(most_delay_, plan_.delay(one).most());
  }
  if (least_delay_ < 1) throw base::InternalError("a connection without a delay");
  std::int64_t neurons = 0, cut_before = 0;
  for (const std::int64_t size : sizes_) {
    first_source_.push_back(static_cast<std::uint32_t>(neurons));
    neurons += size;
    bounds_.push_back(cut_in_ranges(size, blocks, cut_before));
    cut_before += range_blocks(size);
  }
}

int Network::blocks_for(int threads, const std::vector<std::int64_t>& sizes, const NetworkPlan& plan) {
  std::int64_t ranges = 0, populations = 0;
  for (const std::int64_t size : sizes) {
    ranges += range_blocks(size);
    populations += size > 0 ? 1 : 0;
  }
  const bool narrow = std::ranges::any_of(plan.channels, [](const Channel& c) { return !c.wide; });
  // Pieces of populations are cut at multiples of range_block, so a block can have one range of each more.
  const std::int64_t most = std::max<std::int64_t>(1, most_narrow_targets / range_block - populations);
  std::int64_t blocks = std::min<std::int64_t>(threads, std::max<std::int64_t>(1, ranges));
  if (narrow && blocks * most < ranges) {
    const std::int64_t each = (ranges + most * blocks - 1) / (most * blocks);  // as many for each thread
    blocks *= each;
  }
  return static_cast<int>(blocks);
}

RowFormat Network::format(const NetworkPlan& plan, std::size_t channel) {
  if (plan.channels[channel].wide) return RowFormat::wide;
  const std::size_t weights = constant_weights(plan, channel).size();
  return weights > 0 && weights <= most_constant_weights ? RowFormat::constant : RowFormat::narrow;
}

Network::Rows Network::rows(const NetworkPlan& plan, const std::vector<std::int64_t>& sizes, int blocks,
                            std::size_t channel) {
  Rows rows;
  double neurons = 0;
  for (Populations of = sources_of(plan, channel); of.first < of.end; ++of.first)
    neurons += static_cast<double>(sizes[of.first]);
  for (const Connection& one : plan.connections)
    if (one.channel == static_cast<int>(channel)) rows.synapses += one.expected;
  rows.count = neurons * blocks;
  rows.delays = delays_of(plan, channel);
  // Where laws prefer some delays, these repeat in rows of fewer synapses than there are delays.
  if (rows.synapses < 0.5 * static_cast<double>(rows.delays.size()) * rows.count)
    rows.layout = RowLayout::pairs;
  return rows;
}

double Network::bytes_needed(const NetworkPlan& plan, const std::vector<std::int64_t>& sizes, int threads) {
  if (plan.empty()) return 0;
  const int blocks = blocks_for(threads, sizes, plan);
  double bytes = 0, counters = 0;  // which a thread has of one channel at a time
  for (std::size_t c = 0; c < plan.channels.size(); ++c) {
    const RowFormat kept = format(plan, c);
    const Rows all = rows(plan, sizes, blocks, c);
    const double word = bytes_of_synapse(kept);
    bytes += all.count * row_bytes;
    if (all.layout == RowLayout::pairs) {
      bytes += 2 * word * all.synapses;
    } else {
      const double cells = all.count * static_cast<double>(all.delays.size());
      bytes += word * all.synapses + bytes_of_header(kept) * std::min(all.synapses, cells);
      counters = std::max(counters, 4 * cells / blocks * std::min(threads, blocks));
    }
    if (!all.delays.empty()) bytes += bytes_of_calendar(all.delays.back()) * blocks;
  }
  bytes += counters;
  for (const Levels& levels : plan.levels) bytes += static_cast<double>(levels.bytes());
  for (const Connection& one : plan.connections) bytes += static_cast<double>(one.wiring.rule.pairs.bytes());
  return bytes;
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

SynapsesPlan Network::plan_of_synapses(std::size_t channel, std::int64_t targets) const {
  SynapsesPlan plan;
  plan.format = format(plan_, channel);
  plan.targets = targets;
  Rows rows = this->rows(plan_, sizes_, blocks(), channel);
  plan.layout = rows.layout;
  plan.delays = std::move(rows.delays);
  const Populations sources = sources_of(plan_, channel);
  if (sources.first == sources.end) return plan;
  plan.first_source = first_source_[sources.first];
  plan.end_source = first_source_[sources.end - 1] + static_cast<std::uint32_t>(sizes_[sources.end - 1]);
  if (plan.format == RowFormat::constant)
    for (const WeightOfPopulations& weight : constant_weights(plan_, channel))
      plan.weights.push_back({first_source_[weight.first], weight.quanta});
  return plan;
}

std::int64_t Network::neurons_of(std::size_t block) const {
  std::int64_t neurons = 0;
  for (const std::vector<std::int64_t>& bounds : bounds_) neurons += bounds[block + 1] - bounds[block];
  return neurons;
}

// Each synapse is drawn twice: to be counted, and to be put where it belongs. So no list of them is ever
// held.
void Network::build_block(int block) {
  const std::int64_t targets = neurons_of(static_cast<std::size_t>(block));
  for (std::size_t c = 0; c < plan_.channels.size(); ++c) {
    std::unique_ptr<Synapses> store = make_synapses(plan_of_synapses(c, targets));
    const auto for_all = [&](bool weights, const std::function<void(std::span<const Synapse>)>& take) {
      for (std::size_t k = 0; k < plan_.connections.size(); ++k)
        if (plan_.connections[k].channel == static_cast<int>(c)) each_synapse(block, k, weights, take);
    };
    for_all(false, [&](std::span<const Synapse> synapses) { store->count(synapses); });
    store->lay_out();
    for_all(true, [&](std::span<const Synapse> synapses) { store->put(synapses); });
    store->finish(most_quanta_of(plan_, c), plan_.spikes_in_a_step);
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
  LevelsOfEdges levels(plan_, one);
  std::vector<Synapse> synapses;
  draw_edges(one.wiring, plan_.geometry, counts_[connection], first, end, [&](std::span<const Edge> edges) {
    synapses.resize(edges.size());
    for (std::size_t i = 0; i < edges.size(); ++i) {
      synapses[i].source = source + edges[i].source;
      synapses[i].target = static_cast<std::uint32_t>(edges[i].target + shift);
    }
    levels.delays(edges, [&](std::size_t i, std::int32_t steps) { synapses[i].delay = steps; });
    if (weights)
      levels.quanta(edges, [&](std::size_t i, std::int32_t quanta) { synapses[i].quanta = quanta; });
    take(synapses);
  });
}

void Network::send(int block, std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now) {
  for (const auto& store : stores_[static_cast<std::size_t>(block)]) store->send(sources, step, now);
}

std::vector<Sums> Network::make_sums() const {
  std::int64_t targets = 0;
  for (std::size_t block = 0; block < stores_.size(); ++block) targets = std::max(targets, neurons_of(block));
  std::vector<Sums> sums;
  for (std::size_t c = 0; c < plan_.channels.size(); ++c)
    sums.emplace_back(targets, std::ranges::any_of(
                                   stores_, [c](const auto& block) { return block[c]->needs_wide_sums(); }));
  return sums;
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
  for (const Levels& levels : plan_.levels) sum += levels.bytes();
  for (const Connection& one : plan_.connections) sum += one.wiring.rule.pairs.bytes();
  return sum;
}

Network::Table Network::table(std::size_t connection) const {
  const int targets = plan_.connections[connection].wiring.targets.population;
  return table(connection, 0, sizes_[static_cast<std::size_t>(targets)]);
}

Network::Table Network::table(std::size_t connection, std::int64_t first, std::int64_t end) const {
  const Connection& one = plan_.connections[connection];
  const double quantum = plan_.channels[static_cast<std::size_t>(one.channel)].quantum;
  Table table;
  LevelsOfEdges levels(plan_, one);
  draw_edges(one.wiring, plan_.geometry, counts_[connection], first, end, [&](std::span<const Edge> edges) {
    for (const Edge& edge : edges) {
      table.sources.push_back(edge.source);
      table.targets.push_back(edge.target);
    }
    levels.delays(edges, [&](std::size_t, std::int32_t steps) { table.delays.push_back(steps); });
    levels.quanta(edges, [&](std::size_t, std::int32_t n) { table.weights.push_back(quantum * n); });
  });
  return table;
}

}  // namespace hillock::network
