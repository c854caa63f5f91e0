// What is measured while a run goes on: planned with the reports, held while it runs, measured at its end.
#include "assemble/analysis.hpp"

#include <fmt/core.h>

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

// Which of these features need the current, by what the registry says.
bool needs_input(const std::vector<std::string>& features) {
  return std::ranges::any_of(
      features, [](const std::string& name) { return analysis::find_feature(name).needs_input(); });
}

analysis::InputKind kind_of(const model::InputSite& site) {
  return analysis::input_kind(site.dimension.unit());
}

// What is held, and taken for a moment when one neuron after the other is measured.
double bytes_of(std::int64_t frames, std::size_t neurons, bool with_input, bool with_resonance) {
  const std::size_t traces = (with_input ? 2 : 1) * neurons + 1;  // and their times
  return 8 * static_cast<double>(frames) * static_cast<double>(traces) +
         (with_resonance ? analysis::resonance_bytes(static_cast<std::size_t>(frames)) : 0);
}

bool finds_resonance(std::string_view feature) { return feature.starts_with("resonance_"); }

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
  if (const model::InputSite* input = held_input(experiment, spec)) plan.input = kind_of(*input);
  return plan;
}

void add_report(const model::AnalysisSpec& spec, const model::InputSite* input, const BuiltPopulation& built,
                AnalysisPlan& analysis, engine::SimulationPlan& plan, engine::RunLayout& layout) {
  engine::ReportLayout report;
  report.group = report.population = analysis.population;
  std::vector<int> arrays{solve::Slots::find(built.plan.slots.arrays, "V")};
  report.variables = {{"V", "mV", ""}};
  if (input != nullptr) {
    arrays.push_back(solve::Slots::find(built.plan.slots.arrays, solve::slot::observed(input->name)));
    report.variables.push_back({input->name, input->dimension.unit(), ""});
  }
  report.neurons = analysis.neurons;
  report.frames = analysis.frames;
  report.interval = analysis.interval;
  report.float64 = true;
  analysis.report = static_cast<int>(layout.reports.size());
  layout.reports.push_back(std::move(report));
  plan.reports.push_back({spec.population, std::move(arrays), 1});
}

void add_spikes(const model::AnalysisSpec& spec, std::int64_t size, AnalysisPlan& analysis,
                engine::SimulationPlan& plan, engine::RunLayout& layout) {
  engine::SpikePlan spikes{spec.population, std::vector<bool>(static_cast<std::size_t>(size), false)};
  for (const std::int64_t neuron : analysis.neurons) spikes.keep[neuron] = true;
  analysis.spikes = static_cast<int>(layout.spikes.size());
  layout.spikes.push_back({analysis.population, static_cast<std::int64_t>(analysis.neurons.size())});
  plan.spike_plans.push_back(std::move(spikes));
}

// Says that features of the current are missing, where the model has none that they are made for.
void check_input(const model::AnalysisSpec& spec, const model::PopulationSpec& population,
                 AnalysisPlan& analysis, base::Diagnostics& diagnostics) {
  if (!needs_input(spec.features) || analysis.input != analysis::InputKind::unknown) return;
  const auto& inputs = population.model->inputs;
  analysis.note = analysis::note_on_input(inputs.empty() ? "" : inputs.front().dimension.unit());
  diagnostics.warning(spec.place, "analysis of '" + population.name + "': " + analysis.note,
                      "leave these features out");
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
  return report < 0 ? 0
                    : bytes_of(frames, neurons.size(), input != analysis::InputKind::unknown,
                               std::ranges::any_of(features, finds_resonance, &analysis::Feature::name));
}

const model::InputSite* held_input(const model::Experiment& experiment, const model::AnalysisSpec& spec) {
  const model::PopulationSpec& population = experiment.populations[spec.population];
  const auto& inputs = population.model->inputs;
  if (!has_potential_in_mV(population) || !needs_input(spec.features) || inputs.empty()) return nullptr;
  return kind_of(inputs.front()) == analysis::InputKind::unknown ? nullptr : &inputs.front();
}

