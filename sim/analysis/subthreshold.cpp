// Features of the potential below threshold: rest, deflection, sag, input resistance, time constants.
#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/exponential_fit.hpp"
#include "analysis/features.hpp"

namespace hillock::analysis {
namespace {

using Values = std::vector<double>;

// The mean of V over samples [from, until); empty if there are none.
Values mean_between(const Trace& trace, std::size_t from, std::size_t until) {
  if (from >= until || until > trace.size()) return {};
  double sum = 0;
  for (std::size_t i = from; i < until; ++i) sum += trace.V[i];
  return {sum / static_cast<double>(until - from)};
}

double duration(const Trace& trace) { return trace.stimulus_stop - trace.stimulus_start; }

// The first sample behind a time, give or take rounding.
std::size_t behind(const Trace& trace, double t) { return trace.at(t + 1e-10); }

Values difference(const Values& a, const Values& b) {
  if (a.empty() || b.empty()) return {};
  return {a[0] - b[0]};
}

Values ratio(const Values& a, const Values& b) {
  if (a.empty() || b.empty() || b[0] == 0) return {};
  return {a[0] / b[0]};
}

Values voltage_base(const Measured& m) {
  const double from = m.settings.voltage_base_start * m.trace.stimulus_start;
  const double to = m.settings.voltage_base_stop * m.trace.stimulus_start;
  if (from >= to) return {};
  return mean_between(m.trace, m.trace.at(from), behind(m.trace, to));
}

Values before_stimulus(const Measured& m) { return mean_between(m.trace, 0, m.marks.stimulus); }

Values steady_state_at_end(const Measured& m) {
  const double stop = m.trace.stimulus_stop;
  return mean_between(m.trace, m.trace.at(stop - 0.1 * duration(m.trace)), m.trace.at(stop));
}

// The first sample later than a time.
std::size_t later_than(const Trace& trace, double t) {
  const std::size_t i = trace.at(t);
  return i < trace.size() && trace.time[i] == t ? i + 1 : i;
}

std::span<const double> during_stimulus(const Measured& m) {
  const std::size_t until = later_than(m.trace, m.trace.stimulus_stop);
  if (until <= m.marks.stimulus) return {};
  return m.trace.V.subspan(m.marks.stimulus, until - m.marks.stimulus);
}

Values minimum(const Measured& m) {
  const auto V = during_stimulus(m);
  return V.empty() ? Values{} : Values{*std::ranges::min_element(V)};
}

Values maximum(const Measured& m) {
  const auto V = during_stimulus(m);
  return V.empty() ? Values{} : Values{*std::ranges::max_element(V)};
}

// The mean of `count` samples that end 5 samples before `until`.
Values mean_before(const Trace& trace, std::size_t until, std::size_t count) {
  constexpr std::size_t gap = 5;
  return until < count + gap ? Values{} : mean_between(trace, until - gap - count, until - gap);
}

Values deflection(const Measured& m) {
  const std::size_t until = later_than(m.trace, m.trace.stimulus_stop);
  if (until == m.trace.size()) return {};
  return difference(mean_before(m.trace, until, 5), before_stimulus(m));
}

Values deflection_at_begin(const Measured& m) {
  const double start = m.trace.stimulus_start, length = duration(m.trace);
  const std::size_t from = later_than(m.trace, start + 0.05 * length);
  return difference(mean_between(m.trace, from, later_than(m.trace, start + 0.15 * length)),
                    before_stimulus(m));
}

Values deflection_of_steady_state(const Measured& m) {
  return difference(steady_state_at_end(m), voltage_base(m));
}

Values after_stimulus(const Measured& m) {
  const double stop = m.trace.stimulus_stop, length = m.trace.time.back() - stop;
  if (length <= 0) return {};
  const std::size_t until = m.trace.at(stop + 0.75 * length);
  return mean_between(m.trace, m.trace.at(stop + 0.25 * length), std::min(until + 1, m.trace.size()));
}

Values sag(const Measured& m) {
  const Values deflected = deflection_of_steady_state(m);
  if (deflected.empty() || deflected[0] > 0) return {};
  return difference(steady_state_at_end(m), minimum(m));
}

Values resistance(const Measured& m, const Values& deflected) {
  return ratio(deflected, {m.settings.stimulus_current});
}

Values magnitude(const std::optional<double>& value) { return value ? Values{std::fabs(*value)} : Values{}; }

Values decay_after_stimulus(const Measured& m) {
  const double stop = m.trace.stimulus_stop;
  const std::size_t from = m.trace.at(stop + m.settings.decay_start_after_stim);
  const std::size_t until = m.trace.at(stop + m.settings.decay_end_after_stim);
  if (from >= until || m.marks.stimulus >= m.trace.size()) return {};
  return magnitude(decay_time(m.trace.time.subspan(from, until - from), m.trace.V.subspan(from, until - from),
                              m.trace.V[m.marks.stimulus]));
}

// From the lowest sample of the stimulus to where nine tenths of the sag are gone.
Values sag_time_constant(const Measured& m) {
  constexpr std::ptrdiff_t fewest = 10;  // samples
  const Values amplitude = sag(m), steady = steady_state_at_end(m);
  if (amplitude.empty()) return {};
  const auto V = during_stimulus(m);
  const auto lowest = std::ranges::min_element(V);
  const double end_level = steady[0] - 0.1 * amplitude[0];
  const auto end =
      std::find_if(lowest + 1, V.end(), [&](double potential) { return potential >= end_level; });
  if (end == V.end() || end - lowest < fewest) return {};
  const auto first = static_cast<std::size_t>(lowest - V.begin()),
             count = static_cast<std::size_t>(end - lowest);
  return magnitude(
      decay_time(m.trace.time.subspan(m.marks.stimulus + first, count), V.subspan(first, count), *end));
}

// dV/dt over five samples, mV/ms (Abramowitz & Stegun 25.3.6).
double smooth_slope(const Trace& trace, std::size_t i) {
  const auto five = [i](std::span<const double> x) {
    return (x[i - 2] - 8 * x[i - 1] + 8 * x[i + 1] - x[i + 2]) / 12;
  };
  return five(trace.V) / five(trace.time);
}

// Where the potential falls for the first time for more than 5 samples on end, and where it has come to rest:
// it falls no more, nor does it on average within the next 70 ms. Not with action potentials in between.
Values membrane_time_constant(const Measured& m) {
  constexpr double at_rest = -5e-3;                     // mV/ms
  constexpr std::size_t transient = 10, shortest = 10;  // samples
  const Trace& trace = m.trace;
  const std::size_t begin = m.marks.stimulus + transient;
  const std::size_t until = trace.at((trace.stimulus_start + trace.stimulus_stop) / 2);
  if (begin < 2 || until + 2 > trace.size() || begin >= until) return {};
  const auto fires = [&](std::size_t peak) { return peak >= m.marks.stimulus && peak < until; };
  if (std::ranges::any_of(m.marks.peaks, fires)) return {};
  std::vector<double> fallen{0};  // the sums of the slopes up to each sample, for means
  for (std::size_t i = begin; i < until; ++i) fallen.push_back(fallen.back() + smooth_slope(trace, i));
  const auto falls = [&](std::size_t i) { return fallen[i - begin + 1] - fallen[i - begin] <= at_rest; };
  std::size_t from = begin, run = 0;
  for (std::size_t i = begin; i < until && run < 6; ++i) {
    run = falls(i) ? run + 1 : 0;
    if (run == 1) from = i;
  }
  if (run < 6) return {};
  for (std::size_t i = from; i < until; ++i) {
    const std::size_t far = std::min(trace.at(trace.time[i] + 70), until);
    const double mean = (fallen[far - begin] - fallen[i - begin]) / static_cast<double>(far - i);
    if (falls(i) || mean <= at_rest) continue;
    if (i - from < shortest) return {};
    return magnitude(
        decay_time_to_unknown_rest(trace.time.subspan(from, i - from), trace.V.subspan(from, i - from)));
  }
  return {};
}

}  // namespace

std::span<const Feature> subthreshold_features() {
  static const auto table = std::to_array<Feature>({
      {"voltage_base", "mV", false,
       "mean from voltage_base_start_perc to voltage_base_end_perc of the time before the stimulus",
       voltage_base},
      {"minimum_voltage", "mV", false, "lowest potential within the stimulus", minimum},
      {"maximum_voltage", "mV", false, "highest potential within the stimulus", maximum},
      {"steady_state_voltage", "mV", false, "mean after the stimulus",
       [](const Measured& m) {
         return mean_between(m.trace, later_than(m.trace, m.trace.stimulus_stop), m.trace.size());
       }},
      {"steady_state_voltage_stimend", "mV", false, "mean over the last tenth of the stimulus",
       steady_state_at_end},
      {"steady_state_hyper", "mV", false,
       "mean of 30 samples, up to 5 samples before the end of the stimulus",
       [](const Measured& m) { return mean_before(m.trace, m.trace.at(m.trace.stimulus_stop), 30); }},
      {"voltage_after_stim", "mV", false,
       "mean from a quarter to three quarters of the time after the stimulus", after_stimulus},
      {"voltage_deflection", "mV", false,
       "mean of 5 samples, up to 5 samples before the end of the stimulus, above the mean before the "
       "stimulus",
       deflection},
      {"voltage_deflection_begin", "mV", false,
       "mean from 5 % to 15 % of the stimulus, above the mean before the stimulus", deflection_at_begin},
      {"voltage_deflection_vb_ssse", "mV", false, "steady_state_voltage_stimend above voltage_base",
       deflection_of_steady_state},
      {"sag_amplitude", "mV", false,
       "steady_state_voltage_stimend above minimum_voltage, where the former is not above voltage_base", sag},
      {"sag_ratio1", "1", false, "sag_amplitude over the depth of minimum_voltage below voltage_base",
       [](const Measured& m) { return ratio(sag(m), difference(voltage_base(m), minimum(m))); }},
      {"sag_ratio2", "1", false,
       "depth of steady_state_voltage_stimend below voltage_base over that of minimum_voltage",
       [](const Measured& m) {
         return ratio(difference(voltage_base(m), steady_state_at_end(m)),
                      difference(voltage_base(m), minimum(m)));
       }},
      {"sag_time_constant", "ms", false,
       "of the exponential from the lowest potential of the stimulus to where nine tenths of the sag are "
       "gone",
       sag_time_constant},
      {"time_constant", "ms", false,
       "of the exponential fall within the first half of the stimulus, if that is free of action potentials, "
       "fitted with its rest; eFEL ends the "
       "fit within "
       "0.01 mV of that, which may cost a few per cent",
       membrane_time_constant},
      {"decay_time_constant_after_stim", "ms", false,
       "of the exponential from decay_start_after_stim to decay_end_after_stim, towards the potential where "
       "the stimulus began",
       decay_after_stimulus},
      {"ohmic_input_resistance", "MOhm", false, "voltage_deflection over stimulus_current",
       [](const Measured& m) { return resistance(m, deflection(m)); }},
      {"ohmic_input_resistance_vb_ssse", "MOhm", false, "voltage_deflection_vb_ssse over stimulus_current",
       [](const Measured& m) { return resistance(m, deflection_of_steady_state(m)); }},
  });
  return table;
}

}  // namespace hillock::analysis
