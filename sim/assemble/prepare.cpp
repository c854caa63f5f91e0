// From a checked Experiment to a simulation that is ready to run.
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "assemble/analysis.hpp"
#include "assemble/assemble.hpp"
#include "assemble/connections.hpp"
#include "assemble/population_builder.hpp"
#include "assemble/positions.hpp"
#include "assemble/reports.hpp"
#include "base/text.hpp"
#include "model/compare.hpp"
#include "solve/programs.hpp"

namespace hillock::assemble {

namespace {

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

// `what` needs so many bytes `for_what`, which may be empty; `remedy`: how it needs less.
void require_memory(double needed, const std::string& what, const std::string& remedy,
                    const std::string& for_what = "") {
  const double available = memory_available();
  if (needed > available)
    throw base::ResourceError(fmt::format("{} about {:.3g} GB of memory{}, {:.3g} GB are there; {}", what,
                                          needed / 1e9, for_what, available / 1e9, remedy));
}

// Before anything is allocated: about how much a population needs. A state has its value, its derivative and,
// where steps are cut, the value at their end; beside the states stand holds and arrivals.
void check_memory(const model::Experiment& experiment) {
  const double of_state = experiment.simulation.interpolated ? 3 : 2;
  double needed = 0;
  for (const model::PopulationSpec& spec : experiment.populations) {
    double arrays = of_state * static_cast<double>(spec.model->states.size()) + 2;
    for (const model::ReceptorSpec& receptor : spec.receptors)
      arrays += of_state * static_cast<double>(receptor.model->states.size()) + 1;
    needed += 8 * arrays * static_cast<double>(spec.size);
  }
  require_memory(needed, "the states of this config need", "make the populations smaller");
}

// The traces that features are measured in stay in memory until the end.
void check_analysis_memory(const model::Experiment& experiment) {
  require_memory(analysis_bytes(experiment),
                 "the traces that the analysis of this config holds until the end of the run need",
                 "name fewer neurons in its 'neurons', or make the run shorter");
}

// The values of the last window, of all neurons that are recorded around their spikes.
void check_snippet_memory(const model::Experiment& experiment) {
  double needed = 0;
  for (const model::RecordSpec& record : experiment.record)
    for (const model::VariableSpec& variable : record.variables)
      if (variable.around_spikes)
        needed += static_cast<double>(variable.around_spikes->before + variable.around_spikes->after + 1) *
                  static_cast<double>(variable.neurons.size()) * (record.float64 ? 8 : 4);
  require_memory(needed, "what this config records around spikes needs",
                 "name fewer neurons, or make the windows shorter", " for its windows");
}

// Before any synapse is drawn.
void check_network_memory(const Prepared& prepared) {
  double synapses = 0;
  for (const auto* all : {&prepared.connections, &prepared.gap_junctions})
    for (const ConnectionSummary& connection : *all) synapses += connection.synapses;
  require_memory(static_cast<double>(prepared.estimate.network_bytes),
                 fmt::format("the {:.3g} synapses of this config need", synapses),
                 "make the populations smaller, connect them more sparsely, or by fewer different delays");
}

// Of weights over time: the present ones, and which synapses these are of while that is handed over. What
// waits for the disk is as little as that of other records, but at least one frame.
double weights_memory(const engine::RunLayout& layout) {
  double bytes = 0;
  for (const engine::WeightLayout& weights : layout.weights)
    bytes += weights.edges.expected * (16 + 2 * (weights.float64 ? 8 : 4));
  return bytes;
}

void check_weights_memory(const engine::RunLayout& layout) {
  require_memory(weights_memory(layout), "the weights that this config records over time need",
                 "name fewer neurons in their 'targets'");
}

// What it takes to draw a synapse twice and to put it where it belongs: the rates of one thread of the
// machine on which docs/performance.md was measured, where the synapses are many more than a cache holds.
double drawing_seconds(const std::vector<ConnectionSummary>& connections, int threads) {
  constexpr double given = 22e-9, drawn = 27e-9;  // weight and delay
  double seconds = 0;
  for (const ConnectionSummary& connection : connections)
    seconds += connection.synapses * (connection.drawn_weights || connection.drawn_delays ? drawn : given);
  return seconds / threads;
}

// The plan of the network; its summaries and size go to `prepared`.
network::NetworkPlan network_of(const model::Experiment& experiment,
                                const std::vector<BuiltPopulation>& built, Prepared& prepared,
                                base::Diagnostics& diagnostics) {
  BuiltNetwork network = build_network(experiment, built, diagnostics);
  diagnostics.throw_if_errors();
  prepared.connections = std::move(network.summaries);
  prepared.gap_junctions = std::move(network.junctions);
  std::vector<std::int64_t> sizes;
  for (const model::PopulationSpec& population : experiment.populations) sizes.push_back(population.size);
  const int asked = experiment.simulation.threads,
            threads = asked > 0 ? asked : parallel::available_processors();
  Estimate& estimate = prepared.estimate;
  estimate.network_bytes = static_cast<std::int64_t>(std::min(
      0x1p62, network.coupling_bytes + network::Network::bytes_needed(network.plan, sizes, threads)));
  estimate.network_threads =
      network.plan.empty() ? 1
                           : std::min(threads, network::Network::blocks_for(threads, sizes, network.plan));
  estimate.network_seconds = drawing_seconds(prepared.connections, estimate.network_threads);
  check_network_memory(prepared);
  return std::move(network.plan);
}

void add_to_estimate(const engine::SimulationPlan& plan, Prepared& prepared) {
  const engine::RunLayout& layout = prepared.layout;
  Estimate& estimate = prepared.estimate;
  estimate.steps = plan.grid.steps;
  for (const AnalysisPlan& analysis : prepared.analysis)
    estimate.analysis_bytes += static_cast<std::int64_t>(analysis.bytes());
  estimate.memory_bytes += estimate.analysis_bytes + estimate.network_bytes;
  for (std::size_t i = 0; i < plan.snippets.size(); ++i)
    estimate.memory_bytes += engine::ring_bytes(plan.snippets[i], layout.snippets[i]);
  for (const engine::NodeLayout& nodes : layout.nodes)
    estimate.file_bytes += nodes.neurons * (32 + 8 * std::ssize(nodes.axes));
  for (const engine::ReportLayout& report : layout.reports)
    estimate.file_bytes +=
        report.frames * (8 + report.values_per_frame() * static_cast<std::int64_t>(report.variables.size()) *
                                 (report.float64 ? 8 : 4));
  for (const engine::EdgeLayout& edges : layout.edges)
    estimate.file_bytes += static_cast<std::int64_t>(edges.bytes());
  double of_weights = 0;
  for (const engine::WeightLayout& weights : layout.weights) of_weights += weights.bytes();
  estimate.file_bytes += static_cast<std::int64_t>(std::min(0x1p61, of_weights));
  estimate.memory_bytes += static_cast<std::int64_t>(weights_memory(layout));
}

// dt against the shortest time constant, which shrinks further during a spike: with rk4 the spikes of the
// squid axon (0.237 ms at rest) are exact to 0.04 ms at dt = 0.08 ms, and V overflows at 0.1 ms. Exact and
// adaptive methods follow any dt. What is advised, in two digits, is never warned of: tau / 3 is 5 % less.
void warn_of_coarse_steps(const model::Experiment& experiment,
                          const std::vector<PopulationSummary>& populations, base::Diagnostics& diagnostics) {
  const double dt = experiment.simulation.dt;
  for (const PopulationSummary& summary : populations) {
    const double tau = summary.shortest_time_constant;
    const bool any_dt = summary.method == "exact" || summary.method == "adaptive";
    if (any_dt || tau <= 0 || dt <= 0.35 * tau) continue;
    diagnostics.warning(experiment.simulation.dt_place,
                        fmt::format("dt = {} ms is coarse for population '{}': {} relaxes within {:.3g} ms",
                                    base::number(dt), summary.name, summary.fastest_state, tau),
                        fmt::format("take dt = {:.2g} ms or less", tau / 3));
  }
}

// In the order of the config, as those of each population are in its plan.
std::vector<engine::StopPlan> plan_stops(const model::Experiment& experiment) {
  std::vector<engine::StopPlan> plans;
  std::vector<std::size_t> conditions(experiment.populations.size(), 0);
  for (const model::StopSpec& spec : experiment.stops) {
    engine::StopPlan plan;
    plan.population = spec.neurons.population;
    plan.first = spec.neurons.first;
    plan.last = spec.neurons.last;
    plan.window = spec.window;
    plan.all = spec.all;
    plan.text = spec.text;
    plan.of_time = lang::depends_on(spec.condition, "t");
    if (spec.of_spikes)
      plan.of_spikes = solve::condition_on_numbers(
          spec.condition, std::array<std::string_view, 3>{"spike_count", "rate", "t"});
    else
      plan.condition = conditions[static_cast<std::size_t>(plan.population)]++;
    plans.push_back(std::move(plan));
  }
  return plans;
}

// The plan of an experiment without its changes; what else is known of it goes to `prepared`, and to
// `simulated` the layout that the step loop gets.
engine::SimulationPlan plan_of(const model::Experiment& experiment, const Options& options,
                               Prepared& prepared, engine::RunLayout& simulated,
                               base::Diagnostics& diagnostics) {
  const FileReaders readers = file_readers();
  std::vector<BuiltPopulation> built;
  for (std::size_t p = 0; p < experiment.populations.size(); ++p)
    built.push_back(build_population(experiment, static_cast<int>(p),
                                     observed_variables(experiment, static_cast<int>(p)), readers,
                                     diagnostics));
  diagnostics.throw_if_errors();

  engine::SimulationPlan plan;
  plan.grid = {experiment.simulation.dt, experiment.simulation.steps};
  plan.threads = experiment.simulation.threads;
  plan.stops = plan_stops(experiment);
  plan.points = std::ssize(experiment.simulation.seeds);
  plan.network = network_of(experiment, built, prepared, diagnostics);
  plan_connection_records(experiment, *plan.network, plan, prepared.layout);
  check_weights_memory(prepared.layout);
  plan_reports(experiment, built, plan, prepared.layout, diagnostics);
  simulated = prepared.layout;
  prepared.analysis = plan_analysis(experiment, built, plan, simulated, diagnostics);
  diagnostics.throw_if_errors();
  prepared.layout.facts.texts = {{"config", experiment.text},
                                 {"parameters", parameters_text(built)},
                                 {"models", models_text(experiment)}};
  for (std::size_t p = 0; p < built.size(); ++p) {
    const int population = static_cast<int>(p);
    for (auto& input : built[p].currents) plan.currents.push_back({population, std::move(input)});
    for (auto& [receptor, input] : built[p].spikes)
      plan.spikes.push_back({population,
                             solve::Slots::find(built[p].plan.slots.arrays, receptor + ".arrivals"),
                             std::move(input)});
    prepared.populations.push_back(std::move(built[p].summary));
    plan.populations.push_back(
        std::make_unique<network::Population>(std::move(built[p].plan), options.kernels));
  }
  return plan;
}

bool same_synapses(const model::Experiment& one, const model::Experiment& other) {
  return std::ranges::equal(one.connections, other.connections, model::same_connection) &&
         std::ranges::equal(one.gap_junctions, other.gap_junctions, model::same_connection);
}

}  // namespace

Prepared prepare(const model::Experiment& experiment, const Options& options) {
  check_memory(experiment);
  check_analysis_memory(experiment);
  check_snippet_memory(experiment);
  Prepared prepared;
  engine::RunLayout simulated;
  base::Diagnostics diagnostics;
  engine::SimulationPlan plan = plan_of(experiment, options, prepared, simulated, diagnostics);
  const model::Experiment* before = &experiment;
  for (const model::Change& change : experiment.changes) {
    Prepared unused;
    engine::RunLayout same;
    base::Diagnostics own;  // warnings have been given for the beginning
    plan.changes.push_back(plan_of(*change.then, options, unused, same, own));
    plan.changes.back().from = change.step;
    if (!options.draw_synapses || same_synapses(*before, *change.then)) plan.changes.back().network.reset();
    before = change.then.get();
  }
  if (!options.draw_synapses) plan.network.reset();
  if (options.structure != nullptr && plan.network) plan.drawn = options.structure->drawn(experiment, plan);
  prepared.layout.nodes = node_layouts(experiment);
  prepared.layout.facts.seed = experiment.simulation.seeds.front();
  prepared.layout.facts.duration = experiment.simulation.duration;
  prepared.layout.facts.dt = experiment.simulation.dt;
  warn_of_coarse_steps(experiment, prepared.populations, diagnostics);
  prepared.warnings = diagnostics.all();
  add_to_estimate(plan, prepared);
  prepared.simulation = std::make_unique<engine::Simulation>(std::move(plan), simulated);
  for (std::size_t p = 0; p < prepared.simulation->populations(); ++p)  // now that threads have their ranges
    prepared.estimate.memory_bytes += prepared.simulation->population(p).bytes();
  return prepared;
}

}  // namespace hillock::assemble