double analysis_bytes(const model::Experiment& experiment) {
  double bytes = 0;
  for (const model::AnalysisSpec& spec : experiment.analysis)
    if (!spec.features.empty() && has_potential_in_mV(experiment.populations[spec.population]))
      bytes +=
          bytes_of(experiment.simulation.steps, spec.neurons.size(), held_input(experiment, spec) != nullptr,
                   std::ranges::any_of(spec.features, finds_resonance));
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
      add_report(spec, held_input(experiment, spec), built[spec.population], analysis, plan, layout);
      check_input(spec, population, analysis, diagnostics);
    } else if (!analysis.features.empty()) {
      const model::State* V = population.model->state("V");
      analysis.note = V == nullptr ? "V is no state of the model: no features of action potentials"
                                   : analysis::note_on_unit(V->dimension.unit());
      diagnostics.warning(spec.place, "analysis of '" + population.name + "': " + analysis.note,
                          "leave the features out, and ask for statistics of its spikes");
    }
    if (!analysis.statistics.empty() ||
        std::ranges::any_of(analysis.features, &analysis::Feature::below_threshold))
      add_spikes(spec, population.size, analysis, plan, layout);
    plans.push_back(std::move(analysis));
  }
  return plans;
}

Analysis::Analysis(std::vector<AnalysisPlan> plans) : plans_(std::move(plans)) {
  for (const AnalysisPlan& plan : plans_) {
    Held held;
    const std::size_t neurons = plan.neurons.size();
    const std::size_t values = neurons * static_cast<std::size_t>(plan.frames);
    if (plan.report >= 0) {  // the system gives memory as it is filled
      held.V = std::make_unique_for_overwrite<double[]>(values);
      if (plan.input != analysis::InputKind::unknown)
        held.I = std::make_unique_for_overwrite<double[]>(values);
    }
    if (plan.spikes >= 0) held.trains.resize(neurons);
    held_.push_back(std::move(held));
  }
}

bool Analysis::take(const engine::FrameBlock& block) {
  const auto found = std::ranges::find(plans_, block.report, &AnalysisPlan::report);
  if (found == plans_.end()) return false;
  Held& held = held_[static_cast<std::size_t>(found - plans_.begin())];
  const std::size_t neurons = found->neurons.size(), frames = static_cast<std::size_t>(found->frames);
  const double scale = analysis::input_scale(found->input);
  const double* from = block.values64.data();  // [variable][frame][neuron]
  for (std::size_t n = 0; n < neurons; ++n) {
    const std::size_t first = n * frames + static_cast<std::size_t>(block.first_frame);
    for (std::int64_t k = 0; k < block.frames; ++k) held.V[first + k] = from[k * neurons + n];
    if (held.I == nullptr) continue;
    for (std::int64_t k = 0; k < block.frames; ++k)
      held.I[first + k] = scale * from[(block.frames + k) * neurons + n];
  }
  held.frames = block.first_frame + block.frames;
  return true;
}

bool Analysis::take(const engine::SpikeBlock& block) {
  const auto found = std::ranges::find(plans_, block.spikes, &AnalysisPlan::spikes);
  if (found == plans_.end()) return false;
  Held& held = held_[static_cast<std::size_t>(found - plans_.begin())];
  for (std::size_t k = 0; k < block.times.size(); ++k) {
    const auto neuron =
        std::ranges::lower_bound(found->neurons, static_cast<std::int64_t>(block.node_ids[k]));
    held.trains[static_cast<std::size_t>(neuron - found->neurons.begin())].push_back(block.times[k]);
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
  if (!plan.statistics.empty() && window.start < window.stop)
    facts.spikes = analysis::statistics(held.trains, window, plan.bin, analysis::lags_of(plan.bin));
  if (plan.report < 0 || held.frames < 3) return facts;
  analysis::TraceFeatures traces;
  traces.place = "V";
  traces.interval = plan.interval;
  traces.stimulus_start = plan.stimulus_start;
  traces.stimulus_stop = plan.stimulus_stop;
  traces.input = plan.input;
  traces.features = plan.features;
  const auto frames = static_cast<std::size_t>(held.frames);
  std::vector<double> times(frames);
  for (std::size_t k = 0; k < frames; ++k) times[k] = static_cast<double>(k) * plan.interval;
  const auto trace = [&](const std::unique_ptr<double[]>& values, std::size_t n) {
    return values == nullptr
               ? std::span<const double>()
               : std::span<const double>(values.get() + n * static_cast<std::size_t>(plan.frames), frames);
  };
  for (std::size_t n = 0; n < plan.neurons.size(); ++n)
    analysis::add_trace(plan.neurons[n],
                        {.time = times,
                         .V = trace(held.V, n),
                         .I = trace(held.I, n),
                         .spikes = plan.spikes < 0 ? std::span<const double>() : held.trains[n]},
                        plan.settings, traces);
  const std::string note = analysis::note_on(traces, facts.spikes, plan.settings, "start and stop");
  facts.note += (facts.note.empty() || note.empty() ? "" : "; ") + note;
  facts.traces = std::move(traces);
  return facts;
}

}  // namespace hillock::assemble
