// The table of config keys.
#include "cli/config_keys.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "config/protocols.hpp"

namespace hillock::cli {
namespace {

constexpr std::array fixed_keys{
    ConfigKey{"vars", Form::quantities, false, "",
              "numbers and quantities by name, for expressions: a value such as = 2 * w uses them"},
    ConfigKey{"simulation", Form::map, true, "", "how long, in which steps, by which method"},
    ConfigKey{"simulation.duration", Form::time, true, "", "model time of the run, a multiple of dt"},
    ConfigKey{"simulation.dt", Form::time, true, "",
              "time step; constant delays, refractory periods, edges and periods are multiples of it"},
    ConfigKey{"simulation.seed", Form::seed, false, "1", "seed of all random numbers"},
    ConfigKey{"simulation.method", Form::method, false, "auto",
              "how the equations are integrated; auto: exact where the equations are linear, Euler-Maruyama "
              "with noise, rk4 otherwise"},
    ConfigKey{"simulation.spike_times", Form::spike_times, false, "grid",
              "grid: a spike has the time of the grid point after the crossing; interpolated: of the "
              "crossing itself"},
    ConfigKey{"simulation.threads", Form::threads, false, "auto",
              "number of threads, at most one for 16 neurons; auto: as many as are fastest; results do not "
              "depend on it"},
    ConfigKey{"populations", Form::names, true, "",
              "the neurons, in groups of one model each, under names of your choice"},
    ConfigKey{"populations.NAME", Form::map, false, "", "a population"},
    ConfigKey{"populations.NAME.like", Form::like, false, "",
              "take all keys from this population; maps are merged key by key, everything else given here "
              "replaces"},
    ConfigKey{"populations.NAME.size", Form::count, false, "1", "number of neurons"},
    ConfigKey{"populations.NAME.model", Form::neuron_model, true, "",
              "name of a shipped neuron model, or path of a model file from the config's folder"},
    ConfigKey{"populations.NAME.params", Form::params, false, "",
              "parameters of the model that differ from their defaults, one value or a value per neuron"},
    ConfigKey{"populations.NAME.init", Form::init, false, "",
              "initial values of states, one value or a value per neuron; rest: where all derivatives vanish "
              "without input"},
    ConfigKey{"populations.NAME.positions", Form::map, false, "",
              "where the neurons are, on one to three axes: on a grid, drawn, or listed"},
    ConfigKey{"populations.NAME.positions.grid", Form::anything, false, "",
              "how many along each axis, [20, 20]; the first axis runs fastest"},
    ConfigKey{"populations.NAME.positions.extent", Form::anything, false, "",
              "how long the grid is along each axis, [1 mm, 1 mm]; its centre is at 0"},
    ConfigKey{"populations.NAME.positions.uniform", Form::anything, false, "",
              "drawn evenly from an extent, [1 mm, 1 mm], with its centre at 0"},
    ConfigKey{"populations.NAME.positions.list", Form::anything, false, "",
              "one for each neuron, [[0 um, 0 um], [50 um, 0 um]]"},
    ConfigKey{"populations.NAME.positions.periodic", Form::flag, false, "false",
              "whether opposite edges of the extent meet"},
    ConfigKey{"populations.NAME.receptors", Form::names, false, "",
              "the dendrites: receptors under names of your choice"},
    ConfigKey{"populations.NAME.receptors.NAME", Form::map, false, "",
              "a receptor; parameters of its model may also stand here, beside the keys"},
    ConfigKey{
        "populations.NAME.receptors.NAME.model", Form::receptor_model, false, "",
        "name of a shipped receptor model, or path of a model file; needed where the neuron model does not "
        "bring a receptor of this name"},
    ConfigKey{"populations.NAME.receptors.NAME.into", Form::word, false, "",
              "the input of the neuron model it feeds; the first one if left out"},
    ConfigKey{"populations.NAME.receptors.NAME.params", Form::params, false, "",
              "parameters of the receptor model"},
    ConfigKey{"populations.NAME.receptors.NAME.init", Form::init, false, "",
              "initial values of the receptor's states"},
    ConfigKey{"populations.NAME.method", Form::method, false, "",
              "the method for this population, instead of simulation.method"},
    ConfigKey{"inputs", Form::names, false, "", "what drives the neurons, under names of your choice"},
    ConfigKey{"inputs.NAME", Form::input, false, "", "an input"},
    ConfigKey{"connections", Form::names, false, "",
              "which neurons send their spikes to which, under names of your choice"},
    ConfigKey{"connections.NAME", Form::map, false, "", "synapses of one rule"},
    ConfigKey{"connections.NAME.like", Form::like, false, "", "take all keys from this connection"},
    ConfigKey{"connections.NAME.source", Form::ends, true, "",
              "whose spikes: a population, a part of one such as exc 0..99, or a list of them"},
    ConfigKey{"connections.NAME.target", Form::ends, true, "", "where they go"},
    ConfigKey{"connections.NAME.receptor", Form::word, false, "the only one",
              "the receptor of the targets that gets them"},
    ConfigKey{"connections.NAME.transmit", Form::word, false, "spikes",
              "a variable of the sources whose value is carried at every step instead of spikes, such as r"},
    ConfigKey{"connections.NAME.rule", Form::rule, true, "",
              "which pairs are joined, of each source population with each target population: all_to_all, "
              "one_to_one, {pairwise_bernoulli: probability}, {pairwise_poisson: mean}, {fixed_indegree: n}, "
              "{fixed_outdegree: n}, {fixed_total_number: n}, {distance: {gaussian: 100 um, max: 0.3}}, "
              "{pairs: [[source, target], ...]} or {from_file: edges.csv}"},
    ConfigKey{
        "connections.NAME.weight", Form::law, true, "",
        "in the unit of the receptor: a value, a law such as {normal: [mean, sd], min: 0 nS}, a function "
        "of source, target and the distance d, for pairs a list, for all_to_all {matrix: [[...], ...]} with "
        "a row for each source, or for from_file {column: NAME, unit: UNIT}"},
    ConfigKey{"connections.NAME.delay", Form::law, true, "",
              "from a spike to its arrival, at least dt; a value is a multiple of dt, what is drawn or "
              "a function of source, target and the distance d is rounded to one"},
    ConfigKey{"connections.NAME.autapses", Form::flag, false, "true",
              "whether a neuron may be its own source"},
    ConfigKey{"connections.NAME.multapses", Form::flag, false, "true",
              "whether fixed_indegree and fixed_outdegree may join a pair several times"},
    ConfigKey{"gap_junctions", Form::names, false, "",
              "which neurons are joined electrically, under names of your choice"},
    ConfigKey{"gap_junctions.NAME", Form::map, false, "",
              "pairs of one rule: the current conductance * (V of the other - V) flows into both"},
    ConfigKey{"gap_junctions.NAME.like", Form::like, false, "", "take all keys from these gap junctions"},
    ConfigKey{"gap_junctions.NAME.between", Form::ends, true, "",
              "the two sides: [cell 0, cell 1], [exc, inh]"},
    ConfigKey{"gap_junctions.NAME.rule", Form::rule, false, "all_to_all",
              "which pairs are joined, each once: all_to_all, one_to_one, {pairwise_bernoulli: probability}, "
              "{distance: {gaussian: 100 um}} or {pairs: [[one, other], ...]}"},
    ConfigKey{
        "gap_junctions.NAME.conductance", Form::law, true, "",
        "in nS, or where V and I have units of their own in those: a value, a law, or for pairs a list"},
    ConfigKey{"record", Form::names, false, "",
              "what is written to the file, by population, and of connections"},
    ConfigKey{
        "record.NAME", Form::record, false, "",
        "a list such as [V, spikes], or a map of variables with neurons, every, mean, sum and around_spikes"},
    ConfigKey{"record.connections", Form::names, false, "", "what is written of connections, by their names"},
    ConfigKey{
        "record.connections.NAME", Form::connection_record, false, "",
        "edges: its synapses with their weights and delays, as SONATA has them; weight: their weights over "
        "time, {every: 10 ms, targets: 0..9}; beside them dtype and compress"},
    ConfigKey{"analysis", Form::names, false, "",
              "what is measured while the run goes on, by population; its traces are held in memory and not "
              "written"},
    ConfigKey{"analysis.NAME", Form::analysis, false, "",
              "names of features and statistics, or a map of what is measured and how"},
    ConfigKey{"analysis.NAME.features", Form::feature_names, false, "",
              "features of action potentials and of the potential below threshold"},
    ConfigKey{"analysis.NAME.statistics", Form::statistic_names, false, "", "statistics of the spikes"},
    ConfigKey{"analysis.NAME.neurons", Form::neurons, false, "all", "whose"},
    ConfigKey{
        "analysis.NAME.start", Form::time, false, "",
        "where the stimulus that features refer to begins, and the window of the statistics; without it the "
        "first current into the population, and the run"},
    ConfigKey{"analysis.NAME.stop", Form::time, false, "", "where both end"},
    ConfigKey{"analysis.NAME.bin", Form::time, false, "5 ms",
              "of the counts behind correlation, autocorrelogram and spectrum, and of the histogram"},
    ConfigKey{"analysis.NAME.settings", Form::feature_settings, false, "",
              "settings of the features that differ from their defaults, with their units"},
    ConfigKey{"at", Form::anything, false, "",
              "what changes during the run: {500 ms: {set: {inputs.step.amplitude: 20 pA}}}; parameters of "
              "models and "
              "values of inputs can"},
    ConfigKey{"stop_when", Form::names, false, "",
              "what ends the run before its duration: conditions, by population or by a part of one such as "
              "cell 0..9"},
    ConfigKey{"stop_when.NAME", Form::stop, false, "",
              "the condition alone, or a map; the run ends after the first step at whose end it holds"},
    ConfigKey{"stop_when.NAME.condition", Form::condition, true, "",
              "on spike_count, rate (per neuron) and t, or on variables and parameters of a neuron and t"},
    ConfigKey{"stop_when.NAME.window", Form::time, false, "", "the time just past in which rate is taken"},
    ConfigKey{"stop_when.NAME.neurons", Form::any_or_all, false, "any",
              "of which neurons a condition on variables must hold"},
    ConfigKey{
        "search", Form::map, false, "",
        "what hillock sweep searches for, at every point of the sweep, see sweeps.md; run ignores it, and "
        "says so"},
    ConfigKey{"search.bisection", Form::map, false, "",
              "finds where a condition on the results begins to hold: the rheobase, a threshold"},
    ConfigKey{"search.bisection.parameter", Form::word, true, "", "the dotted path of what is searched for"},
    ConfigKey{"search.bisection.from", Form::anything, true, "",
              "a value at which the condition does not hold"},
    ConfigKey{"search.bisection.to", Form::anything, true, "", "a value at which it holds"},
    ConfigKey{"search.bisection.until", Form::word, true, "",
              "the condition, on what is measured of each point: spike_count >= 1"},
    ConfigKey{"search.bisection.tolerance", Form::anything, true, "", "how near to its border it is found"},
    ConfigKey{"search.fit", Form::map, false, "",
              "fits parameters to measured values and to a recorded trace, with the CMA evolution strategy"},
    ConfigKey{"search.fit.parameters", Form::names, true, "", "what is fitted: dotted paths"},
    ConfigKey{"search.fit.parameters.NAME", Form::map, false, "", "the bounds of a value"},
    ConfigKey{"search.fit.parameters.NAME.from", Form::anything, true, "", "the lower bound"},
    ConfigKey{"search.fit.parameters.NAME.to", Form::anything, true, "", "the upper bound"},
    ConfigKey{"search.fit.parameters.NAME.log", Form::flag, false, "false",
              "whether its logarithm is searched"},
    ConfigKey{"search.fit.to", Form::map, true, "",
              "what it is fitted to: features, a trace, spikes, or several of them"},
    ConfigKey{"search.fit.to.features", Form::names, false, "", "measures of the table, by population"},
    ConfigKey{"search.fit.to.features.NAME", Form::names, false, "", "measures of a population by name"},
    ConfigKey{"search.fit.to.features.NAME.NAME", Form::map, false, "", "what a measure is to be"},
    ConfigKey{"search.fit.to.features.NAME.NAME.value", Form::anything, true, "", "what it is to be"},
    ConfigKey{"search.fit.to.features.NAME.NAME.sd", Form::anything, true, "",
              "the deviation that counts as 1: as a rule the standard deviation of the measurement"},
    ConfigKey{"search.fit.to.trace", Form::map, false, "", "a recorded variable of one neuron"},
    ConfigKey{"search.fit.to.trace.path", Form::word, true, "",
              "its file, CSV, HDF5 or one of a run, from the config's folder"},
    ConfigKey{"search.fit.to.trace.column", Form::anything, false, "the variable",
              "of a CSV file the name of the column of values, or its number from 1"},
    ConfigKey{"search.fit.to.trace.dataset", Form::word, false, "",
              "of an HDF5 file the data set of the values; of a run's it is found by the variable's name"},
    ConfigKey{"search.fit.to.trace.time_column", Form::anything, false, "time",
              "the column of their times in ms"},
    ConfigKey{"search.fit.to.trace.time_dataset", Form::word, false, "", "the data set of their times in ms"},
    ConfigKey{"search.fit.to.trace.interval", Form::time, false, "",
              "time between samples that have no times of their own; the first one lies at 0 ms"},
    ConfigKey{"search.fit.to.trace.unit", Form::word, false, "that of the variable", "of the values"},
    ConfigKey{"search.fit.to.trace.population", Form::word, false, "the only one", "whose trace it is"},
    ConfigKey{"search.fit.to.trace.variable", Form::word, false, "V", "which variable"},
    ConfigKey{"search.fit.to.trace.neuron", Form::count, false, "0", "which neuron"},
    ConfigKey{"search.fit.to.trace.start", Form::time, false, "0 ms", "samples from here on are compared"},
    ConfigKey{"search.fit.to.trace.stop", Form::time, false, "the duration",
              "samples before it are compared"},
    ConfigKey{"search.fit.to.trace.clip", Form::anything, false, "",
              "what lies above counts as this, so that the height of spikes does not matter"},
    ConfigKey{"search.fit.to.trace.sd", Form::anything, true, "", "the difference that counts as 1"},
    ConfigKey{"search.fit.to.spikes", Form::map, false, "", "recorded spikes of one neuron"},
    ConfigKey{"search.fit.to.spikes.path", Form::word, true, "",
              "their file, CSV with node_id and time in ms, or HDF5 as SONATA and hillock write it"},
    ConfigKey{"search.fit.to.spikes.population", Form::word, false, "the only one", "whose spikes they are"},
    ConfigKey{"search.fit.to.spikes.neuron", Form::count, false, "0", "which neuron, also in the file"},
    ConfigKey{"search.fit.to.spikes.start", Form::time, false, "0 ms", "spikes from here on are compared"},
    ConfigKey{"search.fit.to.spikes.stop", Form::time, false, "the duration",
              "spikes before it are compared"},
    ConfigKey{
        "search.fit.to.spikes.tau", Form::time, false, "100 ms",
        "time constant of van Rossum's distance: a few interspike intervals lead to the target from far"},
    ConfigKey{"search.fit.to.spikes.sd", Form::anything, true, "",
              "the distance that counts as 1; one spike too many has the distance 0.7"},
    ConfigKey{"search.fit.runs", Form::count, false, "2000", "how many runs each fit may take"},
    ConfigKey{"search.fit.tolerance", Form::anything, false, "0.01",
              "the error at which a fit is good enough"},
    ConfigKey{"search.fit.candidates", Form::count, false, "4 + 3 log n, at least 16",
              "how many runs a generation has"},
    ConfigKey{"search.fit.restarts", Form::count, false, "0",
              "how often a fit that has settled begins anew, with twice as many candidates"},
    ConfigKey{"sweep", Form::map, false, "",
              "what hillock sweep varies, see sweeps.md; run ignores it, and says so"},
    ConfigKey{"sweep.parameters", Form::names, false, "",
              "what is varied, if it is not a protocol or a mere repetition: dotted paths such as "
              "inputs.step.amplitude, or names of cases; in a grid the "
              "first varies slowest"},
    ConfigKey{"sweep.parameters.NAME", Form::sweep_values, false, "",
              "the values at a path: a list, {from, to, count}, {from, to, step}, with log: true in equal "
              "ratios, {normal: [mean, sd], count: n} or another law, or {cases: {NAME: {PATH: value}}}"},
    ConfigKey{
        "sweep.combine", Form::combination, false, "grid",
        "grid: each value with each; zip: the first with the first, and so on; random, latin_hypercube, "
        "sobol: points drawn from the ranges and laws"},
    ConfigKey{"sweep.count", Form::count, false, "", "number of points, where they are drawn"},
    ConfigKey{"sweep.repeat", Form::count, false, "1",
              "how often each point is run, the r-th time with r added to its seed, from r = 0"},
    ConfigKey{"sweep.where", Form::word, false, "",
              "a condition on the parameters by their names in the file, such as amplitude > 2 * sigma: only "
              "points that meet it are run"},
    ConfigKey{"sweep.keep", Form::kept, false, "summary",
              "what the file holds beside the summary: spikes, traces or a list of both"},
    ConfigKey{"sweep.after", Form::time, false, "0 ms",
              "the time from which the values hold: before it the run is the same for all points of one "
              "seed, and is "
              "run once"},
};

constexpr std::array<const char*, 11> methods{
    "auto",   "exact",       "exponential_euler", "euler",    "midpoint",      "rk4",
    "dopri5", "cash_karp54", "fehlberg78",        "adaptive", "euler_maruyama"};

Form form_of(config::ProtocolFieldKind kind) {
  switch (kind) {
    case config::ProtocolFieldKind::name:
      return Form::word;
    case config::ProtocolFieldKind::value:
      return Form::anything;
    case config::ProtocolFieldKind::time:
      return Form::time;
    case config::ProtocolFieldKind::axis:
      return Form::sweep_values;
  }
  return Form::anything;
}

// Protocols stand behind the other searches.
std::vector<ConfigKey> with_protocols() {
  static std::deque<std::string> paths;
  std::vector<ConfigKey> keys(fixed_keys.begin(), fixed_keys.end());
  auto at = std::ranges::find(keys, std::string_view("sweep"), &ConfigKey::path);
  const auto add = [&](std::string path, Form form, bool required, const char* doc) {
    at = std::next(keys.insert(at, {paths.emplace_back(std::move(path)).c_str(), form, required, "", doc}));
  };
  for (const config::Protocol& protocol : config::protocols()) {
    const std::string path = std::string("search.") + protocol.name;
    add(path, Form::map, false, protocol.doc);
    for (const config::ProtocolField& field : protocol.fields)
      add(path + "." + field.name, form_of(field.kind), field.required, field.doc);
  }
  return keys;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  static const std::vector<ConfigKey> keys = with_protocols();
  return keys;
}

std::span<const char* const> method_words() { return methods; }

const char* describe(Form form) {
  switch (form) {
    case Form::map:
      return "a map";
    case Form::names:
      return "a map of names";
    case Form::time:
      return "a time";
    case Form::count:
      return "a whole number";
    case Form::seed:
      return "a whole number";
    case Form::threads:
      return "a whole number, or auto";
    case Form::method:
      return "a word, or {adaptive: {rtol, atol, max_step, min_step}}";
    case Form::spike_times:
      return "grid or interpolated";
    case Form::neuron_model:
      return "a model";
    case Form::receptor_model:
      return "a model";
    case Form::params:
      return "a map of values";
    case Form::init:
      return "a map of values, or rest";
    case Form::quantities:
      return "a map of quantities";
    case Form::input:
      return "see Inputs";
    case Form::ends:
      return "a name, or a list of names";
    case Form::rule:
      return "a word, or one rule with its number";
    case Form::law:
      return "a value, a law or a list";
    case Form::record:
      return "see Records";
    case Form::connection_record:
      return "edges, weight, a list, or a map";
    case Form::analysis:
      return "names, or a map";
    case Form::feature_names:
      return "a feature, a list of them, or all";
    case Form::statistic_names:
      return "a statistic, a list of them, or all";
    case Form::feature_settings:
      return "a map of settings";
    case Form::neurons:
      return "all, 0..99, 3 or [0, 5]";
    case Form::stop:
      return "a condition, or a map";
    case Form::condition:
      return "a condition";
    case Form::any_or_all:
      return "any or all";
    case Form::like:
      return "a name";
    case Form::word:
      return "a name";
    case Form::flag:
      return "true or false";
    case Form::anything:
      return "a value";
    case Form::sweep_values:
      return "a list, a range, a law or cases";
    case Form::combination:
      return "grid, zip, random, latin_hypercube or sobol";
    case Form::kept:
      return "summary, spikes, traces or a list of them";
  }
  return "";
}

}  // namespace hillock::cli
