// Input type dc: a constant current between start and stop.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: amplitude (per neuron), start, stop (ms).
std::unique_ptr<CurrentInput> make_dc(const InputData& data);

}  // namespace hillock::engine
