// From a checked Experiment to a simulation that is ready to run.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "assemble/assemble.hpp"
#include "assemble/population_builder.hpp"
#include "base/text.hpp"
#include "model/recordable.hpp"
#include "solve/programs.hpp"

namespace hillock::assemble {

namespace {

// Records of one population, merged: what is asked for in the config.
struct Wanted {
  std::set<std::string> observed;  // variables that are not states
};

bool is_state(const model::PopulationSpec& spec, const std::string& name) {
  return spec.model->state(name) != nullptr;
}

Wanted wanted_of(const model::Experiment& experiment, int population) {
  Wanted wanted;
  for (const model::RecordSpec& record : experiment.record)
    if (record.population == population)
      for (const model::VariableSpec& variable : record.variables)
        if (!is_state(experiment.populations[population], variable.name))
          wanted.observed.insert(variable.name);
  return wanted;
}

// The group of a variable: variables with the same neurons and interval share the population's own group.
std::string group_of(const model::RecordSpec& record, const model::VariableSpec& variable,
                     const std::string& population) {
  if (variable.mean) return population + ".mean";
  const auto first =
      std::ranges::find_if(record.variables, [](const model::VariableSpec& v) { return !v.mean; });
  const bool shares = first->neurons == variable.neurons && first->every == variable.every;
  return shares ? population : population + "." + variable.name;
}

void plan_reports(const model::Experiment& experiment, const std::vector<BuiltPopulation>& built,
                  engine::SimulationPlan& plan, engine::RunLayout& layout) {
  const double dt = experiment.simulation.dt;
  for (const model::RecordSpec& record : experiment.record) {
    const model::PopulationSpec& spec = experiment.populations[record.population];
    const std::vector<model::Recordable> recordables = model::recordables(spec);
    const std::size_t first = layout.reports.size();
    for (const model::VariableSpec& variable : record.variables) {
      std::string group = group_of(record, variable, spec.name);
      const double interval = static_cast<double>(variable.every) * dt;
      auto at =
          std::find_if(layout.reports.begin() + static_cast<std::ptrdiff_t>(first), layout.reports.end(),
                       [&](const engine::ReportLayout& r) { return r.group == group; });
      if (at != layout.reports.end() && at->interval != interval) {  // means at different intervals
        group += "." + variable.name;
        at = layout.reports.end();
      }
      if (at == layout.reports.end()) {
        engine::ReportLayout report;
        report.group = group;
        report.population = spec.name;
        report.mean = variable.mean;
        report.neurons = variable.neurons;
        report.frames =
            std::max<std::int64_t>(1, (experiment.simulation.steps + variable.every - 1) / variable.every);
        report.interval = interval;
        report.float64 = record.float64;
        report.deflate = record.deflate;
        layout.reports.push_back(report);
        plan.reports.push_back({record.population, {}, variable.every});
        at = layout.reports.end() - 1;
      }
      const auto known = std::ranges::find_if(
          recordables, [&](const model::Recordable& r) { return r.name == variable.name; });
      at->variables.push_back({variable.name, known->dimension.unit(), known->doc});
      const std::string array =
          is_state(spec, variable.name) ? variable.name : solve::slot::observed(variable.name);
      plan.reports[static_cast<std::size_t>(at - layout.reports.begin())].arrays.push_back(
          solve::Slots::find(built[record.population].plan.slots.arrays, array));
    }
    if (!record.spikes) continue;
    engine::SpikePlan spikes{record.population, {}};
    if (!record.spike_neurons.empty()) {
      spikes.keep.assign(static_cast<std::size_t>(spec.size), false);
      for (const std::int64_t neuron : record.spike_neurons) spikes.keep[neuron] = true;
    }
    plan.spike_plans.push_back(std::move(spikes));
    layout.spikes.push_back({spec.name, true});
  }
}

// Parameters as resolved, one YAML map per population; per-neuron values as lists.
std::string parameters_text(const std::vector<BuiltPopulation>& built) {
  std::string text;
  for (const BuiltPopulation& population : built) {
    text += population.plan.name + ":\n";
    for (const auto& [name, values] : population.parameters) {
      std::vector<std::string> numbers;
      for (const double value : values) numbers.push_back(base::number(value));
      text += "  " + name + ": " + (values.size() == 1 ? numbers[0] : "[" + base::join(numbers, ", ") + "]") +
              "\n";
    }
  }
  return text;
}

std::string models_text(const model::Experiment& experiment) {
  std::string text;
  for (const model::Model& model : experiment.models)
    text += "# " + model.path + "\n" + model.text + (model.text.ends_with('\n') ? "" : "\n");
  return text;
}

// Of the machine, or less where the process is limited (ulimit -v).
double memory_available() {
  const double machine =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return machine;
  return std::min(machine, static_cast<double>(limit.rlim_cur));
}

// Before anything is allocated: about how much a population needs.
void check_memory(const model::Experiment& experiment) {
  double needed = 0;
  for (const model::PopulationSpec& spec : experiment.populations) {
    double arrays = static_cast<double>(spec.model->states.size()) + 4;
    for (const model::ReceptorSpec& receptor : spec.receptors)
      arrays += static_cast<double>(receptor.model->states.size()) + 1;
    needed += 8 * arrays * static_cast<double>(spec.size);
  }
  const double available = memory_available();
  if (needed > available)
    throw base::ResourceError(
        fmt::format("the states of this config need about {:.3g} GB of memory, {:.3g} GB are there; make the "
                    "populations smaller",
                    needed / 1e9, available / 1e9));
}

Estimate estimate_of(const engine::SimulationPlan& plan, const engine::RunLayout& layout) {
  Estimate estimate;
  estimate.steps = plan.grid.steps;
  for (const auto& population : plan.populations) estimate.memory_bytes += population->bytes();
  for (const engine::ReportLayout& report : layout.reports)
    estimate.file_bytes +=
        report.frames * (8 + report.values_per_frame() * static_cast<std::int64_t>(report.variables.size()) *
                                 (report.float64 ? 8 : 4));
  return estimate;
}

}  // namespace

Prepared prepare(const model::Experiment& experiment, const Options& options) {
  check_memory(experiment);
  Prepared prepared;
  base::Diagnostics diagnostics;
  const FileReaders readers = file_readers();
  std::vector<BuiltPopulation> built;
  for (std::size_t p = 0; p < experiment.populations.size(); ++p)
    built.push_back(build_population(experiment, static_cast<int>(p),
                                     wanted_of(experiment, static_cast<int>(p)).observed, readers,
                                     diagnostics));
  diagnostics.throw_if_errors();

  engine::SimulationPlan plan;
  plan.grid = {experiment.simulation.dt, experiment.simulation.steps};
  plan_reports(experiment, built, plan, prepared.layout);
  prepared.layout.facts.texts = {{"config", experiment.text},
                                 {"parameters", parameters_text(built)},
                                 {"models", models_text(experiment)}};
  prepared.layout.facts.seed = experiment.simulation.seed;
  prepared.layout.facts.duration = experiment.simulation.duration;
  prepared.layout.facts.dt = experiment.simulation.dt;
  for (std::size_t p = 0; p < built.size(); ++p) {
    const int population = static_cast<int>(p);
    for (auto& input : built[p].currents) plan.currents.push_back({population, std::move(input)});
    for (auto& [receptor, input] : built[p].spikes)
      plan.spikes.push_back({population,
                             solve::Slots::find(built[p].plan.slots.arrays, receptor + ".arrivals"),
                             std::move(input)});
    prepared.populations.push_back(std::move(built[p].summary));
    plan.populations.push_back(
        std::make_unique<network::Population>(std::move(built[p].plan), options.interpreter));
  }
  for (const PopulationSummary& summary : prepared.populations) {
    const bool exact = summary.method == "exact";
    if (exact || summary.shortest_time_constant <= 0 ||
        experiment.simulation.dt <= summary.shortest_time_constant / 2)
      continue;
    diagnostics.warning(experiment.simulation.dt_place,
                        fmt::format("dt = {} ms is coarse for population '{}': {} relaxes within {:.3g} ms",
                                    base::number(experiment.simulation.dt), summary.name,
                                    summary.fastest_state, summary.shortest_time_constant),
                        fmt::format("take dt = {:.2g} ms or less", summary.shortest_time_constant / 5));
  }
  prepared.warnings = diagnostics.all();
  prepared.warnings.insert(prepared.warnings.begin(), experiment.warnings.begin(), experiment.warnings.end());
  prepared.estimate = estimate_of(plan, prepared.layout);
  prepared.simulation = std::make_unique<engine::Simulation>(std::move(plan), prepared.layout);
  return prepared;
}

}  // namespace hillock::assemble
