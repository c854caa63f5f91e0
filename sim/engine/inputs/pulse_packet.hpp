// Input type pulse_packet: volleys of spikes, spread around given times.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// List times (ms); fields: number (of spikes in a packet), spread (ms, standard deviation), delay (ms),
// weight (per neuron); flag shared. Spikes that would come before 0 are left out.
std::unique_ptr<SpikeInput> make_pulse_packet(const InputData& data);

}  // namespace hillock::engine
