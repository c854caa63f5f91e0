// What `hillock check` finds out about a config, as JSON.
#include "cli/check_facts.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace hillock::cli {
namespace {

Json json_of(const assemble::PopulationSummary& population) {
  Json json;
  json["name"] = population.name;
  json["size"] = population.size;
  json["model"] = population.model;
  json["method"] = population.method;
  json["reason"] = population.reason;
  json["notes"] = Json::Array{};
  for (const std::string& note : population.notes) json["notes"].push(note);
  json["shortest_time_constant_ms"] =
      population.shortest_time_constant > 0 ? Json(population.shortest_time_constant) : Json();
  return json;
}

Json json_of(const assemble::ConnectionSummary& connection) {
  Json json;
  json["name"] = connection.name;
  json["synapses"] = connection.synapses;
  json["bytes_per_synapse"] = connection.bytes_per_synapse;
  json["weight_quantum"] = connection.quantum;
  json["weight_unit"] = connection.weight.user_unit();
  json["weight_error"] = connection.weight_error;
  json["drawn_weights"] = connection.drawn_weights;
  json["drawn_delays"] = connection.drawn_delays;
  return json;
}

Json json_of(const assemble::AnalysisPlan& analysis) {
  Json json;
  json["population"] = analysis.population;
  json["features"] = Json::Array{};
  for (const analysis::Feature* feature : analysis.features) json["features"].push(feature->name);
  json["statistics"] = Json::Array{};
  for (const std::string& name : analysis.statistics) json["statistics"].push(name);
  json["neurons"] = static_cast<std::int64_t>(analysis.neurons.size());
  json["trace_bytes"] = static_cast<std::int64_t>(analysis.bytes());
  return json;
}

Json json_of(const engine::EdgeLayout& edges) {
  Json json;
  json["group"] = "/edges/" + edges.group;
  json["source"] = edges.source.name;
  json["target"] = edges.target.name;
  json["synapses"] = edges.expected;
  return json;
}

Json json_of(const engine::WeightLayout& weights) {
  Json json;
  json["group"] = "/connections/" + weights.edges.group;
  json["source"] = weights.edges.source.name;
  json["target"] = weights.edges.target.name;
  json["synapses"] = weights.edges.expected;
  json["frames"] = weights.frames;
  json["interval_ms"] = weights.interval;
  json["bytes"] = weights.bytes();
  return json;
}

Json json_of(const engine::SnippetLayout& snippets) {
  Json json;
  json["group"] = "/around_spikes/" + snippets.group;
  json["variables"] = Json::Array{};
  for (const engine::ReportVariable& variable : snippets.variables) json["variables"].push(variable.name);
  json["neurons"] = static_cast<std::int64_t>(snippets.neurons.size());
  json["first_offset_ms"] = snippets.offsets.front();
  json["last_offset_ms"] = snippets.offsets.back();
  json["samples"] = static_cast<std::int64_t>(snippets.offsets.size());
  json["bytes_per_spike"] = snippets.bytes_per_spike();
  return json;
}

}  // namespace

Json json_of(const base::Diagnostic& diagnostic) {
  Json json;
  json["severity"] = diagnostic.severity == base::Severity::error ? "error" : "warning";
  if (!diagnostic.file.empty()) json["file"] = diagnostic.file;
  if (diagnostic.line > 0) {
    json["line"] = diagnostic.line;
    json["column"] = diagnostic.column;
    json["length"] = diagnostic.length;
  }
  json["message"] = diagnostic.message;
  json["remedy"] = diagnostic.remedy;
  return json;
}

std::vector<base::Diagnostic> warnings_of(const model::Experiment& experiment,
                                          const assemble::Prepared& prepared) {
  std::vector<base::Diagnostic> all = experiment.warnings;
  all.insert(all.end(), prepared.warnings.begin(), prepared.warnings.end());
  return all;
}

std::string slices_text(const std::vector<model::Slice>& slices, const model::Experiment& experiment) {
  std::vector<std::string> words;
  for (const model::Slice& slice : slices) {
    const model::PopulationSpec& population =
        experiment.populations[static_cast<std::size_t>(slice.population)];
    std::string word = population.name;
    if (slice.count() != population.size) word += fmt::format(" {}..{}", slice.first, slice.last);
    words.push_back(std::move(word));
  }
  return base::join(words, ", ");
}

Json check_facts(const model::Experiment& experiment, const assemble::Prepared& prepared) {
  const model::SimulationSpec& simulation = experiment.simulation;
  Json json;
  json["ok"] = true;
  json["config"] = experiment.path;
  json["duration_ms"] = simulation.duration;
  json["dt_ms"] = simulation.dt;
  json["steps"] = prepared.estimate.steps;
  json["seed"] = std::to_string(simulation.seeds.front());  // 64 bits do not fit a JSON number
  json["spike_times"] = simulation.interpolated ? "interpolated" : "grid";
  json["populations"] = Json::Array{};
  for (const assemble::PopulationSummary& population : prepared.populations)
    json["populations"].push(json_of(population));
  json["inputs"] = Json::Array{};
  for (const model::InputSpec& input : experiment.inputs) {
    Json one;
    one["name"] = input.name;
    one["type"] = input.type;
    one["target"] = slices_text(input.targets, experiment);
    json["inputs"].push(std::move(one));
  }
  json["connections"] = Json::Array{};
  for (const assemble::ConnectionSummary& connection : prepared.connections)
    json["connections"].push(json_of(connection));
  json["network_bytes"] = prepared.estimate.network_bytes;
  json["network_seconds"] = prepared.estimate.network_seconds;
  json["gap_junctions"] = Json::Array{};
  for (const assemble::ConnectionSummary& junctions : prepared.gap_junctions) {
    Json one;
    one["name"] = junctions.name;
    one["pairs"] = junctions.synapses;
    json["gap_junctions"].push(std::move(one));
  }
  json["stop_when"] = Json::Array{};
  for (const model::StopSpec& stop : experiment.stops) json["stop_when"].push(stop.text);
  json["around_spikes"] = Json::Array{};
  for (const engine::SnippetLayout& snippets : prepared.layout.snippets)
    json["around_spikes"].push(json_of(snippets));
  json["edges"] = Json::Array{};
  for (const engine::EdgeLayout& edges : prepared.layout.edges) json["edges"].push(json_of(edges));
  json["weights"] = Json::Array{};
  for (const engine::WeightLayout& weights : prepared.layout.weights) json["weights"].push(json_of(weights));
  json["analysis"] = Json::Array{};
  for (const assemble::AnalysisPlan& analysis : prepared.analysis) json["analysis"].push(json_of(analysis));
  json["memory_bytes"] = prepared.estimate.memory_bytes;
  json["file_bytes"] = prepared.estimate.file_bytes;
  json["notes"] = Json::Array{};
  for (const std::string& note : experiment.notes) json["notes"].push(note);
  json["diagnostics"] = Json::Array{};
  for (const base::Diagnostic& warning : warnings_of(experiment, prepared))
    json["diagnostics"].push(json_of(warning));
  return json;
}

Json check_failed(const std::string& path, std::span<const base::Diagnostic> diagnostics) {
  Json json;
  json["ok"] = false;
  json["config"] = path;
  json["diagnostics"] = Json::Array{};
  for (const base::Diagnostic& one : diagnostics) json["diagnostics"].push(json_of(one));
  return json;
}

}  // namespace hillock::cli
