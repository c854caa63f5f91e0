// Input type noise: a Gaussian current for each neuron, redrawn at fixed intervals (NEST's noise_generator).
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: mean, std (per neuron), every (ms, a multiple of dt), start, stop (ms).
std::unique_ptr<CurrentInput> make_noise(const InputData& data);

}  // namespace hillock::engine
