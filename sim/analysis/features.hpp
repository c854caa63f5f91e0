// The registry of features: names, units, definitions, and the one call that measures them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/landmarks.hpp"
#include "analysis/trace.hpp"

namespace hillock::analysis {

// A trace with what its features share; found once.
struct Measured {
  Measured(const Trace& of, const Settings& with)
      : trace(of), settings(with), marks(find_landmarks(of, with)) {}
  const Trace& trace;
  const Settings& settings;
  Landmarks marks;
};

// A feature by eFEL's name and definition; what deviates from eFEL's is said in its doc.
struct Feature {
  std::string_view name;
  std::string_view unit;  // "1" for numbers and indices
  bool per_spike;         // one value for each action potential, or at most one for the trace
  std::string_view doc;   // the definition in one line
  std::vector<double> (*measure)(const Measured& measured);
};

// All features: spike times, action potentials, the potential below threshold.
std::span<const Feature> features();

// The feature of a name. Throws UserError, with the nearest name, if there is none.
const Feature& find_feature(std::string_view name);

// The values of the chosen features: values[k] belongs to chosen[k]; empty where the trace does not have it.
// Throws UserError if the trace has fewer than 3 samples, or its times do not ascend.
std::vector<std::vector<double>> measure(const Trace& trace, const Settings& settings,
                                         std::span<const Feature* const> chosen);

// The tables that features() consists of.
std::span<const Feature> spike_timing_features();
std::span<const Feature> action_potential_features();
std::span<const Feature> subthreshold_features();

}  // namespace hillock::analysis
