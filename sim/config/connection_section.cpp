// `connections`: which neurons send their spikes to which, by what rule, with what weights and delays.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/math.hpp"
#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/distances.hpp"
#include "config/rule_reader.hpp"
#include "model/recordable.hpp"

namespace hillock::config {
namespace {

using model::ConnectionRule;
using model::ConnectionSpec;
using model::Law;
using model::longest_delay;
using model::PopulationSpec;
using model::Slice;
using model::Values;

class ConnectionReader : RuleReader {
 public:
  ConnectionReader(Reader& reader, const model::Experiment& experiment)
      : RuleReader(reader, experiment, "connection") {}

  std::optional<ConnectionSpec> read(const Entry& entry) {
    spec_.name = entry.key;
    spec_.place = entry.place;
    const std::size_t before = errors();
    reader_.name(entry.key, entry.place, "a connection");
    if (!reader_.map(entry.value, subject())) return std::nullopt;
    const std::vector<std::string> keys{"source", "target", "receptor", "transmit",  "rule",
                                        "weight", "delay",  "autapses", "multapses", "like"};
    reader_.keys(entry.value, "a connection", keys);
    const bool from = read_ends(entry, "source", spec_.sources),
               to = read_ends(entry, "target", spec_.targets);
    if (!from || !to) return std::nullopt;
    const auto receptor =
        receptor_of_targets(reader_, entry.value.find("receptor"), sender(), spec_.targets, experiment_);
    if (receptor) spec_.receptor = *receptor;
    std::optional<Entry> listed;
    if (matrix_of(entry) != nullptr) {
      listed = write_out_matrix(entry);
      if (!listed) return std::nullopt;
    }
    const Entry& joined = listed ? *listed : entry;
    const bool ruled = read_rule(joined), carries = read_transmit(entry);
    if (ruled) read_flags(entry.value);
    if (receptor && carries && !spec_.transmit.empty() && !passes_on(*entry.value.find("transmit")))
      return std::nullopt;
    if (ruled && receptor && carries) read_weight(joined);
    if (ruled) read_delay(entry);
    if (errors() == before) check_rule();
    return errors() == before ? std::optional(std::move(spec_)) : std::nullopt;
  }

 private:
  Sender sender() const { return {"connection", spec_.name, spec_.place}; }

  bool read_ends(const Entry& entry, const std::string& key, std::vector<Slice>& ends) {
    const Node* node = entry.value.find(key);
    if (node == nullptr)
      return missing(key, experiment_.populations.empty() ? "cell" : experiment_.populations[0].name);
    bool known = true;
    const auto add = [&](const Node& end) {
      const std::optional<Slice> slice = read_slice(reader_, end, key, experiment_);
      known = known && slice && population(*slice).model != nullptr;
      const auto same = [&](const Slice& other) {
        return other.population == slice->population && other.first == slice->first &&
               other.last == slice->last;
      };
      if (slice && std::ranges::any_of(ends, same))
        reader_.error(end.place, key + ": the same neurons are named twice", "name them once");
      if (slice) ends.push_back(*slice);
    };
    if (node->is_sequence()) {
      for (const Node& end : node->items) add(end);
    } else {
      add(*node);
    }
    if (known && ends.empty()) reader_.error(node->place, key + " is an empty list", "name a population");
    return known && !ends.empty();
  }

  static const Node* matrix_of(const Entry& entry) {
    const Node* weight = entry.value.find("weight");
    return weight == nullptr ? nullptr : weight->find("matrix");
  }

