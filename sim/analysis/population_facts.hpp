// What is measured of one population: the statistics of its spikes and the features of its traces, wherever
// both come from, a file or a run in progress.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/features.hpp"
#include "analysis/population_statistics.hpp"

namespace hillock::analysis {

struct NeuronFeatures {
  std::int64_t neuron = 0;
  std::vector<std::vector<double>> values;  // [feature][action potential]
  std::int64_t action_potentials = 0;       // without regard to the stimulus
};

// The features of the traces of one population.
struct TraceFeatures {
  std::string place;                             // "/report/exc/V"
  double interval = 0;                           // ms
  double stimulus_start = 0, stimulus_stop = 0;  // ms
  InputKind input = InputKind::unknown;
  double highest = 0;                  // mV: of all traces
  std::int64_t outside = 0;            // action potentials whose peak is outside of the stimulus
  std::int64_t action_potentials = 0;  // of all neurons
  // Neurons with spikes, by the decision of the model, from the start of the stimulus on.
  std::int64_t firing = 0;
  std::vector<const Feature*> features;
  std::vector<NeuronFeatures> neurons;
};

struct PopulationFacts {
  std::string name;
  std::vector<std::int64_t>
      neurons;  // of the trains of `spikes`; silent ones are known when all are recorded
  std::optional<PopulationStatistics> spikes;
  std::vector<std::vector<double>> correlations;  // of the trains, where they are few
  std::optional<TraceFeatures> traces;
  std::string note;  // why something is missing; may be empty
};

// Measures the trace of one more neuron. The stimulus of `found` acts. Throws as measure().
void add_trace(std::int64_t neuron, Trace trace, const Settings& settings, TraceFeatures& found);

// What a reader of the features of these traces should know: that there are no action potentials, or that
// some lie outside of the stimulus; may be empty. `spikes`: of the model's own decision, where they are
// known.
std::string note_on(const TraceFeatures& traces, const std::optional<PopulationStatistics>& spikes,
                    const Settings& settings, std::string_view choice);

// The same where V is no potential that features are made for.
std::string note_on_unit(const std::string& unit_of_V);

// The same where the input has no unit that they are made for, or there is none (empty).
std::string note_on_input(const std::string& unit_of_I);

// Whether its values are places in the trace, which say nothing to people.
inline bool is_index(const Feature& feature) { return feature.name.ends_with("_indices"); }

// The mean of the values that are finite, nothing if there are none.
std::optional<double> mean_value(const std::vector<double>& values);

}  // namespace hillock::analysis
