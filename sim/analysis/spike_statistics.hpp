// Statistics of spike times: rate, intervals and their variation, spread of counts. Definitions and defaults
// are elephant's, which has no phases.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace hillock::analysis {

// Spike times of one neuron each: ascending, ms.
using SpikeTrains = std::vector<std::vector<double>>;

// The window that statistics are taken over, ms. Spikes at both of its ends belong to it: at the last step of
// a run steps times dt may be a rounding error behind the duration.
struct Window {
  double start = 0, stop = 0;
  double duration() const { return stop - start; }
  double latest() const { return stop + 1e-12 * (stop < 0 ? -stop : stop); }  // of a spike
};

// The spikes within the window.
SpikeTrains within(const SpikeTrains& trains, Window window);

// Spikes per second (elephant.statistics.mean_firing_rate).
double mean_rate(std::span<const double> spikes, Window window);

// Intervals between successive spikes, ms (elephant.statistics.isi).
std::vector<double> intervals(std::span<const double> spikes);

// Standard deviation (dividing by n) over mean of the intervals (elephant.statistics.cv). This and the next
// two need 2 intervals, otherwise there is no value.
std::optional<double> cv(std::span<const double> intervals);

// Mean of 2 |b - a|/(a + b) over successive intervals (Holt et al. 1996, J. Neurophysiol. 75:1806;
// elephant.statistics.cv2).
std::optional<double> cv2(std::span<const double> intervals);

// Mean of 3 ((b - a)/(a + b))^2 over successive intervals (Shinomoto et al. 2003, Neural Comput. 15:2823;
// elephant.statistics.lv).
std::optional<double> lv(std::span<const double> intervals);

// How far a time lies behind the last spike b up to it, in parts of the interval b - a before that spike.
// None without two such spikes.
std::optional<double> phase(std::span<const double> spikes, double time);

// How much earlier the next spike c comes than that interval lets expect, in parts of it: ((b - a) - (c -
// b))/ (b - a); positive for an advance (Ermentrout 1996, Neural Comput. 8:979). None without the three
// spikes.
std::optional<double> phase_shift(std::span<const double> spikes, double time);

// Variance (dividing by n) over mean of the numbers of spikes (elephant.statistics.fanofactor). None if there
// is no spike.
std::optional<double> fano_factor(const SpikeTrains& trains);

// How many values lie in [k bin, (k + 1) bin), up to the highest; bin > 0.
std::vector<std::int64_t> histogram(std::span<const double> values, double bin);

}  // namespace hillock::analysis