  // `weight: {matrix: [[1 pA, 0 pA], ...]}`, a row for each source, as the rule `pairs` with a weight for
  // each that is not 0. Nothing: an error has been reported.
  std::optional<Entry> write_out_matrix(const Entry& entry) {
    const Node* weight = entry.value.find("weight");
    const Node* matrix = matrix_of(entry);
    const auto refuse = [&](const base::Place& place, std::string problem, std::string remedy) {
      reader_.error(place, std::move(problem), std::move(remedy));
      return std::nullopt;
    };
    const std::vector<std::string> keys{"matrix"};
    reader_.keys(*weight, "'weight'", keys);
    const Node* rule = entry.value.find("rule");
    if (rule == nullptr || !rule->is_scalar() || rule->text != "all_to_all")
      return refuse(weight->place, "a matrix of weights is for the rule 'all_to_all'",
                    "write 'rule: all_to_all'; where the matrix has 0 there is no synapse");
    if (spec_.sources.size() != 1 || spec_.targets.size() != 1)
      return refuse(weight->place, "a matrix of weights joins one population, or a slice of it, to one",
                    "write one connection for each");
    const std::int64_t rows = spec_.sources[0].count(), columns = spec_.targets[0].count();
    if (!matrix->is_sequence() || std::ssize(matrix->items) != rows)
      return refuse(matrix->place,
                    "the matrix of weights needs a row for each of " + base::counted(rows, "source") +
                        ", got " +
                        (matrix->is_sequence() ? std::to_string(matrix->items.size()) : matrix->describe()),
                    "write for example [[1 pA, 0 pA], [2 pA, 3 pA]]: a row for each source");
    Node pairs, weights;
    pairs.kind = weights.kind = NodeKind::sequence;
    pairs.place = weights.place = weight->place;
    for (std::size_t row = 0; row < matrix->items.size(); ++row) {
      const Node& values = matrix->items[row];
      if (!values.is_sequence() || std::ssize(values.items) != columns)
        return refuse(values.place,
                      "a row of the matrix of weights needs a value for each of " +
                          base::counted(columns, "target") + ", got " +
                          (values.is_sequence() ? std::to_string(values.items.size()) : values.describe()),
                      "write 0 where there is no synapse, with its unit");
      for (std::size_t column = 0; column < values.items.size(); ++column) {
        const Node& value = values.items[column];
        const std::optional<base::Quantity> found = reader_.any_quantity(value, "a weight of the matrix");
        if (!found) return std::nullopt;
        if (found->value == 0) continue;
        Node pair;
        pair.kind = NodeKind::sequence;
        pair.place = value.place;
        for (const std::size_t index : {row, column})
          pair.items.push_back(scalar(std::to_string(index), value.place));
        pairs.items.push_back(std::move(pair));
        weights.items.push_back(value);
      }
    }
    Entry listed = entry;
    Node* written = listed.value.find("rule");
    written->kind = NodeKind::map;
    written->entries = {{"pairs", rule->place, std::move(pairs)}};
    *listed.value.find("weight") = std::move(weights);
    return listed;
  }

  // The variable whose value is carried; the targets get weight * value.
  bool read_transmit(const Entry& entry) {
    const Node* node = entry.value.find("transmit");
    if (node == nullptr) return true;
    const auto word = reader_.word(*node, "transmit");
    if (!word) return false;
    for (const Slice& source : spec_.sources) {
      const std::vector<model::Recordable> all = model::recordables(population(source));
      const auto found = std::ranges::find(all, *word, &model::Recordable::name);
      if (found == all.end()) {
        std::vector<std::string> names;
        for (const model::Recordable& one : all) names.push_back(one.name);
        const std::string guess = base::did_you_mean(*word, names);
        reader_.error(node->place, "'" + population(source).name + "' has no variable " + base::quoted(*word),
                      guess.empty() ? base::listed("its variables are", names) : guess);
        return false;
      }
      if (&source != &spec_.sources.front() && found->dimension != carried_) {
        reader_.error(node->place,
                      *word + " is in " + carried_.user_unit() + " for one source and in " +
                          found->dimension.user_unit() + " for another",
                      "write one connection for each");
        return false;
      }
      carried_ = found->dimension;
    }
    spec_.transmit = *word;
    return true;
  }

