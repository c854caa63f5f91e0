// What is recorded: the groups of the output and the arrays that fill them.
#include "assemble/reports.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "assemble/analysis.hpp"
#include "assemble/stimulus.hpp"
#include "model/recordable.hpp"
#include "solve/programs.hpp"

namespace hillock::assemble {

namespace {

bool is_state(const model::PopulationSpec& spec, const std::string& name) {
  return spec.model->state(name) != nullptr;
}

engine::ReportVariable described(const std::vector<model::Recordable>& recordables, const std::string& name) {
  const auto known =
      std::ranges::find_if(recordables, [&](const model::Recordable& one) { return one.name == name; });
  return {name, known->dimension.unit(), known->doc};
}

engine::Pooling pooling_of(const model::VariableSpec& variable) {
  switch (variable.pooling) {
    case model::Pooling::none:
      return engine::Pooling::none;
    case model::Pooling::mean:
      return engine::Pooling::mean;
    case model::Pooling::sum:
      return engine::Pooling::sum;
    case model::Pooling::rate:
      return engine::Pooling::rate;
  }
  return engine::Pooling::none;
}

engine::ReportVariable rate_of(const model::VariableSpec& rate) {
  return {rate.name, "Hz",
          fmt::format("spikes per neuron and second of {} neurons, from this time to the next",
                      rate.neurons.size())};
}

// Files hold no NaN.
void refuse_nothing(const model::PopulationSpec& spec, const model::VariableSpec& variable,
                    base::Diagnostics& diagnostics) {
  const std::string what = variable.pooling == model::Pooling::mean  ? "mean of " + variable.name
                           : variable.pooling == model::Pooling::sum ? "sum of " + variable.name
                                                                     : "rate of spikes";
  const std::string word = what.substr(0, what.find(' '));
  diagnostics.error(variable.place,
                    fmt::format("population '{}' has no neurons to take the {} over", spec.name, what),
                    "leave the " + word + " out");
}

// The group of a variable: variables with the same neurons and interval share the population's own group.
std::string group_of(const model::RecordSpec& record, const model::VariableSpec& variable,
                     const std::string& population) {
  if (variable.pooling == model::Pooling::mean) return population + ".mean";
  if (variable.pooling == model::Pooling::sum) return population + ".sum";
  if (variable.pooling == model::Pooling::rate) return population + ".rate";
  const auto first = std::ranges::find_if(
      record.variables, [](const model::VariableSpec& v) { return !v.pooled() && !v.around_spikes; });
  const bool shares = first->neurons == variable.neurons && first->every == variable.every;
  return shares ? population : population + "." + variable.name;
}

// At 0, every, ... before the end, and that at 0 always; `every` in steps.
std::int64_t frames_of(const model::Experiment& experiment, std::int64_t every) {
  return std::max<std::int64_t>(1, (experiment.simulation.steps + every - 1) / every);
}

engine::ReportLayout report_of(const model::Experiment& experiment, const model::RecordSpec& record,
                               const model::VariableSpec& variable, const std::string& group) {
  engine::ReportLayout report;
  report.group = group;
  report.population = experiment.populations[record.population].name;
  report.pooling = pooling_of(variable);
  report.neurons = variable.neurons;
  report.frames = frames_of(experiment, variable.every);
  report.interval = static_cast<double>(variable.every) * experiment.simulation.dt;
  report.float64 = record.float64;
  report.deflate = record.deflate;
  const StimulusWindow stimulus = stimulus_window(experiment, record.population);
  report.stimulus_start = stimulus.start;
  report.stimulus_stop = stimulus.stop;
  return report;
}

// The index of the report that a variable joins; a new one if there is none. Reports before `first` belong to
// other records.
std::size_t report_for(const model::Experiment& experiment, const model::RecordSpec& record,
                       const model::VariableSpec& variable, std::size_t first, engine::SimulationPlan& plan,
                       engine::RunLayout& layout) {
  std::string group = group_of(record, variable, experiment.populations[record.population].name);
  for (std::size_t i = first; i < layout.reports.size(); ++i) {
    if (layout.reports[i].group != group) continue;
    if (plan.reports[i].every == variable.every && layout.reports[i].neurons == variable.neurons) return i;
    group += "." + variable.name;  // means of other neurons or at other intervals
    break;
  }
  layout.reports.push_back(report_of(experiment, record, variable, group));
  plan.reports.push_back({record.population, {}, variable.every});
  return layout.reports.size() - 1;
}

// The same for windows around spikes: those with the same neurons, window and interval share a group.
std::size_t snippets_for(const model::Experiment& experiment, const model::RecordSpec& record,
                         const model::VariableSpec& variable, std::size_t first, engine::SimulationPlan& plan,
                         engine::RunLayout& layout) {
  const model::SpikeWindow window = *variable.around_spikes;
  for (std::size_t i = first; i < layout.snippets.size(); ++i) {
    const engine::SnippetPlan& known = plan.snippets[i];
    if (known.before == window.before && known.after == window.after && known.every == variable.every &&
        layout.snippets[i].neurons == variable.neurons)
      return i;
  }
  engine::SnippetLayout snippets;
  snippets.population = experiment.populations[record.population].name;
  snippets.group = snippets.population;
  if (layout.snippets.size() > first) snippets.group += "." + variable.name;
  snippets.neurons = variable.neurons;
  for (std::int64_t step = -window.before; step <= window.after; step += variable.every)
    snippets.offsets.push_back(static_cast<double>(step) * experiment.simulation.dt);
  snippets.float64 = record.float64;
  layout.snippets.push_back(std::move(snippets));
  plan.snippets.push_back({record.population, {}, window.before, window.after, variable.every});
  return layout.snippets.size() - 1;
}

void plan_spikes(const model::Experiment& experiment, const model::RecordSpec& record,
                 engine::SimulationPlan& plan, engine::RunLayout& layout) {
  const model::PopulationSpec& spec = experiment.populations[record.population];
  engine::SpikePlan spikes{record.population, {}};
  if (!record.spike_neurons.empty()) {
    spikes.keep.assign(static_cast<std::size_t>(spec.size), false);
    for (const std::int64_t neuron : record.spike_neurons) spikes.keep[neuron] = true;
  }
  plan.spike_plans.push_back(std::move(spikes));
  const bool all = record.spike_neurons.empty();
  layout.spikes.push_back(
      {spec.name, all ? spec.size : static_cast<std::int64_t>(record.spike_neurons.size())});
}

}  // namespace

int array_of(const model::PopulationSpec& spec, const BuiltPopulation& built, const std::string& variable) {
  const std::string array = is_state(spec, variable) ? variable : solve::slot::observed(variable);
  return solve::Slots::find(built.plan.slots.arrays, array);
}

std::set<std::string> observed_variables(const model::Experiment& experiment, int population) {
  std::set<std::string> observed;
  for (const model::RecordSpec& record : experiment.record)
    if (record.population == population)
      for (const model::VariableSpec& variable : record.variables)
        if (variable.pooling != model::Pooling::rate &&
            !is_state(experiment.populations[population], variable.name))
          observed.insert(variable.name);
  for (const model::ConnectionSpec& connection : experiment.connections)
    for (const model::Slice& source : connection.sources)
      if (source.population == population && !connection.transmit.empty() &&
          !is_state(experiment.populations[population], connection.transmit))
        observed.insert(connection.transmit);
  for (const model::AnalysisSpec& spec : experiment.analysis)
    if (const model::InputSite* input =
            spec.population == population ? held_input(experiment, spec) : nullptr)
      observed.insert(input->name);
  return observed;
}

void plan_reports(const model::Experiment& experiment, const std::vector<BuiltPopulation>& built,
                  engine::SimulationPlan& plan, engine::RunLayout& layout, base::Diagnostics& diagnostics) {
  for (const model::RecordSpec& record : experiment.record) {
    const model::PopulationSpec& spec = experiment.populations[record.population];
    const std::vector<model::Recordable> recordables = model::recordables(spec);
    const std::size_t first = layout.reports.size(), first_snippets = layout.snippets.size();
    for (const model::VariableSpec& variable : record.variables) {
      if (variable.pooled() && spec.size == 0) refuse_nothing(spec, variable, diagnostics);
      if (variable.neurons.empty()) continue;  // an empty population has no traces
      if (variable.pooling == model::Pooling::rate) {
        const std::size_t report = report_for(experiment, record, variable, first, plan, layout);
        layout.reports[report].variables.push_back(rate_of(variable));
        continue;
      }
      const int array = array_of(spec, built[record.population], variable.name);
      const engine::ReportVariable description = described(recordables, variable.name);
      if (variable.around_spikes) {
        const std::size_t snippets = snippets_for(experiment, record, variable, first_snippets, plan, layout);
        layout.snippets[snippets].variables.push_back(description);
        plan.snippets[snippets].arrays.push_back(array);
        continue;
      }
      const std::size_t report = report_for(experiment, record, variable, first, plan, layout);
      layout.reports[report].variables.push_back(description);
      plan.reports[report].arrays.push_back(array);
    }
    if (record.spikes) plan_spikes(experiment, record, plan, layout);
  }
}

namespace {

std::vector<int> populations_of(const std::vector<model::Slice>& slices) {
  std::vector<int> populations;
  for (const model::Slice& slice : slices)
    if (std::ranges::find(populations, slice.population) == populations.end())
      populations.push_back(slice.population);
  return populations;
}

engine::EdgeEnd end_of(const model::Experiment& experiment, int population) {
  const model::PopulationSpec& spec = experiment.populations[static_cast<std::size_t>(population)];
  return {population, spec.name, spec.size};
}

// Of how many neurons of a slice.
std::int64_t chosen_of(const std::vector<std::int64_t>& targets, const network::Neurons& slice) {
  if (targets.empty()) return slice.count;
  return std::ranges::lower_bound(targets, slice.end()) - std::ranges::lower_bound(targets, slice.first);
}

// The synapses of a connection between two populations, onto chosen targets or, if none are named, onto all.
engine::EdgeLayout edges_between(const model::Experiment& experiment, const network::NetworkPlan& network,
                                 const model::ConnectionSpec& spec, int source, int target,
                                 const std::vector<std::int64_t>& targets) {
  engine::EdgeLayout edges;
  edges.group = edges.connection = spec.name;
  edges.source = end_of(experiment, source);
  edges.target = end_of(experiment, target);
  if (populations_of(spec.sources).size() * populations_of(spec.targets).size() > 1)
    edges.group += "." + edges.source.name + "." + edges.target.name;
  edges.weight_unit = spec.weight.dimension.user_unit();
  for (const network::Connection& one : network.connections)
    if (one.name == spec.name && one.wiring.sources.population == source &&
        one.wiring.targets.population == target)
      edges.expected += one.expected * static_cast<double>(chosen_of(targets, one.wiring.targets)) /
                        static_cast<double>(one.wiring.targets.count);
  return edges;
}

engine::WeightLayout weights_of(const model::Experiment& experiment,
                                const model::ConnectionRecordSpec& record) {
  engine::WeightLayout weights;
  weights.targets = record.weight->targets;
  weights.frames = frames_of(experiment, record.weight->every);
  weights.interval = static_cast<double>(record.weight->every) * experiment.simulation.dt;
  weights.float64 = record.float64;
  weights.deflate = record.deflate;
  return weights;
}

}  // namespace

void plan_connection_records(const model::Experiment& experiment, const network::NetworkPlan& network,
                             engine::SimulationPlan& plan, engine::RunLayout& layout) {
  for (const model::ConnectionRecordSpec& record : experiment.connection_record) {
    const model::ConnectionSpec& spec = experiment.connections[record.connection];
    for (const int source : populations_of(spec.sources))
      for (const int target : populations_of(spec.targets)) {
        if (record.edges)
          layout.edges.push_back(edges_between(experiment, network, spec, source, target, {}));
        if (!record.weight) continue;
        engine::WeightLayout& weights = layout.weights.emplace_back(weights_of(experiment, record));
        weights.edges = edges_between(experiment, network, spec, source, target, weights.targets);
        plan.weights.push_back(record.weight->every);
      }
  }
}

}  // namespace hillock::assemble
