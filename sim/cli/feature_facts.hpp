// What `hillock features` finds in a file, before it is printed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/features.hpp"
#include "analysis/population_statistics.hpp"
#include "record/run_reader.hpp"

namespace hillock::cli {

// What is to be measured; see the options of `hillock features`.
struct FeatureRequest {
  std::vector<std::string> populations;          // empty: all
  std::vector<std::int64_t> neurons;             // empty: all; otherwise ascending
  std::optional<double> start, stop;             // ms: of the stimulus and of the spike statistics
  std::vector<const analysis::Feature*> chosen;  // empty: all
  analysis::Settings settings;
  double bin = 5;  // ms
};

struct NeuronFeatures {
  std::int64_t neuron = 0;
  std::vector<std::vector<double>> values;  // [feature][action potential]
};

// The features of the traces of one population.
struct TraceFeatures {
  std::string place;                             // "/report/exc/V"
  double interval = 0;                           // ms
  double stimulus_start = 0, stimulus_stop = 0;  // ms
  double highest = 0;                            // mV: of all traces
  std::int64_t outside = 0;                      // action potentials whose peak is outside of the stimulus
  std::int64_t action_potentials = 0;            // of all neurons
  std::vector<const analysis::Feature*> features;
  std::vector<NeuronFeatures> neurons;
};

struct PopulationFacts {
  std::string name;
  std::vector<std::int64_t>
      neurons;  // of the trains of `spikes`; silent ones are known when all are recorded
  std::optional<analysis::PopulationStatistics> spikes;
  std::vector<std::vector<double>> correlations;  // of the trains, where they are few
  std::optional<TraceFeatures> traces;
  std::string note;  // why something is missing; may be empty
};

struct FileFacts {
  std::string path, status;
  double recorded_until = 0;  // ms
  std::vector<PopulationFacts> populations;
};

// Throws IoError if the file cannot be read, UserError if a population or neuron was not recorded.
FileFacts feature_facts(const std::string& path, const FeatureRequest& request);

// Whether its values are places in the trace, which say nothing to people.
inline bool is_index(const analysis::Feature& feature) { return feature.name.ends_with("_indices"); }

// Of the traces of one population alone, from a file that is open; nothing if there is no V in mV. Throws as
// feature_facts.
std::optional<TraceFeatures> trace_features(record::RunReader& reader, const FeatureRequest& request,
                                            const std::string& population);

// The mean of the values that are finite, nothing if there are none.
std::optional<double> mean_value(const std::vector<double>& values);

}  // namespace hillock::cli
