// Input type spikes: the same listed spikes for all targets.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// List times (ms); fields: weight (per neuron), delay (ms).
std::unique_ptr<SpikeInput> make_spikes(const InputData& data);

}  // namespace hillock::engine
