// Features of when the action potentials come: counts, intervals, frequency, adaptation.
#include <array>
#include <cmath>

#include "analysis/features.hpp"

namespace hillock::analysis {
namespace {

using Values = std::vector<double>;

Values intervals(const Measured& m) {
  Values values;
  for (std::size_t k = 1; k < m.marks.peaks.size(); ++k)
    values.push_back(m.trace.time[m.marks.peaks[k]] - m.trace.time[m.marks.peaks[k - 1]]);
  return values;
}

Values from_start(const Measured& m, std::size_t index) {
  if (index >= m.marks.peaks.size()) return {};
  return {m.trace.time[m.marks.peaks[index]] - m.trace.stimulus_start};
}

// 1000 times the peaks in the stimulus over the time from its start to the last of them, Hz.
Values mean_frequency(const Measured& m) {
  const std::vector<std::size_t> peaks = m.peaks_in_stimulus();
  if (peaks.empty()) return m.marks.peaks.empty() ? Values{} : Values{0};
  return {1000 * static_cast<double>(peaks.size()) / (m.trace.time[peaks.back()] - m.trace.stimulus_start)};
}

Values interval_variation(const Measured& m) {
  Values all = intervals(m);
  if (m.settings.ignore_first_ISI && !all.empty()) all.erase(all.begin());
  if (all.size() < 2) return {};
  double mean = 0, squares = 0;
  for (const double interval : all) mean += interval / static_cast<double>(all.size());
  for (const double interval : all) squares += (interval - mean) * (interval - mean);
  return {std::sqrt(squares / static_cast<double>(all.size() - 1)) / mean};
}

// The mean of (next - this)/(next + this) over successive intervals in the stimulus, but its first.
Values adaptation(const Measured& m) {
  const std::vector<std::size_t> peaks = m.peaks_in_stimulus();
  if (peaks.size() < 4) return {};
  double sum = 0;
  for (std::size_t k = 3; k < peaks.size(); ++k) {
    const double before = m.trace.time[peaks[k - 1]] - m.trace.time[peaks[k - 2]];
    const double behind = m.trace.time[peaks[k]] - m.trace.time[peaks[k - 1]];
    sum += (behind - before) / (behind + before);
  }
  return {sum / static_cast<double>(peaks.size() - 3)};
}

}  // namespace

std::span<const Feature> spike_timing_features() {
  static const auto table = std::to_array<Feature>({
      {"spike_count", "1", false, "number of action potentials",
       [](const Measured& m) { return Values{static_cast<double>(m.marks.peaks.size())}; }},
      {"mean_frequency", "Hz", false,
       "peaks within the stimulus, over the time from its start to the last of them", mean_frequency},
      {"time_to_first_spike", "ms", false, "first peak, from the start of the stimulus",
       [](const Measured& m) { return from_start(m, 0); }},
      {"time_to_second_spike", "ms", false, "second peak, from the start of the stimulus",
       [](const Measured& m) { return from_start(m, 1); }},
      {"ISI_CV", "1", false,
       "standard deviation (n - 1) of the intervals between peaks over their mean; without the "
       "first interval",
       interval_variation},
      {"adaptation_index2", "1", false,
       "mean of (next - this)/(next + this) over successive intervals in the stimulus, without "
       "its first peak",
       adaptation},
      {"all_ISI_values", "ms", true, "intervals between peaks", intervals},
  });
  return table;
}

}  // namespace hillock::analysis
