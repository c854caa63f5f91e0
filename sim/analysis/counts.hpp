// Spikes counted in bins: correlation of counts, autocorrelogram, power spectrum. Definitions are elephant's.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/spike_statistics.hpp"

namespace hillock::analysis {

// Spike trains counted in bins of `bin` ms from window.start on; a last bin that is not whole is left out
// (elephant.conversion.BinnedSpikeTrain: a spike within 1e-8 of a bin below the next bin belongs to that).
struct Counts {
  struct Entry {
    std::int64_t bin = 0;
    double count = 0;
  };
  std::int64_t bins = 0;
  double bin = 0;                          // ms
  std::vector<std::vector<Entry>> trains;  // the bins that have spikes, ascending
};
Counts count_spikes(const SpikeTrains& trains, Window window, double bin);

// The spikes of all trains together, one number per bin.
std::vector<double> population_counts(const Counts& counts);

// Pearson's correlation of the counts of each train with each other, [n][n]; NaN for a train whose counts do
// not vary (elephant.spike_train_correlation.correlation_coefficient).
std::vector<std::vector<double>> correlations(const Counts& counts);

// Their mean over all pairs of different trains whose counts vary; no matrix is made for it. None if there
// are fewer than two such trains.
std::optional<double> mean_correlation(const Counts& counts);

// Pairs of spikes of one train by their distance in bins, -lags ... lags, summed over the trains; a spike
// pairs with itself (elephant.spike_train_correlation.cross_correlation_histogram of a train with itself).
std::vector<double> autocorrelogram(const Counts& counts, std::int64_t lags);

}  // namespace hillock::analysis
