// All spike statistics of a population at once.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/counts.hpp"
#include "analysis/spectrum.hpp"
#include "analysis/spike_statistics.hpp"

namespace hillock::analysis {

struct TrainStatistics {
  std::int64_t spikes = 0;
  double rate = 0;                    // Hz
  std::optional<double> cv, cv2, lv;  // of the intervals
  std::optional<double> phase, phase_shift;
};

// Those without a value are not defined for these spikes.
struct PopulationStatistics {
  Window window;   // ms
  double bin = 0;  // ms: of the counts, and of the two histograms
  std::int64_t neurons = 0, spikes = 0;
  double rate = 0;                           // Hz, mean over the neurons
  std::optional<double> cv, cv2, lv;         // means over the neurons that have them
  std::optional<double> phase, phase_shift;  // the same
  std::optional<double> fano_factor;         // of the numbers of spikes of the neurons
  std::optional<double> correlation;         // of counts, mean over pairs of neurons
  std::optional<double> spike_contrast;      // synchrony
  std::vector<TrainStatistics> trains;       // [n_trains]
  std::vector<std::int64_t> ISI_histogram;   // of all neurons, [0, bin), [bin, 2 bin) ...
  std::vector<double> autocorrelogram;       // at -lags ... lags bins
  Spectrum spectrum;                         // of the spikes of all neurons per bin
};

// Counts are taken in bins of `bin` ms, the autocorrelogram over `lags` of them to both sides. Spikes outside
// of the window count for `phase` and `phase_shift` only.
PopulationStatistics statistics(const SpikeTrains& trains, Window window, double bin, std::int64_t lags);

// How many bins of `bin` ms the autocorrelogram has to both sides, for it to reach `reach` ms: at least one.
inline constexpr double default_reach = 50;
std::int64_t lags_of(double bin, double reach = default_reach);

// Names, units and definitions of what statistics() gives, for documentation.
struct StatisticText {
  std::string_view name, unit, doc;
};
std::span<const StatisticText> statistic_texts();

// The one of this name. Throws UserError if there is none.
const StatisticText& find_statistic(std::string_view name);

}  // namespace hillock::analysis
