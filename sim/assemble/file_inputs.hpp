// Inputs whose times and values stand in files: sampled currents and listed spikes.
#pragma once
#include "assemble/inputs.hpp"

namespace hillock::assemble {

// Fills the lists times (ms) and values of a current (type file). Throws UserError naming file and row where
// times do not ascend, are negative, or end before the run does.
void read_samples(const model::Experiment& experiment, const model::InputSpec& input, engine::InputData& data,
                  const FileReaders& readers);

// Whether an input has rates that stand in a file.
bool has_course(const model::InputSpec& input);

// Fills the lists times (ms) and values [time, course] of such rates (1/ms): one course, or with per_target
// one for each of `targets`. Throws UserError as above, and where a rate is negative or courses are not as
// many.
void read_rates(const model::Experiment& experiment, const model::InputSpec& input, std::int64_t targets,
                engine::InputData& data, const FileReaders& readers);

// Whether the file of an input says which of its numbers are which neuron's: the node ids of a spike_file, or
// the rates of each target.
bool names_neurons(const model::InputSpec& input);

// Fills the lists times (ms) and, where the file or the config names neurons, node_ids (type spike_file).
// Warns of times that are not multiples of dt.
void read_spike_file(const model::Experiment& experiment, const model::InputSpec& input,
                     engine::InputData& data, const FileReaders& readers, base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
