// Builds the network, and passes the spikes of all parts on once per shortest delay.
#include "engine/spike_exchange.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/diagnostics.hpp"
#include "parallel/team.hpp"

namespace hillock::engine {

std::vector<std::uint32_t>& Outbox::at(std::int64_t step) {
  if (used_ == 0 || steps_[used_ - 1].step != step) {
    if (used_ == steps_.size()) steps_.emplace_back();
    steps_[used_].step = step;
    steps_[used_++].sources.clear();
  }
  return steps_[used_ - 1].sources;
}

SpikeExchange::SpikeExchange(SimulationPlan& plan) {
  if (!plan.network) return;
  network_ = std::move(plan.drawn);
  if (network_) network_->forget();
  draw(plan, std::move(*plan.network));
}

network::NetworkPlan SpikeExchange::exchange(const SimulationPlan& plan, network::NetworkPlan other,
                                             std::int64_t step) {
  const std::vector<network::SentSpikes> sent = in_flight();
  std::vector<double> values;
  if (transmissions_) values = transmissions_->in_flight(step);
  network::NetworkPlan before = network_ ? network_->release() : std::move(without_spikes_);
  network_.reset();  // before the other takes its place in memory
  draw(plan, std::move(other));
  restore(sent, step);
  if (transmissions_) transmissions_->restore(values, step);
  return before;
}

// There are as many blocks as there may be threads: any fewer take several of them each.
void SpikeExchange::draw(const SimulationPlan& plan, network::NetworkPlan network) {
  std::vector<std::int64_t> sizes;
  std::vector<network::JunctionSlots> slots;
  bool coupled = false;
  for (const auto& population : plan.populations) {
    sizes.push_back(population->size());
    slots.push_back(population->plan().junctions);
    coupled = coupled || population->plan().mode == network::StepMode::coupled;
  }
  const auto& [junctions, transmissions] = network.coupling;
  if (coupled)  // also where a rule joins no pair
    junctions_ = std::make_unique<network::Junctions>(junctions, network.geometry, sizes, slots);
  if (!transmissions.empty())
    transmissions_ = std::make_unique<network::Transmissions>(transmissions, network.geometry, sizes);
  if (transmissions_ && transmissions_->count() == 0) transmissions_.reset();
  if (network.empty()) {
    without_spikes_ = std::move(network);
    return;
  }
  if (network_) return;
  const int threads = plan.threads > 0 ? plan.threads : parallel::available_processors();
  const int blocks = network::Network::blocks_for(threads, sizes, network);
  network_ = std::make_unique<network::Network>(std::move(network), std::move(sizes), blocks);
  std::optional<parallel::Team> team;
  try {
    team.emplace(std::min(threads, blocks));
  } catch (const base::ResourceError&) {
    if (plan.threads > 0) throw;
    team.emplace(1);  // nobody asked for more
  }
  network_->build(*team);
}

int SpikeExchange::first_block(int part) const {
  return static_cast<int>(std::int64_t{part} * network_->blocks() / std::ssize(filling_));
}

std::vector<std::int64_t> SpikeExchange::bounds_of_parts(std::size_t population) const {
  const std::vector<std::int64_t>& of_blocks = network_->bounds(population);
  std::vector<std::int64_t> bounds;
  for (int i = 0; i <= std::ssize(filling_); ++i)
    bounds.push_back(of_blocks[static_cast<std::size_t>(first_block(i))]);
  return bounds;
}

void SpikeExchange::remember(std::span<const network::SentSpikes> sent) {
  for (const network::SentSpikes& one : sent) {
    in_flight_.insert(in_flight_.end(), one.sources.begin(), one.sources.end());
    stretches_.push_back({one.step, in_flight_.size()});
  }
}

void SpikeExchange::turn(std::int64_t reached) {
  if (!network_) return;
  std::swap(filling_, filled_);
  filling_.resize(filled_.size());
  for (Outbox& outbox : filling_) outbox.clear();
  for (const Outbox& outbox : filled_) remember(outbox.sent());
  arrived_ = reached - network_->most_delay();
  const auto gone = std::ranges::find_if(stretches_, [&](const Stretch& s) { return s.step > arrived_; });
  if (gone - stretches_.begin() < 64 || 2 * (gone - stretches_.begin()) < std::ssize(stretches_)) return;
  const std::size_t begin = (gone - 1)->end;
  in_flight_.erase(in_flight_.begin(), in_flight_.begin() + static_cast<std::ptrdiff_t>(begin));
  stretches_.erase(stretches_.begin(), gone);
  for (Stretch& stretch : stretches_) stretch.end -= begin;
}

std::vector<network::SentSpikes> SpikeExchange::in_flight() const {
  std::vector<network::SentSpikes> all;
  std::size_t begin = 0;
  for (const Stretch& stretch : stretches_) {
    const auto from = in_flight_.begin() + static_cast<std::ptrdiff_t>(std::exchange(begin, stretch.end));
    if (stretch.step <= arrived_) continue;
    auto same = std::ranges::find(all, stretch.step, &network::SentSpikes::step);
    if (same == all.end()) same = all.insert(same, {stretch.step, {}});
    same->sources.insert(same->sources.end(), from,
                         in_flight_.begin() + static_cast<std::ptrdiff_t>(stretch.end));
  }
  std::ranges::sort(all, {}, &network::SentSpikes::step);
  for (network::SentSpikes& one : all) std::ranges::sort(one.sources);
  return all;
}

void SpikeExchange::restore(const std::vector<network::SentSpikes>& in_flight, std::int64_t step) {
  filled_.clear();
  for (Outbox& outbox : filling_) outbox.clear();
  in_flight_.clear();
  stretches_.clear();
  arrived_ = -1;
  if (!network_) return;
  remember(in_flight);
  network_->forget();
  for (int block = 0; block < network_->blocks(); ++block) network_->send(block, in_flight, step);
}

}  // namespace hillock::engine
