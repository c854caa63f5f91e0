// Picks what a screen shows: a few traces of each variable, spikes or a sample of them, rates, features,
// texts.
#include "cli/report/page_data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/features.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/feature_facts.hpp"
#include "cli/head_facts.hpp"
#include "cli/report/base64.hpp"
#include "cli/shown/measured.hpp"
#include "cli/shown/shown_spikes.hpp"
#include "cli/shown/trace_bins.hpp"

namespace hillock::cli {
namespace {

using record::ReportInfo;
using record::RunInfo;
using record::RunReader;

constexpr std::size_t most_traces = 6;                            // as many as there are colours
constexpr std::uint64_t most_page_spikes = 200'000;               // in the page
constexpr int rate_bins = 200;                                    // where all spikes are in the page
constexpr std::uint64_t most_measured = std::uint64_t{64} << 20;  // bytes of V whose features are taken
constexpr std::size_t most_rows = 50;                             // neurons in the table of features

std::string summary(const RunInfo& info) {
  const std::string stopped = stopped_text(info);
  return fmt::format("{}, {} of model time in steps of {} ms, seed {}, {}{}", info.status,
                     human_time(info.duration), base::number(info.dt), info.seed,
                     human_bytes(static_cast<double>(info.bytes)), stopped.empty() ? "" : "; " + stopped);
}

std::string warning(const RunInfo& info) {
  if (info.complete) return "";
  return fmt::format("This file is not complete ({}{}): it can be trusted up to {}.", info.status,
                     info.reason.empty() ? "" : ": " + info.reason, human_time(info.recorded_until));
}

// Traces --------------------------------------------------------------------------

Json report_json(RunReader& reader, const ReportInfo& report, const ReportInfo::Variable& variable,
                 const std::string& population) {
  const bool pooled = report.neurons == 0;  // a mean, a sum or a rate
  const std::vector<std::int64_t> neurons = pooled ? std::vector<std::int64_t>(1) : reader.neurons(report);
  const std::vector<std::size_t> columns = shown_columns(neurons.size(), most_traces);
  const TraceBins bins = trace_bins(reader, report, variable, columns);
  Json json;
  json["population"] = population;
  json["variable"] = variable.name;
  json["unit"] = variable.unit;
  json["long_name"] = variable.long_name;
  json["start_ms"] = 0.0;
  json["interval_ms"] = report.interval;
  std::string note = bins.note;
  if (columns.size() < neurons.size())
    note = fmt::format("{} of {} neurons. ", columns.size(), neurons.size()) + note;
  json["note"] = note;
  json["traces"] = Json::Array{};
  for (std::size_t k = 0; k < columns.size(); ++k) {
    Json trace;
    trace["label"] = pooled ? report.group : fmt::format("neuron {}", neurons[columns[k]]);
    trace["per"] = static_cast<std::int64_t>(bins.per);
    trace["min"] = base64_of<float>(bins.low[k]);
    if (bins.per > 1) trace["max"] = base64_of<float>(bins.high[k]);
    json["traces"].push(std::move(trace));
  }
  return json;
}

// Spikes --------------------------------------------------------------------------

Json spikes_json(const ShownSpikes& shown, std::uint64_t count) {
  Json json;
  json["count"] = static_cast<std::int64_t>(count);
  json["title"] = counted(static_cast<std::int64_t>(count), "spike");
  json["note"] = shown.note;
  json["times"] = base64_of<double>(shown.spikes.times);
  const std::vector<std::uint32_t> ids(shown.spikes.node_ids.begin(), shown.spikes.node_ids.end());
  json["ids"] = base64_of<std::uint32_t>(ids);
  json["rate"]["edges"] = base64_of<double>(shown.edges);
  json["rate"]["values"] = base64_of<double>(shown.rates);
  return json;
}

// Features ------------------------------------------------------------------------

// Of populations whose V is small enough to be read whole; the columns are the features that some neuron has.
std::optional<Json> features_json(RunReader& reader, const std::string& population) {
  const std::optional<TraceFeatures> traces = trace_features(reader, {}, population);
  if (!traces || traces->action_potentials == 0) return std::nullopt;
  Json json;
  std::string note = fmt::format(
      "Means over the action potentials of each neuron, by eFEL's definitions on the file's own times; "
      "stimulus from {} to {} ms.",
      base::number(traces->stimulus_start), base::number(traces->stimulus_stop));
  if (traces->neurons.size() > most_rows)
    note += fmt::format(" First {} of {} neurons; hillock features {} --csv prints all.", most_rows,
                        traces->neurons.size(), reader.info().path);
  json["note"] = note;
  json["columns"] = Json::Array{};
  json["rows"] = Json::Array{};
  std::vector<std::size_t> kept;
  for (std::size_t f = 0; f < traces->features.size(); ++f) {
    const analysis::Feature& feature = *traces->features[f];
    const bool some = std::ranges::any_of(traces->neurons, [&](const NeuronFeatures& neuron) {
      return mean_value(neuron.values[f]).has_value();
    });
    if (!some || is_index(feature)) continue;
    kept.push_back(f);
    Json column;
    column["name"] = feature.name;
    const std::string_view unit = feature.unit_for(traces->input);
    column["unit"] = unit == "1" ? "" : unit;
    column["doc"] = feature.doc;
    json["columns"].push(std::move(column));
  }
  for (const NeuronFeatures& neuron :
       std::span(traces->neurons).first(std::min(most_rows, traces->neurons.size()))) {
    Json row;
    row["neuron"] = neuron.neuron;
    row["values"] = Json::Array{};
    for (const std::size_t f : kept) {
      const auto mean = mean_value(neuron.values[f]);
      row["values"].push(mean ? Json(*mean) : Json());
    }
    json["rows"].push(std::move(row));
  }
  return json;
}

// What the run's own `analysis` measured, where there are no traces to take features from.
std::optional<Json> during_run_json(RunReader& reader, const std::string& population) {
  const auto measured = measured_during_run(reader, population);
  if (!measured || measured->of_neurons.empty()) return std::nullopt;
  const std::size_t rows = std::min(most_rows, measured->neurons.size());
  Json json;
  std::string note = "Measured during the run, as the analysis of the config says.";
  if (rows < measured->neurons.size())
    note += fmt::format(" First {} of {} neurons; hillock features {} --json prints all.", rows,
                        measured->neurons.size(), reader.info().path);
  if (!measured->note.empty()) note += " " + measured->note;
  json["note"] = note;
  json["columns"] = Json::Array{};
  json["rows"] = Json::Array{};
  for (const MeasuredValues& values : measured->of_neurons) {
    Json column;
    column["name"] = values.name;
    column["unit"] = values.unit == "1" ? "" : values.unit;
    column["doc"] = values.doc;
    json["columns"].push(std::move(column));
  }
  for (std::size_t k = 0; k < rows; ++k) {
    Json row;
    row["neuron"] = measured->neurons[k];
    row["values"] = Json::Array{};
    for (const MeasuredValues& values : measured->of_neurons) row["values"].push(values.values[k]);
    json["rows"].push(std::move(row));
  }
  return json;
}

bool measurable(const ReportInfo* report) {
  return report != nullptr && record::trusted_frames(*report) * report->neurons * 8 <= most_measured;
}

// The page ------------------------------------------------------------------------

Json population_json(RunReader& reader, const std::string& name) {
  const RunInfo& info = reader.info();
  Json json;
  json["name"] = name;
  json["reports"] = Json::Array{};
  std::int64_t size = 0;  // not known, where all that is recorded is means
  for (const ReportInfo& report : info.reports) {
    if (record::population_of(report) != name) continue;
    if (report.neurons > 0)
      if (const auto neurons = reader.neurons(report); !neurons.empty())
        size = std::max(size, neurons.back() + 1);
    for (const ReportInfo::Variable& variable : report.variables)
      json["reports"].push(report_json(reader, report, variable, name));
  }
  const auto spikes = std::ranges::find(info.spikes, name, &record::SpikesInfo::population);
  if (spikes != info.spikes.end()) {
    const ShownSpikes shown =
        shown_spikes(reader, name, {0, info.end()}, {most_page_spikes, most_page_spikes, rate_bins});
    size = std::max(size, static_cast<std::int64_t>(shown.spikes.neurons));
    json["spikes"] = spikes_json(shown, spikes->trusted);
  }
  if (const auto measured = measured_during_run(reader, name); measured && !measured->neurons.empty())
    size = std::max(size, measured->neurons.back() + 1);
  json["size"] = size;
  std::optional<Json> features;
  if (measurable(reader.report_of(name, "V"))) features = features_json(reader, name);
  if (!features) features = during_run_json(reader, name);
  if (features) json["features"] = *std::move(features);
  return json;
}

Json facts_json(const RunInfo& info) {
  Json facts = Json::Array{};
  const auto add = [&](const std::string& name, const std::string& text) {
    facts.push(Json::Array{Json(name), Json(text)});
  };
  add("file", info.path);
  for (const auto& [name, word] : info.words) add(name, word);
  for (const auto& [name, number] : info.numbers) add(name, base::number(number));
  return facts;
}

}  // namespace

Json page_data(const std::string& path) {
  RunReader reader(path);
  const RunInfo& info = reader.info();
  Json page;
  page["title"] = path;
  page["summary"] = summary(info);
  page["warning"] = warning(info);
  page["duration_ms"] = info.end();
  page["dt_ms"] = info.dt;
  page["facts"] = facts_json(info);
  page["texts"] = Json::Array{};
  for (const auto& [name, text] : info.texts) page["texts"].push(Json::Array{Json(name), Json(text)});
  page["populations"] = Json::Array{};
  for (const std::string& name : reader.populations())
    page["populations"].push(population_json(reader, name));
  return page;
}

}  // namespace hillock::cli
