// From the inputs of a config to the engine's inputs, one for each population that an input targets.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/simulation.hpp"
#include "model/experiment.hpp"
#include "record/columns.hpp"
#include "solve/cell.hpp"

namespace hillock::assemble {

// What files hold; assemble takes record's readers.
struct FileReaders {
  model::ColumnReader column;
  // Spike times (ms) and neurons of a population in a spike file.
  std::function<void(const std::string& path, const std::string& population, std::vector<double>& times,
                     std::vector<double>& neurons)>
      spikes;
  // All columns of a text file, or of a data set of two dimensions.
  std::function<record::Columns(const std::string& file, const std::string& dataset)> columns;
};
FileReaders file_readers();

// The neurons of `population` that an input targets, ascending; empty with `all` set if it is all of them.
struct Targets {
  bool any = false, all = false;
  std::vector<std::int64_t> neurons;
};
Targets targets_in(const model::InputSpec& input, int population, std::int64_t size);

// The checked fields of an input for one population.
engine::InputData input_data(const model::Experiment& experiment, const model::InputSpec& input,
                             int population, const Targets& targets, const FileReaders& readers,
                             base::Diagnostics& diagnostics);

// Whether the amplitudes of a current are in pA while its site takes a density.
bool given_in_current(const model::InputSpec& input, const model::Model& neuron);

// The view that solve has of a current; `input` must outlive the recordings.
solve::Forcing forcing_of(const model::InputSpec& spec, const engine::CurrentInput& input,
                          const model::Model& neuron);

}  // namespace hillock::assemble
