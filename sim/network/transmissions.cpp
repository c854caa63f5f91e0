// Draws connections that carry values, and keeps these for as long as they are on their way.
#include "network/transmissions.hpp"

#include <algorithm>
#include <utility>

namespace hillock::network {

Transmissions::Transmissions(const std::vector<TransmissionPlan>& plans, const Geometry& geometry,
                             const std::vector<std::int64_t>& sizes)
    : sends_(sizes.size()) {
  for (const TransmissionPlan& plan : plans) add(plan, geometry);
  // What is sent in a block of steps must not take the place of what others still wait for in it.
  least_delay_ = std::min(least_delay_, most_block);
  steps_ = most_delay_ + most_block + 1;
  history_.assign(static_cast<std::size_t>(steps_) * values_, 0.0);
}

// The place of the first value that a plan sends; what several send is kept once.
std::size_t Transmissions::sent(const TransmissionPlan& plan) {
  const Neurons& sources = plan.wiring.sources;
  const auto population = static_cast<std::size_t>(sources.population);
  sends_[population].any = true;
  sends_[population].observed = sends_[population].observed || plan.observed;
  const auto same = std::ranges::find_if(sent_, [&](const Sent& one) {
    return one.population == population && one.array == plan.variable && one.first == sources.first &&
           one.end == sources.end();
  });
  if (same != sent_.end()) return same->place;
  sent_.push_back({population, plan.variable, sources.first, sources.end(), values_});
  values_ += static_cast<std::size_t>(sources.count);
  return sent_.back().place;
}

void Transmissions::add(const TransmissionPlan& plan, const Geometry& geometry) {
  const Neurons &sources = plan.wiring.sources, &targets = plan.wiring.targets;
  const std::size_t first = sent(plan);
  Received received{static_cast<std::size_t>(targets.population), plan.arrivals, targets.first, {}, {}};
  std::vector<std::pair<std::int64_t, Synapse>> drawn;  // with the target, counted in the slice
  draw_edges(plan.wiring, geometry, counts_of_targets(plan.wiring), targets.first, targets.end(),
             [&](std::span<const Edge> edges) {
               for (const Edge& edge : edges)
                 drawn.push_back({edge.target - targets.first,
                                  {first + static_cast<std::size_t>(edge.source - sources.first),
                                   plan.delay(edge.delay_word, edge.listed), plan.weight(edge)}});
             });
  std::ranges::stable_sort(drawn, {}, [](const auto& one) { return one.first; });
  received.begins.assign(static_cast<std::size_t>(targets.count) + 1, 0);
  for (const auto& [target, synapse] : drawn) {
    ++received.begins[static_cast<std::size_t>(target) + 1];
    received.synapses.push_back(synapse);
    least_delay_ = std::min<std::int64_t>(least_delay_, synapse.delay);
    most_delay_ = std::max<std::int64_t>(most_delay_, synapse.delay);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(targets.count); ++i)
    received.begins[i + 1] += received.begins[i];
  count_ += std::ssize(drawn);
  received_.push_back(std::move(received));
}

void Transmissions::send(std::size_t population, const NeuronRange& range, std::int64_t step) {
  const std::span<double> all = values(step);
  for (const Sent& one : sent_) {
    if (one.population != population) continue;
    const std::int64_t first = std::max(one.first, range.first()),
                       end = std::min(one.end, range.first() + range.count());
    if (first < end)
      std::copy(range.array(one.array) + first, range.array(one.array) + end,
                all.begin() + static_cast<std::ptrdiff_t>(one.place) + (first - one.first));
  }
}

bool Transmissions::deliver(std::size_t population, NeuronRange& range, std::int64_t step) const {
  bool any = false;
  const std::int64_t now = step % steps_;
  for (const Received& one : received_) {
    if (one.population != population) continue;
    const std::int64_t first = std::max(one.first, range.first()),
                       end = std::min(one.first + std::ssize(one.begins) - 1, range.first() + range.count());
    for (std::int64_t neuron = first; neuron < end; ++neuron) {
      const auto at = static_cast<std::size_t>(neuron - one.first);
      double sum = 0;
      for (std::size_t k = one.begins[at]; k < one.begins[at + 1]; ++k) {
        const Synapse& synapse = one.synapses[k];
        if (step < synapse.delay) continue;
        const std::int64_t sent = now - synapse.delay;
        const auto row = static_cast<std::size_t>(sent < 0 ? sent + steps_ : sent);
        sum += synapse.weight * history_[row * values_ + synapse.value];
      }
      range.array(one.arrivals)[neuron] += sum;
      any = true;
    }
  }
  return any;
}

std::vector<double> Transmissions::in_flight(std::int64_t step) const {
  std::vector<double> all;
  for (std::int64_t sent = std::max<std::int64_t>(0, step - most_delay_ + 1); sent <= step; ++sent)
    std::ranges::copy(values(sent), std::back_inserter(all));
  return all;
}

void Transmissions::restore(std::span<const double> in_flight, std::int64_t step) {
  if (values_ == 0) return;
  const auto steps = std::ssize(in_flight) / static_cast<std::int64_t>(values_);
  for (std::int64_t i = 0; i < steps; ++i)
    std::ranges::copy(in_flight.subspan(static_cast<std::size_t>(i) * values_, values_),
                      values(step - steps + 1 + i).begin());
}

}  // namespace hillock::network
