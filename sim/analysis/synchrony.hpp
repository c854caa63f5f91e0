// How much the neurons of a population fire together.
#pragma once
#include <optional>

#include "analysis/spike_statistics.hpp"

namespace hillock::analysis {

// Spike contrast, from 0 (independent) to 1 (identical trains), the highest over bins that shrink from half
// of the window to min_bin by the factor `shrink` (Ciba et al. 2018, J. Neurosci. Methods 293:136; definition
// and defaults of elephant.spike_train_synchrony.spike_contrast). min_bin in ms. None with fewer than two
// trains, with no train of two spikes, or when the window is shorter than two of the smallest bins.
std::optional<double> spike_contrast(const SpikeTrains& trains, Window window, double min_bin = 10,
                                     double shrink = 0.9);

}  // namespace hillock::analysis
