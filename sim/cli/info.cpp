// `hillock info` and `hillock recover`: what an output file holds, and how a partial one becomes complete.
#include <fmt/core.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/head_facts.hpp"
#include "cli/json.hpp"
#include "cli/sweep_info.hpp"
#include "record/recover.hpp"
#include "record/run_info.hpp"

namespace hillock::cli {
namespace {

using record::ReportInfo;
using record::RunInfo;
using record::SnippetInfo;

std::string ending(const RunInfo& run) {
  std::string text = run.status;
  if (const std::string stopped = stopped_text(run); !stopped.empty()) return text + ", " + stopped;
  if (run.stopped_at) text += " at " + human_time(*run.stopped_at);
  if (!run.reason.empty()) text += ": " + run.reason;
  if (!run.complete) text += fmt::format("\nreadable up to: {}", human_time(run.recorded_until));
  return text;
}

std::string text_of(const ReportInfo::Variable& variable) {
  return fmt::format("  {}: {}{}, {}{}\n", variable.name, variable.unit,
                     variable.long_name.empty() ? "" : ", " + variable.long_name,
                     variable.float64 ? "float64" : "float32", variable.compressed ? ", compressed" : "");
}

// Of a report that holds no single neurons: "a mean" of "exc.mean" and "exc.mean.w".
std::string pooling_of(const ReportInfo& report) {
  const std::string rest = report.group.substr(record::population_of(report).size());
  return rest.starts_with(".sum") ? "a sum" : rest.starts_with(".rate") ? "a rate" : "a mean";
}

std::string text_of(const ReportInfo& report) {
  std::string text =
      fmt::format("/report/{}: {} every {}, {}\n", report.group,
                  counted(static_cast<std::int64_t>(report.frames), "frame"), human_time(report.interval),
                  report.neurons == 0 ? pooling_of(report)
                                      : counted(static_cast<std::int64_t>(report.neurons), "neuron"));
  for (const ReportInfo::Variable& variable : report.variables) text += text_of(variable);
  return text;
}

std::string text_of(const SnippetInfo& snippets) {
  std::string text = fmt::format("/around_spikes/{}: {}, {} each, from {} to {} ms\n", snippets.group,
                                 counted(static_cast<std::int64_t>(snippets.count), "spike"),
                                 counted(static_cast<std::int64_t>(snippets.offsets.size()), "sample"),
                                 base::number(snippets.offsets.empty() ? 0 : snippets.offsets.front()),
                                 base::number(snippets.offsets.empty() ? 0 : snippets.offsets.back()));
  if (snippets.left_out_at_start + snippets.left_out_at_end > 0)
    text += fmt::format(
        "  left out, as their window reaches over an end of the run: {} at the start, {} at the end\n",
        snippets.left_out_at_start, snippets.left_out_at_end);
  for (const ReportInfo::Variable& variable : snippets.variables) text += text_of(variable);
  return text;
}

std::string text_of(const RunInfo& run) {
  std::string text = fmt::format("{}: {}, {}, written by hillock {}\nstatus: {}\n", run.path, run.kind,
                                 human_bytes(static_cast<double>(run.bytes)), run.version, ending(run));
  text += facts_text(run);
  for (const ReportInfo& report : run.reports) text += text_of(report);
  for (const record::SpikesInfo& spikes : run.spikes)
    text += fmt::format("/spikes/{}: {}\n", spikes.population,
                        counted(static_cast<std::int64_t>(spikes.count), "spike"));
  for (const SnippetInfo& snippets : run.around_spikes) text += text_of(snippets);
  for (const record::EdgesInfo& edges : run.edges)
    text +=
        fmt::format("/edges/{}: {} from {} to {}\n", edges.group,
                    counted(static_cast<std::int64_t>(edges.count), "synapse"), edges.source, edges.target);
  for (const record::WeightsInfo& weights : run.weights) {
    text += fmt::format("/connections/{}: {} every {}, {} from {} to {}\n", weights.report.group,
                        counted(static_cast<std::int64_t>(weights.report.frames), "frame"),
                        human_time(weights.report.interval),
                        counted(static_cast<std::int64_t>(weights.synapses), "synapse"), weights.source,
                        weights.target);
    for (const ReportInfo::Variable& variable : weights.report.variables) text += text_of(variable);
  }
  for (const record::AnalysisInfo& analysis : run.analysis) {
    text += "/analysis/" + analysis.population + ":\n";
    for (const ReportInfo::Variable& values : analysis.values)
      text += fmt::format("  {}: {}, {}\n", values.name, values.unit, values.long_name);
    if (!analysis.note.empty()) text += "  " + analysis.note + "\n";
  }
  return text + texts_text(run);
}

Json json_of(const std::vector<ReportInfo::Variable>& variables) {
  Json json = Json::Array{};
  for (const ReportInfo::Variable& variable : variables) {
    Json one;
    one["name"] = variable.name;
    one["unit"] = variable.unit;
    one["long_name"] = variable.long_name;
    one["type"] = variable.float64 ? "float64" : "float32";
    one["compressed"] = variable.compressed;
    json.push(std::move(one));
  }
  return json;
}

Json json_of(const SnippetInfo& snippets) {
  Json json;
  json["group"] = "/around_spikes/" + snippets.group;
  json["spikes"] = static_cast<std::int64_t>(snippets.count);
  json["left_out_at_start"] = static_cast<std::int64_t>(snippets.left_out_at_start);
  json["left_out_at_end"] = static_cast<std::int64_t>(snippets.left_out_at_end);
  json["offsets_ms"] = Json::Array{};
  for (const double offset : snippets.offsets) json["offsets_ms"].push(offset);
  json["variables"] = json_of(snippets.variables);
  return json;
}

Json json_of(const ReportInfo& report) {
  Json json;
  json["group"] = "/report/" + report.group;
  json["frames"] = static_cast<std::int64_t>(report.frames);
  json["neurons"] = static_cast<std::int64_t>(report.neurons);
  json["interval_ms"] = report.interval;
  json["end_ms"] = report.end;
  json["variables"] = json_of(report.variables);
  return json;
}

Json json_of(const record::WeightsInfo& weights) {
  Json json;
  json["group"] = "/connections/" + weights.report.group;
  json["source"] = weights.source;
  json["target"] = weights.target;
  json["synapses"] = static_cast<std::int64_t>(weights.synapses);
  json["frames"] = static_cast<std::int64_t>(weights.report.frames);
  json["interval_ms"] = weights.report.interval;
  json["end_ms"] = weights.report.end;
  json["variables"] = json_of(weights.report.variables);
  return json;
}

Json json_of(const RunInfo& run) {
  Json json;
  add_file(run, json);
  json["reason"] = run.reason;
  json["stopped_at_ms"] = run.stopped_at ? Json(*run.stopped_at) : Json();
  json["recorded_until_ms"] = run.recorded_until;
  add_facts(run, json);
  json["reports"] = Json::Array{};
  for (const ReportInfo& report : run.reports) json["reports"].push(json_of(report));
  json["spikes"] = spikes_json(run.spikes);
  json["around_spikes"] = Json::Array{};
  for (const SnippetInfo& snippets : run.around_spikes) json["around_spikes"].push(json_of(snippets));
  json["edges"] = Json::Array{};
  for (const record::EdgesInfo& edges : run.edges) {
    Json one;
    one["group"] = "/edges/" + edges.group;
    one["source"] = edges.source;
    one["target"] = edges.target;
    one["synapses"] = static_cast<std::int64_t>(edges.count);
    json["edges"].push(std::move(one));
  }
  json["weights"] = Json::Array{};
  for (const record::WeightsInfo& weights : run.weights) json["weights"].push(json_of(weights));
  json["analysis"] = Json::Array{};
  for (const record::AnalysisInfo& analysis : run.analysis) {
    Json one;
    one["population"] = analysis.population;
    one["note"] = analysis.note;
    one["values"] = Json::Array{};
    for (const ReportInfo::Variable& values : analysis.values) {
      Json variable;
      variable["name"] = values.name;
      variable["unit"] = values.unit;
      variable["long_name"] = values.long_name;
      one["values"].push(std::move(variable));
    }
    json["analysis"].push(std::move(one));
  }
  return json;
}

}  // namespace

int info(const Arguments& arguments, Console& console) {
  if (record::is_sweep(arguments.path)) {
    const record::SweepTable sweep = record::read_sweep_table(arguments.path);
    console.out(arguments.json ? json_of(sweep).text() + "\n" : text_of(sweep));
    return 0;
  }
  const RunInfo run = record::read_info(arguments.path);
  console.out(arguments.json ? json_of(run).text() + "\n" : text_of(run));
  return 0;
}

int recover(const Arguments& arguments, Console& console) {
  if (record::is_sweep(arguments.path))
    throw base::UserError(
        arguments.path + " is of a sweep, which needs no recovery: all points in it are right",
        "the same hillock sweep command goes on with the others");
  const record::Recovered done = record::recover(arguments.path, arguments.force);
  console.out(
      fmt::format("{}: complete up to {} (it was {})\n", done.path, human_time(done.until), done.status));
  for (const record::Recovered::Part& part : done.parts)
    console.out(fmt::format("  {}: {} kept{}\n", part.name, part.kept,
                            part.dropped > 0 ? fmt::format(", {} behind that cut off", part.dropped) : ""));
  return 0;
}

}  // namespace hillock::cli
