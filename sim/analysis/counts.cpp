// Binning, and second moments of counts.
#include "analysis/counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hillock::analysis {
namespace {

// The whole number at or below x; the next one if x is within 1e-8 of it.
std::int64_t bin_of(double x) {
  constexpr double rounding = 1e-8;
  const double below = std::floor(x);
  return static_cast<std::int64_t>(below) + (1 - rounding <= x - below ? 1 : 0);
}

struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments(const std::vector<Counts::Entry>& train, std::int64_t bins) {
  const auto n = static_cast<double>(bins);
  double sum = 0, squares = 0;
  for (const Counts::Entry& entry : train) {
    sum += entry.count;
    squares += entry.count * entry.count;
  }
  return {sum / n, std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)))};
}

// The sum of products of counts in common bins.
double product(const std::vector<Counts::Entry>& a, const std::vector<Counts::Entry>& b) {
  double sum = 0;
  for (auto i = a.begin(), k = b.begin(); i != a.end() && k != b.end();) {
    if (i->bin == k->bin) sum += i->count * k->count;
    const bool step_a = i->bin <= k->bin, step_b = k->bin <= i->bin;
    if (step_a) ++i;
    if (step_b) ++k;
  }
  return sum;
}

}  // namespace

Counts count_spikes(const SpikeTrains& trains, Window window, double bin) {
  Counts counts{bin_of(window.duration() / bin), bin, {}};
  for (const std::vector<double>& spikes : trains) {
    std::vector<Counts::Entry>& train = counts.trains.emplace_back();
    for (const double spike : spikes) {
      const std::int64_t k = bin_of((spike - window.start) / bin);
      if (k < 0 || k >= counts.bins) continue;
      if (train.empty() || train.back().bin != k) train.push_back({k, 0});
      ++train.back().count;
    }
  }
  return counts;
}

std::vector<double> population_counts(const Counts& counts) {
  std::vector<double> sums(static_cast<std::size_t>(counts.bins));
  for (const auto& train : counts.trains)
    for (const Counts::Entry& entry : train) sums[static_cast<std::size_t>(entry.bin)] += entry.count;
  return sums;
}

std::vector<std::vector<double>> correlations(const Counts& counts) {
  const std::size_t n = counts.trains.size();
  std::vector<Moments> of;
  for (const auto& train : counts.trains) of.push_back(moments(train, counts.bins));
  std::vector<std::vector<double>> matrix(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k <= i; ++k) {
      const double spread = of[i].deviation * of[k].deviation;
      const double covariance =
          product(counts.trains[i], counts.trains[k]) / static_cast<double>(counts.bins) -
          of[i].mean * of[k].mean;
      const double coefficient = i == k ? 1 : covariance / spread;
      matrix[i][k] = matrix[k][i] = spread > 0 ? coefficient : std::numeric_limits<double>::quiet_NaN();
    }
  return matrix;
}

// With z = (count - mean)/deviation, the sum of all correlations, those with oneself included, is the mean
// over the bins of the square of the sum of z over the trains.
std::optional<double> mean_correlation(const Counts& counts) {
  std::vector<double> sums(static_cast<std::size_t>(counts.bins));
  double offset = 0, trains = 0;
  for (const auto& train : counts.trains) {
    const Moments of = moments(train, counts.bins);
    if (!(of.deviation > 0)) continue;
    ++trains;
    offset += of.mean / of.deviation;
    for (const Counts::Entry& entry : train)
      sums[static_cast<std::size_t>(entry.bin)] += entry.count / of.deviation;
  }
  if (trains < 2) return std::nullopt;
  double squares = 0;
  for (const double sum : sums) squares += (sum - offset) * (sum - offset);
  return (squares / static_cast<double>(counts.bins) - trains) / (trains * (trains - 1));
}

std::vector<double> autocorrelogram(const Counts& counts, std::int64_t lags) {
  std::vector<double> pairs(static_cast<std::size_t>(2 * lags + 1));
  for (const auto& train : counts.trains)
    for (auto i = train.begin(); i != train.end(); ++i)
      for (auto k = i; k != train.end() && k->bin - i->bin <= lags; ++k) {
        const double product = i->count * k->count;
        pairs[static_cast<std::size_t>(lags + (k->bin - i->bin))] += product;
        if (k != i) pairs[static_cast<std::size_t>(lags - (k->bin - i->bin))] += product;
      }
  return pairs;
}

}  // namespace hillock::analysis
