// The tables as one, and the measurement of chosen features.
#include "analysis/features.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace hillock::analysis {

std::span<const Feature> features() {
  static const std::vector<Feature> all = [] {
    std::vector<Feature> joined;
    for (const FeatureGroup& group : feature_groups())
      joined.insert(joined.end(), group.features.begin(), group.features.end());
    return joined;
  }();
  return all;
}

std::span<const FeatureGroup> feature_groups() {
  static const auto groups = std::to_array<FeatureGroup>({
      {"Spike times", spike_timing_features()},
      {"Action potentials", action_potential_features()},
      {"Potential below threshold", subthreshold_features()},
      {"Postsynaptic potentials", synaptic_potential_features()},
      {"Impedance", impedance_features()},
      {"Current", current_features()},
  });
  return groups;
}

std::vector<std::size_t> Measured::peaks_in_stimulus() const {
  std::vector<std::size_t> kept;
  for (const std::size_t peak : marks.peaks)
    if (trace.time[peak] >= trace.stimulus_start && trace.time[peak] <= trace.stimulus_stop)
      kept.push_back(peak);
  return kept;
}

const Feature& find_feature(std::string_view name) {
  const auto found = std::ranges::find(features(), name, &Feature::name);
  if (found != features().end()) return *found;
  std::vector<std::string> names;
  for (const Feature& feature : features()) names.emplace_back(feature.name);
  const std::string near = base::did_you_mean(name, names);
  throw base::UserError("'" + std::string(name) + "' is not a feature",
                        near.empty() ? "hillock features --list shows all of them" : near);
}

std::vector<std::vector<double>> measure(const Trace& trace, const Settings& settings,
                                         std::span<const Feature* const> chosen) {
  if (trace.size() < 3 || trace.time.size() != trace.size())
    throw base::UserError("a trace has " + std::to_string(trace.size()) + " samples at " +
                          std::to_string(trace.time.size()) + " times, expected at least 3 of both");
  if (std::ranges::adjacent_find(trace.time, std::greater_equal<>()) != trace.time.end())
    throw base::UserError("the times of a trace do not ascend");
  if (!trace.I.empty() && trace.I.size() != trace.size())
    throw base::UserError("a trace has " + std::to_string(trace.I.size()) + " samples of the current and " +
                          std::to_string(trace.size()) + " of the potential");
  const Measured measured(trace, settings);
  std::vector<std::vector<double>> values;
  for (const Feature* feature : chosen) {
    const bool left_out = feature->below_threshold && measured.fires();
    values.push_back(left_out ? std::vector<double>{} : feature->measure(measured));
  }
  return values;
}

}  // namespace hillock::analysis
