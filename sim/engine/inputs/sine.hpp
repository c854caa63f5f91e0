// Input type sine: offset + amplitude sin(2 pi frequency t + phase) between start and stop.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: amplitude, frequency (1/ms), phase (radians), offset (per neuron), start, stop (ms).
std::unique_ptr<CurrentInput> make_sine(const InputData& data);

}  // namespace hillock::engine
