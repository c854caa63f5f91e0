// Text and JSON of a sweep's file.
#include "cli/sweep_info.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/head_facts.hpp"
#include "cli/sweep_plan.hpp"

namespace hillock::cli {
namespace {

using record::PointStatus;
using record::SweepTable;
using record::SweepVariable;

// The finite numbers of a column: from where to where, NaN if there are none.
struct Range {
  double least = std::numeric_limits<double>::quiet_NaN(), most = least;
};

Range range_of(const SweepVariable& column) {
  Range range;
  for (const double value : column.numbers)
    if (std::isfinite(value)) range = {std::fmin(range.least, value), std::fmax(range.most, value)};
  return range;
}

std::string range_text(const SweepVariable& column) {
  const auto [least, most] = range_of(column);
  if (std::isnan(least)) return "no values";
  const std::string from = least == most ? "" : base::number(least) + " to ";
  return from + base::number(most) + (column.unit.empty() || column.unit == "1" ? "" : " " + column.unit);
}

// How many different ones there are; what is not finite is none.
std::int64_t values_of(const SweepVariable& column) {
  if (!column.numeric()) return std::ssize(std::set(column.words.begin(), column.words.end()));
  std::set<double> finite;
  std::ranges::copy_if(column.numbers, std::inserter(finite, finite.end()),
                       [](double value) { return std::isfinite(value); });
  return std::ssize(finite);
}

std::string text_of(const SweepVariable& parameter) {
  return fmt::format(
      "  {}{}: {}{}\n", parameter.name, parameter.path.empty() ? "" : " (" + parameter.path + ")",
      counted(values_of(parameter), "value"), parameter.numeric() ? ", " + range_text(parameter) : "");
}

std::string state_of(const SweepTable& table) {
  if (table.head.complete) return "complete";
  const std::string text = table.head.status == "running" ? "running, or killed" : table.head.status;
  return text + (table.retry ? "; a retry of the points that failed" : "") +
         "; the same hillock sweep command goes on with it once no other process writes it";
}

}  // namespace

std::string text_of(const SweepTable& table) {
  std::string text =
      fmt::format("{}: sweep, {}, written by hillock {}\nstatus: {}\n", table.head.path,
                  human_bytes(static_cast<double>(table.head.bytes)), table.head.version, state_of(table));
  text += fmt::format("points: {}: {} done, {} failed, {} left{}\n", table.points(),
                      table.count(PointStatus::done), table.count(PointStatus::failed),
                      table.count(PointStatus::not_run),
                      table.repeats > 1 ? fmt::format("; each {} times", table.repeats) : "");
  text += facts_text(table.head);
  text += "parameters:\n";
  for (const SweepVariable& parameter : table.parameters) text += text_of(parameter);
  text += "measures:\n";
  for (const SweepVariable& measure : table.measures)
    text += fmt::format("  {}: {}; {}\n", measure.name, range_text(measure), measure.long_name);
  for (const record::SpikesInfo& spikes : table.spikes)
    text += fmt::format("/spikes/{}: {} of all points\n", spikes.population,
                        counted(static_cast<std::int64_t>(spikes.count), "spike"));
  for (const SweepTable::Trace& trace : table.traces)
    text += fmt::format("/report/{}: {} of each point, {} of {}\n", trace.group,
                        base::join(trace.variables, ", "),
                        counted(static_cast<std::int64_t>(trace.frames), "frame"),
                        counted(static_cast<std::int64_t>(trace.neurons), "neuron"));
  if (!table.with_own_traces.empty())
    text += fmt::format("/runs: own traces of {}\n", counted(std::ssize(table.with_own_traces), "point"));
  if (!table.failures.empty()) text += "failures:\n" + failures_text(table.failures);
  return text + texts_text(table.head);
}

Json json_of(const SweepTable& table) {
  Json json;
  add_file(table.head, json);
  json["retry"] = table.retry;
  json["points"] = std::ssize(table.status);
  const auto count = [&](PointStatus which) { return static_cast<std::int64_t>(table.count(which)); };
  json["done"] = count(PointStatus::done);
  json["failed"] = count(PointStatus::failed);
  json["left"] = count(PointStatus::not_run);
  json["repeats"] = table.repeats;
  add_facts(table.head, json);
  json["grid"] = Json::Array{};
  for (const std::int64_t length : table.grid) json["grid"].push(length);
  json["parameters"] = Json::Array{};
  for (const SweepVariable& parameter : table.parameters) {
    Json one;
    one["name"] = parameter.name;
    one["path"] = parameter.path;
    one["unit"] = parameter.unit;
    one["values"] = values_of(parameter);
    const auto [least, most] = range_of(parameter);
    one["least"] = parameter.numeric() ? Json(least) : Json();
    one["most"] = parameter.numeric() ? Json(most) : Json();
    json["parameters"].push(std::move(one));
  }
  json["measures"] = Json::Array{};
  for (const SweepVariable& measure : table.measures) {
    Json one;
    one["name"] = measure.name;
    one["unit"] = measure.unit;
    one["long_name"] = measure.long_name;
    const auto [least, most] = range_of(measure);
    one["least"] = least;
    one["most"] = most;
    json["measures"].push(std::move(one));
  }
  json["spikes"] = spikes_json(table.spikes);
  json["traces"] = Json::Array{};
  for (const SweepTable::Trace& trace : table.traces) {
    Json one;
    one["group"] = "/report/" + trace.group;
    one["frames"] = static_cast<std::int64_t>(trace.frames);
    one["neurons"] = static_cast<std::int64_t>(trace.neurons);
    one["variables"] = Json::Array{};
    for (const std::string& variable : trace.variables) one["variables"].push(variable);
    json["traces"].push(std::move(one));
  }
  json["with_own_traces"] = Json::Array{};
  for (const std::int64_t point : table.with_own_traces) json["with_own_traces"].push(point);
  json["failures"] = Json::Array{};
  for (const record::SweepFailure& failure : table.failures) {
    Json one;
    one["run"] = failure.run;
    one["reason"] = failure.reason;
    json["failures"].push(std::move(one));
  }
  return json;
}

}  // namespace hillock::cli
