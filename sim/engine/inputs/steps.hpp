// Input type steps: a current that jumps to listed amplitudes at listed times, or a train of pulses.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Lists times (ms, ascending) and amplitudes: each lasts until the next time, the last until stop. Without
// the list times: see train.hpp.
std::unique_ptr<CurrentInput> make_steps(const InputData& data);

}  // namespace hillock::engine
