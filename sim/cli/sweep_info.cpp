// Text and JSON of a sweep's file.
#include "cli/sweep_info.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/sweep_plan.hpp"

namespace hillock::cli {
namespace {

using record::SweepInfo;

std::string with_unit(const std::string& unit) { return unit.empty() || unit == "1" ? "" : " " + unit; }

std::string range(double least, double most, const std::string& unit) {
  if (std::isnan(least)) return "no values";
  return least == most ? base::number(least) + with_unit(unit)
                       : fmt::format("{} to {}{}", base::number(least), base::number(most), with_unit(unit));
}

std::string text_of(const SweepInfo::Parameter& parameter) {
  const std::string values = counted(parameter.values, "value");
  return fmt::format("  {}{}: {}{}\n", parameter.name,
                     parameter.path.empty() ? "" : " (" + parameter.path + ")", values,
                     parameter.numeric ? ", " + range(parameter.least, parameter.most, parameter.unit) : "");
}

std::string state_of(const SweepInfo& info) {
  if (info.head.complete) return "complete";
  const std::string text = info.head.status == "running" ? "running, or killed" : info.head.status;
  return text + (info.retry ? "; a retry of the points that failed" : "") +
         "; the same hillock sweep command goes on with it once no other process writes it";
}

}  // namespace

std::string text_of(const SweepInfo& info) {
  std::string text =
      fmt::format("{}: sweep, {}, written by hillock {}\nstatus: {}\n", info.head.path,
                  human_bytes(static_cast<double>(info.head.bytes)), info.head.version, state_of(info));
  text += fmt::format("points: {}: {} done, {} failed, {} left{}\n", info.points(), info.done, info.failed,
                      info.left, info.repeats > 1 ? fmt::format("; each {} times", info.repeats) : "");
  text += fmt::format("model time: {} in steps of {}, seed {}\n", human_time(info.head.duration),
                      base::number(info.head.dt) + " ms", info.head.seed);
  for (const auto& [name, word] : info.head.words)
    if (name != "hillock_version") text += name + ": " + word + "\n";
  for (const auto& [name, number] : info.head.numbers)
    if (name != "dt_ms" && name != "duration_ms") text += name + ": " + base::number(number) + "\n";
  text += "parameters:\n";
  for (const SweepInfo::Parameter& parameter : info.parameters) text += text_of(parameter);
  text += "measures:\n";
  for (const SweepInfo::Measure& measure : info.measures)
    text += fmt::format("  {}: {}; {}\n", measure.name, range(measure.least, measure.most, measure.unit),
                        measure.long_name);
  for (const record::SpikesInfo& spikes : info.spikes)
    text += fmt::format("/spikes/{}: {} of all points\n", spikes.population,
                        counted(static_cast<std::int64_t>(spikes.count), "spike"));
  for (const SweepInfo::Trace& trace : info.traces)
    text += fmt::format("/report/{}: {} of each point, {} of {}\n", trace.group,
                        base::join(trace.variables, ", "),
                        counted(static_cast<std::int64_t>(trace.frames), "frame"),
                        counted(static_cast<std::int64_t>(trace.neurons), "neuron"));
  if (!info.failures.empty()) text += "failures:\n" + failures_text(info.failures);
  for (const auto& [name, content] : info.head.texts)
    text += fmt::format("/meta/{}: {} of text\n", name, human_bytes(static_cast<double>(content.size())));
  return text;
}

Json json_of(const SweepInfo& info) {
  Json json;
  json["file"] = info.head.path;
  json["bytes"] = static_cast<std::int64_t>(info.head.bytes);
  json["kind"] = info.head.kind;
  json["format"] = info.head.format;
  json["hillock_version"] = info.head.version;
  json["status"] = info.head.status;
  json["complete"] = info.head.complete;
  json["retry"] = info.retry;
  json["points"] = info.points();
  json["done"] = info.done;
  json["failed"] = info.failed;
  json["left"] = info.left;
  json["repeats"] = info.repeats;
  json["seed"] = std::to_string(info.head.seed);  // 64 bits do not fit a JSON number
  json["duration_ms"] = info.head.duration;
  json["dt_ms"] = info.head.dt;
  json["meta"] = Json::Object{};
  for (const auto& [name, word] : info.head.words) json["meta"][name] = word;
  for (const auto& [name, number] : info.head.numbers) json["meta"][name] = number;
  for (const auto& [name, content] : info.head.texts) json["meta"][name] = content;
  json["grid"] = Json::Array{};
  for (const std::int64_t length : info.grid) json["grid"].push(length);
  json["parameters"] = Json::Array{};
  for (const SweepInfo::Parameter& parameter : info.parameters) {
    Json one;
    one["name"] = parameter.name;
    one["path"] = parameter.path;
    one["unit"] = parameter.unit;
    one["values"] = parameter.values;
    one["least"] = parameter.numeric ? Json(parameter.least) : Json();
    one["most"] = parameter.numeric ? Json(parameter.most) : Json();
    json["parameters"].push(std::move(one));
  }
  json["measures"] = Json::Array{};
  for (const SweepInfo::Measure& measure : info.measures) {
    Json one;
    one["name"] = measure.name;
    one["unit"] = measure.unit;
    one["long_name"] = measure.long_name;
    one["least"] = measure.least;
    one["most"] = measure.most;
    json["measures"].push(std::move(one));
  }
  json["spikes"] = Json::Array{};
  for (const record::SpikesInfo& spikes : info.spikes) {
    Json one;
    one["population"] = spikes.population;
    one["count"] = static_cast<std::int64_t>(spikes.count);
    json["spikes"].push(std::move(one));
  }
  json["traces"] = Json::Array{};
  for (const SweepInfo::Trace& trace : info.traces) {
    Json one;
    one["group"] = "/report/" + trace.group;
    one["frames"] = static_cast<std::int64_t>(trace.frames);
    one["neurons"] = static_cast<std::int64_t>(trace.neurons);
    one["variables"] = Json::Array{};
    for (const std::string& variable : trace.variables) one["variables"].push(variable);
    json["traces"].push(std::move(one));
  }
  json["failures"] = Json::Array{};
  for (const record::SweepFailure& failure : info.failures) {
    Json one;
    one["run"] = failure.run;
    one["reason"] = failure.reason;
    json["failures"].push(std::move(one));
  }
  return json;
}

}  // namespace hillock::cli
