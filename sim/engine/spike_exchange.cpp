// Builds the network, and gathers the spikes of all parts once per shortest delay.
#include "engine/spike_exchange.hpp"

#include <algorithm>
#include <optional>

#include "base/diagnostics.hpp"
#include "parallel/team.hpp"

namespace hillock::engine {

// There are as many blocks as there may be threads: any fewer take several of them each.
SpikeExchange::SpikeExchange(SimulationPlan& plan) {
  if (plan.network.empty()) return;
  std::vector<std::int64_t> sizes;
  for (const auto& population : plan.populations) sizes.push_back(population->size());
  const int threads = plan.threads > 0 ? plan.threads : parallel::available_processors();
  const int blocks = network::Network::blocks_for(threads, sizes, plan.network);
  network_ = std::make_unique<network::Network>(std::move(plan.network), std::move(sizes), blocks);
  std::optional<parallel::Team> team;
  try {
    team.emplace(std::min(threads, blocks));
  } catch (const base::ResourceError&) {
    if (plan.threads > 0) throw;
    team.emplace(1);  // nobody asked for more
  }
  network_->build(*team);
}

std::vector<std::int64_t> SpikeExchange::bounds_of_parts(std::size_t population, int parts) const {
  const std::vector<std::int64_t>& of_blocks = network_->bounds(population);
  std::vector<std::int64_t> bounds;
  for (int i = 0; i <= parts; ++i)
    bounds.push_back(of_blocks[static_cast<std::size_t>(Part::first_block(i, parts, network_->blocks()))]);
  return bounds;
}

void SpikeExchange::collect(const std::vector<std::unique_ptr<Part>>& parts, std::size_t populations,
                            std::int64_t reached) {
  if (!network_) return;
  sent_.clear();
  for (std::size_t p = 0; p < populations; ++p)
    for (const auto& part : parts) {
      std::size_t begin = 0;
      const auto& [spikes, steps] = part->spikes(p);
      for (const PartSpikes::Step& step : steps) {
        auto same = std::ranges::find(sent_, step.step + 1, &network::SentSpikes::step);
        if (same == sent_.end()) same = sent_.insert(sent_.end(), {step.step + 1, {}});
        for (; begin < step.end; ++begin) same->sources.push_back(network_->source(p, spikes[begin].neuron));
      }
    }
  in_flight_.insert(in_flight_.end(), sent_.begin(), sent_.end());
  const std::int64_t arrived = reached - network_->plan().most_delay();
  while (!in_flight_.empty() && in_flight_.front().step <= arrived) in_flight_.pop_front();
}

void SpikeExchange::restore(const std::vector<network::SentSpikes>& in_flight, std::int64_t step) {
  sent_.clear();
  in_flight_.assign(in_flight.begin(), in_flight.end());
  if (!network_) return;
  network_->forget();
  for (int block = 0; block < network_->blocks(); ++block) network_->send(block, in_flight, step);
}

}  // namespace hillock::engine
