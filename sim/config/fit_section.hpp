// `search: fit`: parameters are fitted to measured values and to a recorded trace.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "config/composition.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// What is fitted: a number between its bounds, both in internal units.
struct FittedParameter {
  std::string path;
  base::Place place;  // of the path
  base::Dimension dimension;
  double from = 0, to = 0;
  bool logarithmic = false;
  // The value at this part, between 0 and 1, of the way from one to the other.
  double value(double part) const;
};

// What a measure of the table is to be.
struct TargetMeasure {
  std::string population, name;
  base::Quantity value, sd;
  base::Place place;
};

// What one neuron is to do from `start` to before `stop`: the file that says so.
struct TargetRecording {
  std::string path;  // absolute
  int population = 0;
  std::int64_t neuron = 0;
  double start = 0, stop = 0;  // ms
  double sd = 0;               // by which differences are divided
  base::Place place, file_place;
};

// What a variable is to be.
struct TargetTrace : TargetRecording {
  std::string column;       // of its values, or their data set; empty: found by the variable's name
  std::string time_column;  // of their times in ms; empty: "time", or `interval`
  double interval = 0;      // ms between samples, the first one at 0; 0: they have times
  base::Unit unit;          // of the values
  std::string variable;
  base::Dimension dimension;   // of the variable
  std::optional<double> clip;  // what lies above counts as this
};

// When spikes are to be.
struct TargetSpikes : TargetRecording {
  double tau = 100;  // ms: spikes that lie further apart do not draw together
};

struct FitSpec {
  std::vector<FittedParameter> parameters;
  std::vector<TargetMeasure> measures;
  std::optional<TargetTrace> trace;
  std::optional<TargetSpikes> spikes;
  std::int64_t runs = 2000;     // at most, of each point
  std::int64_t candidates = 0;  // of the first generation; 0: as many as are usual
  std::int64_t restarts = 0;    // at most
  double tolerance = 0.01;      // of the error: then the fit is good enough
  base::Place place;

  // The settings at these places of all parameters, each between 0 and 1.
  std::vector<Assignment> at(std::span<const double> places) const;
};

// Reads what is written under `search`, which has the key `fit`; `experiment` is the config without it.
// Findings go to the reader's diagnostics.
FitSpec read_fit(Reader& reader, const Node& search, const model::Experiment& experiment);

}  // namespace hillock::config
