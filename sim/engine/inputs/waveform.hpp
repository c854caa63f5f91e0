// Input type waveform: any expression of time, between start and stop.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// InputData::waveform gives the current; fields: start, stop (ms).
std::unique_ptr<CurrentInput> make_waveform(const InputData& data);

}  // namespace hillock::engine
