// What a simulation knows between two steps, taken and gone back to.
#include "base/diagnostics.hpp"
#include "engine/simulation.hpp"

namespace hillock::engine {

Snapshot Simulation::snapshot() {
  refuse_if_over();
  Snapshot snapshot;
  snapshot.step = step_;
  snapshot.recorded = recorded_;
  snapshot.started = started_;
  snapshot.changed = changed_;
  snapshot.snippets = snippets_;
  snapshot.spike_counts = spike_counts_;
  snapshot.stops = stops_.points();
  snapshot.sent = exchange_.in_flight();
  if (const auto* transmissions = exchange_.transmissions())
    snapshot.transmitted = transmissions->in_flight(step_);
  for (const auto& population : plan_.populations) {
    auto& arrays = snapshot.populations.emplace_back();
    const std::vector<std::string>& names = population->plan().slots.arrays;
    for (std::size_t slot = 0; slot < names.size(); ++slot) {
      const std::span<const double> values = population->array(static_cast<int>(slot));
      arrays.push_back({names[slot], {values.begin(), values.end()}});
    }
  }
  for (std::size_t i = 0; i < frames_.reports(); ++i) snapshot.next_frames.push_back(frames_.next_frame(i));
  snapshot.rates = rates_.states();
  snapshot.next_weights = weights_.next_frames();
  return snapshot;
}

void Simulation::restore(const Snapshot& snapshot) {
  refuse_if_over();
  if (snapshot.populations.size() != plan_.populations.size() ||
      snapshot.next_frames.size() != frames_.reports() || snapshot.rates.size() != rates_.size() ||
      snapshot.snippets.size() != snippets_.size() ||
      snapshot.next_weights.size() != layout_.weights.size() || snapshot.changed > plan_.changes.size())
    throw base::InternalError("a snapshot of another simulation is restored");
  while (changed_ > snapshot.changed) exchange(plan_.changes[--changed_]);
  while (changed_ < snapshot.changed) exchange(plan_.changes[changed_++]);
  for (std::size_t p = 0; p < plan_.populations.size(); ++p)
    for (const Snapshot::Array& array : snapshot.populations[p])
      plan_.populations[p]->set(array.name, array.values);
  for (std::size_t i = 0; i < frames_.reports(); ++i) frames_.set_next_frame(i, snapshot.next_frames[i]);
  rates_.set(snapshot.rates);
  weights_.set_next_frames(snapshot.next_weights);
  for (std::size_t i = 0; i < spike_buffers_.size(); ++i) spike_buffers_[i] = {static_cast<int>(i), {}, {}};
  snippets_ = snapshot.snippets;
  for (std::size_t i = 0; i < snippets_.size(); ++i) snippets_[i].take_over(plan_.snippets[i]);
  spike_counts_ = snapshot.spike_counts;
  stops_.set(snapshot.stops);
  exchange_.restore(snapshot.sent, snapshot.step);
  if (auto* transmissions = exchange_.transmissions())
    transmissions->restore(snapshot.transmitted, snapshot.step);
  for (const SpikeSource& source : plan_.spikes) source.input->rewind();
  step_ = snapshot.step;
  recorded_ = snapshot.recorded;
  started_ = snapshot.started;
  divide();
}

}  // namespace hillock::engine
