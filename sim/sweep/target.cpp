// Measures are compared in their units, traces where the recorded one has samples.
#include "sweep/target.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "analysis/spike_distance.hpp"
#include "base/text.hpp"
#include "record/columns.hpp"
#include "record/run_reader.hpp"
#include "record/spike_file.hpp"

namespace hillock::sweep {

namespace {

struct Samples {
  std::vector<double> times, values;  // ms, and in the unit of the file
};

[[noreturn]] void fail(const base::Place& place, std::string message, std::string remedy) {
  base::Diagnostics diagnostics;
  diagnostics.error(place, std::move(message), std::move(remedy));
  diagnostics.throw_if_errors();
  throw base::InternalError("an error was not reported");
}

// From a file of hillock's own, by the names of the config.
Samples read_run(const config::TargetTrace& trace, const std::string& population) {
  record::RunReader run(trace.path);
  const record::ReportInfo* report = run.report_of(population, trace.variable);
  if (report == nullptr)
    throw base::IoError(trace.path + " has no trace of " + trace.variable + " of " + population);
  const std::vector<std::int64_t> neurons = run.neurons(*report);
  const auto column = std::ranges::find(neurons, trace.neuron);
  if (column == neurons.end())
    throw base::IoError(
        fmt::format("{} has no trace of neuron {} of {}", trace.path, trace.neuron, population));
  const std::size_t index = static_cast<std::size_t>(column - neurons.begin());
  return {run.times(*report), run.columns(*report, trace.variable, std::span(&index, 1)).front()};
}

Samples read_samples(const config::TargetTrace& trace, const std::string& population) {
  if (trace.column.empty() && record::is_hdf5(trace.path)) return read_run(trace, population);
  Samples samples;
  samples.values = record::read_column(trace.path, trace.column.empty() ? trace.variable : trace.column);
  if (trace.interval == 0)
    samples.times = record::read_column(trace.path, trace.time_column.empty() ? "time" : trace.time_column);
  else
    for (std::size_t k = 0; k < samples.values.size(); ++k)
      samples.times.push_back(static_cast<double>(k) * trace.interval);
  if (samples.times.size() != samples.values.size())
    throw base::IoError(fmt::format("{} has {} times but {} values", trace.path, samples.times.size(),
                                    samples.values.size()));
  for (std::size_t k = 1; k < samples.times.size(); ++k)
    if (!(samples.times[k] > samples.times[k - 1]))
      throw base::IoError(fmt::format("{}: sample {}: time {} ms does not come after {} ms", trace.path,
                                      k + 1, base::number(samples.times[k]),
                                      base::number(samples.times[k - 1])));
  return samples;
}

std::vector<double> within(const std::vector<double>& spikes, const config::TargetRecording& window) {
  std::vector<double> all;
  for (const double time : spikes)
    if (window.start <= time && time < window.stop) all.push_back(time);
  return all;
}

}  // namespace

Target::Target(const config::FitSpec& fit, const model::Experiment& experiment,
               const record::SweepLayout& layout)
    : fit_(fit) {
  find_measures(experiment, layout);
  const base::Place* file = nullptr;
  try {
    if (fit.trace) {
      file = &fit.trace->file_place;
      read_trace(experiment);
    }
    if (fit.spikes) {
      coincidence_ = static_cast<std::size_t>(
          std::ranges::find(layout.measures, coincidence_column, &record::SweepMeasure::name) -
          layout.measures.begin());
      file = &fit.spikes->file_place;
      read_spikes(experiment);
    }
  } catch (const base::IoError& error) {
    fail(*file, error.what(), "");
  }
}

void Target::find_measures(const model::Experiment& experiment, const record::SweepLayout& layout) {
  for (const config::TargetMeasure& wanted : fit_.measures) {
    const std::string name = prefix_of(experiment, wanted.population) + wanted.name;
    const auto found = std::ranges::find(layout.measures, name, &record::SweepMeasure::name);
    if (found == layout.measures.end()) {
      std::vector<std::string> names;
      for (const record::SweepMeasure& one : layout.measures) names.push_back(one.name);
      fail(wanted.place, base::quoted(name) + " is not measured",
           base::listed("name it under 'analysis', or take one of", names));
    }
    if (unit_of(*found).dimension != wanted.value.dimension)
      fail(wanted.place,
           base::quoted(wanted.name) + " is measured in " + found->unit + ", got " +
               wanted.value.dimension.describe(),
           "give value and sd in such a unit");
    const double scale = scale_of(*found);
    measures_.push_back({static_cast<std::size_t>(found - layout.measures.begin()),
                         wanted.value.value / scale, wanted.sd.value / scale});
  }
}

void Target::read_trace(const model::Experiment& experiment) {
  const config::TargetTrace& trace = *fit_.trace;
  const Samples samples =
      read_samples(trace, experiment.populations[static_cast<std::size_t>(trace.population)].name);
  const double scale = base::to_internal("1", trace.unit).value_or(1);
  const double last_step = static_cast<double>(experiment.simulation.steps - 1) * experiment.simulation.dt;
  for (std::size_t k = 0; k < samples.times.size(); ++k) {
    const double time = samples.times[k];
    if (time < trace.start || time >= trace.stop || time > last_step) continue;
    times_.push_back(time);
    values_.push_back(std::min(samples.values[k] * scale, trace.clip.value_or(INFINITY)));
  }
  if (times_.size() < 2)
    fail(trace.file_place,
         fmt::format("{} has {} from {} to {}", trace.path, times_.empty() ? "no sample" : "one sample",
                     base::format_time(trace.start), base::format_time(trace.stop)),
         "move 'start' and 'stop' to where it has some");
  // A sample lasts until the next.
  const double first = samples.times.front(), last = samples.times.back(),
               end = last + (last - samples.times[samples.times.size() - 2]);
  const double rounding = 1e-9 * trace.stop;
  if (first > trace.start + (samples.times[1] - first) + rounding || end < trace.stop - rounding)
    fail(trace.file_place,
         fmt::format("{} reaches from {} to {}, but is compared from {} to {}", trace.path,
                     base::format_time(first), base::format_time(end), base::format_time(trace.start),
                     base::format_time(trace.stop)),
         "give 'start' and 'stop' that lie in the trace");
}

void Target::read_spikes(const model::Experiment& experiment) {
  const config::TargetSpikes& wanted = *fit_.spikes;
  const std::string& name = experiment.populations[static_cast<std::size_t>(wanted.population)].name;
  const record::SpikeFile all = record::read_spikes(wanted.path, name);
  std::vector<double> times;
  for (std::size_t i = 0; i < all.times.size(); ++i)
    if (all.node_ids[i] == static_cast<std::uint64_t>(wanted.neuron)) times.push_back(all.times[i]);
  spikes_ = within(times, wanted);
}

void Target::record(model::Experiment& experiment) const {
  if (!fit_.trace) return;
  model::RecordSpec record;
  record.population = fit_.trace->population;
  record.float64 = true;
  record.place = fit_.trace->place;
  model::VariableSpec variable;
  variable.name = fit_.trace->variable;
  variable.neurons = {fit_.trace->neuron};
  variable.place = fit_.trace->place;
  record.variables.push_back(std::move(variable));
  experiment.record.push_back(std::move(record));
  for (const model::Change& change : experiment.changes) this->record(*change.then);
}

Observed Target::observed(StackRecorder& recorder, std::size_t point,
                          const engine::Simulation& simulation) const {
  Observed observed;
  if (fit_.trace) observed.trace = recorder.take_last_trace(point, simulation);
  if (fit_.spikes)
    observed.spikes = recorder.spike_times(point, static_cast<std::size_t>(fit_.spikes->population),
                                           static_cast<std::uint64_t>(fit_.spikes->neuron));
  return observed;
}

Deviation Target::judge(std::vector<double>& measures, const Observed& observed, double dt) const {
  Deviation all;
  std::vector<double> deviations;
  for (const Measure& one : measures_) deviations.push_back((measures[one.column] - one.value) / one.sd);
  if (fit_.trace) deviations.push_back(trace_error(observed.trace, dt));
  if (fit_.spikes) {
    const std::vector<double> spikes = within(observed.spikes, *fit_.spikes);
    deviations.push_back(spike_error(spikes));
    measures[coincidence_] = coincidence(spikes);
  }
  double sum = 0;
  for (const double one : deviations) {
    if (std::isfinite(one))
      sum += one * one;
    else
      ++all.missing;
  }
  all.error = std::sqrt(sum / static_cast<double>(deviations.size()));
  return all;
}

// Over the samples of the target; between two steps the trace is a line.
double Target::trace_error(const std::vector<double>& trace, double dt) const {
  constexpr double rounding = 1e-6;  // of a step
  const double clip = fit_.trace->clip.value_or(INFINITY);
  double sum = 0;
  for (std::size_t k = 0; k < times_.size(); ++k) {
    const double step = times_[k] / dt;
    const auto before = std::min(static_cast<std::size_t>(step + rounding), trace.size() - 1);
    const auto after = std::min(before + 1, trace.size() - 1);
    const double part = std::clamp(step - static_cast<double>(before), 0.0, 1.0);
    const double value =
        part < rounding ? trace[before] : trace[before] + part * (trace[after] - trace[before]);
    const double difference = std::min(value, clip) - values_[k];
    sum += difference * difference;
  }
  return std::sqrt(sum / static_cast<double>(times_.size())) / fit_.trace->sd;
}

double Target::spike_error(const std::vector<double>& spikes) const {
  return analysis::van_rossum_distance(spikes, spikes_, fit_.spikes->tau) / fit_.spikes->sd;
}

double Target::coincidence(const std::vector<double>& spikes) const {
  constexpr double precision = 2;  // ms, that of Jolivet et al. 2008
  return analysis::coincidence_factor(spikes, spikes_, fit_.spikes->stop - fit_.spikes->start, precision);
}

}  // namespace hillock::sweep