  // What arrives at every step must not be added up: it would be the more the shorter dt is.
  bool passes_on(const Node& place) {
    for (const Slice& target : spec_.targets)
      for (const model::ReceptorSpec& receptor : population(target).receptors) {
        const bool passes = receptor.model->states.empty() && receptor.model->on_spike.empty() &&
                            !receptor.model->current.empty();
        if (receptor.name != spec_.receptor || passes) continue;
        reader_.error(
            place.place,
            "a value arrives at every step, and receptor '" + receptor.name + "' of '" +
                population(target).name + "' (" + receptor.model->name + ") would add it up",
            "take a receptor without states that has 'current: weight'; 'hillock models' lists those "
            "that are there");
        return false;
      }
    return true;
  }

  void read_flags(const Node& map) {
    if (spec_.rule == ConnectionRule::pairs || spec_.rule == ConnectionRule::from_file)
      for (const char* key : {"autapses", "multapses"})
        if (const Node* node = map.find(key); node != nullptr)
          reader_.error(node->place,
                        std::string("the rule ") + (spec_.file ? "'from_file'" : "'pairs'") +
                            " joins the pairs of its list, whatever they are",
                        "leave '" + std::string(key) + "' out, and such pairs too");
    for (const auto& [key, flag] : {std::pair{"autapses", &spec_.autapses}, {"multapses", &spec_.multapses}})
      if (const Node* node = map.find(key); node != nullptr) *flag = reader_.flag(*node, key).value_or(*flag);
    const Node* multapses = map.find("multapses");
    if (multapses == nullptr || spec_.multapses) return;
    if (spec_.rule == ConnectionRule::fixed_total_number || spec_.rule == ConnectionRule::pairwise_poisson)
      reader_.error(
          multapses->place, "this rule gives some pairs several synapses: it has no 'multapses: false'",
          spec_.rule == ConnectionRule::pairwise_poisson ? "take pairwise_bernoulli"
                                                         : "take pairwise_bernoulli or fixed_indegree");
  }

  void read_weight(const Entry& entry) {
    const PopulationSpec& target = population(spec_.targets[0]);
    const auto receptor = std::ranges::find(target.receptors, spec_.receptor, &model::ReceptorSpec::name);
    const base::Dimension unit = receptor->model->weight;
    const Node* node = entry.value.find("weight");
    if (node == nullptr) {
      missing("weight", "1 " + unit.user_unit());
      return;
    }
    if (PairFunctionReader(reader_, experiment_, spec_).takes(*node)) {
      if (spec_.transmit.empty()) return read_weight_at(*node, unit);
      return reader_.error(node->place, "the weight of a value that is carried is a number or a law",
                           "write one value, or a law such as {normal: [mean, sd]}");
    }
    auto values = read_law(*node, "weight",
                           {{unit / carried_},
                            (carried_.dimensionless() ? "" : ", times " + spec_.transmit) +
                                " for receptor '" + spec_.receptor + "' of '" + target.name + "'"});
    if (!values) return;
    spec_.weight = std::move(*values);
    if (!carried_.dimensionless()) return;
    check_weights(reader_, spec_.weight, sender(), spec_.receptor, spec_.targets, experiment_);
  }

  void read_weight_at(const Node& node, const base::Dimension& unit) {
    spec_.weight_at = PairFunctionReader(reader_, experiment_, spec_).function(node, "weight", unit);
    if (!spec_.weight_at) return;
    spec_.weight = Values::constant(spec_.weight_at->most, unit, node.place);
    if (!joins_some()) return;
    for (const double extreme : {spec_.weight_at->most, spec_.weight_at->least}) {
      spec_.weight = Values::constant(extreme, unit, node.place);
      if (!check_weights(reader_, spec_.weight, sender(), spec_.receptor, spec_.targets, experiment_)) return;
    }
  }

