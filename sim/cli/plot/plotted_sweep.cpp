// Chooses axes and measures, and sorts the points into groups.
#include "cli/plot/plotted_sweep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/plot/plotted_run.hpp"

namespace hillock::cli {
namespace {

using base::UserError;
using record::PointStatus;
using record::SweepTable;
using record::SweepVariable;

constexpr std::size_t most_measures = 4;  // of the figure's own choice

std::vector<double> different(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

// Three or more, each the same number of times the one before.
bool geometric(const std::vector<double>& values) {
  if (values.size() < 3 || values.front() <= 0) return false;
  const double ratio =
      base::pow(values.back() / values.front(), 1.0 / static_cast<double>(values.size() - 1));
  for (std::size_t k = 1; k < values.size(); ++k)
    if (std::abs(values[k] / values[k - 1] / ratio - 1) > 1e-6) return false;
  return ratio > 1.001;
}

SweepAxisView axis_of(const SweepVariable& parameter) {
  SweepAxisView axis{&parameter, different(parameter.numbers), false};
  axis.logarithmic = geometric(axis.values);
  return axis;
}

const SweepVariable& found(const std::vector<SweepVariable>& all, const std::string& name,
                           const std::string& what, const std::string& path) {
  const auto at = std::ranges::find(all, name, &SweepVariable::name);
  if (at != all.end()) return *at;
  std::vector<std::string> names;
  for (const SweepVariable& one : all) names.push_back(one.name);
  const std::string near = base::did_you_mean(name, names);
  throw UserError(fmt::format("{}: the sweep has no {} '{}'", path, what, name),
                  near.empty() ? base::listed("it has", names) : near);
}

std::vector<SweepAxisView> axes_of(const SweepTable& table, const SweepRequest& request) {
  std::vector<SweepAxisView> axes;
  std::vector<std::string> names;
  if (request.axes.size() > 2)
    throw UserError(fmt::format("--axis names {} parameters, and a figure has two axes", request.axes.size()),
                    "name one or two");
  for (const std::string& name : request.axes) {
    const SweepVariable& parameter = found(table.parameters, name, "parameter", table.head.path);
    if (!parameter.numeric())
      throw UserError(fmt::format("the values of '{}' are words, and an axis needs numbers", name),
                      "leave it out: it is shown apart");
    if (std::ranges::find(names, name) != names.end()) throw UserError("--axis names '" + name + "' twice");
    names.push_back(name);
    axes.push_back(axis_of(parameter));
  }
  if (!axes.empty()) return axes;
  for (const SweepVariable& parameter : table.parameters) {
    if (!parameter.numeric()) continue;
    names.push_back(parameter.name);
    if (SweepAxisView axis = axis_of(parameter); axis.values.size() > 1) axes.push_back(std::move(axis));
  }
  if (axes.empty())
    throw UserError(table.head.path + ": no parameter of the sweep takes different numbers",
                    names.empty() ? "hillock report shows the table"
                                  : "choose one with --axis: " + base::join(names, ", "));
  if (axes.size() > 2)
    throw UserError(fmt::format("{}: the sweep has {} parameters, and a figure has two axes", table.head.path,
                                axes.size()),
                    "choose one or two with --axis: " + base::join(names, ", "));
  return axes;
}

// Numbers of spikes say little beside a rate.
bool is_count(const SweepVariable& measure) {
  return measure.name.find("spike_count") != std::string::npos ||
         measure.name.find("spikes_in_window") != std::string::npos;
}

std::vector<const SweepVariable*> measures_of(const SweepTable& table, const SweepRequest& request,
                                              std::vector<std::string>& notes) {
  std::vector<const SweepVariable*> measures, others;
  for (const std::string& name : request.measures)
    measures.push_back(&found(table.measures, name, "measure", table.head.path));
  if (!measures.empty()) return measures;
  for (const bool counts : {false, true})
    for (const SweepVariable& measure : table.measures) {
      if (is_count(measure) != counts) continue;
      const bool room = measures.size() < most_measures && !(counts && !measures.empty());
      const bool shown = room && different(measure.numbers).size() > 1;
      (shown ? measures : others).push_back(&measure);
    }
  if (measures.empty() && !others.empty()) {
    measures.push_back(others.front());
    others.erase(others.begin());
  }
  if (measures.empty()) throw UserError(table.head.path + ": the sweep has no measures");
  if (!others.empty()) {
    std::vector<std::string> names;
    for (const SweepVariable* other : others) names.push_back(other->name);
    notes.push_back("Not shown: " + base::join(names, ", ") + ".");
  }
  return measures;
}

std::string value_text(const SweepVariable& parameter, std::size_t point) {
  return parameter.numeric() ? fmt::format("{:.6g}", parameter.numbers[point]) : parameter.words[point];
}

std::string label_of(const std::vector<const SweepVariable*>& others, std::size_t point) {
  if (others.size() == 1) return value_text(*others.front(), point);
  std::vector<std::string> parts;
  for (const SweepVariable* other : others) {
    std::string part = other->name + " = " + value_text(*other, point);
    if (other->numeric() && other->unit != "1") part += " " + typeset_unit(other->unit);
    parts.push_back(part);
  }
  return base::join(parts, ", ");
}

// In the order in which they first appear in the table.
void sort_into_groups(const SweepTable& table, SweepView& view) {
  std::vector<const SweepVariable*> others;
  for (const SweepVariable& parameter : table.parameters) {
    const bool is_axis =
        std::ranges::find(view.axes, &parameter, &SweepAxisView::parameter) != view.axes.end();
    const bool one = parameter.numeric() ? different(parameter.numbers).size() <= 1
                                         : std::ranges::count(parameter.words, parameter.words.front()) ==
                                               static_cast<std::ptrdiff_t>(parameter.words.size());
    if (!is_axis && !one) others.push_back(&parameter);
  }
  std::map<std::string, std::size_t> known;
  for (std::size_t point = 0; point < table.points(); ++point) {
    const std::string label = label_of(others, point);
    const auto [at, fresh] = known.emplace(label, view.groups.size());
    if (fresh) view.groups.push_back({label, {}});
    view.groups[at->second].points.push_back(point);
  }
  const std::vector<double>& x = view.axes.front().parameter->numbers;
  view.curves = std::ranges::any_of(view.groups, [&](const SweepGroup& group) {
    return std::ranges::any_of(group.points, [&](std::size_t point) {
      return std::isfinite(x[point]) && x[point] != x[group.points.front()];
    });
  });
  if (others.size() == 1)
    view.apart = quantity_label(others.front()->name, others.front()->numeric() ? others.front()->unit : "1");
  if (view.curves || view.groups.size() < 2) return;
  // Points that were drawn: each has values of its own, and no two belong together.
  SweepGroup all;
  all.points.resize(table.points());
  std::iota(all.points.begin(), all.points.end(), 0);
  view.groups = {all};
  std::vector<std::string> names;
  for (const SweepVariable* other : others) names.push_back(other->name);
  view.apart.clear();
  view.notes.push_back("From point to point, " + base::join(names, ", ") +
                       (names.size() == 1 ? " differs, too." : " differ, too."));
}

void add_notes(const SweepTable& table, Figure& figure) {
  if (const std::size_t failed = table.count(PointStatus::failed); failed > 0) {
    std::map<std::string, int> reasons;
    for (const record::SweepFailure& failure : table.failures) ++reasons[failure.reason];
    std::vector<std::string> parts;
    for (const auto& [reason, count] : reasons)
      if (parts.size() < 3) parts.push_back(fmt::format("{} ({})", reason, count));
    figure.notes.push_back(fmt::format("{} of {} points failed (crosses): {}{}", failed, table.points(),
                                       base::join(parts, "; "), reasons.size() > 3 ? "; and others." : "."));
  }
  if (const std::size_t missing = table.count(PointStatus::not_run); missing > 0)
    figure.notes.push_back(fmt::format("The sweep is not complete ({}): {} of {} points were not run.",
                                       table.head.status, missing, table.points()));
}

}  // namespace

std::size_t SweepAxisView::index(double value) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(values, value) - values.begin());
}

SweepView view_of(const SweepTable& table, const SweepRequest& request) {
  SweepView view;
  view.axes = axes_of(table, request);
  view.measures = measures_of(table, request, view.notes);
  sort_into_groups(table, view);
  return view;
}

void add_sweep(const SweepTable& table, const SweepRequest& request, Figure& figure) {
  const SweepView view = view_of(table, request);
  std::vector<std::string> axes;
  for (const SweepAxisView& axis : view.axes) axes.push_back(axis.parameter->name);
  figure.subtitle =
      fmt::format("A sweep of {}, over {}", counted(static_cast<std::int64_t>(table.points()), "point"),
                  base::join(axes, " and "));
  if (view.axes.size() == 1)
    add_curves(table, view, figure);
  else
    add_maps(table, view, figure);
  figure.notes.insert(figure.notes.end(), view.notes.begin(), view.notes.end());
  add_notes(table, figure);
}

std::vector<double> values_of(const SweepTable& table, const SweepVariable& measure,
                              const std::vector<std::size_t>& points) {
  std::vector<double> values;
  for (const std::size_t point : points)
    if (table.status[point] == PointStatus::done && std::isfinite(measure.numbers[point]))
      values.push_back(measure.numbers[point]);
  return values;
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace hillock::cli
