// Variables over time: a lane for each neuron with its spikes above it, and the gates of one neuron.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/plot/figures.hpp"
#include "cli/shown/trace_bins.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

constexpr std::size_t most_lanes = 8, usual_lanes = 3;
constexpr std::size_t most_gates = 6;                  // as many as there are colours
constexpr std::uint64_t most_samples = 6000;           // of a trace that is drawn as it is
constexpr std::uint64_t most_trace_bins = 1500;        // of a longer one, in the width of a page
constexpr std::uint64_t most_trace_bytes = 64U << 20;  // of a variable that is read whole
constexpr std::uint64_t most_marked = 2'000'000;       // spikes gone through

void add_note(Figure& figure, const std::string& note) {
  if (!note.empty() && std::ranges::find(figure.notes, note) == figure.notes.end())
    figure.notes.push_back(note);
}

// One trace as a line. A bin of several frames is a stroke from one of its extremes to the other, first the
// one that the line is nearer to.
Series line_of(const TraceBins& bins, std::size_t trace, double interval, double scale) {
  Series line;
  const std::vector<float>& low = bins.low[trace];
  const double first = static_cast<double>(bins.first) * interval,
               width = static_cast<double>(bins.per) * interval;
  double last = std::nan("");
  for (std::size_t k = 0; k < low.size(); ++k) {
    const double begin = first + static_cast<double>(k) * width;
    if (bins.per == 1) {
      line.x.push_back(begin * scale);
      line.y.push_back(low[k]);
      continue;
    }
    const double bottom = low[k], top = bins.high[trace][k];
    const bool falls = std::abs(last - top) < std::abs(last - bottom);
    line.x.insert(line.x.end(), {(begin + 0.25 * width) * scale, (begin + 0.75 * width) * scale});
    line.y.insert(line.y.end(), {falls ? top : bottom, falls ? bottom : top});
    last = line.y.back();
  }
  return line;
}

// Reads the traces; `figure` gets the note on what was left out.
std::vector<Series> lines_of(PlottedRun& run, const ShownTraces& shown, Figure& figure) {
  const std::uint64_t points = shown.frames.count <= most_samples ? most_samples : most_trace_bins;
  const TraceBins bins = trace_bins(run.reader(), *shown.report, *shown.variable, shown.columns,
                                    {points * shown.columns.size(), most_trace_bytes}, shown.frames);
  add_note(figure, bins.note);
  if (bins.per > 1 && bins.note.empty())
    add_note(figure, fmt::format("Lines pass through the lowest and highest of every {} samples.", bins.per));
  std::vector<Series> lines;
  for (std::size_t k = 0; k < shown.columns.size(); ++k)
    lines.push_back(line_of(bins, k, shown.report->interval, run.time_scale()));
  return lines;
}

void add_spikes_above(PlottedRun& run, const std::string& population, const ShownTraces& shown,
                      std::span<Panel> lanes, Figure& figure) {
  if (!run.has_spikes(population)) return;
  const auto spikes = run.spikes(population, most_marked);
  if (!spikes) {
    add_note(figure,
             fmt::format("Spikes of {} are not marked: there are more than {}.", population, most_marked));
    return;
  }
  for (std::size_t k = 0; k < lanes.size(); ++k) {
    Series above;
    above.mark = Mark::above;
    above.colour = lanes[k].series.front().colour;
    for (std::size_t s = 0; s < spikes->times.size(); ++s)
      if (static_cast<std::int64_t>(spikes->node_ids[s]) == shown.neurons[k])
        above.x.push_back(spikes->times[s] * run.time_scale());
    lanes[k].series.push_back(std::move(above));
  }
}

// A stimulus that does not last for the whole run.
std::optional<Range> stimulus_of(PlottedRun& run, const record::ReportInfo& report) {
  const record::RunReader::Stimulus stimulus = run.reader().stimulus(report);
  if (stimulus.start <= 0 && stimulus.stop >= run.info().duration) return std::nullopt;
  return Range{stimulus.start * run.time_scale(), stimulus.stop * run.time_scale()};
}

