// `hillock check`: what a config would run, as text or JSON.
#include <fmt/core.h>

#include <cmath>
#include <optional>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "cli/check_facts.hpp"
#include "cli/commands.hpp"
#include "cli/kernel_choice.hpp"
#include "cli/sweep_facts.hpp"
#include "cli/sweep_plan.hpp"

namespace hillock::cli {
namespace {

std::string receptors_of(const model::PopulationSpec& population) {
  std::vector<std::string> words;
  for (const model::ReceptorSpec& receptor : population.receptors)
    words.push_back(receptor.name + " (" + receptor.model->name + ")");
  return base::join(words, ", ");
}

std::string window_of(const model::VariableSpec& variable, double dt) {
  if (!variable.around_spikes) return "";
  return fmt::format(" from {} before to {} after each spike",
                     human_time(static_cast<double>(variable.around_spikes->before) * dt),
                     human_time(static_cast<double>(variable.around_spikes->after) * dt));
}

std::string whose(const model::VariableSpec& variable) {
  if (variable.pooling == model::Pooling::mean) return " (mean)";
  if (variable.pooling == model::Pooling::sum) return " (sum)";
  return " of " + counted(static_cast<std::int64_t>(variable.neurons.size()), "neuron");
}

std::string recorded(const model::RecordSpec& record, double dt) {
  std::vector<std::string> words;
  if (record.spikes) words.push_back("spikes");
  for (const model::VariableSpec& variable : record.variables)
    words.push_back(fmt::format("{}{} every {}{}", variable.name, whose(variable),
                                human_time(static_cast<double>(variable.every) * dt),
                                window_of(variable, dt)));
  return base::join(words, ", ");
}

// Beside the reports, whose size is known: what each spike adds.
std::string size_of_spikes(const engine::RunLayout& layout) {
  std::string text = " and the spikes";
  for (const engine::SnippetLayout& snippets : layout.snippets)
    text += fmt::format(", {} around each spike in /around_spikes/{}",
                        human_bytes(static_cast<double>(snippets.bytes_per_spike())), snippets.group);
  return text;
}

// How many there will be; of rules that draw how many there are, on average.
std::string counted_pairs(const model::ConnectionSpec& spec, double expected, const char* what) {
  using Rule = model::ConnectionRule;
  const bool drawn = spec.rule == Rule::pairwise_bernoulli || spec.rule == Rule::pairwise_poisson ||
                     spec.rule == Rule::pairwise_function;
  return (drawn ? "about " : "") + counted(static_cast<std::int64_t>(std::llround(expected)), what);
}

std::string junctions_text(const model::ConnectionSpec& spec, const assemble::ConnectionSummary& summary,
                           const model::Experiment& experiment) {
  return fmt::format("gap_junctions {}: between {} and {}: {}\n", spec.name,
                     slices_text(spec.sources, experiment), slices_text(spec.targets, experiment),
                     counted_pairs(spec, summary.synapses, "pair"));
}

// What the error of its weights is relative to.
const char* kept_of(const model::ConnectionSpec& spec, const assemble::ConnectionSummary& summary) {
  if (spec.weight_at)
    return lang::depends_on(spec.weight_at->expression, "d") ? "the median over the distances"
                                                             : "the median over the pairs";
  if (summary.weights_by_median) return "the median of the file";
  return summary.drawn_weights ? "the median of what is drawn" : "what is given";
}

std::string connection_text(const model::ConnectionSpec& spec, const assemble::ConnectionSummary& summary,
                            const model::Experiment& experiment) {
  std::string text =
      fmt::format("connection {}: {}{} to {}, receptor {}: {} of {} bytes\n", spec.name,
                  spec.transmit.empty() ? "" : spec.transmit + " of ", slices_text(spec.sources, experiment),
                  slices_text(spec.targets, experiment), spec.receptor,
                  counted_pairs(spec, summary.synapses, "synapse"), summary.bytes_per_synapse);
  if (!spec.transmit.empty()) return text;
  text += fmt::format("  weights are multiples of {}, to within {:.1g} of {}\n",
                      three_digits(summary.quantum) + " " + summary.weight.user_unit(), summary.weight_error,
                      kept_of(spec, summary));
  if (summary.drawn_delays)
    text += fmt::format("  note: {} delays are rounded to multiples of {}\n",
                        spec.delay_at ? "these" : "drawn", base::format_time(experiment.simulation.dt));
  return text;
}

// In two digits.
std::string duration_text(double seconds) {
  const double shown = std::max(seconds < 1 ? 1000 * seconds : seconds, 1.0);
  double digit = 0.1;
  while (shown >= 100 * digit) digit *= 10;
  return fmt::format("{:g} {}", std::round(shown / digit) * digit, seconds < 1 ? "ms" : "s");
}

std::string summary_of(const model::Experiment& experiment, const assemble::Prepared& prepared) {
  const model::SimulationSpec& simulation = experiment.simulation;
  std::string text = fmt::format("{}: {} in {} of {}, seed {}, spike times {}\n", experiment.path,
                                 human_time(simulation.duration), counted(simulation.steps, "step"),
                                 base::format_time(simulation.dt), simulation.seeds.front(),
                                 simulation.interpolated ? "interpolated" : "on the grid, up to a step late");
  for (const assemble::PopulationSummary& population : prepared.populations) {
    text += fmt::format("population {}: {} of {}, method {} ({})\n", population.name,
                        counted(population.size, "neuron"), population.model, population.method,
                        population.reason);
    for (const model::PopulationSpec& spec : experiment.populations)
      if (spec.name == population.name && !spec.receptors.empty())
        text += "  receptors: " + receptors_of(spec) + "\n";
    if (population.shortest_time_constant > 0)
      text += fmt::format("  shortest time constant at the start: {} ms\n",
                          three_digits(population.shortest_time_constant));
    for (const std::string& note : population.notes) text += "  note: " + note + "\n";
  }
  for (const model::InputSpec& input : experiment.inputs)
    text += fmt::format("input {}: {} into {}{}\n", input.name, input.type,
                        slices_text(input.targets, experiment),
                        input.receptor.empty() ? "" : ", receptor " + input.receptor);
  for (std::size_t c = 0; c < experiment.connections.size(); ++c)
    text += connection_text(experiment.connections[c], prepared.connections[c], experiment);
  if (!prepared.connections.empty())
    text += fmt::format("  all connections: {}, about {} to draw on {}\n",
                        human_bytes(static_cast<double>(prepared.estimate.network_bytes)),
                        duration_text(prepared.estimate.network_seconds),
                        counted(prepared.estimate.network_threads, "thread"));
  for (std::size_t g = 0; g < experiment.gap_junctions.size(); ++g)
    text += junctions_text(experiment.gap_junctions[g], prepared.gap_junctions[g], experiment);
  for (const model::StopSpec& stop : experiment.stops)
    text += fmt::format("stop_when {}: may end the run earlier\n", stop.text);
  for (const model::RecordSpec& record : experiment.record)
    text += fmt::format("record {}: {}\n",
                        experiment.populations[static_cast<std::size_t>(record.population)].name,
                        recorded(record, simulation.dt));
  for (const engine::EdgeLayout& edges : prepared.layout.edges)
    text += fmt::format("record /edges/{}: {} from {} to {}\n", edges.group,
                        counted(static_cast<std::int64_t>(std::llround(edges.expected)), "synapse"),
                        edges.source.name, edges.target.name);
  for (const engine::WeightLayout& weights : prepared.layout.weights)
    text +=
        fmt::format("record /connections/{}: weight of {} from {} to {} every {}, {}\n", weights.edges.group,
                    counted(static_cast<std::int64_t>(std::llround(weights.edges.expected)), "synapse"),
                    weights.edges.source.name, weights.edges.target.name, human_time(weights.interval),
                    human_bytes(weights.bytes()));
  for (const assemble::AnalysisPlan& analysis : prepared.analysis)
    text += fmt::format("analysis {}: {}{}{} of {}, holds {}\n", analysis.population,
                        analysis.features.empty()
                            ? ""
                            : counted(static_cast<std::int64_t>(analysis.features.size()), "feature"),
                        analysis.features.empty() || analysis.statistics.empty() ? "" : " and ",
                        analysis.statistics.empty()
                            ? ""
                            : counted(static_cast<std::int64_t>(analysis.statistics.size()), "statistic"),
                        counted(static_cast<std::int64_t>(analysis.neurons.size()), "neuron"),
                        analysis.report >= 0 ? human_bytes(analysis.bytes()) : "no traces");
  text += fmt::format(
      "memory: {}\nfile: {}{}\n", human_bytes(static_cast<double>(prepared.estimate.memory_bytes)),
      human_bytes(static_cast<double>(prepared.estimate.file_bytes)), size_of_spikes(prepared.layout));
  return text;
}

}  // namespace

int check(const Arguments& arguments, Console& console) {
  try {
    const config::Template config = read_template(arguments);
    const model::Experiment& experiment = config.experiment();
    const assemble::Prepared prepared = assemble::prepare(experiment, {{}, false});
    std::optional<SweepFacts> sweep;
    if (config.sweep()) sweep = sweep_facts(config, kernel_options(arguments));
    if (arguments.json) {
      Json facts = check_facts(experiment, prepared);
      if (sweep) facts["sweep"] = json_of(*sweep);
      console.out(facts.text() + "\n");
      return 0;
    }
    console.out(summary_of(experiment, prepared) + (sweep ? text_of(*sweep) : ""));
    for (const std::string& note : experiment.notes) console.message("note: " + note);
    for (const base::Diagnostic& warning : warnings_of(experiment, prepared)) console.warning(warning);
    return 0;
  } catch (const base::UserError& error) {
    if (!arguments.json) throw;
    console.out(check_failed(arguments.path, error.diagnostics()).text() + "\n");
    return error.exit_code();
  }
}

}  // namespace hillock::cli
