// The searches for peaks, minima, beginnings and ends.
#include "analysis/landmarks.hpp"

#include <algorithm>

namespace hillock::analysis {

std::size_t Trace::at(double t) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(time, t) - time.begin());
}

std::vector<std::size_t> find_peaks(std::span<const double> V, double threshold) {
  std::vector<std::size_t> up, down;
  for (std::size_t i = 1; i < V.size(); ++i) {
    if (V[i] > threshold && V[i - 1] < threshold) up.push_back(i);
    if (V[i] < threshold && V[i - 1] > threshold && !up.empty()) down.push_back(i);
  }
  std::vector<std::size_t> peaks;
  for (std::size_t k = 0; k < std::min(up.size(), down.size()); ++k)
    if (up[k] <= down[k])
      peaks.push_back(
          static_cast<std::size_t>(std::max_element(V.begin() + up[k], V.begin() + down[k] + 1) - V.begin()));
  return peaks;
}

std::size_t find_minimum(std::span<const double> V, std::size_t from, std::size_t until) {
  std::size_t lowest = from;
  int no_lower = 0;
  for (std::size_t i = from + 1; i < until && no_lower < 2; ++i) {
    if (V[i] < V[lowest]) {
      lowest = i;
      no_lower = 0;
    } else {
      ++no_lower;
    }
  }
  return lowest;
}

std::optional<std::size_t> find_begin(const Trace& trace, std::size_t peak, std::size_t floor,
                                      const Settings& settings) {
  const double threshold = settings.derivative_threshold;
  const auto window = static_cast<std::size_t>(settings.derivative_window);
  if (window > trace.size()) return std::nullopt;
  for (std::size_t top = peak;;) {
    std::size_t begin = top;  // the first of the steep samples before `top`
    while (begin > floor && trace.slope(begin - 1) > threshold) --begin;
    begin = std::min(begin, trace.size() - window);
    if (begin <= floor) return std::nullopt;
    std::size_t steep = 0;
    while (steep < window && trace.slope(begin + steep) >= threshold) ++steep;
    if (steep == window) return begin;
    top = begin - 1;
  }
}

std::optional<std::size_t> find_end(const Trace& trace, std::size_t peak, std::size_t until,
                                    const Settings& settings) {
  if (peak + 1 >= until) return std::nullopt;
  std::size_t steepest = peak + 1;
  double lowest = trace.slope(steepest);
  for (std::size_t i = steepest + 1; i < until; ++i)
    if (const double slope = trace.slope(i); slope < lowest) {
      lowest = slope;
      steepest = i;
    }
  for (std::size_t i = steepest; i < until; ++i)
    if (trace.slope(i) >= settings.down_derivative_threshold) return i;
  return std::nullopt;
}

namespace {

void keep_stimulus(const Trace& trace, std::vector<std::size_t>& peaks) {
  std::erase_if(peaks, [&](std::size_t peak) {
    return trace.time[peak] < trace.stimulus_start || trace.time[peak] > trace.stimulus_stop;
  });
}

std::vector<std::size_t> after(const std::vector<std::size_t>& indices, std::size_t index) {
  std::vector<std::size_t> later;
  for (const std::size_t i : indices)
    if (i > index) later.push_back(i);
  return later;
}

void find_minima(const Trace& trace, std::size_t until, Landmarks& marks) {
  for (std::size_t k = 0; k < marks.peaks.size(); ++k) {
    const std::size_t next = k + 1 < marks.peaks.size() ? marks.peaks[k + 1] : until;
    const std::size_t lowest = find_minimum(trace.V, marks.peaks[k], next);
    if (lowest + 1 != until) marks.minima.push_back(lowest);
  }
}

// Onsets are searched down to the minimum before; for the first, to two samples before the stimulus.
void find_begins(const Trace& trace, const Settings& settings, Landmarks& marks) {
  const std::size_t count = std::min(marks.later_peaks.size(), marks.later_minima.size() + 1);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t floor =
        k > 0 ? marks.later_minima[k - 1] : marks.stimulus - std::min<std::size_t>(marks.stimulus, 2);
    if (const auto begin = find_begin(trace, marks.later_peaks[k], floor, settings))
      marks.begins.push_back(*begin);
  }
}

void find_ends(const Trace& trace, const Settings& settings, Landmarks& marks) {
  for (std::size_t k = 0; k < marks.later_peaks.size(); ++k) {
    const std::size_t next = k + 1 < marks.later_peaks.size() ? marks.later_peaks[k + 1] : trace.size() - 1;
    if (const auto end = find_end(trace, marks.later_peaks[k], next, settings)) marks.ends.push_back(*end);
  }
}

}  // namespace

Landmarks find_landmarks(const Trace& trace, const Settings& settings) {
  Landmarks marks;
  marks.stimulus = trace.at(trace.stimulus_start);
  marks.peaks = find_peaks(trace.V, settings.threshold);
  if (settings.strict_stimulus_interval) keep_stimulus(trace, marks.peaks);
  find_minima(trace, settings.strict_stimulus_interval ? trace.at(trace.stimulus_stop) : trace.size(), marks);
  marks.later_peaks = after(marks.peaks, marks.stimulus);
  marks.later_minima = after(marks.minima, marks.stimulus);
  find_begins(trace, settings, marks);
  find_ends(trace, settings, marks);
  return marks;
}

}  // namespace hillock::analysis
