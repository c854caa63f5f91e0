// Input type gamma: a renewal process whose intervals have a gamma distribution.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: rate (1/ms), order (per neuron), start, stop, delay (ms), weight (per neuron). Each target has
// spikes of its own; at start the process is stationary.
std::unique_ptr<SpikeInput> make_gamma(const InputData& data);

// A number with the gamma distribution of this order (> 0) and mean `order`: a function of (stream, index,
// number). Marsaglia & Tsang 2000, ACM Trans. Math. Softw. 26:363, doi:10.1145/358407.358414.
double gamma_draw(double order, const base::Stream& stream, std::uint64_t index, std::uint64_t number);

}  // namespace hillock::engine
