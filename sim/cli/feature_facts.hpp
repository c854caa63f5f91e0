// What `hillock features` finds in a file, before it is printed.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/population_facts.hpp"
#include "cli/shown/measured.hpp"
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

using analysis::is_index;
using analysis::mean_value;
using analysis::NeuronFeatures;
using analysis::PopulationFacts;
using analysis::TraceFeatures;

struct FileFacts {
  std::string path, status;
  double recorded_until = 0;  // ms
  std::vector<PopulationFacts> populations;
  // Of the populations that the run's own `analysis` measured, and of these the neurons and features asked
  // for.
  std::map<std::string, MeasuredDuringRun> during_run;
  std::vector<std::string> left_out;  // sentences on populations that have not the neurons asked for
};

// Throws IoError if the file cannot be read, UserError if a population or neuron was not recorded.
FileFacts feature_facts(const std::string& path, const FeatureRequest& request);

// Of the traces of one population alone, from a file that is open; nothing if there is no V in mV. Throws as
// feature_facts.
std::optional<TraceFeatures> trace_features(record::RunReader& reader, const FeatureRequest& request,
                                            const std::string& population);

}  // namespace hillock::cli
