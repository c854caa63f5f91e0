// Reads `at`, and checks that a run can go on with what it sets.
#include "config/at_section.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/reader.hpp"
#include "config/sections.hpp"
#include "model/compare.hpp"

namespace hillock::config {

namespace {

constexpr std::string_view nothing_else =
    "only parameters of models, values of inputs and weights can change during a run";
constexpr std::string_view what_can_be_set =
    "set populations.NAME.params.PARAMETER, inputs.NAME.FIELD, connections.NAME.weight or "
    "gap_junctions.NAME.conductance";

void read_change(Reader& reader, const Entry& entry, const model::SimulationSpec& simulation,
                 std::vector<ChangeSpec>& changes) {
  const std::optional<double> time =
      reader.value(scalar(entry.key, entry.place), "a time of 'at'", base::dimension::time);
  if (!time || !reader.map(entry.value, "what changes at " + entry.key)) return;
  if (!check_on_grid(reader, *time, simulation, entry.place, "a time of 'at'")) return;
  if (*time <= 0 || *time >= simulation.duration)
    return reader.error(entry.place,
                        "a time of 'at' must lie inside of the run, after 0 ms and before " +
                            base::format_time(simulation.duration) + ", got " + base::quoted(entry.key),
                        *time == 0 ? "write what holds from the beginning into the sections themselves" : "");
  const Node* set = entry.value.find("set");
  if (set == nullptr || !set->is_map() || set->entries.empty())
    return reader.error(set == nullptr ? entry.place : set->place,
                        "what changes at " + entry.key + " stands in 'set', a map of paths and values",
                        "write for example {set: {inputs.step.amplitude: 20 pA}}");
  const std::vector<std::string> keys{"set"};
  reader.keys(entry.value, "what changes at " + entry.key, keys);
  ChangeSpec change;
  change.step = *base::TimeGrid{simulation.dt, 0}.step_of(*time);
  change.place = entry.place;
  for (const Entry& setting : set->entries) {
    check_changeable(setting.key, setting.place, reader.diagnostics());
    change.settings.push_back({setting.key, setting.place, setting.value});
  }
  changes.push_back(std::move(change));
}

}  // namespace

std::vector<ChangeSpec> read_at(const Node& root, const model::SimulationSpec& simulation,
                                base::Diagnostics& diagnostics) {
  std::vector<ChangeSpec> changes;
  const Node* at = root.find("at");
  if (at == nullptr) return changes;
  const Variables none;
  Reader reader(diagnostics, none);
  if (!reader.map(*at, "'at'")) return changes;
  for (const Entry& entry : at->entries) read_change(reader, entry, simulation, changes);
  std::ranges::stable_sort(changes, {}, &ChangeSpec::step);
  for (std::size_t i = 1; i < changes.size(); ++i)
    if (changes[i].step == changes[i - 1].step)
      reader.error(changes[i].place, "this time stands twice in 'at'", "put what changes then together");
  return changes;
}

void check_changeable(const std::string& path, const base::Place& place, base::Diagnostics& diagnostics) {
  const auto begins = [&](std::string_view with) { return path.starts_with(with); };
  const bool state =
      begins("populations.") && (path.find(".init.") != std::string::npos || path.ends_with(".init"));
  if (state)
    diagnostics.error(
        place, "a run goes on with the states that the neurons have: 'init' holds at its beginning only",
        std::string(what_can_be_set));
  else if (!begins("populations.") && !begins("inputs.") && !begins("vars.") && !begins("connections.") &&
           !begins("gap_junctions."))
    diagnostics.error(place, std::string(nothing_else), std::string(what_can_be_set));
}

void add_change(std::span<const Assignment> settings, std::int64_t step, std::vector<ChangeSpec>& changes) {
  auto place = std::ranges::lower_bound(changes, step, {}, &ChangeSpec::step);
  if (place == changes.end() || place->step != step) place = changes.insert(place, {step, {}, {}});
  place->settings.insert(place->settings.end(), settings.begin(), settings.end());
}

void check_change(const model::Experiment& before, const model::Experiment& then, const ChangeSpec& spec,
                  base::Diagnostics& diagnostics) {
  const auto any = [](const std::string&) { return false; };
  const auto same_input = [&](const model::InputSpec& a, const model::InputSpec& b) {
    return model::same_role(a, b) && model::same_fields(a, b, any);
  };
  const bool fits =
      model::same_simulation(before.simulation, then.simulation) &&
      before.simulation.seeds == then.simulation.seeds &&
      std::ranges::equal(before.populations, then.populations, model::same_structure) &&
      std::ranges::equal(before.inputs, then.inputs, same_input) &&
      std::ranges::equal(before.connections, then.connections, model::same_wiring) &&
      std::ranges::equal(before.gap_junctions, then.gap_junctions, model::same_wiring) &&
      std::ranges::equal(before.record, then.record, model::same_record) &&
      std::ranges::equal(before.connection_record, then.connection_record, model::same_connection_record) &&
      std::ranges::equal(before.analysis, then.analysis, model::same_analysis) &&
      std::ranges::equal(before.stops, then.stops, model::same_stop);
  if (fits) return;
  const base::Place& place = spec.settings.empty() ? spec.place : spec.settings.front().place;
  diagnostics.error(place, std::string(nothing_else), std::string(what_can_be_set));
}

}  // namespace hillock::config
