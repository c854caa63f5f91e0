// How the neurons are shared: parts, and the threads that have them.
#include <algorithm>
#include <limits>

#include "base/diagnostics.hpp"
#include "engine/simulation.hpp"
#include "program/kernel.hpp"

namespace hillock::engine {

namespace {

// Some hundred kB of states; not so few of each population that the calls are what counts.
std::int64_t neurons_of_tile(std::size_t populations) {
  return std::max<std::int64_t>(4096, 1024 * static_cast<std::int64_t>(populations));
}

std::int64_t pieces(std::int64_t whole, std::int64_t most) {
  return std::max<std::int64_t>(1, (whole + most - 1) / most);
}

}  // namespace

// Who has no neurons has nothing to do. Unasked, no more threads are taken than there are processors.
int Simulation::most_threads() const {
  if (const network::Network* network = exchange_.network())
    return std::min(network->blocks(), plan_.threads > 0 ? plan_.threads : parallel::available_processors());
  std::int64_t blocks = 0;
  for (const auto& population : plan_.populations) blocks += network::range_blocks(population->size());
  const auto most = static_cast<int>(std::min<std::int64_t>(blocks, std::numeric_limits<int>::max()));
  return plan_.threads > 0 ? most : std::min(most, parallel::available_processors());
}

// So many of each block of the network that their states stay in the nearer caches while they take all steps
// of a delay; 1 where all meet after each step anyway.
int Simulation::tiles() const {
  const network::Network* network = exchange_.network();
  const auto* transmissions = exchange_.transmissions();
  if (network == nullptr || network->least_delay() == 1 || exchange_.junctions() != nullptr || stops_.any() ||
      !snippets_.empty() || (transmissions != nullptr && transmissions->least_delay() == 1))
    return 1;
  return static_cast<int>(pieces(neurons(), network->blocks() * neurons_of_tile(plan_.populations.size())));
}

// As many parts as threads; more where the neurons of one would be so many that their states leave the cache
// before the next step: a part takes all steps of a block at once.
int Simulation::parts_for(int threads) const {
  const network::Network* network = exchange_.network();
  if (network != nullptr && tiles() > 1) return network->blocks() * tiles();
  std::int64_t parts = threads * pieces(neurons(), threads * network::most_narrow_targets);
  if (network != nullptr)
    parts = std::max<std::int64_t>(threads, std::min<std::int64_t>(parts, network->blocks()));
  return static_cast<int>(parts);
}

std::int64_t Simulation::neurons() const {
  std::int64_t neurons = 0;
  for (const auto& population : plan_.populations) neurons += population->size();
  return neurons;
}

void Simulation::divide() {
  const int parts = parts_for(choice_.threads());
  parts_.clear();
  exchange_.set_parts(parts, tiles());
  std::int64_t blocks = 0;
  for (std::size_t p = 0; p < plan_.populations.size(); ++p) {
    network::Population& population = *plan_.populations[p];
    if (exchange_.network() != nullptr)
      population.divide(exchange_.bounds_of_parts(p));
    else
      population.divide(parts, blocks);
    blocks += network::range_blocks(population.size());
  }
  for (int i = 0; i < parts; ++i)
    parts_.push_back(std::make_unique<Part>(i, parts, plan_, edges_, frames_, exchange_));
  give_sums();
  ends_at_ = nullptr;
  if (stops_.any() && parts == 1 && exchange_.junctions() == nullptr)
    ends_at_ = [this](std::int64_t step) { return stops_.look(step, parts_); };
}

// As many threads and parts as were chosen.
void Simulation::set_threads() {
  const int threads = choice_.threads();
  if (std::ssize(parts_) != parts_for(threads)) divide();
  if (!team_ || team_->size() != threads) {
    try {
      team_.emplace(threads);
    } catch (const base::ResourceError&) {
      if (plan_.threads > 0) throw;
      choice_.no_more_than(threads / 2);  // nobody asked for them
      return set_threads();
    }
  }
  give_sums();
  for (const auto& part : parts_) part->watch(profiler_.on());
}

// Those of a block follow one another in one thread.
Simulation::Range Simulation::parts_of(int thread) const {
  const std::int64_t tiles = exchange_.tiles(), groups = std::ssize(parts_) / tiles;
  const auto first_of = [&](std::int64_t t) {
    return static_cast<std::size_t>(t * groups / choice_.threads() * tiles);
  };
  return {first_of(thread), first_of(thread + 1)};
}

void Simulation::give_sums() {
  exchange_.set_threads(choice_.threads());
  for (int thread = 0; thread < choice_.threads(); ++thread)
    for (auto [i, end] = parts_of(thread); i < end; ++i) parts_[i]->use(exchange_.sums(thread));
}

// In all threads of the team, each of which has parts that follow one another.
void Simulation::each_part(const std::function<void(Part&)>& work) {
  team_->run([&](int thread) {
    const program::FlushToZero flush;
    for (auto [i, end] = parts_of(thread); i < end; ++i) work(*parts_[i]);
  });
}

}  // namespace hillock::engine
