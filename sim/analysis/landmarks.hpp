// Where the action potentials of a trace peak, begin and end, and where the membrane is lowest after them.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "analysis/trace.hpp"

namespace hillock::analysis {

// Each of the searches below looks only at the samples it is given the bounds of: from the minimum after one
// action potential to the peak of the next is enough, so that they also work on a window of a longer trace.

// The highest sample between each upward crossing of the threshold and the next downward one. A crossing lies
// between two samples on either side; a sample on the threshold itself hides it. Crossings are paired in
// order, as eFEL does: an upward one that is hidden leaves its partner to the next.
std::vector<std::size_t> find_peaks(std::span<const double> V, double threshold);

// The first local minimum in [from, until): the search stops when two samples in a row are no lower. Where it
// never stops, the lowest sample.
std::size_t find_minimum(std::span<const double> V, std::size_t from, std::size_t until);

// The beginning of an action potential: back from its peak to the last sample whose slope is at most
// derivative_threshold; the sample after it, if there and in the next derivative_window - 1 the slope reaches
// the threshold, otherwise the search goes on further back. Nothing if it arrives at `floor`.
std::optional<std::size_t> find_begin(const Trace& trace, std::size_t peak, std::size_t floor,
                                      const Settings& settings);

// The end of an action potential: the first sample behind its steepest fall, in (peak, until), whose slope is
// back at down_derivative_threshold.
std::optional<std::size_t> find_end(const Trace& trace, std::size_t peak, std::size_t until,
                                    const Settings& settings);

// All of a trace. The lists need not be of one length: an action potential without a beginning, an end or a
// minimum is left out of that list, and what is measured pairs the lists from their start, as eFEL does.
struct Landmarks {
  std::size_t stimulus = 0;               // first sample of the stimulus
  std::vector<std::size_t> peaks;         // within the stimulus, if that is asked for
  std::vector<std::size_t> minima;        // after each peak; not where the trace ends
  std::vector<std::size_t> begins, ends;  // of the peaks after `stimulus`
  std::vector<std::size_t> later_peaks;   // peaks after `stimulus`
  std::vector<std::size_t> later_minima;  // minima after `stimulus`
};
Landmarks find_landmarks(const Trace& trace, const Settings& settings);

}  // namespace hillock::analysis
