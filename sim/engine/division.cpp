// How the neurons are shared: parts, and the threads that have them.
#include <algorithm>
#include <limits>

#include "base/diagnostics.hpp"
#include "engine/simulation.hpp"
#include "program/kernel.hpp"

namespace hillock::engine {

// Who has no neurons has nothing to do. Unasked, no more threads are taken than there are processors.
int Simulation::most_threads() const {
  if (const network::Network* network = exchange_.network())
    return std::min(network->blocks(), plan_.threads > 0 ? plan_.threads : parallel::available_processors());
  std::int64_t blocks = 0;
  for (const auto& population : plan_.populations) blocks += network::range_blocks(population->size());
  const auto most = static_cast<int>(std::min<std::int64_t>(blocks, std::numeric_limits<int>::max()));
  return plan_.threads > 0 ? most : std::min(most, parallel::available_processors());
}

// As many parts as threads; more where the neurons of one would be so many that their states leave the cache
// before the next step: a part takes all steps of a block at once.
int Simulation::parts_for(int threads) const {
  constexpr std::int64_t most_neurons = network::most_narrow_targets;
  std::int64_t neurons = 0;
  for (const auto& population : plan_.populations) neurons += population->size();
  const std::int64_t each =
      std::max<std::int64_t>(1, (neurons + threads * most_neurons - 1) / (threads * most_neurons));
  std::int64_t parts = threads * each;
  if (const network::Network* network = exchange_.network())
    parts = std::max<std::int64_t>(threads, std::min<std::int64_t>(parts, network->blocks()));
  return static_cast<int>(parts);
}

void Simulation::divide() {
  const int parts = parts_for(choice_.threads());
  parts_.clear();
  exchange_.set_parts(parts);
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

// They follow one another.
Simulation::Range Simulation::parts_of(int thread) const {
  const auto threads = static_cast<std::size_t>(choice_.threads()), t = static_cast<std::size_t>(thread);
  return {t * parts_.size() / threads, (t + 1) * parts_.size() / threads};
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
