// `hillock check`: what a config would run, as text or JSON.
#include <fmt/format.h>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "config/config.hpp"

namespace hillock::cli {
namespace {

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

std::string receptors_of(const model::PopulationSpec& population) {
  std::vector<std::string> words;
  for (const model::ReceptorSpec& receptor : population.receptors)
    words.push_back(receptor.name + " (" + receptor.model->name + ")");
  return base::join(words, ", ");
}

std::string targets_of(const model::InputSpec& input, const model::Experiment& experiment) {
  std::vector<std::string> words;
  for (const model::Slice& slice : input.targets) {
    const model::PopulationSpec& population =
        experiment.populations[static_cast<std::size_t>(slice.population)];
    std::string word = population.name;
    if (slice.count() != population.size) word += fmt::format(" {}..{}", slice.first, slice.last);
    words.push_back(std::move(word));
  }
  return base::join(words, ", ");
}

std::string recorded(const model::RecordSpec& record, double dt) {
  std::vector<std::string> words;
  if (record.spikes) words.push_back("spikes");
  for (const model::VariableSpec& variable : record.variables)
    words.push_back(fmt::format(
        "{}{} every {}", variable.name,
        variable.mean ? " (mean)"
                      : " of " + counted(static_cast<std::int64_t>(variable.neurons.size()), "neuron"),
        human_time(static_cast<double>(variable.every) * dt)));
  return base::join(words, ", ");
}

std::string report(const model::Experiment& experiment, const assemble::Prepared& prepared) {
  const model::SimulationSpec& simulation = experiment.simulation;
  std::string text = fmt::format("{}: {} in {} of {}, seed {}, spike times {}\n", experiment.path,
                                 human_time(simulation.duration), counted(simulation.steps, "step"),
                                 base::format_quantity(simulation.dt, base::dimension::time), simulation.seed,
                                 simulation.interpolated ? "interpolated" : "on the grid");
  for (const assemble::PopulationSummary& population : prepared.populations) {
    text += fmt::format("population {}: {} of {}, method {} ({})\n", population.name,
                        counted(population.size, "neuron"), population.model, population.method,
                        population.reason);
    for (const model::PopulationSpec& spec : experiment.populations)
      if (spec.name == population.name && !spec.receptors.empty())
        text += "  receptors: " + receptors_of(spec) + "\n";
    if (population.shortest_time_constant > 0)
      text += fmt::format("  shortest time constant at the start: {} ms\n",
                          three_digits(population.shortest_time_constant));
    for (const std::string& note : population.notes) text += "  note: " + note + "\n";
  }
  for (const model::InputSpec& input : experiment.inputs)
    text += fmt::format("input {}: {} into {}{}\n", input.name, input.type, targets_of(input, experiment),
                        input.receptor.empty() ? "" : ", receptor " + input.receptor);
  for (const model::RecordSpec& record : experiment.record)
    text += fmt::format("record {}: {}\n",
                        experiment.populations[static_cast<std::size_t>(record.population)].name,
                        recorded(record, simulation.dt));
  text += fmt::format("memory: {}\nfile: {} and the spikes\n",
                      human_bytes(static_cast<double>(prepared.estimate.memory_bytes)),
                      human_bytes(static_cast<double>(prepared.estimate.file_bytes)));
  return text;
}

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

Json json_of(const model::Experiment& experiment, const assemble::Prepared& prepared) {
  const model::SimulationSpec& simulation = experiment.simulation;
  Json json;
  json["ok"] = true;
  json["config"] = experiment.path;
  json["duration_ms"] = simulation.duration;
  json["dt_ms"] = simulation.dt;
  json["steps"] = prepared.estimate.steps;
  json["seed"] = std::to_string(simulation.seed);  // 64 bits do not fit a JSON number
  json["spike_times"] = simulation.interpolated ? "interpolated" : "grid";
  json["populations"] = Json::Array{};
  for (const assemble::PopulationSummary& population : prepared.populations)
    json["populations"].push(json_of(population));
  json["inputs"] = Json::Array{};
  for (const model::InputSpec& input : experiment.inputs) {
    Json one;
    one["name"] = input.name;
    one["type"] = input.type;
    one["target"] = targets_of(input, experiment);
    json["inputs"].push(std::move(one));
  }
  json["memory_bytes"] = prepared.estimate.memory_bytes;
  json["file_bytes"] = prepared.estimate.file_bytes;
  json["notes"] = Json::Array{};
  for (const std::string& note : experiment.notes) json["notes"].push(note);
  json["diagnostics"] = Json::Array{};
  for (const base::Diagnostic& warning : warnings_of(experiment, prepared))
    json["diagnostics"].push(json_of(warning));
  return json;
}

}  // namespace

int check(const Arguments& arguments, Console& console) {
  try {
    const auto experiment =
        config::load(arguments.path, {arguments.settings, config::default_model_folders()});
    const assemble::Prepared prepared = assemble::prepare(*experiment);
    if (arguments.json) {
      console.out(json_of(*experiment, prepared).text() + "\n");
      return 0;
    }
    console.out(report(*experiment, prepared));
    for (const std::string& note : experiment->notes) console.message("note: " + note);
    for (const base::Diagnostic& warning : warnings_of(*experiment, prepared)) console.warning(warning);
    return 0;
  } catch (const base::UserError& error) {
    if (!arguments.json) throw;
    Json json;
    json["ok"] = false;
    json["config"] = arguments.path;
    json["diagnostics"] = Json::Array{};
    for (const base::Diagnostic& one : error.diagnostics()) json["diagnostics"].push(json_of(one));
    console.out(json.text() + "\n");
    return error.exit_code();
  }
}

}  // namespace hillock::cli
