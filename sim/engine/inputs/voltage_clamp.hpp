// Input type voltage_clamp: an electrode that draws V to a command potential through a series resistance.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: voltage (mV, per neuron), or lists times (ms, ascending) and voltages (no clamp before the first
// time); resistance (per neuron), start, stop (ms).
std::unique_ptr<CurrentInput> make_voltage_clamp(const InputData& data);

}  // namespace hillock::engine
