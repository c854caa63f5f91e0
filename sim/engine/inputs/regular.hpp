// Input type regular: evenly spaced spikes.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: rate (1/ms) or interval (ms) (per neuron), start, stop, delay (ms), weight (per neuron). The first
// spike is at start.
std::unique_ptr<SpikeInput> make_regular(const InputData& data);

}  // namespace hillock::engine
