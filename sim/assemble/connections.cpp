// Chooses quanta, and turns rules, weights and delays into those of the network.
#include "assemble/connections.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "assemble/edge_lists.hpp"
#include "assemble/positions.hpp"
#include "assemble/reports.hpp"
#include "base/text.hpp"
#include "model/compare.hpp"
#include "network/transmissions.hpp"
#include "program/kernel.hpp"
#include "program/program.hpp"
#include "solve/record_expression.hpp"

namespace hillock::assemble {

namespace {

using model::ConnectionRule;
using model::ConnectionSpec;
using model::Law;
using model::Values;

static_assert(model::longest_delay <= network::longest_delay);
constexpr double allowed_error = 1e-6;        // of a weight that is given
constexpr double allowed_drawn_error = 1e-3;  // of the median of a law

bool is_given(const Values& values) { return values.law == Law::constant || values.law == Law::list; }

// The largest relative error of multiples of the quantum; not looked further where it is not allowed.
double worst_error(std::span<const double> given, double quantum) {
  double worst = 0;
  for (const double weight : given) {
    worst = std::max(worst, std::abs(std::nearbyint(weight / quantum) * quantum - weight) / weight);
    if (worst > allowed_error) break;
  }
  return worst;
}

double drawn_error(const WeightsOfReceptor& weights, double quantum) {
  double worst = 0;
  for (const WeightsOfReceptor::Law& law : weights.laws)
    worst = std::max(worst, law.typical > 0 ? quantum / 2 / law.typical : 0.0);
  return worst;
}

bool keeps_laws(const WeightsOfReceptor& weights, double quantum) {
  return std::ranges::all_of(weights.laws, [&](const WeightsOfReceptor::Law& law) {
    return quantum / 2 <= law.allowed * law.typical;
  });
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
    case ConnectionRule::pairwise_function:
      return network::RuleKind::pairwise_function;
    case ConnectionRule::pairs:
    case ConnectionRule::from_file:
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
network::Wiring wiring_of(const std::string& section, const model::Experiment& experiment,
                          const ConnectionSpec& spec, const model::Slice& source,
                          const model::Slice& target) {
  network::Wiring wiring;
  wiring.sources = {source.population, source.first, source.count()};
  wiring.targets = {target.population, target.first, target.count()};
  wiring.rule.kind = kind_of(spec.rule);
  wiring.rule.probability = spec.probability;
  wiring.rule.number = spec.number;
  wiring.rule.autapses = spec.autapses;
  wiring.rule.multapses = spec.multapses;
  std::vector<network::PairList::Pair> pairs;
  pairs.reserve(spec.pairs.size());
  for (const auto& [from, to] : spec.pairs)
    pairs.emplace_back(static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to));
  wiring.rule.pairs = network::PairList(std::move(pairs));
  const std::string name = fmt::format("{}.{}.{}.{}", section, spec.name, name_of(experiment, source),
                                       name_of(experiment, target));
  const std::uint64_t seed = experiment.simulation.seeds.front();
  wiring.stream = base::Stream::of(seed, name);
  wiring.counts = base::Stream::of(seed, name + ".counts");
  wiring.rule.within = spec.within;
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

network::PairFunction function_of(const lang::Expression& expression) {
  using Function = network::PairFunction;
  program::Tape tape;
  const auto array_of = [](std::string_view name) {
    return name == "d" ? Function::distance : name == "source" ? Function::source : Function::target;
  };
  const auto value = solve::record_value(
      expression, {[&](std::string_view name) { return program::array(tape, array_of(name)); }, {}});
  program::store(tape, Function::value, value);
  Function function;
  function.kernel = program::make_kernel(program::optimise(tape), {}, network::FunctionOfPairs::most);
  function.of_distance = lang::depends_on(expression, "d");
  function.of_indices = lang::depends_on(expression, "source") || lang::depends_on(expression, "target");
  return function;
}

// One more on each side than was found, as the function was not looked at everywhere; but none that cannot
// be.
network::Levels levels_between(const model::PairFunction& function, double unit, double lowest,
                               double highest) {
  const auto level = [&](double value, double more) {
    return static_cast<std::int32_t>(std::clamp(std::nearbyint(value / unit) + more, lowest, highest));
  };
  return network::Levels::between(level(function.least, -1), level(function.most, 1));
}

void add_weights(const ConnectionSpec& spec, WeightsOfReceptor& weights, base::Diagnostics& diagnostics) {
  if (spec.weight_at) {
    // Of what falls off so far that most is next to nothing, that need not be exact.
    constexpr double next_to_nothing = 1e-5;
    const double largest = std::max(std::abs(spec.weight_at->least), std::abs(spec.weight_at->most));
    weights.laws.push_back(
        {std::max(spec.weight_at->typical, next_to_nothing * largest), largest, allowed_drawn_error});
    return;
  }
  const Values& weight = spec.weight;
  if (is_given(weight)) {
    std::vector<double>& to = spec.file && weight.law == Law::list ? weights.listed : weights.given;
    to.insert(to.end(), weight.numbers.begin(), weight.numbers.end());
    return;
  }
  const model::LawFunction law = model::law_function(weight, diagnostics);
  if (!law) return;
  const auto [least, most] = *model::extremes(weight, diagnostics);
  // Of a law around 0, the middle of its sizes lies near its quartiles.
  const double typical = std::max({std::abs(law(0.5)), std::abs(law(0.25)), std::abs(law(0.75))});
  weights.laws.push_back({typical, std::max(std::abs(least), std::abs(most)), allowed_drawn_error});
}

// As 16 bits hold them: nothing where they do not. `given` ascend.
std::optional<Quantum> narrow_quantum(const WeightsOfReceptor& weights, std::span<const double> given,
                                      double largest) {
  const auto most_quanta = static_cast<double>(network::most_narrow_quanta);
  Quantum found{largest / most_quanta, false, 0, drawn_error(weights, largest / most_quanta)};
  if (given.empty()) return keeps_laws(weights, found.quantum) ? std::optional(found) : std::nullopt;
  // Whole parts of the smallest: as few as do, or where weights are drawn too, as many as fit.
  const double smallest = given.front();
  const auto most = static_cast<std::int64_t>(most_quanta * smallest / largest * (1 + 1e-12));
  for (std::int64_t k = 1; k <= most; ++k) {
    const std::int64_t parts = weights.laws.empty() ? k : most + 1 - k;
    found.quantum = smallest / static_cast<double>(parts);
    found.worst_constant = worst_error(given, found.quantum);
    if (found.worst_constant > allowed_error) continue;
    found.worst_drawn = drawn_error(weights, found.quantum);
    return keeps_laws(weights, found.quantum) ? std::optional(found) : std::nullopt;
  }
  return std::nullopt;
}

// Without sign and 0, each once, ascending.
std::vector<double> sizes_of(const std::vector<double>& weights) {
  std::vector<double> sizes;
  sizes.reserve(weights.size());
  for (const double weight : weights)
    if (weight != 0) sizes.push_back(std::abs(weight));
  std::ranges::sort(sizes);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

std::optional<Quantum> quantum_of(const WeightsOfReceptor& weights) {
  const std::vector<double> given = sizes_of(weights.given);
  double largest = given.empty() ? 0 : given.back();
  for (const WeightsOfReceptor::Law& law : weights.laws) largest = std::max(largest, law.largest);
  if (largest == 0) return Quantum{};
  if (const auto narrow = narrow_quantum(weights, given, largest)) return narrow;
  const auto most_quanta = static_cast<double>(network::most_wide_quanta);
  const double smallest = given.empty() ? largest : given.front();
  Quantum wide;
  wide.quantum = smallest / std::floor(most_quanta * smallest / largest);
  wide.wide = true;
  wide.worst_constant = worst_error(given, wide.quantum);
  wide.worst_drawn = drawn_error(weights, wide.quantum);
  const bool fits = std::isfinite(wide.quantum) && wide.worst_constant <= allowed_error &&
                    keeps_laws(weights, wide.quantum);
  return fits ? std::optional(wide) : std::nullopt;
}

class NetworkBuilder {
 public:
  NetworkBuilder(const model::Experiment& experiment, const std::vector<BuiltPopulation>& built,
                 base::Diagnostics& diagnostics)
      : experiment_(experiment), built_(built), diagnostics_(diagnostics) {}

  BuiltNetwork build() {
    for (const model::PopulationSpec& population : experiment_.populations)
      network_.plan.geometry.positions.push_back(
          positions_of(population, experiment_.simulation.seeds.front()));
    for (const ConnectionSpec& spec : experiment_.connections)
      specs_.push_back(
          spec.file ? &lists_.emplace_back(read_edge_list(spec, experiment_, built_, diagnostics_)) : &spec);
    if (diagnostics_.has_errors()) return {};
    for (const ConnectionSpec* spec : specs_) add_to_channel(*spec);
    choose_quanta();
    for (const ConnectionSpec* spec : specs_) spec->transmit.empty() ? add(*spec) : add_transmissions(*spec);
    for (const ConnectionSpec& spec : experiment_.gap_junctions) add_junctions(spec);
    const bool once = std::ranges::all_of(built_, [](const BuiltPopulation& b) {
      return b.plan.mode == network::StepMode::whole || b.plan.mode == network::StepMode::coupled;
    });
    network_.plan.spikes_in_a_step = once ? 1 : 10000;
    say_formats();
    return std::move(network_);
  }

 private:
  // Summaries are in the order of the plan's connections, which may be several of one summary.
  void say_formats() {
    std::vector<int> bytes;
    for (std::size_t c = 0; c < network_.plan.channels.size(); ++c)
      bytes.push_back(network::bytes_of_synapse(network::Network::format(network_.plan, c)));
    auto summary = network_.summaries.begin();
    for (const network::Connection& one : network_.plan.connections) {
      while (summary->name != one.name) ++summary;
      summary->bytes_per_synapse = bytes[static_cast<std::size_t>(one.channel)];
    }
  }

  // Receptors of one name and unit.
  struct Channel {
    std::string receptor;
    base::Dimension unit;
    const ConnectionSpec* first = nullptr;  // for messages
    WeightsOfReceptor weights;
    Quantum quantum;
  };

  // Whether it has any synapse at all.
  static bool joins(const ConnectionSpec& spec) {
    return !ends_of(spec).empty() && (spec.rule != ConnectionRule::pairs || !spec.pairs.empty());
  }

  std::size_t channel_of(const ConnectionSpec& spec) const {
    std::size_t c = 0;
    while (c < channels_.size() &&
           (channels_[c].receptor != spec.receptor || channels_[c].unit != spec.weight.dimension))
      ++c;
    return c;
  }

  void add_to_channel(const ConnectionSpec& spec) {
    if (!joins(spec) || !spec.transmit.empty()) return;
    const std::size_t c = channel_of(spec);
    if (c == channels_.size()) channels_.push_back({spec.receptor, spec.weight.dimension, &spec, {}, {}});
    add_weights(spec, channels_[c].weights, diagnostics_);
  }

  // With very many populations, blocks may be larger than 16 bits can count.
  void choose_quanta() {
    const bool many = std::ssize(experiment_.populations) > network::most_narrow_populations;
    for (Channel& channel : channels_) {
      if (const auto quantum = choose_quantum(channel.weights))
        channel.quantum = *quantum;
      else
        diagnostics_.error(
            channel.first->weight.place,
            fmt::format("the weights onto receptors '{}' are too far apart: all of them are kept as whole "
                        "multiples of one quantum, in 32 bits",
                        channel.receptor),
            "take out weights that are a millionth of others, or give them a receptor of another name");
      channel.quantum.wide = channel.quantum.wide || many;
      network::Channel& planned = network_.plan.channels.emplace_back(
          network::Channel{channel.receptor, channel.quantum.quantum, channel.quantum.wide, {}});
      for (std::size_t p = 0; p < built_.size(); ++p) planned.arrivals.push_back(arrivals_of(channel, p));
    }
  }

  int arrivals_of(const Channel& channel, std::size_t population) const {
    const auto& receptors = experiment_.populations[population].receptors;
    const auto found = std::ranges::find(receptors, channel.receptor, &model::ReceptorSpec::name);
    if (found == receptors.end() || found->model->weight != channel.unit) return -1;
    return solve::Slots::find(built_[population].plan.slots.arrays, channel.receptor + ".arrivals");
  }

  static ConnectionSummary summary_of(const ConnectionSpec& spec) {
    ConnectionSummary summary;
    summary.name = spec.name;
    summary.weight = spec.weight.dimension;
    summary.drawn_weights = spec.weight_at || !is_given(spec.weight);
    summary.drawn_delays = spec.delay_at || !is_given(spec.delay);
    return summary;
  }

  // One of each source and target.
  std::vector<network::Wiring> wirings(const ConnectionSpec& spec,
                                       const std::string& section = "connections") {
    const int probability_at = function(spec.probability_at);
    std::vector<network::Wiring> all;
    for (const auto& [source, target] : ends_of(spec)) {
      all.push_back(wiring_of(section, experiment_, spec, source, target));
      all.back().rule.function = probability_at;
    }
    return all;
  }

  network::Numbers numbers(const Values& values) {
    if (is_given(values)) return {values.numbers, {}};
    return {{}, model::law_function(values, diagnostics_)};
  }

  // About how much these take while they are drawn, and in the end.
  void count(const network::Wiring& wiring, double bytes, ConnectionSummary& summary) {
    const double expected = network::expected_edges(wiring, network_.plan.geometry);
    summary.synapses += expected;
    network_.coupling_bytes += expected * bytes;
  }

  void add_transmissions(const ConnectionSpec& spec) {
    ConnectionSummary& summary = network_.summaries.emplace_back(summary_of(spec));
    summary.bytes_per_synapse = 24;
    for (network::Wiring& wiring : wirings(spec)) {
      const auto from = static_cast<std::size_t>(wiring.sources.population),
                 to = static_cast<std::size_t>(wiring.targets.population);
      network::TransmissionPlan one{std::move(wiring),
                                    -1,
                                    false,
                                    -1,
                                    numbers(spec.weight),
                                    levels_of(spec.delay, experiment_.simulation.dt, diagnostics_)};
      one.observed = experiment_.populations[from].model->state(spec.transmit) == nullptr;
      one.variable = array_of(experiment_.populations[from], built_[from], spec.transmit);
      one.arrivals = solve::Slots::find(built_[to].plan.slots.arrays, spec.receptor + ".arrivals");
      count(one.wiring, 56, summary);
      network_.coupling_bytes += 8.0 * static_cast<double>(one.wiring.sources.count) *
                                 (one.delay.most() + network::Transmissions::most_block + 1);
      network_.plan.coupling.transmissions.push_back(std::move(one));
    }
  }

  // Rules for pairs give those of two neurons that are on both sides twice: the part that is joined.
  static double pairs_once(const ConnectionSpec& spec, const model::Slice& one, const model::Slice& other) {
    if (spec.rule == ConnectionRule::pairs || spec.rule == ConnectionRule::one_to_one) return 1;
    const auto both = static_cast<double>(one.shared_with(other));
    const double pairs = static_cast<double>(one.count()) * static_cast<double>(other.count()) - both;
    return pairs > 0 ? 1 - both * (both - 1) / 2 / pairs : 1;
  }

  void add_junctions(const ConnectionSpec& spec) {
    ConnectionSummary& summary = network_.junctions.emplace_back(summary_of(spec));
    summary.bytes_per_synapse = 32;
    for (network::Wiring& wiring : wirings(spec, "gap_junctions")) {
      network::JunctionPlan plan{std::move(wiring), numbers(spec.weight)};
      count(plan.wiring, 120, summary);
      summary.synapses *= pairs_once(spec, spec.sources.front(), spec.targets.front());
      network_.plan.coupling.junctions.push_back(std::move(plan));
    }
  }

  void add(const ConnectionSpec& spec) {
    ConnectionSummary& summary = network_.summaries.emplace_back(summary_of(spec));
    if (!joins(spec)) return;
    const std::size_t c = channel_of(spec);
    const Quantum& quantum = channels_[c].quantum;
    summary.quantum = quantum.quantum;
    summary.weights_by_median = quantum.listed_by_median && spec.file && spec.weight.law == Law::list;
    summary.weight_error =
        summary.drawn_weights || summary.weights_by_median ? quantum.worst_drawn : quantum.worst_constant;
    if (diagnostics_.has_errors()) return;
    network::NetworkPlan& plan = network_.plan;
    network::Connection one;
    one.name = spec.name;
    one.channel = static_cast<int>(c);
    one.step = experiment_.simulation.dt;
    one.quantum = quantum.quantum;
    const auto most_quanta =
        static_cast<double>(quantum.wide ? network::most_wide_quanta : network::most_narrow_quanta);
    one.delay = spec.delay_at ? new_levels(levels_between(*spec.delay_at, one.step, 1, model::longest_delay))
                              : levels(spec.delay, one.step);
    one.weight = spec.weight_at
                     ? new_levels(levels_between(*spec.weight_at, one.quantum, -most_quanta, most_quanta))
                     : levels(spec.weight, one.quantum);
    one.delay_at = function(spec.delay_at);
    one.weight_at = function(spec.weight_at);
    for (network::Wiring& wiring : wirings(spec)) {
      network::Connection& added = plan.connections.emplace_back(one);
      added.wiring = std::move(wiring);
      added.expected = network::expected_edges(added.wiring, plan.geometry);
      summary.synapses += added.expected;
    }
  }

  int function(const std::optional<model::PairFunction>& function) {
    if (!function) return -1;
    network_.plan.geometry.functions.push_back(function_of(function->expression));
    return static_cast<int>(network_.plan.geometry.functions.size()) - 1;
  }
  int new_levels(network::Levels levels) {
    levels_.emplace_back(nullptr, 0);
    network_.plan.levels.push_back(std::move(levels));
    return static_cast<int>(network_.plan.levels.size()) - 1;
  }

  // Which of the levels of the plan these are; one table serves all connections that draw from one law.
  int levels(const Values& values, double unit) {
    const auto same = [&](const std::pair<const Values*, double>& other) {
      return other.first != nullptr && values.law != Law::list && other.second == unit &&
             model::same_values(*other.first, values);
    };
    const auto found = std::ranges::find_if(levels_, same);
    const auto index = static_cast<int>(found - levels_.begin());
    if (found == levels_.end()) {
      levels_.emplace_back(&values, unit);
      network_.plan.levels.push_back(levels_of(values, unit, diagnostics_));
    }
    return index;
  }

  const model::Experiment& experiment_;
  const std::vector<BuiltPopulation>& built_;
  base::Diagnostics& diagnostics_;
  std::deque<ConnectionSpec> lists_;          // of files
  std::vector<const ConnectionSpec*> specs_;  // of all connections
  std::vector<Channel> channels_;
  std::vector<std::pair<const Values*, double>> levels_;  // those of the plan, and their units
  BuiltNetwork network_;
};

}  // namespace

std::optional<Quantum> choose_quantum(const WeightsOfReceptor& weights) {
  WeightsOfReceptor all = weights;
  all.given.insert(all.given.end(), weights.listed.begin(), weights.listed.end());
  all.listed.clear();
  const auto exact = quantum_of(all);
  if (exact || weights.listed.empty()) return exact;
  // They are so far apart that the small ones are kept as the others are.
  const std::vector<double> sizes = sizes_of(weights.listed);
  if (sizes.empty()) return std::nullopt;
  all.given = weights.given;
  all.laws.push_back({sizes[sizes.size() / 2], sizes.back(), allowed_error});
  std::optional<Quantum> found = quantum_of(all);
  if (found) found->listed_by_median = true;
  return found;
}

BuiltNetwork build_network(const model::Experiment& experiment, const std::vector<BuiltPopulation>& built,
                           base::Diagnostics& diagnostics) {
  return NetworkBuilder(experiment, built, diagnostics).build();
}

}  // namespace hillock::assemble
