// Input type ramp: a current that changes linearly between start and stop, and is 0 outside.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: from, to (per neuron), start, stop (ms; without it the end of the run).
std::unique_ptr<CurrentInput> make_ramp(const InputData& data);

}  // namespace hillock::engine
