// The registry of features: names, units, definitions, and the one call that measures them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/impedance.hpp"
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
  std::vector<std::size_t> peaks_in_stimulus() const;
  // Found at the first call: most features do not need it.
  const std::optional<Resonance>& resonance() const {
    if (!looked_for_) found_ = find_resonance(trace);
    looked_for_ = true;
    return found_;
  }
  const std::optional<std::complex<double>>& impedance() const {
    if (!fitted_ && settings.impedance_frequency > 0)
      impedance_ = impedance_at(trace, settings.impedance_frequency);
    fitted_ = true;
    return impedance_;
  }
  // Whether the neuron fires at the start of the stimulus or later: an action potential in V, or a spike by
  // the model's own decision.
  bool fires() const { return !marks.later_peaks.empty() || spikes_from(trace, trace.stimulus_start); }

 private:
  mutable bool looked_for_ = false, fitted_ = false;
  mutable std::optional<Resonance> found_;
  mutable std::optional<std::complex<double>> impedance_;
};

// A feature by eFEL's name and definition; what deviates from eFEL's is said in its doc. Those that need
// the current and those of postsynaptic potentials are our own.
struct Feature {
  std::string_view name;
  std::string_view unit;  // "1" for numbers and indices; of a current in nA
  bool per_spike;         // one value for each action potential, or at most one for the trace
  std::string_view doc;   // the definition in one line
  std::vector<double> (*measure)(const Measured& measured);
  std::string_view unit_of_density = {};  // of a current density; empty: the current is not needed
  bool below_threshold = false;           // left out of neurons that fire from the start of the stimulus on

  bool needs_input() const { return !unit_of_density.empty(); }
  std::string_view unit_for(InputKind kind) const {
    return needs_input() && kind == InputKind::density ? unit_of_density : unit;
  }
};

// All features, in the order of their groups.
std::span<const Feature> features();

// What belongs together, for lists.
struct FeatureGroup {
  std::string_view title;
  std::span<const Feature> features;
};
std::span<const FeatureGroup> feature_groups();

// The feature of a name. Throws UserError, with the nearest name, if there is none.
const Feature& find_feature(std::string_view name);

// The values of the chosen features: values[k] belongs to chosen[k]; empty where the trace does not have it.
// Throws UserError if the trace has fewer than 3 samples, its times do not ascend, or its current has another
// number of samples.
std::vector<std::vector<double>> measure(const Trace& trace, const Settings& settings,
                                         std::span<const Feature* const> chosen);

// The tables that features() consists of.
std::span<const Feature> spike_timing_features();
std::span<const Feature> action_potential_features();
std::span<const Feature> subthreshold_features();
std::span<const Feature> synaptic_potential_features();
std::span<const Feature> impedance_features();
std::span<const Feature> current_features();

}  // namespace hillock::analysis