  // Whether there are a source and a target at all.
  bool joins_some() const {
    const auto there = [](const Slice& slice) { return slice.count() > 0; };
    return std::ranges::any_of(spec_.sources, there) && std::ranges::any_of(spec_.targets, there);
  }

  void read_delay_at(const Node& node) {
    spec_.delay_at =
        PairFunctionReader(reader_, experiment_, spec_).function(node, "delay", base::dimension::time);
    if (!spec_.delay_at) return;
    spec_.delay = Values::constant(spec_.delay_at->least, base::dimension::time, node.place);
    const double dt = experiment_.simulation.dt;
    if (dt > 0 && joins_some())
      check_rounded_delays(spec_.delay_at->least, spec_.delay_at->most, dt,
                           lang::depends_on(spec_.delay_at->expression, "d") ? "make the function of d larger"
                                                                             : "make the function larger");
  }

  void read_delay(const Entry& entry) {
    const Node* node = entry.value.find("delay");
    if (node == nullptr) {
      missing("delay", "1.5 ms");
      return;
    }
    if (PairFunctionReader(reader_, experiment_, spec_).takes(*node)) {
      if (spec_.transmit.empty()) return read_delay_at(*node);
      return reader_.error(node->place, "the delay of a value that is carried is a time or a law",
                           "write one value, or a law such as {normal: [mean, sd]}");
    }
    auto values = read_law(*node, "delay", base::dimension::time);
    if (!values) return;
    spec_.delay = std::move(*values);
    const double dt = experiment_.simulation.dt;
    if (!(dt > 0) || spec_.delay.law == Law::file) return;  // those of a file are checked when it is read
    const bool given = spec_.delay.law == Law::constant || spec_.delay.law == Law::list;
    if (given)
      check_given_delays(dt);
    else
      check_drawn_delays(dt);
  }

  void check_given_delays(double dt) {
    for (const double delay : spec_.delay.numbers) {
      if (!(delay >= dt * (1 - 1e-9)))
        return reader_.error(
            spec_.delay.place,
            "delay must be at least dt (" + base::format_time(dt) + "), got " + base::format_time(delay),
            "spikes take one step at least: write 'delay: " + base::format_time(dt) + "'");
      if (!check_on_grid(reader_, delay, experiment_.simulation, spec_.delay.place, "delay")) return;
      if (delay > static_cast<double>(longest_delay) * dt) return too_long(delay, dt);
    }
  }

  void too_long(double delay, double dt) {
    reader_.error(spec_.delay.place,
                  "a delay of " + base::format_time(delay) + " is longer than " +
                      std::to_string(longest_delay) + " steps of " + base::format_time(dt),
                  "the longest is " + base::format_time(static_cast<double>(longest_delay) * dt));
  }

  // They are rounded to steps; each draw must come to one at least.
  void check_drawn_delays(double dt) {
    const auto extremes = model::extremes(spec_.delay, reader_.diagnostics());
    if (!extremes) return;
    check_rounded_delays(extremes->least, extremes->most, dt,
                         "truncate the law: 'min: " + base::format_time(dt) + "'");
  }

  void check_rounded_delays(double least, double most, double dt, const std::string& remedy) {
    if (std::nearbyint(least / dt) < 1)
      return reader_.error(spec_.delay.place,
                           fmt::format("some delays would be shorter than dt ({}): down to {:.3g} ms",
                                       base::format_time(dt), least),
                           remedy);
    if (most > static_cast<double>(longest_delay) * dt) too_long(most, dt);
  }

  base::Dimension carried_;  // of the variable that is transmitted; of spikes none
};

}  // namespace

void read_connections(Reader& reader, const Node& root, model::Experiment& experiment) {
  const Node* section = root.find("connections");
  if (section == nullptr || !reader.map(*section, "'connections'")) return;
  for (const Entry& entry : section->entries)
    if (auto connection = ConnectionReader(reader, experiment).read(entry))
      experiment.connections.push_back(std::move(*connection));
}

}  // namespace hillock::config
