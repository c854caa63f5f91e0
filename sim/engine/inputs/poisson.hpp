// Input type poisson: a Poisson process for each target, or one shared by all.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: rate (1/ms, per neuron), start, stop, delay (ms), weight (per neuron); flag shared.
std::unique_ptr<SpikeInput> make_poisson(const InputData& data);

}  // namespace hillock::engine
