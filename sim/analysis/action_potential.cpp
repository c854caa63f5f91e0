// Features of action potentials: the lists of landmarks paired as eFEL pairs them.
#include <algorithm>
#include <array>

#include "analysis/features.hpp"
#include "analysis/spike_shape.hpp"

namespace hillock::analysis {
namespace {

using Indices = std::vector<std::size_t>;
using Values = std::vector<double>;

// value(a[k], b[k], ...) for all k that every list has.
template <class Value, class... Lists>
Values zipped(Value value, const Lists&... lists) {
  Values values(std::min({lists.size()...}));
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = value(lists[k]...);
  return values;
}

Values as_numbers(const Indices& indices) { return {indices.begin(), indices.end()}; }

Values times(const Measured& m, const Indices& indices) {
  return zipped([&](std::size_t i) { return m.trace.time[i]; }, indices);
}

Values potentials(const Measured& m, const Indices& indices) {
  return zipped([&](std::size_t i) { return m.trace.V[i]; }, indices);
}

Values times_between(const Measured& m, const Indices& from, const Indices& to) {
  return zipped([&](std::size_t a, std::size_t b) { return m.trace.time[b] - m.trace.time[a]; }, from, to);
}

// V[a] - V[b].
Values potentials_between(const Measured& m, const Indices& a, const Indices& b) {
  return zipped([&](std::size_t i, std::size_t k) { return m.trace.V[i] - m.trace.V[k]; }, a, b);
}

template <class Condition>
Indices peaks_where(const Measured& m, Condition holds) {
  Indices kept;
  std::ranges::copy_if(m.marks.peaks, std::back_inserter(kept), holds);
  return kept;
}

Indices peaks_after_start(const Measured& m) {
  return peaks_where(m, [&](std::size_t i) { return m.trace.time[i] > m.trace.stimulus_start; });
}

// Peaks behind the first beginning: what rises from the beginnings.
Indices peaks_of_begins(const Measured& m) {
  if (m.marks.begins.empty()) return {};
  return peaks_where(m, [&](std::size_t i) { return i > m.marks.begins[0]; });
}

Values amplitudes(const Measured& m) {
  const Indices peaks = m.peaks_in_stimulus();
  return peaks.size() > m.marks.begins.size() ? Values{} : potentials_between(m, peaks, m.marks.begins);
}

Indices rise_indices(const Measured& m) {
  Indices indices;
  for (std::size_t k = 0; k < std::min(m.marks.begins.size(), m.marks.peaks.size()); ++k) {
    if (m.marks.peaks[k] <= m.marks.begins[k]) return {};
    indices.push_back(half_rise(m.trace, m.marks.begins[k], m.marks.peaks[k]));
  }
  return indices;
}

Indices fall_indices(const Measured& m) {
  Indices indices;
  for (std::size_t k = 0; k < std::min({m.marks.begins.size(), m.marks.peaks.size(), m.marks.ends.size()});
       ++k)
    indices.push_back(half_fall(m.trace, m.marks.begins[k], m.marks.peaks[k], m.marks.ends[k]));
  return indices;
}

Values upstrokes(const Measured& m) {
  Values values;
  auto peak = m.marks.peaks.begin();
  for (const std::size_t begin : m.marks.begins) {
    peak = std::lower_bound(peak, m.marks.peaks.end(), begin);
    if (peak == m.marks.peaks.end()) break;
    values.push_back(steepest_rise(m.trace, begin, *peak++));
  }
  return values;
}

Values phase_slopes(const Measured& m) {
  Values values;
  for (const std::size_t begin : m.marks.begins) {
    const auto slope = phase_slope(m.trace, begin, m.settings);
    if (!slope) return {};
    values.push_back(*slope);
  }
  return values;
}

Values begin_widths(const Measured& m) {
  if (m.marks.later_minima.size() > m.marks.begins.size()) return {};
  return zipped(
      [&](std::size_t begin, std::size_t minimum) { return width_at_begin(m.trace, begin, minimum); },
      m.marks.begins, m.marks.later_minima);
}

Values widths_at_threshold(const Measured& m) {
  Values widths;
  const bool strict = m.settings.strict_stimulus_interval;
  std::size_t from = strict ? m.marks.stimulus : 0;
  for (const std::size_t minimum : m.marks.minima) {
    if (strict && m.trace.time[minimum] >= m.trace.stimulus_stop) break;
    widths.push_back(width_at(m.trace, from, minimum, m.settings.threshold));
    from = minimum;
  }
  return widths;
}

Values widths_at_half(const Measured& m) {
  Values widths;
  std::size_t from = m.marks.stimulus;
  for (std::size_t k = 0; k < std::min(m.marks.peaks.size(), m.marks.minima.size()); ++k) {
    widths.push_back(width_above_minimum(m.trace, from, m.marks.peaks[k], m.marks.minima[k]));
    from = m.marks.minima[k];
  }
  return widths;
}

Values fast_AHP(const Measured& m) {
  Values depths = potentials_between(m, m.marks.begins, m.marks.minima);
  if (!m.marks.begins.empty()) depths.resize(std::min(depths.size(), m.marks.begins.size() - 1));
  return depths;
}

Values above_base(const Measured& m, const Indices& indices) {
  const Values base = find_feature("voltage_base").measure(m);
  if (base.empty()) return {};
  return zipped([&](std::size_t i) { return m.trace.V[i] - base[0]; }, indices);
}

constexpr auto table = std::to_array<Feature>({
    {"peak_indices", "1", true,
     "highest sample between an upward crossing of Threshold and the next downward one, "
     "counted from 0",
     [](const Measured& m) { return as_numbers(m.marks.peaks); }},
    {"peak_time", "ms", true, "time of the peak", [](const Measured& m) { return times(m, m.marks.peaks); }},
    {"peak_voltage", "mV", true, "potential at the peak",
     [](const Measured& m) { return potentials(m, m.marks.peaks); }},
    {"AP_begin_indices", "1", true,
     "onset: back from the peak, where dV/dt has passed DerivativeThreshold and stays above it "
     "for "
     "DerivativeWindow samples",
     [](const Measured& m) { return as_numbers(m.marks.begins); }},
    {"AP_begin_time", "ms", true, "time of the onset",
     [](const Measured& m) { return times(m, m.marks.begins); }},
    {"AP_begin_voltage", "mV", true, "potential at the onset",
     [](const Measured& m) { return potentials(m, m.marks.begins); }},
    {"AP_end_indices", "1", true,
     "first sample after the steepest fall, before the next peak, with dV/dt back at "
     "DownDerivativeThreshold",
     [](const Measured& m) { return as_numbers(m.marks.ends); }},
    {"AP_amplitude", "mV", true, "peak above onset, of the peaks within the stimulus", amplitudes},
    {"AP_amplitude_from_voltagebase", "mV", true, "peak above voltage_base",
     [](const Measured& m) { return above_base(m, m.marks.peaks); }},
    {"AP_duration", "ms", true, "from onset to end",
     [](const Measured& m) { return times_between(m, m.marks.begins, m.marks.ends); }},
    {"AP_rise_indices", "1", true, "sample on the rising flank nearest to half of the amplitude",
     [](const Measured& m) { return as_numbers(rise_indices(m)); }},
    {"AP_fall_indices", "1", true, "sample on the falling flank nearest to half of the amplitude",
     [](const Measured& m) { return as_numbers(fall_indices(m)); }},
    {"AP_duration_half_width", "ms", true, "from AP_rise_indices to AP_fall_indices",
     [](const Measured& m) { return times_between(m, rise_indices(m), fall_indices(m)); }},
    {"AP_rise_time", "ms", true,
     "from onset to peak, between rise_start_perc and rise_end_perc of the amplitude",
     [](const Measured& m) {
       return zipped(
           [&](std::size_t begin, std::size_t peak) { return rise_time(m.trace, begin, peak, m.settings); },
           m.marks.begins, peaks_of_begins(m));
     }},
    {"AP_fall_time", "ms", true, "from peak to end",
     [](const Measured& m) { return times_between(m, peaks_after_start(m), m.marks.ends); }},
    {"AP_rise_rate", "mV/ms", true, "mean slope from onset to peak",
     [](const Measured& m) {
       return zipped([&](std::size_t begin, std::size_t peak) { return mean_slope(m.trace, begin, peak); },
                     m.marks.begins, peaks_of_begins(m));
     }},
    {"AP_fall_rate", "mV/ms", true, "mean slope from peak to end",
     [](const Measured& m) {
       return zipped([&](std::size_t peak, std::size_t end) { return mean_slope(m.trace, peak, end); },
                     peaks_after_start(m), m.marks.ends);
     }},
    {"AP_peak_upstroke", "mV/ms", true, "largest dV/dt from onset to peak", upstrokes},
    {"AP_peak_downstroke", "mV/ms", true, "lowest dV/dt from peak to AHP",
     [](const Measured& m) {
       return zipped(
           [&](std::size_t peak, std::size_t minimum) { return steepest_fall(m.trace, peak, minimum); },
           m.marks.peaks, m.marks.minima);
     }},
    {"AP_phaseslope", "1/ms", true,
     "slope of dV/dt over V at the onset, between AP_phaseslope_range samples before and "
     "behind",
     phase_slopes},
    {"AP_width", "ms", true, "from the first sample at or above Threshold to the next at or below it",
     widths_at_threshold},
    {"spike_half_width", "ms", true, "width at half of the height above the AHP, crossings interpolated",
     widths_at_half},
    {"AP_begin_width", "ms", true,
     "from onset to the first later sample that is no higher, at most to the AHP", begin_widths},
    {"min_AHP_indices", "1", true,
     "AHP: first minimum after the peak that two samples no lower follow, otherwise the lowest "
     "up to the next peak",
     [](const Measured& m) { return as_numbers(m.marks.minima); }},
    {"min_AHP_values", "mV", true, "potential of the AHP",
     [](const Measured& m) { return potentials(m, m.marks.minima); }},
    {"AHP_depth_abs", "mV", true, "the same as min_AHP_values",
     [](const Measured& m) { return potentials(m, m.marks.minima); }},
    {"AHP_depth", "mV", true, "AHP above voltage_base",
     [](const Measured& m) { return above_base(m, m.marks.minima); }},
    {"AHP_depth_from_peak", "mV", true, "peak above AHP",
     [](const Measured& m) { return potentials_between(m, m.marks.peaks, m.marks.minima); }},
    {"AHP_time_from_peak", "ms", true, "from peak to AHP",
     [](const Measured& m) { return times_between(m, m.marks.peaks, m.marks.minima); }},
    {"fast_AHP", "mV", true, "onset above AHP, but for the last action potential", fast_AHP},
});

}  // namespace

std::span<const Feature> action_potential_features() { return table; }

}  // namespace hillock::analysis
