// Amplitude, widths and slopes of one action potential.
#include "analysis/spike_shape.hpp"

#include <algorithm>
#include <cmath>

namespace hillock::analysis {
namespace {

std::size_t nearest_to(const Trace& trace, std::size_t from, std::size_t until, double potential) {
  std::size_t nearest = from;
  for (std::size_t i = from + 1; i < until; ++i)
    if (std::fabs(trace.V[i] - potential) < std::fabs(trace.V[nearest] - potential)) nearest = i;
  return nearest;
}

// The time at which the line through samples i - 1 and i meets a potential; the time of a first sample.
double crossing(const Trace& trace, std::size_t i, double potential) {
  if (i == 0) return trace.time[0];
  return trace.time[i] +
         (trace.time[i] - trace.time[i - 1]) * (potential - trace.V[i]) / (trace.V[i] - trace.V[i - 1]);
}

// The first sample in [from, until) where something holds; `until` where it never does.
template <class Condition>
std::size_t first_where(std::size_t from, std::size_t until, Condition holds) {
  for (std::size_t i = from; i < until; ++i)
    if (holds(i)) return i;
  return until;
}

}  // namespace

std::size_t half_rise(const Trace& trace, std::size_t begin, std::size_t peak) {
  return nearest_to(trace, begin, peak, (trace.V[peak] + trace.V[begin]) / 2);
}

std::size_t half_fall(const Trace& trace, std::size_t begin, std::size_t peak, std::size_t end) {
  return nearest_to(trace, peak, end, (trace.V[peak] + trace.V[begin]) / 2);
}

double rise_time(const Trace& trace, std::size_t begin, std::size_t peak, const Settings& settings) {
  constexpr double rounding = 1e-13;  // mV: the ends of the range are samples themselves at 0 and 1
  const double amplitude = trace.V[peak] - trace.V[begin];
  const double low = trace.V[begin] + settings.rise_start * amplitude - rounding;
  const double high = trace.V[begin] + settings.rise_stop * amplitude + rounding;
  std::size_t first = begin, last = peak;
  while (first < peak && trace.V[first] < low) ++first;
  while (last > begin && trace.V[last] > high) --last;
  return trace.time[last] - trace.time[first];
}

double mean_slope(const Trace& trace, std::size_t from, std::size_t to) {
  return (trace.V[to] - trace.V[from]) / (trace.time[to] - trace.time[from]);
}

double steepest_rise(const Trace& trace, std::size_t begin, std::size_t peak) {
  double steepest = trace.slope(begin);
  for (std::size_t i = begin + 1; i < peak; ++i) steepest = std::max(steepest, trace.slope(i));
  return steepest;
}

double steepest_fall(const Trace& trace, std::size_t peak, std::size_t minimum) {
  double steepest = trace.slope(peak);
  for (std::size_t i = peak + 1; i < minimum; ++i) steepest = std::min(steepest, trace.slope(i));
  return steepest;
}

std::optional<double> phase_slope(const Trace& trace, std::size_t begin, const Settings& settings) {
  const auto range = static_cast<std::size_t>(settings.phaseslope_range);
  if (begin < range || begin + range >= trace.size()) return std::nullopt;
  const std::size_t before = begin - range, behind = begin + range;
  if (trace.V[behind] == trace.V[before]) return std::nullopt;
  return (trace.slope(behind) - trace.slope(before)) / (trace.V[behind] - trace.V[before]);
}

double width_above_minimum(const Trace& trace, std::size_t from, std::size_t peak, std::size_t minimum) {
  const double half = (trace.V[peak] + trace.V[minimum]) / 2;
  const std::size_t rise = first_where(from, peak, [&](std::size_t i) { return trace.V[i] >= half; });
  const std::size_t fall = first_where(peak, minimum, [&](std::size_t i) { return trace.V[i] <= half; });
  return crossing(trace, fall, half) - crossing(trace, rise, half);
}

double width_at(const Trace& trace, std::size_t from, std::size_t minimum, double potential) {
  const std::size_t rise = first_where(from, minimum, [&](std::size_t i) { return trace.V[i] >= potential; });
  const std::size_t fall = first_where(rise, minimum, [&](std::size_t i) { return trace.V[i] <= potential; });
  return trace.time[fall] - trace.time[rise];
}

double width_at_begin(const Trace& trace, std::size_t begin, std::size_t minimum) {
  const std::size_t back =
      first_where(begin + 1, minimum, [&](std::size_t i) { return trace.V[i] <= trace.V[begin]; });
  return trace.time[back] - trace.time[begin];
}

}  // namespace hillock::analysis