void add_stimulus_note(const Panel& panel, double scale, Figure& figure) {
  if (panel.shaded)
    add_note(figure,
             fmt::format("Shaded: the stimulus, {} to {} ms.", base::number(panel.shaded->low / scale),
                         base::number(panel.shaded->high / scale)));
}

Range range_of_lanes(const PlottedRun& run, const std::string& population, const std::string& variable,
                     const std::vector<Panel>& lanes) {
  const std::optional<Range> range = range_of_y(lanes);
  if (!range)
    throw UserError(fmt::format("{}: no value of '{}' of population '{}' in this window is a number",
                                run.info().path, variable, population),
                    "choose another window, variable or neurons");
  return with_margin(*range);
}

// The lanes of one variable of one population.
void add_lanes(PlottedRun& run, const std::string& population, const std::string& variable, Figure& figure) {
  const ShownTraces shown =
      run.traces(population, variable, run.request().neurons.empty() ? usual_lanes : most_lanes);
  std::vector<Series> lines = lines_of(run, shown, figure);
  std::vector<Panel> lanes;
  for (std::size_t k = 0; k < lines.size(); ++k) {
    Panel lane;
    lane.name = fmt::format("{} of neuron {} of {} over time", shown.variable->long_name, shown.neurons[k],
                            population);
    lane.side = fmt::format("{} {}", population, shown.neurons[k]);
    lane.x = run.time_axis();
    lane.y.label = quantity_label(variable, shown.variable->unit);
    lane.joined = true;
    lane.shaded = stimulus_of(run, *shown.report);
    lines[k].colour = run.colour_of(population);
    lane.series.push_back(std::move(lines[k]));
    lanes.push_back(std::move(lane));
  }
  const Range range = range_of_lanes(run, population, variable, lanes);
  for (Panel& lane : lanes) {
    lane.y.range = range;
    lane.y.most_ticks = 5;
  }
  add_spikes_above(run, population, shown, lanes, figure);
  add_stimulus_note(lanes.front(), run.time_scale(), figure);
  if (shown.columns.size() < shown.recorded && run.request().neurons.empty())
    add_note(figure, fmt::format("{} of {} recorded neurons of {}; --neurons chooses others.",
                                 shown.columns.size(), shown.recorded, population));
  for (Panel& lane : lanes) figure.panels.push_back(std::move(lane));
}

// Whether a population that was not asked for lacks a variable that another one has.
bool only_others_have(PlottedRun& run, const std::vector<std::string>& populations,
                      const std::string& population, const std::string& variable) {
  const auto has = [&](const std::string& name) { return run.reader().report_of(name, variable) != nullptr; };
  return run.request().populations.empty() && !has(population) && std::ranges::any_of(populations, has);
}

// All variables without a unit.
std::vector<std::string> recorded_gates(PlottedRun& run, const std::string& population) {
  std::vector<std::string> gates;
  for (const record::ReportInfo& report : run.info().reports) {
    if (report.neurons == 0 || record::population_of(report) != population) continue;
    for (const record::ReportInfo::Variable& variable : report.variables)
      if (variable.unit == "1") gates.push_back(variable.name);
  }
  if (gates.empty())
    throw UserError(
        fmt::format("{} holds no variables without a unit of population '{}'", run.info().path, population),
        fmt::format("record gates, for example record: {{{}: [V, m, h, n]}}, or name variables with "
                    "--variable",
                    population));
  return gates;
}

}  // namespace

