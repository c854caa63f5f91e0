// Input type ou: an Ornstein-Uhlenbeck current, exact at the grid points and held over each step.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: mean, sigma (stationary standard deviation), tau (ms) (per neuron), start, stop (ms); flag shared:
// one process for all.
std::unique_ptr<CurrentInput> make_ou(const InputData& data);

}  // namespace hillock::engine
