// What is measured while a run goes on: planned with the reports, held while it runs, measured at its end.
#include "assemble/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "assemble/population_builder.hpp"
#include "assemble/stimulus.hpp"
#include "base/text.hpp"
#include "solve/programs.hpp"

namespace hillock::assemble {

namespace {

bool has_potential_in_mV(const model::PopulationSpec& spec) {
  const model::State* V = spec.model->state("V");
  return V != nullptr && V->dimension == base::dimension::voltage;
}

AnalysisPlan basic_plan(const model::Experiment& experiment, const model::AnalysisSpec& spec) {
  AnalysisPlan plan;
  plan.population = experiment.populations[spec.population].name;
  plan.neurons = spec.neurons;
  for (const std::string& name : spec.features) plan.features.push_back(&analysis::find_feature(name));
  plan.statistics = spec.statistics;
  for (const auto& [name, value] : spec.settings) analysis::set(plan.settings, name, value);
  plan.start = spec.start;
  plan.stop = spec.stop;
  const StimulusWindow stimulus = stimulus_window(experiment, spec.population);
  plan.stimulus_start = spec.start.value_or(stimulus.start);
  plan.stimulus_stop = spec.stop.value_or(stimulus.stop);
  plan.bin = spec.bin;
  plan.interval = experiment.simulation.dt;
  plan.duration = experiment.simulation.duration;
  plan.frames = experiment.simulation.steps;
  return plan;
}

void add_report(const model::AnalysisSpec& spec, const BuiltPopulation& built, AnalysisPlan& analysis,
                engine::SimulationPlan& plan, engine::RunLayout& layout) {
  engine::ReportLayout report;
  report.group = report.population = analysis.population;
  report.variables = {{"V", "mV", ""}};
  report.neurons = analysis.neurons;
  report.frames = analysis.frames;
  report.interval = analysis.interval;
  report.float64 = true;
  analysis.report = static_cast<int>(layout.reports.size());
  layout.reports.push_back(std::move(report));
  plan.reports.push_back({spec.population, {solve::Slots::find(built.plan.slots.arrays, "V")}, 1});
}

void add_spikes(const model::AnalysisSpec& spec, std::int64_t size, AnalysisPlan& analysis,
                engine::SimulationPlan& plan, engine::RunLayout& layout) {
  engine::SpikePlan spikes{spec.population, std::vector<bool>(static_cast<std::size_t>(size), false)};
  for (const std::int64_t neuron : analysis.neurons) spikes.keep[neuron] = true;
  analysis.spikes = static_cast<int>(layout.spikes.size());
  layout.spikes.push_back({analysis.population, static_cast<std::int64_t>(analysis.neurons.size())});
  plan.spike_plans.push_back(std::move(spikes));
}

void check_stimulus(const AnalysisPlan& plan, const model::AnalysisSpec& spec,
                    base::Diagnostics& diagnostics) {
  if (plan.features.empty() || plan.stimulus_start < plan.stimulus_stop) return;
  diagnostics.error(
      spec.place,
      fmt::format("the stimulus that features of '{}' refer to would begin at {} ms and end at {} ms",
                  plan.population, base::number(plan.stimulus_start), base::number(plan.stimulus_stop)),
      "give start and stop, so that it begins first");
}

}  // namespace

double AnalysisPlan::bytes() const {
  if (report < 0) return 0;
  return 8 * static_cast<double>(frames) * static_cast<double>(neurons.size() + 1);  // and their times
}

double analysis_bytes(const model::Experiment& experiment) {
  double bytes = 0;
  for (const model::AnalysisSpec& spec : experiment.analysis)
    if (!spec.features.empty() && has_potential_in_mV(experiment.populations[spec.population]))
      bytes +=
          8 * static_cast<double>(experiment.simulation.steps) * static_cast<double>(spec.neurons.size() + 1);
  return bytes;
}

std::vector<AnalysisPlan> plan_analysis(const model::Experiment& experiment,
                                        const std::vector<BuiltPopulation>& built,
                                        engine::SimulationPlan& plan, engine::RunLayout& layout,
                                        base::Diagnostics& diagnostics) {
  std::vector<AnalysisPlan> plans;
  for (const model::AnalysisSpec& spec : experiment.analysis) {
    const model::PopulationSpec& population = experiment.populations[spec.population];
    if (spec.neurons.empty()) continue;  // nothing can be measured of an empty population
    AnalysisPlan analysis = basic_plan(experiment, spec);
    check_stimulus(analysis, spec, diagnostics);
    if (!analysis.features.empty() && has_potential_in_mV(population)) {
      add_report(spec, built[spec.population], analysis, plan, layout);
    } else if (!analysis.features.empty()) {
      const model::State* V = population.model->state("V");
      analysis.note = V == nullptr ? "V is no state of the model: no features of action potentials"
                                   : analysis::note_on_unit(V->dimension.unit());
      diagnostics.warning(spec.place, "analysis of '" + population.name + "': " + analysis.note,
                          "leave the features out, and ask for statistics of its spikes");
    }
    if (!analysis.statistics.empty()) add_spikes(spec, population.size, analysis, plan, layout);
    plans.push_back(std::move(analysis));
  }
  return plans;
}

Analysis::Analysis(std::vector<AnalysisPlan> plans) : plans_(std::move(plans)) {
  for (const AnalysisPlan& plan : plans_) {
    Held held;
    const std::size_t neurons = plan.neurons.size();
    if (plan.report >= 0)  // the system gives memory as it is filled
      held.V = std::make_unique_for_overwrite<double[]>(neurons * static_cast<std::size_t>(plan.frames));
    if (plan.spikes >= 0) held.trains.resize(neurons);
    held_.push_back(std::move(held));
  }
}

bool Analysis::take(const engine::FrameBlock& block) {
  const auto found = std::ranges::find(plans_, block.report, &AnalysisPlan::report);
  if (found == plans_.end()) return false;
  Held& held = held_[static_cast<std::size_t>(found - plans_.begin())];
  const std::size_t neurons = found->neurons.size(), frames = static_cast<std::size_t>(found->frames);
  for (std::size_t n = 0; n < neurons; ++n) {
    double* to = held.V.get() + n * frames + block.first_frame;
    for (std::int64_t k = 0; k < block.frames; ++k) to[k] = block.values64[k * neurons + n];
  }
  held.frames = block.first_frame + block.frames;
  return true;
}

bool Analysis::take(const engine::SpikeBlock& block) {
  const auto found = std::ranges::find(plans_, block.spikes, &AnalysisPlan::spikes);
  if (found == plans_.end()) return false;
  Held& held = held_[static_cast<std::size_t>(found - plans_.begin())];
  const analysis::Window window{found->start.value_or(0), found->stop.value_or(found->duration)};
  for (std::size_t k = 0; k < block.times.size(); ++k) {
    const double time = block.times[k];
    if (time < window.start || time > window.latest()) continue;
    const auto neuron =
        std::ranges::lower_bound(found->neurons, static_cast<std::int64_t>(block.node_ids[k]));
    held.trains[static_cast<std::size_t>(neuron - found->neurons.begin())].push_back(time);
  }
  return true;
}

Analysis::Mark Analysis::mark() const {
  Mark mark;
  for (const Held& held : held_) {
    mark.frames.push_back(held.frames);
    auto& spikes = mark.spikes.emplace_back();
    for (const auto& train : held.trains) spikes.push_back(train.size());
  }
  return mark;
}

void Analysis::go_back(const Mark& mark) {
  for (std::size_t p = 0; p < held_.size(); ++p) {
    held_[p].frames = mark.frames.at(p);
    for (std::size_t n = 0; n < held_[p].trains.size(); ++n) held_[p].trains[n].resize(mark.spikes[p].at(n));
  }
}

std::vector<analysis::PopulationFacts> Analysis::facts(double reached) const {
  std::vector<analysis::PopulationFacts> all;
  for (std::size_t p = 0; p < plans_.size(); ++p) all.push_back(facts_of(p, reached));
  return all;
}

analysis::PopulationFacts Analysis::facts_of(std::size_t p, double reached) const {
  const AnalysisPlan& plan = plans_[p];
  const Held& held = held_[p];
  analysis::PopulationFacts facts;
  facts.name = plan.population;
  facts.neurons = plan.neurons;
  facts.note = plan.note;
  // The last step ends at the duration, whatever rounding makes of steps times dt.
  const double end = reached < plan.duration - plan.interval / 2 ? reached : plan.duration;
  const analysis::Window window{plan.start.value_or(0), std::min(plan.stop.value_or(end), end)};
  if (plan.spikes >= 0 && window.start < window.stop)
    facts.spikes = analysis::statistics(held.trains, window, plan.bin, analysis::lags_of(plan.bin));
  if (plan.report < 0 || held.frames < 3) return facts;
  analysis::TraceFeatures traces;
  traces.place = "V";
  traces.interval = plan.interval;
  traces.stimulus_start = plan.stimulus_start;
  traces.stimulus_stop = plan.stimulus_stop;
  traces.features = plan.features;
  const auto frames = static_cast<std::size_t>(held.frames);
  std::vector<double> times(frames);
  for (std::size_t k = 0; k < frames; ++k) times[k] = static_cast<double>(k) * plan.interval;
  for (std::size_t n = 0; n < plan.neurons.size(); ++n)
    analysis::add_trace(plan.neurons[n], times,
                        {held.V.get() + n * static_cast<std::size_t>(plan.frames), frames}, plan.settings,
                        traces);
  facts.note = analysis::note_on(traces, facts.spikes, plan.settings, "start and stop");
  facts.traces = std::move(traces);
  return facts;
}

}  // namespace hillock::assemble
