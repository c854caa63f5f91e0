// `gap_junctions`: which neurons are joined electrically, by what rule, with what conductances.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "config/rule_reader.hpp"

namespace hillock::config {
namespace {

using model::ConnectionRule;
using model::ConnectionSpec;
using model::PopulationSpec;
using model::Slice;

class JunctionReader : RuleReader {
 public:
  JunctionReader(Reader& reader, const model::Experiment& experiment)
      : RuleReader(reader, experiment, "gap junctions") {}

  // An end is a source, the other a target, and the conductance the weight.
  std::optional<ConnectionSpec> read(const Entry& entry) {
    spec_.name = entry.key;
    spec_.place = spec_.rule_place = entry.place;
    spec_.autapses = spec_.multapses = false;
    const std::size_t before = errors();
    reader_.name(entry.key, entry.place, "gap junctions");
    if (!reader_.map(entry.value, subject())) return std::nullopt;
    const std::vector<std::string> keys{"between", "rule", "conductance", "like"};
    reader_.keys(entry.value, "gap junctions", keys);
    if (!read_between(entry)) return std::nullopt;
    const bool ruled = entry.value.find("rule") == nullptr || read_rule(entry);
    if (ruled && joins_pairs_once()) read_conductance(entry);
    if (errors() == before) check_rule();
    return errors() == before ? std::optional(std::move(spec_)) : std::nullopt;
  }

 private:
  bool read_between(const Entry& entry) {
    const Node* node = entry.value.find("between");
    if (node == nullptr) return missing("between", "[cell 0, cell 1]");
    if (!node->is_sequence() || node->items.size() != 2) {
      reader_.error(node->place, "between names two ends, got " + node->describe(),
                    "write for example 'between: [cell 0, cell 1]'");
      return false;
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const std::optional<Slice> slice = read_slice(reader_, node->items[i], "between", experiment_);
      if (!slice || population(*slice).model == nullptr) return false;
      (i == 0 ? spec_.sources : spec_.targets).push_back(*slice);
      if (!can_be_joined(population(*slice), node->items[i].place)) return false;
    }
    if (conductance_of(spec_.sources[0]) == conductance_of(spec_.targets[0])) return true;
    reader_.error(node->place,
                  "a conductance between '" + population(spec_.sources[0]).name + "' and '" +
                      population(spec_.targets[0]).name + "' would be in " +
                      conductance_of(spec_.sources[0]).user_unit() + " for one and in " +
                      conductance_of(spec_.targets[0]).user_unit() + " for the other",
                  "join neurons whose currents have one unit");
    return false;
  }

  // Of densities as of currents.
  base::Dimension conductance_of(const Slice& slice) const {
    const model::Model& neuron = *population(slice).model;
    const model::InputSite& site = neuron.inputs.front();
    return site.area.empty() ? site.dimension / neuron.state(site.V)->dimension
                             : base::dimension::conductance;
  }

  bool can_be_joined(const PopulationSpec& cells, const base::Place& place) {
    const auto fail = [&](const std::string& message, const std::string& remedy) {
      reader_.error(place, message, remedy);
      return false;
    };
    const model::Model& neuron = *cells.model;
    if (neuron.inputs.empty() || neuron.state(neuron.inputs.front().V) == nullptr)
      return fail("V of the model " + neuron.name + " of '" + cells.name +
                      "' is no state, and gap junctions join states",
                  "take a model with an equation for V");
    if (std::ranges::any_of(cells.receptors, [](const auto& receptor) { return receptor.name == "gap"; }))
      return fail("'" + cells.name +
                      "' has a receptor called gap, whose current would be recorded as I_gap " +
                      "like that of its gap junctions",
                  "call the receptor otherwise");
    const model::MethodKind method = cells.method ? cells.method->kind : experiment_.simulation.method.kind;
    if (method == model::MethodKind::adaptive || method == model::MethodKind::exact)
      return fail(
          "gap junctions take steps of dt in which the voltages of others are known as cubics: not "
          "with the method of '" +
              cells.name + "'",
          "take method: auto, or rk4");
    if (experiment_.simulation.interpolated)
      return fail("gap junctions take whole steps, and 'spike_times: interpolated' cuts them",
                  "take spike_times: grid");
    return true;
  }

  bool joins_pairs_once() {
    constexpr std::array allowed{ConnectionRule::all_to_all, ConnectionRule::one_to_one,
                                 ConnectionRule::pairwise_bernoulli, ConnectionRule::pairwise_function,
                                 ConnectionRule::pairs};
    if (std::ranges::find(allowed, spec_.rule) == allowed.end()) {
      reader_.error(spec_.rule_place, "this rule is for synapses, which have a direction",
                    "take all_to_all, one_to_one, pairwise_bernoulli, distance or pairs");
      return false;
    }
    const Slice &one = spec_.sources[0], &other = spec_.targets[0];
    const auto asks_for = [&](const char* name) {
      return spec_.probability_at && lang::depends_on(spec_.probability_at->expression, name);
    };
    if (one.shared_with(other) > 0 && (asks_for("source") || asks_for("target"))) {
      reader_.error(spec_.rule_place,
                    "both sides have the same neurons, so that neither of a pair is its source or target",
                    "take a function of d, or sides that share no neurons");
      return false;
    }
    if (spec_.rule != ConnectionRule::pairs) return true;
    std::set<std::pair<std::int64_t, std::int64_t>> seen;
    for (const auto& [from, to] : spec_.pairs) {
      std::pair<std::int64_t, std::int64_t> pair{one.first + from, other.first + to};
      const std::string text = "[" + std::to_string(from) + ", " + std::to_string(to) + "]";
      const bool same = one.population == other.population;
      if (same && pair.first == pair.second) {
        reader_.error(spec_.rule_place, "the pair " + text + " joins a neuron with itself", "take it out");
        return false;
      }
      if (same && pair.first > pair.second) std::swap(pair.first, pair.second);
      if (seen.insert(pair).second) continue;
      reader_.error(spec_.rule_place, "the pair " + text + " is joined twice: a gap junction works both ways",
                    "name each pair once");
      return false;
    }
    return true;
  }

  void read_conductance(const Entry& entry) {
    const base::Dimension unit = conductance_of(spec_.targets[0]);
    const Node* node = entry.value.find("conductance");
    if (node == nullptr) {
      missing("conductance", "3 " + unit.user_unit());
      return;
    }
    auto values = read_law(*node, "conductance", {{unit}, " for " + subject()});
    if (!values) return;
    spec_.weight = std::move(*values);
    const auto extremes = model::extremes(spec_.weight, reader_.diagnostics());
    if (!extremes || extremes->least >= 0) return;
    reader_.error(spec_.weight.place,
                  fmt::format("a conductance is 0 or more, got {:.3g} {}", extremes->least, unit.user_unit()),
                  "truncate the law with min: 0 " + unit.user_unit() + ", or correct the value");
  }
};

}  // namespace

void read_gap_junctions(Reader& reader, const Node& root, model::Experiment& experiment) {
  const Node* section = root.find("gap_junctions");
  if (section == nullptr || !reader.map(*section, "'gap_junctions'")) return;
  for (const Entry& entry : section->entries) {
    auto junctions = JunctionReader(reader, experiment).read(entry);
    if (!junctions) continue;
    for (const auto* ends : {&junctions->sources, &junctions->targets})
      experiment.populations[static_cast<std::size_t>(ends->front().population)].gap_junctions = true;
    experiment.gap_junctions.push_back(std::move(*junctions));
  }
}

}  // namespace hillock::config
