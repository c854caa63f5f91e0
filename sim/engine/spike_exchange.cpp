// Builds the network, and passes the spikes of all parts on once per shortest delay.
#include "engine/spike_exchange.hpp"

#include <algorithm>
#include <limits>
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
  auto drawn = std::make_unique<network::Network>(std::move(network), std::move(sizes), blocks);
  sums_.clear();
  std::optional<parallel::Team> team;
  try {
    team.emplace(std::min(threads, blocks));
  } catch (const base::ResourceError&) {
    if (plan.threads > 0) throw;
    team.emplace(1);  // nobody asked for more
  }
  drawn->build(*team);
  network_ = std::move(drawn);
}

void SpikeExchange::set_threads(int threads) {
  sums_.resize(static_cast<std::size_t>(threads));
  for (auto& sums : sums_)
    if (sums.empty() && network_) sums = network_->make_sums();
}

int SpikeExchange::first_block(int part) const {
  return static_cast<int>(std::int64_t{part} * network_->blocks() / std::ssize(outboxes_));
}

std::vector<std::int64_t> SpikeExchange::bounds_of_parts(std::size_t population) const {
  const std::vector<std::int64_t>& of_blocks = network_->bounds(population);
  std::vector<std::int64_t> bounds;
  for (int i = 0; i <= std::ssize(outboxes_); ++i)
    bounds.push_back(of_blocks[static_cast<std::size_t>(first_block(i))]);
  return bounds;
}

std::span<const std::uint32_t> SpikeExchange::sources(std::size_t stretch) const {
  const std::size_t begin = stretch == 0 ? 0 : stretches_[stretch - 1].end;
  return std::span(in_flight_).subspan(begin, stretches_[stretch].end - begin);
}

void SpikeExchange::send_on(int block, std::int64_t step) {
  for (std::size_t i = sent_on_; i < stretches_.size(); ++i)
    network_->send(block, sources(i), stretches_[i].step, step);
}

// From all parts, step by step.
void SpikeExchange::gather() {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  cursors_.assign(outboxes_.size(), 0);
  while (true) {
    std::int64_t step = none;
    for (std::size_t i = 0; i < outboxes_.size(); ++i)
      if (const auto sent = outboxes_[i].sent(); cursors_[i] < sent.size())
        step = std::min(step, sent[cursors_[i]].step);
    if (step == none) break;
    for (std::size_t i = 0; i < outboxes_.size(); ++i) {
      const auto sent = outboxes_[i].sent();
      if (cursors_[i] == sent.size() || sent[cursors_[i]].step != step) continue;
      const std::vector<std::uint32_t>& sources = sent[cursors_[i]++].sources;
      in_flight_.insert(in_flight_.end(), sources.begin(), sources.end());
    }
    stretches_.push_back({step, in_flight_.size()});
  }
  for (Outbox& outbox : outboxes_) outbox.clear();
}

void SpikeExchange::turn(std::int64_t reached) {
  if (!network_) return;
  arrived_ = reached - network_->most_delay();
  const auto gone = std::ranges::find_if(stretches_, [&](const Stretch& s) { return s.step > arrived_; });
  if (gone - stretches_.begin() >= 64 && 2 * (gone - stretches_.begin()) >= std::ssize(stretches_)) {
    const std::size_t begin = (gone - 1)->end;
    in_flight_.erase(in_flight_.begin(), in_flight_.begin() + static_cast<std::ptrdiff_t>(begin));
    stretches_.erase(stretches_.begin(), gone);
    for (Stretch& stretch : stretches_) stretch.end -= begin;
  }
  sent_on_ = stretches_.size();
  gather();
}

std::vector<network::SentSpikes> SpikeExchange::in_flight() const {
  std::vector<network::SentSpikes> all;
  for (std::size_t i = 0; i < stretches_.size(); ++i) {
    if (stretches_[i].step <= arrived_) continue;
    const auto sources = this->sources(i);
    all.push_back({stretches_[i].step, {sources.begin(), sources.end()}});
    std::ranges::sort(all.back().sources);
  }
  return all;
}

void SpikeExchange::restore(const std::vector<network::SentSpikes>& in_flight, std::int64_t step) {
  for (Outbox& outbox : outboxes_) outbox.clear();
  in_flight_.clear();
  stretches_.clear();
  arrived_ = -1;
  sent_on_ = 0;
  for (auto& sums : sums_) sums.clear();  // which hold what had arrived when a step failed
  if (!network_) return;
  for (const network::SentSpikes& one : in_flight) {
    in_flight_.insert(in_flight_.end(), one.sources.begin(), one.sources.end());
    stretches_.push_back({one.step, in_flight_.size()});
  }
  network_->forget();
  for (int block = 0; block < network_->blocks(); ++block) send_on(block, step);
  sent_on_ = stretches_.size();
}

}  // namespace hillock::engine
