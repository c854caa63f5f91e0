// Chooses quanta, and turns rules, weights and delays into those of the network.
#include "assemble/connections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"

namespace hillock::assemble {

namespace {

using model::ConnectionRule;
using model::ConnectionSpec;
using model::Law;
using model::Values;

constexpr double allowed_error = 1e-6;        // of a weight that is given
constexpr double allowed_drawn_error = 1e-3;  // of the median of a law
constexpr double one_in_two_to_32 = 0x1p-33;  // the lowest place of a draw of 32 bits

bool is_given(const Values& values) { return values.law == Law::constant || values.law == Law::list; }

double worst_error(const std::set<double>& given, double quantum) {
  double worst = 0;
  for (const double weight : given)
    worst = std::max(worst, std::abs(std::nearbyint(weight / quantum) * quantum - weight) / weight);
  return worst;
}

// A channel for each receptor name and unit.
struct Channels {
  std::vector<std::string> receptors;
  std::vector<base::Dimension> units;
  std::vector<WeightsOfReceptor> weights;

  std::size_t of(const std::string& receptor, const base::Dimension& unit) {
    for (std::size_t i = 0; i < receptors.size(); ++i)
      if (receptors[i] == receptor && units[i] == unit) return i;
    receptors.push_back(receptor);
    units.push_back(unit);
    weights.emplace_back();
    return receptors.size() - 1;
  }
};

// Nothing where a law has no values, which is reported.
Channels channels_of(const model::Experiment& experiment, base::Diagnostics& diagnostics) {
  Channels channels;
  for (const ConnectionSpec& spec : experiment.connections) {
    WeightsOfReceptor& weights = channels.weights[channels.of(spec.receptor, spec.weight.dimension)];
    if (is_given(spec.weight)) {
      weights.given.insert(weights.given.end(), spec.weight.numbers.begin(), spec.weight.numbers.end());
      continue;
    }
    const model::LawFunction law = model::law_function(spec.weight, diagnostics);
    if (!law) continue;
    const double low = law(one_in_two_to_32), high = law(1 - one_in_two_to_32);
    weights.laws.push_back({std::abs(law(0.5)), std::max(std::abs(low), std::abs(high))});
  }
  return channels;
}

network::RuleKind kind_of(ConnectionRule rule) {
  switch (rule) {
    case ConnectionRule::all_to_all:
      return network::RuleKind::all_to_all;
    case ConnectionRule::one_to_one:
      return network::RuleKind::one_to_one;
    case ConnectionRule::pairwise_bernoulli:
      return network::RuleKind::pairwise_bernoulli;
    case ConnectionRule::pairwise_poisson:
      return network::RuleKind::pairwise_poisson;
    case ConnectionRule::fixed_indegree:
      return network::RuleKind::fixed_indegree;
    case ConnectionRule::fixed_outdegree:
      return network::RuleKind::fixed_outdegree;
    case ConnectionRule::fixed_total_number:
      return network::RuleKind::fixed_total_number;
    case ConnectionRule::pairs:
      return network::RuleKind::pairs;
  }
  return network::RuleKind::all_to_all;
}

std::string name_of(const model::Experiment& experiment, const model::Slice& slice) {
  const model::PopulationSpec& population =
      experiment.populations[static_cast<std::size_t>(slice.population)];
  if (slice.count() == population.size) return population.name;
  return fmt::format("{} {}..{}", population.name, slice.first, slice.last);
}

// One source and one target of a connection.
network::Wiring wiring_of(const model::Experiment& experiment, const ConnectionSpec& spec,
                          const model::Slice& source, const model::Slice& target) {
  network::Wiring wiring;
  wiring.sources = {source.population, source.first, source.count()};
  wiring.targets = {target.population, target.first, target.count()};
  wiring.rule.kind = kind_of(spec.rule);
  wiring.rule.probability = spec.probability;
  wiring.rule.number = spec.number;
  wiring.rule.autapses = spec.autapses;
  wiring.rule.multapses = spec.multapses;
  for (const auto& [from, to] : spec.pairs)
    wiring.rule.pairs.emplace_back(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to));
  const std::string name = fmt::format("connections.{}.{}.{}", spec.name, name_of(experiment, source),
                                       name_of(experiment, target));
  const std::uint64_t seed = experiment.simulation.seeds.front();
  wiring.stream = base::Stream::of(seed, name);
  wiring.counts = base::Stream::of(seed, name + ".counts");
  wiring.needs_words = !is_given(spec.weight) || !is_given(spec.delay);
  return wiring;
}

std::vector<std::pair<model::Slice, model::Slice>> ends_of(const ConnectionSpec& spec) {
  std::vector<std::pair<model::Slice, model::Slice>> ends;
  for (const model::Slice& source : spec.sources)
    for (const model::Slice& target : spec.targets)
      if (source.count() > 0 && target.count() > 0) ends.emplace_back(source, target);
  return ends;
}

network::Levels levels_of(const Values& values, double unit, base::Diagnostics& diagnostics) {
  const auto level = [&](double value) { return static_cast<std::int32_t>(std::nearbyint(value / unit)); };
  if (values.law == Law::constant) return network::Levels::constant(level(values.numbers.front()));
  if (values.law == Law::list) {
    std::vector<std::int32_t> listed;
    for (const double value : values.numbers) listed.push_back(level(value));
    return network::Levels::listed(std::move(listed));
  }
  const model::LawFunction law = model::law_function(values, diagnostics);
  return law ? network::Levels::drawn(law, unit) : network::Levels::constant(1);
}

}  // namespace

