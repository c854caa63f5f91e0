// What was measured of one population during a run, as results hold it: /analysis/<population> of a file.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hillock::engine {

// One quantity: a value per neuron, a value per place on an axis, or one for the population.
struct AnalysisValues {
  std::string name, unit, long_name;
  std::string axis;            // "neuron", the name of one of the axes, or "": a single value
  std::vector<double> values;  // NaN where there is none
};

struct AnalysisTable {
  std::string population;
  std::vector<std::int64_t> neurons;      // ascending, at least one
  std::vector<AnalysisValues> axes;       // of histograms and spectra; each on the axis of its own name
  std::vector<AnalysisValues> values;     // at least one
  std::map<std::string, double> numbers;  // stimulus_start_ms, bin_ms, Threshold ...
  std::string note;                       // why something is missing; may be empty
};

}  // namespace hillock::engine
