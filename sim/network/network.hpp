// What joins the populations: the synapses of all connections, cut into blocks of targets, and the spikes on
// their way.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "network/coupling.hpp"
#include "network/levels.hpp"
#include "network/rules.hpp"
#include "network/sums.hpp"
#include "network/synapses.hpp"
#include "parallel/team.hpp"

namespace hillock::network {

// Receptors of one name and unit, of any populations: their weights are multiples of one quantum.
struct Channel {
  std::string receptor;
  double quantum = 1;         // in the unit of the weight
  bool wide = false;          // weights have up to 2^31 quanta, not 2^15
  std::vector<int> arrivals;  // per population: the array slot, or -1
};

struct Connection {
  std::string name;  // of the config
  Wiring wiring;
  int channel = 0;
  int delay = 0, weight = 0;  // which of the levels of the plan: steps, quanta
  // Where these are functions of the pair: which of the geometry give the delay and the weight, and the
  // values of one step and one quantum; -1: neither.
  int delay_at = -1, weight_at = -1;
  double step = 1, quantum = 1;
  double expected = 0;  // synapses: see expected_edges()
};

struct NetworkPlan {
  CouplingPlan coupling;
  std::vector<Channel> channels;
  std::vector<Levels> levels;
  Geometry geometry;
  std::vector<Connection> connections;  // each with at least one source and one target
  std::int64_t spikes_in_a_step = 1;    // of one neuron, at most
  bool empty() const { return connections.empty(); }
  const Levels& delay(const Connection& one) const { return levels[static_cast<std::size_t>(one.delay)]; }
  const Levels& weight(const Connection& one) const { return levels[static_cast<std::size_t>(one.weight)]; }
};

// With more of them, the pieces of populations in a block may be more than 16 bits can count.
constexpr std::int64_t most_narrow_populations = 2000;

// Spikes of one grid point, their sources as numbers over all populations.
struct SentSpikes {
  std::int64_t step = 0;
  std::vector<std::uint32_t> sources;
};

// Different blocks may be worked on by different threads at once.
//
// What precedes what: parts take steps, at most as many as the shortest delay has, and meet; the spikes of
// all are gathered by one thread; in the next block of steps each thread first sends them on to its own
// blocks of synapses, and then collects what is due at each step. A spike of these steps is due after them at
// the earliest, so none is missed.
class Network {
 public:
  // `sizes`: of the populations. Each is cut into as many pieces as there are blocks, at multiples of
  // range_block; a block has one piece of each.
  Network(NetworkPlan plan, std::vector<std::int64_t> sizes, int blocks);
  // About how many bytes that takes, the tables included that count synapses while they are drawn.
  static double bytes_needed(const NetworkPlan& plan, const std::vector<std::int64_t>& sizes, int threads);
  // By which a channel's synapses are kept.
  static RowFormat format(const NetworkPlan& plan, std::size_t channel);
  // The rows of a channel in all blocks, as they are expected to be.
  struct Rows {
    double count = 0, synapses = 0;
    std::vector<std::int32_t> delays{};  // that there may be, ascending
    RowLayout layout = RowLayout::segments;
  };
  // Pairs where a row has fewer synapses than half as many as there are delays.
  static Rows rows(const NetworkPlan& plan, const std::vector<std::int64_t>& sizes, int blocks,
                   std::size_t channel);
  // How many blocks there must be for so many threads.
  static int blocks_for(int threads, const std::vector<std::int64_t>& sizes, const NetworkPlan& plan);

  // Draws all synapses. Throws ResourceError, and std::bad_alloc.
  void build(parallel::Team& team);

  const NetworkPlan& plan() const { return plan_; }
  NetworkPlan release() { return std::move(plan_); }         // the last that is asked of it
  std::int64_t least_delay() const { return least_delay_; }  // steps
  std::int64_t most_delay() const { return most_delay_; }
  int blocks() const { return static_cast<int>(stores_.size()); }
  // Of a population: the first neuron of each block's piece, and its size at the end.
  const std::vector<std::int64_t>& bounds(std::size_t population) const { return bounds_[population]; }
  std::uint32_t source(std::size_t population, std::uint64_t neuron) const {
    return first_source_[population] + static_cast<std::uint32_t>(neuron);
  }

  // Sends spikes of the grid point `step` on their way to a block; what is due at or before the grid point
  // `now` is left out. Sources are numbers over all populations.
  void send(int block, std::span<const std::uint32_t> sources, std::int64_t step, std::int64_t now);
  // For what arrives in a block, whichever it is: of each channel.
  std::vector<Sums> make_sums() const;
  // What arrives in a block at the grid point `step` is added to arrays; `array(population, slot)` gives
  // those of whole populations. Calls arrived(population) for each that something may arrive at.
  template <class Array, class Arrived>
  void deliver(int block, std::int64_t step, std::vector<Sums>& sums, Array array, Arrived arrived) {
    for (std::size_t c = 0; c < plan_.channels.size(); ++c) {
      if (!stores_[static_cast<std::size_t>(block)][c]->deliver(step, sums[c])) continue;
      std::int64_t at = 0;
      for (std::size_t p = 0; p < bounds_.size(); ++p) {
        const std::int64_t first = bounds_[p][static_cast<std::size_t>(block)],
                           count = bounds_[p][static_cast<std::size_t>(block) + 1] - first;
        if (const int slot = plan_.channels[c].arrivals[p]; slot >= 0 && count > 0) {
          sums[c].take(at, count, plan_.channels[c].quantum, array(p, slot) + first);
          arrived(p);
        }
        at += count;
      }
    }
  }
  // Nothing is on its way any more.
  void forget();

  std::int64_t synapses() const;
  std::int64_t bytes() const;

  // Synapses of one connection.
  struct Table {
    std::vector<std::int64_t> sources, targets;  // neurons of their populations
    std::vector<double> weights;                 // as used
    std::vector<std::int64_t> delays;            // steps
  };
  Table table(std::size_t connection) const;
  // Those onto the targets first <= i < end of their population.
  Table table(std::size_t connection, std::int64_t first, std::int64_t end) const;

 private:
  std::int64_t neurons_of(std::size_t block) const;
  void build_block(int block);
  SynapsesPlan plan_of_synapses(std::size_t channel, std::int64_t targets) const;
  void each_synapse(int block, std::size_t connection, bool weights,
                    const std::function<void(std::span<const Synapse>)>& take) const;

  NetworkPlan plan_;
  std::int64_t least_delay_ = std::numeric_limits<std::int64_t>::max(), most_delay_ = 1;
  std::vector<std::int64_t> sizes_;
  std::vector<std::uint32_t> first_source_;                     // of each population
  std::vector<std::vector<std::int64_t>> bounds_;               // [population][block]
  std::vector<std::vector<std::uint32_t>> counts_;              // [connection]: see counts_of_targets()
  std::vector<std::vector<std::unique_ptr<Synapses>>> stores_;  // [block][channel]
};

}  // namespace hillock::network
