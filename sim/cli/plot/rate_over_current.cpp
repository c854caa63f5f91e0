// The rate of each neuron against the current that it gets: from the config in the file, or a variable's
// mean.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "assemble/inputs.hpp"
#include "assemble/stimulus.hpp"
#include "base/diagnostics.hpp"
#include "cli/console.hpp"
#include "cli/plot/figures.hpp"
#include "cli/plot/origin.hpp"
#include "cli/shown/trace_bins.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

constexpr std::uint64_t most_counted = 5'000'000;               // spikes
constexpr std::uint64_t most_values = std::uint64_t{16} << 20;  // of the variable, of all neurons

// What stands on the x axis for each neuron.
struct Currents {
  std::vector<std::int64_t> neurons;
  std::vector<double> values;
  std::string label;
  TimeWindow window;  // ms: of the rates
};

double number_of(const model::InputSpec& input, const std::string& field) {
  return std::get<model::Values>(input.fields.at(field)).numbers.at(0);
}

// Sums of the constant currents that flow during the whole of the window.
Currents currents_of_config(PlottedRun& run, const std::string& population, Figure& figure) {
  const Origin origin = origin_of(run, population);
  const model::Experiment& experiment = *origin.experiment;
  const auto stimulus = assemble::stimulus_window(experiment, origin.population);
  Currents currents;
  currents.window = {run.request().start.value_or(stimulus.start),
                     run.request().stop.value_or(std::min(stimulus.stop, run.info().end()))};
  if (!(currents.window.start < currents.window.stop))
    throw UserError(
        fmt::format("{}: the currents of population '{}' flow from {} to {}, and rates from {} "
                    "to {} take no time",
                    run.info().path, population, human_time(stimulus.start), human_time(stimulus.stop),
                    human_time(currents.window.start), human_time(currents.window.stop)),
        "choose the window with --start and --stop");
  run.narrow({stimulus.start, stimulus.stop});
  const std::int64_t size = experiment.populations[static_cast<std::size_t>(origin.population)].size;
  currents.neurons.resize(static_cast<std::size_t>(size));
  std::iota(currents.neurons.begin(), currents.neurons.end(), 0);
  currents.values.resize(static_cast<std::size_t>(size));
  std::optional<base::Dimension> dimension;
  bool others = false;
  for (const model::InputSpec& input : experiment.inputs) {
    const assemble::Targets targets = assemble::targets_in(input, origin.population, size);
    if (!targets.any) continue;
    if (input.type != "dc") {
      others = true;
      continue;
    }
    if (number_of(input, "start") > currents.window.start ||
        number_of(input, "stop") < currents.window.stop) {
      others = true;
      continue;
    }
    base::Diagnostics diagnostics;
    const auto data = assemble::input_data(experiment, input, origin.population, targets,
                                           assemble::file_readers(), diagnostics);
    diagnostics.throw_if_errors();
    const std::vector<double>& amplitudes = data.values.at("amplitude");
    const base::Dimension& own = std::get<model::Values>(input.fields.at("amplitude")).dimension;
    if (dimension && !(*dimension == own))
      throw UserError(fmt::format("the currents of population '{}' are in {} and in {}", population,
                                  dimension->user_unit(), own.user_unit()),
                      "record the current as I, and name it with --variable I");
    dimension = own;
    const std::size_t count = targets.all ? currents.values.size() : targets.neurons.size();
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t neuron = targets.all ? k : static_cast<std::size_t>(targets.neurons[k]);
      currents.values[neuron] += amplitudes.size() == 1 ? amplitudes[0] : amplitudes[k];
    }
  }
  if (!dimension)
    throw UserError(fmt::format("{}: no constant current (type: dc) flows into population '{}' from {} to {}",
                                run.info().path, population, human_time(currents.window.start),
                                human_time(currents.window.stop)),
                    "choose the window with --start and --stop, or a recorded current with --variable I");
  if (others) figure.notes.push_back("Inputs that are not constant in this window are not counted.");
  currents.label = quantity_label("current", dimension->user_unit());
  return currents;
}

