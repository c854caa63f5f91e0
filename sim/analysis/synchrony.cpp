// Spike contrast: bins that overlap by half, of ever smaller size.
#include "analysis/synchrony.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hillock::analysis {
namespace {

double shortest_interval(const SpikeTrains& trains) {
  double shortest = std::numeric_limits<double>::infinity();
  for (const std::vector<double>& spikes : trains)
    for (std::size_t k = 1; k < spikes.size(); ++k) shortest = std::min(shortest, spikes[k] - spikes[k - 1]);
  return shortest;
}

// In each bin: the spikes, and the trains that have some. Bin k reaches over the steps k and k + 1.
struct Overlapping {
  std::vector<double> spikes, trains;
};

// Steps of half a bin; the last one is closed on both sides.
struct Steps {
  double start, size;
  std::int64_t count;
  double edge(std::int64_t k) const { return start + static_cast<double>(k) * size; }
  std::int64_t of(double t) const {
    auto k = static_cast<std::int64_t>((t - start) / size);
    while (k > 0 && t < edge(k)) --k;
    while (t >= edge(k + 1)) ++k;
    return k == count && t == edge(count) ? count - 1 : k;
  }
};

Overlapping count(const SpikeTrains& trains, const Steps& steps) {
  const auto bins = static_cast<std::size_t>(std::max<std::int64_t>(steps.count - 1, 0));
  Overlapping counts{std::vector<double>(bins), std::vector<double>(bins)};
  for (const std::vector<double>& spikes : trains) {
    std::int64_t active = -1;  // the last bin in which this train was counted
    for (const double spike : spikes) {
      const std::int64_t step = steps.of(spike);
      if (step < 0 || step >= steps.count) continue;
      for (std::int64_t bin = std::max<std::int64_t>(step - 1, 0); bin <= std::min(step, steps.count - 2);
           ++bin) {
        ++counts.spikes[static_cast<std::size_t>(bin)];
        if (bin > active) ++counts.trains[static_cast<std::size_t>(bin)];
        active = std::max(active, bin);
      }
    }
  }
  return counts;
}

// The contrast between neighbouring bins times the part of the trains that are active together.
double synchrony(const Overlapping& counts, double trains, double spikes) {
  double weighted = 0, sum = 0, changes = 0;
  for (std::size_t k = 0; k < counts.spikes.size(); ++k) {
    weighted += counts.trains[k] * counts.spikes[k];
    sum += counts.spikes[k];
    if (k > 0) changes += std::fabs(counts.spikes[k] - counts.spikes[k - 1]);
  }
  return (weighted / sum - 1) / (trains - 1) * changes / (2 * spikes);
}

}  // namespace

std::optional<double> spike_contrast(const SpikeTrains& trains, Window window, double min_bin,
                                     double shrink) {
  const SpikeTrains kept = within(trains, window);
  const double shortest = shortest_interval(kept);
  if (kept.size() < 2 || std::isinf(shortest)) return std::nullopt;
  double spikes = 0;
  for (const std::vector<double>& train : kept) spikes += static_cast<double>(train.size());
  std::optional<double> highest;
  for (double bin = window.duration() / 2; bin >= std::max(shortest / 2, min_bin); bin *= shrink) {
    const double start = window.start - shortest, step = bin / 2;
    const double stop = window.stop + shortest + step;
    const auto edges = static_cast<std::int64_t>(std::ceil((stop - start) / step));
    const Steps steps{start, start + step - start, edges - 1};
    const double here = synchrony(count(kept, steps), static_cast<double>(kept.size()), spikes);
    highest = std::max(highest.value_or(here), here);
  }
  return highest;
}

}  // namespace hillock::analysis
