// The pulse train of input type steps: pulses of one width and height, one per period.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: amplitude (per neuron), start, width, period (ms), count (whole; without it the train lasts as long
// as the run), stop (ms).
std::unique_ptr<CurrentInput> make_train(const InputData& data);

}  // namespace hillock::engine
