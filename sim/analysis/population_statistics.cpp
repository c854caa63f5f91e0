// Spike statistics of a population: each neuron's, their means, and what the neurons do together.
#include "analysis/population_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "analysis/synchrony.hpp"
#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace hillock::analysis {
namespace {

// `all`: with those outside of the window.
TrainStatistics of_train(std::span<const double> spikes, std::span<const double> all, Window window) {
  const std::vector<double> between = intervals(spikes);
  return {static_cast<std::int64_t>(spikes.size()),
          mean_rate(spikes, window),
          cv(between),
          cv2(between),
          lv(between),
          phase(all, window.start),
          phase_shift(all, window.start)};
}

std::optional<double> mean_of(const std::vector<TrainStatistics>& trains,
                              std::optional<double> TrainStatistics::*value) {
  double sum = 0, count = 0;
  for (const TrainStatistics& train : trains)
    if (train.*value) {
      sum += *(train.*value);
      ++count;
    }
  if (count == 0) return std::nullopt;
  return sum / count;
}

}  // namespace

PopulationStatistics statistics(const SpikeTrains& trains, Window window, double bin, std::int64_t lags) {
  const SpikeTrains kept = within(trains, window);
  const Counts counts = count_spikes(kept, window, bin);
  PopulationStatistics found;
  found.window = window;
  found.bin = bin;
  found.neurons = static_cast<std::int64_t>(kept.size());
  std::vector<double> all_intervals;
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const std::vector<double>& spikes = kept[k];
    found.trains.push_back(of_train(spikes, trains[k], window));
    found.spikes += found.trains.back().spikes;
    found.rate += found.trains.back().rate / static_cast<double>(kept.size());
    const std::vector<double> between = intervals(spikes);
    all_intervals.insert(all_intervals.end(), between.begin(), between.end());
  }
  found.cv = mean_of(found.trains, &TrainStatistics::cv);
  found.cv2 = mean_of(found.trains, &TrainStatistics::cv2);
  found.lv = mean_of(found.trains, &TrainStatistics::lv);
  found.phase = mean_of(found.trains, &TrainStatistics::phase);
  found.phase_shift = mean_of(found.trains, &TrainStatistics::phase_shift);
  found.fano_factor = fano_factor(kept);
  found.correlation = mean_correlation(counts);
  found.spike_contrast = spike_contrast(kept, window);
  found.ISI_histogram = histogram(all_intervals, bin);
  found.autocorrelogram = autocorrelogram(counts, lags);
  found.spectrum = power_spectrum(population_counts(counts), 1000 / bin);
  return found;
}

std::int64_t lags_of(double bin, double reach) {
  return std::max<std::int64_t>(1, std::llround(reach / bin));
}

std::span<const StatisticText> statistic_texts() {
  static constexpr auto table = std::to_array<StatisticText>({
      {"rate", "Hz",
       "spikes of a neuron over the length of the window; mean over the neurons, silent ones included"},
      {"cv", "1",
       "standard deviation (dividing by n) of a neuron's interspike intervals over their mean; mean over "
       "neurons"},
      {"cv2", "1", "mean of 2 |b - a|/(a + b) over a neuron's successive intervals a, b; mean over neurons"},
      {"lv", "1",
       "mean of 3 ((b - a)/(a + b))^2 over a neuron's successive intervals a, b; mean over neurons"},
      {"phase", "1",
       "(start - b)/(b - a): a neuron's last spikes a, b up to the start of the window; mean over neurons"},
      {"phase_shift", "1",
       "((b - a) - (c - b))/(b - a) with the next spike c, which need not lie in the window: positive where "
       "it "
       "comes early (Ermentrout 1996); mean over neurons"},
      {"fano_factor", "1", "variance (dividing by n) of the neurons' numbers of spikes over their mean"},
      {"correlation", "1",
       "Pearson's correlation of the spike counts of two neurons in bins; mean over all pairs that both "
       "fire"},
      {"spike_contrast", "1",
       "synchrony, from 0 to 1: highest product of contrast between overlapping bins and part of the neurons "
       "active in "
       "them (Ciba et al. 2018), bins from half of the window down to 10 ms"},
      {"ISI_histogram", "1", "number of intervals in [k bin, (k + 1) bin), of all neurons"},
      {"autocorrelogram", "1",
       "pairs of spikes of one neuron by their distance in bins, itself included, summed over the neurons"},
      {"spectrum", "1/Hz",
       "power spectral density of the spikes of all neurons per bin: Welch's method with 8 segments that "
       "overlap by "
       "half, Hann window, mean removed, one-sided"},
  });
  return table;
}

const StatisticText& find_statistic(std::string_view name) {
  const auto found = std::ranges::find(statistic_texts(), name, &StatisticText::name);
  if (found != statistic_texts().end()) return *found;
  std::vector<std::string> names;
  for (const StatisticText& text : statistic_texts()) names.emplace_back(text.name);
  const std::string near = base::did_you_mean(name, names);
  throw base::UserError("'" + std::string(name) + "' is not a statistic of spikes",
                        near.empty() ? "there are " + base::join(names, ", ") : near);
}

}  // namespace hillock::analysis
