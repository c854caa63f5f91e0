// Tables, CSV and JSON of features.
#include "cli/feature_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "cli/console.hpp"

namespace hillock::cli {
namespace {

using analysis::Feature;
using analysis::PopulationStatistics;

constexpr std::size_t most_columns = 6;  // neurons side by side; of more only their distribution is shown

// Indices are for programs: their means say nothing.
std::string six_digits(double value) { return fmt::format("{:.6g}", value); }

// Which features the table shows unless they are chosen: of traces with action potentials those of these, of
// others those of the potential below threshold.
bool is_shown(const Feature& feature, const TraceFeatures& traces) {
  if (is_index(feature) || (feature.needs_input() && traces.input == analysis::InputKind::unknown))
    return false;
  const auto is_of = [&](std::span<const Feature> table) {
    return std::ranges::find(table, feature.name, &Feature::name) != table.end();
  };
  return traces.action_potentials == 0 || is_of(analysis::spike_timing_features()) ||
         is_of(analysis::action_potential_features()) || feature.name == "voltage_base";
}

struct Row {
  std::string_view name, unit;
  std::vector<std::string> cells;
};

std::string aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(2);
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.cells.size() + 2));
    widths[0] = std::max(widths[0], row.name.size());
    widths[1] = std::max(widths[1], row.unit.size());
    for (std::size_t k = 0; k < row.cells.size(); ++k)
      widths[k + 2] = std::max(widths[k + 2], row.cells[k].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = fmt::format("    {:<{}}  {:<{}}", row.name, widths[0], row.unit, widths[1]);
    for (std::size_t k = 0; k < row.cells.size(); ++k)
      line += fmt::format("  {:>{}}", row.cells[k], widths[k + 2]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

// `chosen`: names of statistics; all if there are none.
std::string statistics_table(const PopulationStatistics& spikes, std::span<const std::string> chosen = {}) {
  std::string text = fmt::format("  spikes from {} to {}: {} of {}\n", human_time(spikes.window.start),
                                 human_time(spikes.window.stop), counted(spikes.spikes, "spike"),
                                 counted(spikes.neurons, "neuron"));
  std::vector<Row> rows;
  const auto add = [&](std::string_view name, const std::optional<double>& value,
                       std::string_view unit = "") {
    const bool wanted = chosen.empty() || std::ranges::find(chosen, name) != chosen.end();
    if (value && wanted) rows.push_back({name, unit, {six_digits(*value)}});
  };
  add("rate", spikes.rate, "Hz");
  add("cv", spikes.cv);
  add("cv2", spikes.cv2);
  add("lv", spikes.lv);
  add("phase", spikes.phase);
  add("phase_shift", spikes.phase_shift);
  if (spikes.neurons > 1) add("fano_factor", spikes.fano_factor);
  add("correlation", spikes.correlation);
  add("spike_contrast", spikes.spike_contrast);
  return text + aligned(rows);
}

// Mean, standard deviation, lowest and highest of what the neurons have.
std::vector<std::string> distribution(const std::vector<double>& values) {
  if (values.empty()) return {};
  const double mean = *mean_value(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const auto [least, most] = std::ranges::minmax(values);
  return {six_digits(mean), six_digits(std::sqrt(squares / static_cast<double>(values.size()))),
          six_digits(least), six_digits(most)};
}

Row row_of(const TraceFeatures& traces, std::size_t feature) {
  Row row{traces.features[feature]->name, traces.features[feature]->unit_for(traces.input), {}};
  if (row.unit == "1") row.unit = "";
  std::vector<double> means;
  for (const NeuronFeatures& neuron : traces.neurons) {
    const auto mean = mean_value(neuron.values[feature]);
    if (mean) means.push_back(*mean);
    row.cells.push_back(mean ? six_digits(*mean) : "-");
  }
  if (means.empty()) row.cells.clear();
  if (traces.neurons.size() > most_columns) row.cells = distribution(means);
  return row;
}

std::string trace_table(const TraceFeatures& traces, bool chosen) {
  const std::size_t neurons = traces.neurons.size();
  std::string text =
      fmt::format("  {} every {} of {}, stimulus from {} to {}{}\n", traces.place,
                  human_time(traces.interval), counted(static_cast<std::int64_t>(neurons), "neuron"),
                  human_time(traces.stimulus_start), human_time(traces.stimulus_stop),
                  traces.action_potentials > 0 ? ": means over the action potentials" : "");
  std::vector<Row> rows{{"", "", {}}};
  if (neurons > most_columns)
    rows[0].cells = {"mean", "sd", "lowest", "highest"};
  else
    for (const NeuronFeatures& neuron : traces.neurons)
      rows[0].cells.push_back(fmt::format("neuron {}", neuron.neuron));
  for (std::size_t f = 0; f < traces.features.size(); ++f) {
    if (!chosen && !is_shown(*traces.features[f], traces)) continue;
    Row row = row_of(traces, f);
    if (row.cells.empty() && !chosen) continue;
    if (row.cells.empty()) row.cells.assign(rows[0].cells.size(), "-");
    rows.push_back(std::move(row));
  }
  text += aligned(rows);
  if (neurons > most_columns) text += "    over the neurons; --csv and --json show each\n";
  return text;
}

// What the run itself measured, with its own settings.
std::string during_run_table(const std::string& population, const MeasuredDuringRun& measured) {
  const std::size_t neurons = measured.neurons.size();
  std::string text = fmt::format("  /analysis/{}, measured during the run: {}\n", population,
                                 counted(static_cast<std::int64_t>(neurons), "neuron"));
  std::vector<Row> rows{{"", "", {}}};
  if (neurons > most_columns)
    rows[0].cells = {"mean", "sd", "lowest", "highest"};
  else
    for (const std::int64_t neuron : measured.neurons)
      rows[0].cells.push_back(fmt::format("neuron {}", neuron));
  for (const MeasuredValues& values : measured.of_neurons) {
    Row row{values.name, values.unit, {}};
    if (row.unit == "1") row.unit = "";
    std::vector<double> finite;
    for (const double value : values.values) {
      if (std::isfinite(value)) finite.push_back(value);
      row.cells.push_back(std::isfinite(value) ? six_digits(value) : "-");
    }
    if (neurons > most_columns) row.cells = distribution(finite);
    rows.push_back(std::move(row));
  }
  if (rows.size() > 1) text += aligned(rows);
  if (neurons > most_columns) text += "    over the neurons; --json shows each\n";
  return measured.note.empty() ? text : text + "  " + measured.note + "\n";
}

// Spikes without action potentials are a model's own decision: its V has no shape to be measured.
bool has_shape(const PopulationFacts& population) {
  return population.traces &&
         (population.traces->action_potentials > 0 || !population.spikes || population.spikes->spikes == 0);
}

std::string csv_number(const std::optional<double>& value) { return value ? base::number(*value) : ""; }

// The neurons of a population that have spikes or traces, ascending.
std::vector<std::int64_t> neurons_of(const PopulationFacts& population) {
  std::vector<std::int64_t> neurons = population.spikes ? population.neurons : std::vector<std::int64_t>{};
  if (population.traces)
    for (const NeuronFeatures& neuron : population.traces->neurons) neurons.push_back(neuron.neuron);
  std::ranges::sort(neurons);
  neurons.erase(std::unique(neurons.begin(), neurons.end()), neurons.end());
  return neurons;
}

std::string csv_row(const PopulationFacts& population, std::int64_t neuron,
                    const std::vector<std::size_t>& columns) {
  std::string row = population.name + "," + std::to_string(neuron);
  const auto train = std::ranges::find(population.neurons, neuron);
  if (population.spikes && train != population.neurons.end()) {
    const auto& found =
        population.spikes->trains[static_cast<std::size_t>(train - population.neurons.begin())];
    row += fmt::format(",{},{},{},{},{},{},{}", found.spikes, base::number(found.rate), csv_number(found.cv),
                       csv_number(found.cv2), csv_number(found.lv), csv_number(found.phase),
                       csv_number(found.phase_shift));
  } else {
    row += ",,,,,,,";
  }
  const NeuronFeatures* traced = nullptr;
  if (population.traces)
    for (const NeuronFeatures& one : population.traces->neurons)
      if (one.neuron == neuron) traced = &one;
  for (const std::size_t column : columns)
    row += "," + (traced == nullptr ? "" : csv_number(mean_value(traced->values[column])));
  return row + "\n";
}

// In populations of currents and of current densities it is not the same: "nA or uA/cm2".
std::string unit_in(const FileFacts& facts, const Feature& feature) {
  std::vector<std::string> units;
  for (const PopulationFacts& population : facts.populations) {
    if (!population.traces) continue;
    const std::string unit(feature.unit_for(population.traces->input));
    if (std::ranges::find(units, unit) == units.end()) units.push_back(unit);
  }
  return base::join(units, " or ");
}

}  // namespace

std::string feature_table(const FileFacts& facts, bool chosen) {
  std::string text =
      fmt::format("{}: {}, recorded up to {}\n", facts.path, facts.status, human_time(facts.recorded_until));
  for (const PopulationFacts& population : facts.populations) {
    text += "population " + population.name + "\n";
    if (population.spikes) text += statistics_table(*population.spikes);
    if (chosen ? population.traces.has_value() : has_shape(population))
      text += trace_table(*population.traces, chosen);
    const auto measured = facts.during_run.find(population.name);
    // Without traces their values are there all the same.
    if (!population.note.empty() && (measured == facts.during_run.end() || population.traces))
      text += "  " + population.note + "\n";
    if (measured != facts.during_run.end()) text += during_run_table(population.name, measured->second);
  }
  return text;
}

std::string analysis_table(const PopulationFacts& population, std::span<const std::string> statistics) {
  std::string text = "population " + population.name + "\n";
  if (population.spikes) text += statistics_table(*population.spikes, statistics);
  if (population.traces) text += trace_table(*population.traces, true);
  if (!population.note.empty()) text += "  " + population.note + "\n";
  return text;
}

std::string feature_csv(const FileFacts& facts) {
  const TraceFeatures* traces = nullptr;  // the features are the same for all populations
  for (const PopulationFacts& population : facts.populations)
    if (population.traces) traces = &*population.traces;
  std::vector<std::size_t> columns;
  std::string text = "population,neuron,spikes,rate (Hz),cv,cv2,lv,phase,phase_shift";
  for (std::size_t f = 0; traces != nullptr && f < traces->features.size(); ++f) {
    const Feature& feature = *traces->features[f];
    if (is_index(feature)) continue;
    columns.push_back(f);
    const std::string unit = unit_in(facts, feature);
    text += "," + std::string(feature.name) + (unit == "1" ? "" : " (" + unit + ")");
  }
  text += "\n";
  for (const PopulationFacts& population : facts.populations)
    for (const std::int64_t neuron : neurons_of(population)) text += csv_row(population, neuron, columns);
  return text;
}

}  // namespace hillock::cli
