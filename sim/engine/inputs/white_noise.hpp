// Input type white_noise: a mean current and Gaussian white noise between start and stop.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: mean, sigma (current * sqrt(ms)) (per neuron), start, stop (ms).
std::unique_ptr<CurrentInput> make_white_noise(const InputData& data);

}  // namespace hillock::engine
