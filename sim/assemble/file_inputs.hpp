// Inputs whose times and values stand in files: sampled currents and listed spikes.
#pragma once
#include "assemble/inputs.hpp"

namespace hillock::assemble {

// Fills the lists times (ms) and values of a current (type file). Throws UserError naming file and row where
// times do not ascend, are negative, or end before the run does.
void read_samples(const model::Experiment& experiment, const model::InputSpec& input, engine::InputData& data,
                  const FileReaders& readers);

// Whether the file of an input of type spike_file says which neuron each of its spikes reaches.
bool names_neurons(const model::InputSpec& input);

// Fills the lists times (ms) and, where the file or the config names neurons, node_ids (type spike_file).
// Warns of times that are not multiples of dt.
void read_spike_file(const model::Experiment& experiment, const model::InputSpec& input,
                     engine::InputData& data, const FileReaders& readers, base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
