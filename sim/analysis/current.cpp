// Features of the current that flows into a membrane, as a voltage clamp shows it.
#include <algorithm>
#include <array>

#include "analysis/features.hpp"

namespace hillock::analysis {
namespace {

using Values = std::vector<double>;

// The current from a time (ms) to the end of the stimulus, whose last sample is the one before it.
std::span<const double> current_from(const Trace& trace, double time) {
  const std::size_t from = trace.at(time), until = trace.at(trace.stimulus_stop);
  if (trace.I.empty() || from >= until) return {};
  return trace.I.subspan(from, until - from);
}

std::span<const double> behind_transient(const Measured& m) {
  return current_from(m.trace, m.trace.stimulus_start + m.settings.capacitive_transient);
}

Values steady_state(const Measured& m) {
  const double start = m.trace.stimulus_start, stop = m.trace.stimulus_stop;
  const auto I = current_from(m.trace, stop - 0.1 * (stop - start));
  if (I.empty()) return {};
  double sum = 0;
  for (const double value : I) sum += value;
  return {sum / static_cast<double>(I.size())};
}

}  // namespace

std::span<const Feature> current_features() {
  static const auto table = std::to_array<Feature>({
      {"minimum_current", "nA", false,
       "lowest current within the stimulus, capacitive_transient after its start or later; as recorded: what "
       "flows "
       "in from outside of the membrane, so that a clamp shows an inward current of channels negative",
       [](const Measured& m) {
         const auto I = behind_transient(m);
         return I.empty() ? Values{} : Values{*std::ranges::min_element(I)};
       },
       "uA/cm2"},
      {"maximum_current", "nA", false,
       "highest current within the stimulus, capacitive_transient after its start or later",
       [](const Measured& m) {
         const auto I = behind_transient(m);
         return I.empty() ? Values{} : Values{*std::ranges::max_element(I)};
       },
       "uA/cm2"},
      {"steady_state_current", "nA", false, "mean current over the last tenth of the stimulus", steady_state,
       "uA/cm2"},
  });
  return table;
}

}  // namespace hillock::analysis
