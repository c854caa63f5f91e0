// What is measured of one action potential, given where it begins, peaks, ends and is lowest afterwards.
#pragma once
#include <cstddef>
#include <optional>

#include "analysis/trace.hpp"

namespace hillock::analysis {

// All indices are samples of the trace, begin < peak < end, peak <= minimum.

// The sample on the rising or falling flank that is nearest to half of the amplitude, (V[peak] + V[begin])/2.
std::size_t half_rise(const Trace& trace, std::size_t begin, std::size_t peak);
std::size_t half_fall(const Trace& trace, std::size_t begin, std::size_t peak, std::size_t end);

// From the sample where V has risen by rise_start of the amplitude to that where rise_stop is reached, ms.
double rise_time(const Trace& trace, std::size_t begin, std::size_t peak, const Settings& settings);

// (V[to] - V[from]) / (t[to] - t[from]), mV/ms.
double mean_slope(const Trace& trace, std::size_t from, std::size_t to);

// The steepest rise in [begin, peak) and fall in [peak, minimum), mV/ms.
double steepest_rise(const Trace& trace, std::size_t begin, std::size_t peak);
double steepest_fall(const Trace& trace, std::size_t peak, std::size_t minimum);

// The slope of dV/dt over V at the beginning, between the samples phaseslope_range before and behind it,
// 1/ms. Nothing where one of them is outside of the trace, or V is the same in both.
std::optional<double> phase_slope(const Trace& trace, std::size_t begin, const Settings& settings);

// The width at half of the height above the minimum, (V[peak] + V[minimum])/2, with both crossings
// interpolated between samples, ms. The rise is looked for from the sample `from` on.
double width_above_minimum(const Trace& trace, std::size_t from, std::size_t peak, std::size_t minimum);

// From the first sample in [from, minimum) at or above a potential (mV) to the next at or below it, ms.
double width_at(const Trace& trace, std::size_t from, std::size_t minimum, double potential);

// From the beginning to the first later sample that is no higher, at most to the minimum, ms.
double width_at_begin(const Trace& trace, std::size_t begin, std::size_t minimum);

}  // namespace hillock::analysis
