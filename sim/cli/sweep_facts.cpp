// Number of points, axes, size of the file and time of a sweep.
#include "cli/sweep_facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/sweep_plan.hpp"
#include "sweep/predict.hpp"

namespace hillock::cli {
namespace {

constexpr double seconds_to_measure = 0.03;

// What the points have of an axis: its smallest and greatest number, or its first and last word.
void set_ends(const record::SweepLayout& layout, SweepFacts::Axis& axis) {
  const auto column = std::ranges::find(layout.columns, axis.name, [](const record::SweepColumn& one) {
    return one.path.empty() ? one.name : one.path;
  });
  if (column == layout.columns.end()) return;
  if (column->numbers.empty()) {
    axis.first = column->words.front();
    axis.last = column->words.back();
    return;
  }
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const double value : column->numbers) {  // NaN where a case does not set it
    if (value < least) least = value;
    if (value > most) most = value;
  }
  axis.unit = column->unit;
  axis.first = base::number(least);
  axis.last = base::number(most);
}

std::string text_of(const SweepFacts::Axis& axis) {
  const std::string unit = axis.unit.empty() || axis.unit == "1" ? "" : " " + axis.unit;
  return fmt::format("  {}: {}, {} to {}{}\n", axis.name,
                     axis.length == 0 ? "drawn" : counted(axis.length, "value"), axis.first, axis.last, unit);
}

}  // namespace

SweepFacts sweep_facts(const config::Template& config, const program::KernelOptions& kernels) {
  const config::SweepSpec& spec = *config.sweep();
  const SweepPlan plan = plan_sweep(config, {});
  SweepFacts facts;
  for (const config::SweepAxis& axis : spec.axes) {
    SweepFacts::Axis& to = facts.axes.emplace_back();
    to.name = axis.name;
    to.length = axis.law ? 0 : std::ssize(axis.choices);
    set_ends(plan.layout, to);
  }
  facts.combination = config::word_of(spec.combination);
  facts.repeat = spec.repeat;
  facts.points = plan.layout.points();
  if (spec.search) facts.searched = {spec.search->path};
  if (spec.fit)
    for (const config::FittedParameter& parameter : spec.fit->parameters)
      facts.searched.push_back(parameter.path);
  facts.fits = spec.fit.has_value();
  facts.runs = sweep::runs_of_each_point(spec);
  facts.kept = {"summary"};
  if (spec.spikes) facts.kept.emplace_back("spikes");
  if (spec.traces) facts.kept.emplace_back("traces");
  for (const record::SweepMeasure& measure : plan.layout.measures) facts.measures.push_back(measure.name);
  facts.table_bytes = plan.layout.table_bytes();
  facts.trace_bytes = plan.layout.trace_bytes();
  facts.spikes = spec.spikes;
  sweep::RunOptions options;
  options.kernels = kernels;
  facts.seconds = sweep::predict_seconds(config, spec, plan.points, plan.layout, options, seconds_to_measure);
  return facts;
}

std::string text_of(const SweepFacts& facts) {
  std::string text =
      fmt::format("sweep: {}, {}{}\n", counted(facts.points, "point"), facts.combination,
                  facts.repeat > 1 ? fmt::format(", each repeated {} times", facts.repeat) : "");
  for (const SweepFacts::Axis& axis : facts.axes) text += text_of(axis);
  if (!facts.searched.empty())
    text += fmt::format("  {}: {} {} of each point\n", base::join(facts.searched, ", "),
                        facts.fits ? "fitted in at most" : "searched for in", counted(facts.runs, "run"));
  text += "  measures: " + base::join(facts.measures, ", ") + "\n";
  text += fmt::format("  file of the sweep: {}", human_bytes(static_cast<double>(facts.table_bytes)));
  if (facts.trace_bytes > 0)
    text += fmt::format(" and {} of traces", human_bytes(static_cast<double>(facts.trace_bytes)));
  if (facts.spikes) text += " and 24 bytes per spike";
  text += facts.seconds
              ? fmt::format("\n  time of the sweep: {} {}, estimated from a few of its first steps\n",
                            facts.fits ? "at most about" : "about", human_seconds(*facts.seconds))
              : "\n  time of the sweep: not known, as its first points fail\n";
  return text;
}

Json json_of(const SweepFacts& facts) {
  Json json;
  json["points"] = facts.points;
  json["combine"] = facts.combination;
  json["repeat"] = facts.repeat;
  json["axes"] = Json::Array{};
  for (const SweepFacts::Axis& axis : facts.axes) {
    Json one;
    one["name"] = axis.name;
    one["values"] = axis.length == 0 ? Json() : Json(axis.length);
    one["unit"] = axis.unit.empty() ? Json() : Json(axis.unit);
    one["first"] = axis.first;
    one["last"] = axis.last;
    json["axes"].push(std::move(one));
  }
  json["search"] = facts.searched.empty() ? Json() : Json(base::join(facts.searched, " "));
  json["runs_of_each_point"] = facts.runs;
  json["keep"] = Json::Array{};
  for (const std::string& kept : facts.kept) json["keep"].push(kept);
  json["measures"] = Json::Array{};
  for (const std::string& measure : facts.measures) json["measures"].push(measure);
  json["table_bytes"] = facts.table_bytes;
  json["trace_bytes"] = facts.trace_bytes;
  json["seconds_estimated"] = facts.seconds ? Json(*facts.seconds) : Json();
  return json;
}

}  // namespace hillock::cli
