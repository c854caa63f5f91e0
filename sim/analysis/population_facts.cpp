// Features of many traces, counted and summed up.
#include "analysis/population_facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace hillock::analysis {
namespace {

// The action potentials of a trace, as they are without regard to the stimulus.
void count_action_potentials(const Trace& trace, const Settings& settings, NeuronFeatures& neuron,
                             TraceFeatures& found) {
  const double highest = *std::ranges::max_element(trace.V);
  found.highest = found.neurons.empty() ? highest : std::max(found.highest, highest);
  if (highest <= settings.threshold) return;
  for (const std::size_t peak : find_peaks(trace.V, settings.threshold)) {
    ++neuron.action_potentials;
    const double time = trace.time[peak];
    if (time < trace.stimulus_start || time > trace.stimulus_stop) ++found.outside;
  }
  found.action_potentials += neuron.action_potentials;
}

// Of features that were chosen: where all are measured, some are always missing.
std::string note_on_firing(const TraceFeatures& traces) {
  std::vector<std::string> names;
  for (const Feature* feature : traces.features)
    if (feature->below_threshold) names.emplace_back(feature->name);
  const auto all = std::ranges::count_if(features(), &Feature::below_threshold);
  if (traces.firing == 0 || names.empty() || std::ssize(names) == all) return "";
  return fmt::format("{} of {} {}, without {}", traces.firing, traces.neurons.size(),
                     traces.neurons.size() == 1 ? "neuron fires" : "neurons fire", base::join(names, ", "));
}

}  // namespace

void add_trace(std::int64_t neuron, Trace trace, const Settings& settings, TraceFeatures& found) {
  trace.stimulus_start = found.stimulus_start;
  trace.stimulus_stop = found.stimulus_stop;
  NeuronFeatures one{neuron, measure(trace, settings, found.features), 0};
  count_action_potentials(trace, settings, one, found);
  if (spikes_from(trace, found.stimulus_start)) ++found.firing;
  found.neurons.push_back(std::move(one));
}

std::string note_on(const TraceFeatures& traces, const std::optional<PopulationStatistics>& spikes,
                    const Settings& settings, std::string_view choice) {
  const std::string firing = note_on_firing(traces);
  if (std::ranges::all_of(traces.features, &Feature::below_threshold)) return firing;
  std::string note;
  if (traces.action_potentials == 0)
    note = fmt::format(
        "V never passes Threshold = {} mV (it reaches {:.2f} mV): no action potentials to measure{}",
        base::number(settings.threshold), traces.highest,
        spikes && spikes->spikes > 0
            ? "; this model decides on its spikes in another way, only they are counted"
            : "");
  else if (traces.outside > 0)
    note = fmt::format(
        "peaks outside of the stimulus: {} of {}; AP_amplitude and mean_frequency leave them out ({} choose "
        "another stimulus)",
        traces.outside, traces.action_potentials, choice);
  return note + (note.empty() || firing.empty() ? "" : "; ") + firing;
}

std::string note_on_unit(const std::string& unit_of_V) {
  return fmt::format("V is in '{}', not in mV: no features of action potentials", unit_of_V);
}

std::string note_on_input(const std::string& unit_of_I) {
  if (unit_of_I.empty()) return "the model has no input: no impedances and no currents";
  return fmt::format("the input is in '{}', neither in pA nor in uA/cm2: no impedances and no currents",
                     unit_of_I);
}

std::optional<double> mean_value(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values)
    if (std::isfinite(value)) {
      sum += value;
      ++count;
    }
  if (count == 0) return std::nullopt;
  return sum / count;
}

}  // namespace hillock::analysis
