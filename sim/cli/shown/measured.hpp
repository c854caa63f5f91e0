// What was measured of a population during its run, as /analysis of the file holds it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/run_reader.hpp"

namespace hillock::cli {

struct MeasuredValues {
  std::string name, unit, doc;
  std::vector<double> values;  // of each neuron, NaN where there is none
};

struct MeasuredDuringRun {
  std::vector<std::int64_t> neurons;
  std::vector<MeasuredValues> of_neurons;  // of each of them
  std::string note;                        // why something is missing; may be empty
};

// Without what is no value per neuron: means over the population, histograms and spectra. Nothing if the file
// has none of it. Throws IoError.
std::optional<MeasuredDuringRun> measured_during_run(record::RunReader& reader,
                                                     const std::string& population);

}  // namespace hillock::cli