// Means of a variable over the stimulus, or over the window asked for. A current that a step of time begins
// with flows during that step: the frame at the end of the window is not in it.
Currents means_of_variable(PlottedRun& run, const std::string& population) {
  const std::string& variable = run.request().variables.front();
  if (const record::ReportInfo* report = run.reader().report_of(population, variable); report != nullptr) {
    const record::RunReader::Stimulus stimulus = run.reader().stimulus(*report);
    run.narrow({stimulus.start, stimulus.stop});
  }
  ShownTraces all = run.traces(population, variable, SIZE_MAX);
  const double last = static_cast<double>(all.frames.first + all.frames.count - 1) * all.report->interval;
  if (all.frames.count > 1 && last > run.window().stop - 1e-9 * all.report->interval) --all.frames.count;
  const std::uint64_t values = all.frames.count * all.columns.size();
  if (values > most_values)
    throw UserError(
        fmt::format("{}: {} values of '{}' lie in this window, and their means are taken of at most "
                    "{}",
                    run.info().path, values, all.variable->name, most_values),
        "choose a shorter one with --start and --stop, or neurons with --neurons");
  Currents currents;
  currents.neurons = all.neurons;
  currents.window = run.window();
  currents.label = quantity_label(all.variable->name, all.variable->unit);
  for (const auto& trace : run.reader().columns(*all.report, all.variable->name, all.columns, all.frames))
    currents.values.push_back(std::accumulate(trace.begin(), trace.end(), 0.0) /
                              static_cast<double>(trace.size()));
  return currents;
}

}  // namespace

void add_rate_over_current(PlottedRun& run, Figure& figure) {
  const std::string population = run.only(run.spiking_populations());
  if (run.request().variables.size() > 1)
    throw UserError("--variable names several variables, and one axis has one of them", "name one");
  const Currents currents = run.request().variables.empty() ? currents_of_config(run, population, figure)
                                                            : means_of_variable(run, population);
  const auto spikes = run.spikes(population, most_counted);
  if (!spikes)
    throw UserError(fmt::format("{}: more than {} spikes of population '{}' lie in this window",
                                run.info().path, most_counted, population),
                    "choose a shorter one with --start and --stop");
  std::vector<std::size_t> counts(currents.neurons.size());
  for (std::size_t k = 0; k < spikes->times.size(); ++k) {
    const auto at =
        std::ranges::lower_bound(currents.neurons, static_cast<std::int64_t>(spikes->node_ids[k]));
    if (at != currents.neurons.end() && *at == static_cast<std::int64_t>(spikes->node_ids[k]))
      ++counts[static_cast<std::size_t>(at - currents.neurons.begin())];
  }
  Series dots;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const std::int64_t neuron = currents.neurons[k];
    if (!run.request().neurons.empty() && !std::ranges::binary_search(run.request().neurons, neuron))
      continue;
    if (!std::isfinite(currents.values[k])) continue;
    dots.x.push_back(currents.values[k]);
    dots.y.push_back(1000 * static_cast<double>(counts[k]) / (currents.window.stop - currents.window.start));
  }
  if (dots.x.empty())
    throw UserError(run.info().path + ": none of these neurons has a current that is a number",
                    "choose others with --neurons");
  const auto [low, high] = std::ranges::minmax(dots.x);
  Panel panel;
  panel.name = fmt::format("rate of each neuron of {} over its current", population);
  panel.x.label = currents.label;
  panel.x.range = with_margin({low, high});
  panel.y.label = "rate (Hz)";
  const double highest = std::ranges::max(dots.y);
  panel.y.range = {-0.03 * highest, highest > 0 ? 1.08 * highest : 1};
  dots.mark = Mark::dots;
  panel.series.push_back(std::move(dots));
  figure.notes.push_back(fmt::format("{} of {}, each a dot; spikes from {} to {}.",
                                     counted(static_cast<std::int64_t>(panel.series[0].x.size()), "neuron"),
                                     population, human_time(currents.window.start),
                                     human_time(currents.window.stop)));
  figure.panels.push_back(std::move(panel));
}

}  // namespace hillock::cli
