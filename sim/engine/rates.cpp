// Counts the spikes of populations in bins and divides by neurons and time.
#include "engine/rates.hpp"

#include <algorithm>
#include <utility>

namespace hillock::engine {

namespace {

constexpr std::size_t block_frames = 1 << 15;

}  // namespace

Rates::Rates(const std::vector<ReportPlan>& plans, const std::vector<ReportLayout>& layouts,
             base::TimeGrid grid)
    : grid_(grid) {
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const ReportLayout& layout = layouts[i];
    if (layout.pooling != Pooling::rate) continue;
    Bins& bins = bins_.emplace_back();
    bins.report = static_cast<int>(i);
    bins.population = plans[i].population;
    bins.every = plans[i].every;
    bins.keep.assign(static_cast<std::size_t>(layout.neurons.back()) + 1, false);
    for (const std::int64_t neuron : layout.neurons) bins.keep[static_cast<std::size_t>(neuron)] = true;
    bins.neurons = static_cast<double>(layout.neurons.size());
    bins.float64 = layout.float64;
  }
}

// Counts are whole numbers, so their order changes nothing.
void Rates::close(Bins& bins, std::int64_t steps) const {
  const double seconds = grid_.time(steps) / 1000;
  bins.values.push_back(static_cast<double>(bins.state.count) / (bins.neurons * seconds));
  ++bins.state.frame;
  bins.state.count = 0;
}

void Rates::add(std::size_t population, std::int64_t step, std::span<const network::Spike> spikes) {
  for (Bins& bins : bins_) {
    if (bins.population != static_cast<int>(population)) continue;
    while ((bins.state.frame + 1) * bins.every <= step) close(bins, bins.every);
    bins.state.count += std::ranges::count_if(spikes, [&](const network::Spike& spike) {
      return spike.neuron < bins.keep.size() && bins.keep[spike.neuron];
    });
  }
}

void Rates::complete(std::int64_t step) {
  for (Bins& bins : bins_)
    while ((bins.state.frame + 1) * bins.every <= step) close(bins, bins.every);
}

void Rates::end(std::int64_t step) {
  complete(step);
  for (Bins& bins : bins_)
    if (const std::int64_t left = step - bins.state.frame * bins.every; left > 0) close(bins, left);
}

bool Rates::full(std::size_t rate) const { return bins_[rate].values.size() >= block_frames; }

FrameBlock Rates::take(std::size_t rate) {
  Bins& bins = bins_[rate];
  FrameBlock block;
  block.report = bins.report;
  block.frames = std::ssize(bins.values);
  block.first_frame = bins.state.frame - block.frames;
  std::vector<double> values = std::exchange(bins.values, {});
  if (bins.float64)
    block.values64 = std::move(values);
  else
    block.values32.assign(values.begin(), values.end());
  return block;
}

std::vector<Rates::State> Rates::states() const {
  std::vector<State> states;
  for (const Bins& bins : bins_) states.push_back(bins.state);
  return states;
}

void Rates::set(const std::vector<State>& states) {
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    bins_[i].state = states.at(i);
    bins_[i].values.clear();
  }
}

}  // namespace hillock::engine