Quantum choose_quantum(const WeightsOfReceptor& weights) {
  std::set<double> given;
  double largest = 0;
  for (const double weight : weights.given)
    if (weight != 0) given.insert(std::abs(weight));
  if (!given.empty()) largest = *given.rbegin();
  for (const WeightsOfReceptor::Law& law : weights.laws) largest = std::max(largest, law.largest);
  Quantum found;
  if (largest == 0) return found;
  const auto drawn_error = [&](double quantum) {
    double worst = 0;
    for (const WeightsOfReceptor::Law& law : weights.laws)
      worst = std::max(worst, law.median > 0 ? quantum / 2 / law.median : 0.0);
    return worst;
  };
  const auto narrow = static_cast<double>(network::most_narrow_quanta);
  if (given.empty()) {
    found.quantum = largest / narrow;
    found.worst_drawn = drawn_error(found.quantum);
    if (found.worst_drawn <= allowed_drawn_error) return found;
  } else {
    // Whole parts of the smallest: as few as do, or where weights are drawn too, as many as fit.
    const double smallest = *given.begin();
    const auto most = static_cast<std::int64_t>(narrow * smallest / largest * (1 + 1e-12));
    for (std::int64_t k = 1; k <= most; ++k) {
      const std::int64_t parts = weights.laws.empty() ? k : most + 1 - k;
      const double quantum = smallest / static_cast<double>(parts), error = worst_error(given, quantum);
      if (error > allowed_error) continue;
      found = {quantum, false, error, drawn_error(quantum)};
      if (found.worst_drawn <= allowed_drawn_error) return found;
      break;
    }
  }
  const auto wide = static_cast<double>(network::most_wide_quanta);
  const double smallest = given.empty() ? largest : *given.begin();
  found.quantum = smallest / std::max(1.0, std::floor(wide * smallest / largest));
  found.wide = true;
  found.worst_constant = worst_error(given, found.quantum);
  found.worst_drawn = drawn_error(found.quantum);
  return found;
}

std::vector<ConnectionSummary> summarise_connections(const model::Experiment& experiment,
                                                     base::Diagnostics& diagnostics) {
  std::vector<ConnectionSummary> summaries;
  Channels channels = channels_of(experiment, diagnostics);
  std::vector<Quantum> quanta;
  for (const WeightsOfReceptor& weights : channels.weights) quanta.push_back(choose_quantum(weights));
  for (const ConnectionSpec& spec : experiment.connections) {
    const Quantum& quantum = quanta[channels.of(spec.receptor, spec.weight.dimension)];
    ConnectionSummary summary;
    summary.name = spec.name;
    for (const auto& [source, target] : ends_of(spec))
      summary.synapses += network::expected_edges(wiring_of(experiment, spec, source, target));
    summary.bytes_per_synapse = quantum.wide ? 8 : 4;
    summary.quantum = quantum.quantum;
    summary.weight = spec.weight.dimension;
    summary.weight_error = is_given(spec.weight) ? quantum.worst_constant : quantum.worst_drawn;
    summary.drawn_weights = !is_given(spec.weight);
    summary.drawn_delays = !is_given(spec.delay);
    summaries.push_back(summary);
  }
  return summaries;
}

network::NetworkPlan plan_network(const model::Experiment& experiment,
                                  const std::vector<BuiltPopulation>& built, base::Diagnostics& diagnostics) {
  network::NetworkPlan plan;
  Channels channels = channels_of(experiment, diagnostics);
  for (std::size_t c = 0; c < channels.receptors.size(); ++c) {
    const Quantum quantum = choose_quantum(channels.weights[c]);
    network::Channel channel{channels.receptors[c], quantum.quantum, quantum.wide, {}};
    for (std::size_t p = 0; p < built.size(); ++p) {
      const auto& receptors = experiment.populations[p].receptors;
      const auto found = std::ranges::find(receptors, channel.receptor, &model::ReceptorSpec::name);
      const bool has = found != receptors.end() && found->model->weight == channels.units[c];
      channel.arrivals.push_back(
          has ? solve::Slots::find(built[p].plan.slots.arrays, channel.receptor + ".arrivals") : -1);
    }
    plan.channels.push_back(std::move(channel));
  }
  for (const ConnectionSpec& spec : experiment.connections) {
    const std::size_t channel = channels.of(spec.receptor, spec.weight.dimension);
    const network::Levels delay = levels_of(spec.delay, experiment.simulation.dt, diagnostics),
                          weight = levels_of(spec.weight, plan.channels[channel].quantum, diagnostics);
    for (const auto& [source, target] : ends_of(spec))
      plan.connections.push_back(
          {spec.name, wiring_of(experiment, spec, source, target), static_cast<int>(channel), delay, weight});
  }
  const bool whole = std::ranges::all_of(
      built, [](const BuiltPopulation& b) { return b.plan.mode == network::StepMode::whole; });
  plan.spikes_in_a_step = whole ? 1 : 10000;
  return plan;
}

}  // namespace hillock::assemble