void add_traces(PlottedRun& run, Figure& figure) {
  const std::vector<std::string> populations = run.traced_populations();
  for (const std::string& population : populations) {
    std::vector<std::string> variables = run.request().variables;
    if (variables.empty()) variables.push_back(run.variable_of(population));
    for (const std::string& variable : variables)
      if (!only_others_have(run, populations, population, variable))
        add_lanes(run, population, variable, figure);
  }
  if (figure.panels.size() > most_lanes * 2)
    throw UserError(fmt::format("a figure of {} traces shows none of them", figure.panels.size()),
                    "choose with --population, --variable and --neurons");
  figure.panels.back().joined = false;
}

void add_pooled(PlottedRun& run, Figure& figure) {
  const std::size_t before = figure.panels.size();
  std::map<std::string, std::size_t> panel_of;  // each variable and unit
  for (const std::string& population : run.chosen_names())
    for (const ShownTraces& shown : run.pooled(population)) {
      const std::string label = quantity_label(shown.variable->name, shown.variable->unit);
      const auto [found, added] = panel_of.emplace(label, figure.panels.size());
      if (added) {
        Panel& panel = figure.panels.emplace_back();
        panel.name = shown.variable->name + " of populations over time";
        panel.x = run.time_axis();
        panel.y.label = label;
        panel.y.most_ticks = 5;
        panel.joined = true;
      }
      Series line = lines_of(run, shown, figure).front();
      if (shown.variable->name == "rate" && shown.frames.count == line.x.size()) {  // from here to the next
        line.mark = Mark::stairs;
        line.x.push_back(line.x.back() + shown.report->interval * run.time_scale());
      }
      line.colour = run.colour_of(population);
      line.label = shown.report->group;
      figure.panels[found->second].series.push_back(std::move(line));
    }
  if (figure.panels.size() == before)
    throw UserError(run.info().path + " holds no mean, sum or rate of a population that was asked for",
                    "hillock info says what the file holds");
  for (std::size_t k = before; k < figure.panels.size(); ++k) {
    Panel& panel = figure.panels[k];
    panel.y.range = with_margin(range_of_y({panel}).value_or(Range{0, 1}));
    if (panel.series.front().mark == Mark::stairs) panel.y.range.low = 0;
    if (panel.series.size() > 1) continue;
    panel.side = std::exchange(panel.series.front().label, "");
  }
  figure.panels.back().joined = false;
}

void add_gates(PlottedRun& run, Figure& figure) {
  const std::string population = run.only(run.traced_populations());
  const std::vector<std::string> variables =
      run.request().variables.empty() ? recorded_gates(run, population) : run.request().variables;
  if (variables.size() > most_gates)
    throw UserError(
        fmt::format("there are {} variables, and this figure shows at most {}", variables.size(), most_gates),
        "choose with --variable");
  std::vector<Panel> panels(1);
  Panel& panel = panels.front();
  panel.x = run.time_axis();
  std::string unit;
  for (std::size_t k = 0; k < variables.size(); ++k) {
    const ShownTraces shown = run.traces(population, variables[k], 1);
    if (k > 0 && shown.variable->unit != unit)
      throw UserError(fmt::format("'{}' is in {}, but '{}' in {}: they have no axis in common", variables[0],
                                  unit, variables[k], shown.variable->unit),
                      "choose variables of one unit with --variable, or draw them with --figure trace");
    unit = shown.variable->unit;
    Series line = lines_of(run, shown, figure).front();
    line.colour = static_cast<int>(k);
    line.label = variables[k];
    panel.series.push_back(std::move(line));
    panel.shaded = stimulus_of(run, *shown.report);
    panel.name = fmt::format("gates of neuron {} of {} over time", shown.neurons.front(), population);
  }
  panel.y.label = quantity_label(unit == "1" ? "gate" : base::join(variables, ", "), unit);
  panel.y.range = range_of_lanes(run, population, base::join(variables, ", "), panels);
  if (unit == "1" && panel.y.range.low >= -0.06 && panel.y.range.high <= 1.06) panel.y.range = {-0.02, 1.02};
  add_stimulus_note(panel, run.time_scale(), figure);
  figure.panels.push_back(std::move(panel));
}

}  // namespace hillock::cli
