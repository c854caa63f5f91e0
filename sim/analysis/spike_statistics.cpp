// Rates, intervals and their variation.
#include "analysis/spike_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hillock::analysis {
namespace {

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

// (b - a)/(a + b) of successive intervals.
std::vector<double> contrasts(std::span<const double> intervals) {
  std::vector<double> values;
  for (std::size_t k = 1; k < intervals.size(); ++k)
    values.push_back((intervals[k] - intervals[k - 1]) / (intervals[k] + intervals[k - 1]));
  return values;
}

}  // namespace

SpikeTrains within(const SpikeTrains& trains, Window window) {
  SpikeTrains kept;
  for (const std::vector<double>& spikes : trains)
    kept.emplace_back(std::ranges::lower_bound(spikes, window.start),
                      std::ranges::upper_bound(spikes, window.latest()));
  return kept;
}

double mean_rate(std::span<const double> spikes, Window window) {
  return 1000 * static_cast<double>(spikes.size()) / window.duration();
}

std::vector<double> intervals(std::span<const double> spikes) {
  std::vector<double> values;
  for (std::size_t k = 1; k < spikes.size(); ++k) values.push_back(spikes[k] - spikes[k - 1]);
  return values;
}

std::optional<double> cv(std::span<const double> intervals) {
  if (intervals.size() < 2) return std::nullopt;
  return std::sqrt(variance_of(intervals)) / mean_of(intervals);
}

std::optional<double> cv2(std::span<const double> intervals) {
  if (intervals.size() < 2) return std::nullopt;
  std::vector<double> values = contrasts(intervals);
  for (double& value : values) value = std::fabs(value);
  return 2 * mean_of(values);
}

std::optional<double> lv(std::span<const double> intervals) {
  if (intervals.size() < 2) return std::nullopt;
  std::vector<double> values = contrasts(intervals);
  for (double& value : values) value *= value;
  return 3 * mean_of(values);
}

namespace {

// The first spike after a time; one on the same grid point, whose time is rounded otherwise, is not after it.
auto spike_after(std::span<const double> spikes, double time) {
  return std::ranges::upper_bound(spikes,
                                  time + 4 * std::numeric_limits<double>::epsilon() * std::fabs(time));
}

}  // namespace

std::optional<double> phase(std::span<const double> spikes, double time) {
  const auto next = spike_after(spikes, time);
  if (next - spikes.begin() < 2) return std::nullopt;
  return std::max(time - next[-1], 0.0) / (next[-1] - next[-2]);
}

std::optional<double> phase_shift(std::span<const double> spikes, double time) {
  const auto next = spike_after(spikes, time);
  if (next - spikes.begin() < 2 || next == spikes.end()) return std::nullopt;
  const double before = next[-1] - next[-2];
  return (before - (next[0] - next[-1])) / before;
}

std::optional<double> fano_factor(const SpikeTrains& trains) {
  std::vector<double> counts;
  for (const std::vector<double>& spikes : trains) counts.push_back(static_cast<double>(spikes.size()));
  if (std::ranges::all_of(counts, [](double count) { return count == 0; })) return std::nullopt;
  return variance_of(counts) / mean_of(counts);
}

std::vector<std::int64_t> histogram(std::span<const double> values, double bin) {
  std::vector<std::int64_t> counts;
  for (const double value : values) {
    const auto k = static_cast<std::size_t>(value / bin);
    if (k >= counts.size()) counts.resize(k + 1);
    ++counts[k];
  }
  return counts;
}

}  // namespace hillock::analysis
