// Input type spike_file: listed spikes, each for one neuron.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Lists times (ms) and node_ids (neurons of the population; without it every spike goes to all targets), in
// any order; fields: weight (per neuron), delay (ms). Throws UserError where a node id is not a target.
std::unique_ptr<SpikeInput> make_spike_file(const InputData& data);

}  // namespace hillock::engine
