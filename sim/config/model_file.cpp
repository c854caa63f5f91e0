// From the YAML of a model file to a Model; what the model must hold is model::check_model's to say.
#include "config/model_file.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/like_model.hpp"
#include "config/reader.hpp"
#include "lang/parser.hpp"

namespace hillock::config {
namespace {

using model::Definition;
using model::Kind;
using model::Model;
using model::SpikeRuleKind;

const std::vector<std::string> neuron_keys{"name",      "kind",   "summary",  "source", "like",
                                           "inputs",    "params", "require",  "state",  "derived",
                                           "equations", "spike",  "receptors"};
const std::vector<std::string> receptor_keys{"name",      "kind",     "summary", "source", "like",
                                             "weight",    "params",   "require", "state",  "derived",
                                             "equations", "on_spike", "current"};

class ModelFileReader {
 public:
  ModelFileReader(Model& model, const Node& root, base::Diagnostics& diagnostics)
      : model_(model), root_(root), diagnostics_(diagnostics), reader_(diagnostics, none_) {}

  // Returns whether it makes sense to check what was read.
  bool read() {
    if (!root_.is_map()) {
      reader_.error(root_.place, "this is not a hillock model: it must be a map",
                    "write for example 'name: ...'");
      return false;
    }
    if (!read_kind()) return false;
    const bool neuron = model_.kind == Kind::neuron;
    const std::vector<std::string>& keys = neuron ? neuron_keys : receptor_keys;
    reader_.keys(root_, neuron ? "a neuron model" : "a receptor model", keys);
    read_words();
    read_parameters();
    read_states();
    read_definitions("derived", model_.derived);
    read_equations();
    read_requirements();
    if (neuron) {
      read_inputs();
      read_spike();
      read_receptors();
    } else {
      read_weight();
      read_definitions("on_spike", model_.on_spike);
      if (const Node* current = root_.find("current")) model_.current = expression(*current, "current");
    }
    // What a misspelt section declares would be reported as missing wherever it is used.
    const auto misspelt = [&](const Entry& entry) {
      return std::ranges::find(keys, entry.key) == keys.end() && !base::did_you_mean(entry.key, keys).empty();
    };
    return units_known_ && std::ranges::none_of(root_.entries, misspelt);
  }

 private:
  // The entries of a section that is a map; none if it is missing.
  const std::vector<Entry>& section(std::string_view name) {
    static const std::vector<Entry> empty;
    const Node* node = root_.find(name);
    return node != nullptr && reader_.map(*node, fmt::format("'{}'", name)) ? node->entries : empty;
  }

  lang::Expression expression(const Node& node, std::string_view what) {
    if (node.broken) return {};
    if (!node.is_scalar()) {
      reader_.error(node.place, fmt::format("'{}' must be an expression, got {}", what, node.describe()),
                    "write it on one line, in quotes if it has a comma, a colon or a '#'");
      return {};
    }
    return lang::parse(node.text, node.place, diagnostics_, node.further).value_or(lang::Expression{});
  }

  bool read_kind() {
    const Node* kind = root_.find("kind");
    if (kind == nullptr) return true;
    if (kind->is_scalar() && kind->text == "plasticity") {
      reader_.error(kind->place, "hillock 0.1 has no plasticity yet");
      return false;
    }
    const std::vector<std::string> kinds{"neuron", "receptor"};
    const std::optional<std::string> word = reader_.choice(*kind, "kind", kinds);
    if (word && *word == "receptor") model_.kind = Kind::receptor;
    return word.has_value();
  }

  void read_words() {
    model_.place = root_.place;
    const Node* name = root_.find("name");
    if (name == nullptr) {
      reader_.error(root_.place, "the model has no 'name'", "write 'name: ...'");
    } else if (const std::optional<std::string> word = reader_.word(*name, "name")) {
      reader_.name(*word, name->place, "a model");
      model_.name = *word;
      model_.place = name->place;
    }
    for (const auto& [key, text] :
         {std::pair{"summary", &model_.summary}, std::pair{"source", &model_.source}})
      if (const Node* node = root_.find(key)) *text = reader_.word(*node, key).value_or("");
  }

  std::string doc(const Node& map) {
    const Node* node = map.find("doc");
    return node == nullptr ? "" : reader_.word(*node, "doc").value_or("");
  }

  // `unit: mV`; `1` is a pure number.
  std::optional<base::Dimension> unit(const Node& node, std::string_view what) {
    std::string problem;
    if (node.is_scalar() && node.text == "1") return base::dimension::none;
    const std::optional<base::Unit> found =
        node.is_scalar() ? base::parse_unit(node.text, &problem) : std::nullopt;
    if (found) return found->dimension;
    units_known_ = false;
    reader_.error(node.place, std::string(what) + " must be a unit, got " + node.describe(),
                  problem.empty() ? "write a unit such as pA, or 1 for a pure number" : problem);
    return std::nullopt;
  }

  int vector_size(const Node& map, const std::string& name) {
    const Node* size = map.find("size");
    return size == nullptr
               ? 0
               : static_cast<int>(reader_.whole(*size, "the size of '" + name + "'", 1, 100).value_or(1));
  }

  void read_parameters() {
    const std::vector<std::string> keys{"default", "doc", "unit", "min", "max", "size"};
    for (const Entry& entry : section("params")) {
      model::Parameter parameter;
      parameter.name = entry.key;
      parameter.place = entry.place;
      if (entry.value.is_map()) {
        reader_.keys(entry.value, "a parameter", keys);
        read_parameter(entry.value, parameter);
      } else {
        parameter.default_value = expression(entry.value, entry.key);
      }
      model_.parameters.push_back(std::move(parameter));
    }
  }

  void read_parameter(const Node& map, model::Parameter& parameter) {
    parameter.doc = doc(map);
    parameter.size = vector_size(map, parameter.name);
    if (const Node* node = map.find("unit")) {
      if (const auto dimension = unit(*node, "the unit of '" + parameter.name + "'"))
        parameter.dimension = *dimension;
      parameter.has_unit = true;
    }
    if (const Node* node = map.find("default")) {
      if (node->is_sequence() && parameter.size > 0) {
        for (const Node& item : node->items) parameter.elements.push_back(expression(item, parameter.name));
        if (!parameter.elements.empty()) parameter.default_value = parameter.elements.front();
      } else {
        parameter.default_value = expression(*node, "default");
      }
    } else if (!parameter.has_unit) {
      reader_.error(parameter.place, "parameter '" + parameter.name + "' has neither 'default' nor 'unit'",
                    "write {default: 10 ms}, or {unit: ms} if each config must give it");
    }
    add_bounds(map, parameter.name);
  }

  void add_bounds(const Node& map, const std::string& name) {
    if (const Node* node = map.find("min")) add_bound(name, *node, lang::BinaryOp::greater_equal, " >= ");
    if (const Node* node = map.find("max")) add_bound(name, *node, lang::BinaryOp::less_equal, " <= ");
  }

  // `min: 0 pF` is short for the requirement `C_m >= 0 pF`.
  void add_bound(const std::string& of, const Node& node, lang::BinaryOp op, const std::string& symbol) {
    lang::Expression bound = expression(node, of);
    if (bound.empty()) return;
    lang::Node name;
    name.kind = lang::Name{of};
    name.place = node.place;
    bound.nodes.push_back(name);
    lang::Node comparison;
    comparison.kind = lang::Binary{op, static_cast<int>(bound.nodes.size()) - 1, bound.root};
    comparison.place = node.place;
    bound.nodes.push_back(comparison);
    bound.root = static_cast<int>(bound.nodes.size()) - 1;
    bound.text = of + symbol + bound.text;
    model_.require.push_back({std::move(bound), node.place});
  }

  void read_states() {
    const std::vector<std::string> keys{"init", "doc", "unit", "min", "max", "size"};
    for (const Entry& entry : section("state")) {
      model::State state;
      state.name = entry.key;
      state.place = entry.place;
      if (entry.value.is_map()) {
        reader_.keys(entry.value, "a state", keys);
        state.doc = doc(entry.value);
        state.size = vector_size(entry.value, state.name);
        if (const Node* node = entry.value.find("unit")) {
          if (const auto dimension = unit(*node, "the unit of '" + state.name + "'"))
            state.dimension = *dimension;
          state.has_unit = true;
        }
        if (const Node* init = entry.value.find("init"))
          state.init = expression(*init, "init");
        else
          reader_.error(entry.place, "state '" + state.name + "' has no 'init'",
                        "write {init: 0 mV}, or an expression of parameters");
        add_bounds(entry.value, state.name);
      } else {
        state.init = expression(entry.value, entry.key);
      }
      model_.states.push_back(std::move(state));
    }
  }

  void read_definitions(std::string_view name, std::vector<Definition>& to) {
    add_definitions(section(name), to);
  }

  void add_definitions(const std::vector<Entry>& entries, std::vector<Definition>& to) {
    for (const Entry& entry : entries) to.push_back(definition(entry, entry.key));
  }

  Definition definition(const Entry& entry, std::string name) {
    const std::vector<std::string> keys{"value", "doc"};
    Definition read;
    read.name = std::move(name);
    read.place = entry.place;
    const Node* value = &entry.value;
    if (entry.value.is_map() && entry.value.find("value") != nullptr) {
      reader_.keys(entry.value, "'" + entry.key + "'", keys);
      read.doc = doc(entry.value);
      value = entry.value.find("value");
    }
    read.expression = expression(*value, entry.key);
    return read;
  }

  void read_equations() {
    for (const Entry& entry : section("equations")) {
      const std::string& key = entry.key;
      if (key.starts_with("d") && key.ends_with("/dt") && key.size() > 4) {
        model_.equations.push_back(definition(entry, key.substr(1, key.size() - 4)));
        continue;
      }
      reader_.error(entry.place, "'" + key + "' is not the left side of an equation",
                    model_.state(key) != nullptr
                        ? "write 'd" + key + "/dt: ...'"
                        : "write 'dV/dt: ...'; named expressions stand under 'derived'");
    }
  }

  void read_requirements() {
    const Node* node = root_.find("require");
    if (node == nullptr || node->is_null()) return;
    if (!node->is_sequence()) {
      reader_.error(node->place, "'require' must be a list, got " + node->describe(),
                    "write one line '- C_m > 0 pF' for each rule");
      return;
    }
    for (const Node& item : node->items) model_.require.push_back({expression(item, "require"), item.place});
  }

  void read_inputs() {
    const std::vector<std::string> keys{"unit", "area", "V"};
    for (const Entry& entry : section("inputs")) {
      model::InputSite site;
      site.name = entry.key;
      site.place = entry.place;
      const Node* site_unit = &entry.value;
      if (entry.value.is_map()) {
        reader_.keys(entry.value, "an input", keys);
        site_unit = entry.value.find("unit");
        if (const Node* area = entry.value.find("area")) site.area = reader_.word(*area, "area").value_or("");
        if (const Node* V = entry.value.find("V")) site.V = reader_.word(*V, "V").value_or("V");
      }
      if (site_unit == nullptr)
        reader_.error(entry.place, "input '" + entry.key + "' has no 'unit'", "write for example {unit: pA}");
      else if (const auto dimension = unit(*site_unit, "input '" + entry.key + "'"))
        site.dimension = *dimension;
      model_.inputs.push_back(std::move(site));
    }
  }

  void read_spike() {
    const Node* spike = root_.find("spike");
    if (spike == nullptr || !reader_.map(*spike, "'spike'")) return;
    const std::vector<std::string> keys{"when", "rate", "probability", "every", "reset", "hold"};
    reader_.keys(*spike, "'spike'", keys);
    model_.spike.place = spike->place;
    read_rule(*spike);
    if (const Node* reset = spike->find("reset"); reset != nullptr && reader_.map(*reset, "'reset'"))
      add_definitions(reset->entries, model_.spike.reset);
    if (const Node* hold = spike->find("hold"); hold != nullptr && reader_.map(*hold, "'hold'"))
      read_hold(*hold);
  }

  void read_rule(const Node& spike) {
    int rules = 0;
    for (const auto& [key, kind] :
         {std::pair{"when", SpikeRuleKind::when}, std::pair{"rate", SpikeRuleKind::rate},
          std::pair{"probability", SpikeRuleKind::probability}}) {
      const Node* node = spike.find(key);
      if (node == nullptr) continue;
      ++rules;
      model_.spike.kind = kind;
      model_.spike.expression = expression(*node, key);
    }
    if (rules != 1)
      reader_.error(spike.place, std::string("'spike' must have one of when, rate and probability, got ") +
                                     (rules == 0 ? "none" : "several"));
    const Node* every = spike.find("every");
    if (every != nullptr) model_.spike.every = expression(*every, "every");
    const bool needed = model_.spike.kind == SpikeRuleKind::probability;
    if (needed && every == nullptr)
      reader_.error(spike.place, "'probability' needs 'every', the time from one decision to the next",
                    "write for example 'every: 1 ms'");
    if (!needed && every != nullptr)
      reader_.error(every->place, "'every' belongs to 'probability'", "remove it");
  }

  void read_hold(const Node& hold) {
    const std::vector<std::string> keys{"states", "for"};
    reader_.keys(hold, "'hold'", keys);
    model::Hold read;
    read.place = hold.place;
    const Node* states = hold.find("states");
    if (states == nullptr || !states->is_sequence())
      reader_.error(hold.place, "'hold' needs 'states', the list of states that keep their value",
                    "write {states: [V], for: t_ref}");
    else
      for (const Node& item : states->items)
        read.states.push_back(reader_.word(item, "a state of 'hold'").value_or(""));
    if (const Node* duration = hold.find("for"))
      read.duration = expression(*duration, "for");
    else
      reader_.error(hold.place, "'hold' needs 'for', its duration", "write {states: [V], for: t_ref}");
    model_.spike.hold = std::move(read);
  }

  void read_receptors() {
    for (const Entry& entry : section("receptors")) {
      model::DefaultReceptor receptor;
      receptor.name = entry.key;
      receptor.place = entry.place;
      reader_.name(entry.key, entry.place, "a receptor");
      if (!reader_.map(entry.value, "receptor '" + entry.key + "'")) continue;
      for (const Entry& part : entry.value.entries) {
        const std::string word = reader_.word(part.value, part.key).value_or("");
        if (part.key == "model")
          receptor.model = word, receptor.model_place = part.value.place;
        else if (part.key == "into")
          receptor.into = word, receptor.into_place = part.value.place;
        else
          receptor.params.push_back({part.key, word, part.value.place});
      }
      if (receptor.model.empty())
        reader_.error(entry.place, "receptor '" + entry.key + "' has no 'model'",
                      "write for example {model: NAME}; `hillock models` lists the names");
      model_.receptors.push_back(std::move(receptor));
    }
  }

  void read_weight() {
    const Node* node = root_.find("weight");
    if (node == nullptr) {
      units_known_ = false;
      reader_.error(model_.place, "the receptor has no 'weight', the unit of the weights that it takes",
                    "write for example 'weight: nS'");
      return;
    }
    const Node* weight_unit = node;
    if (node->is_map()) {
      const std::vector<std::string> keys{"unit", "min"};
      reader_.keys(*node, "'weight'", keys);
      weight_unit = node->find("unit");
      if (const Node* min = node->find("min")) model_.weight_min = expression(*min, "min");
    }
    if (weight_unit == nullptr)
      reader_.error(node->place, "'weight' has no 'unit'", "write for example {unit: nS, min: 0 nS}");
    else if (const auto dimension = unit(*weight_unit, "weight"))
      model_.weight = *dimension;
  }

  Model& model_;
  const Node& root_;
  base::Diagnostics& diagnostics_;
  const Variables none_;
  Reader reader_;
  bool units_known_ = true;
};

}  // namespace

model::Model read_model(const base::Source& source, const FindOther& find_other,
                        base::Diagnostics& diagnostics) {
  Model model;
  model.path = source.name;
  model.text = source.text;
  std::optional<Node> root = read_document(source, "hillock model", diagnostics);
  if (!root) return model;
  if (const Node* like = root->is_map() ? root->find("like") : nullptr) {
    model.like = like->text;
    if (!write_out_like(*root, source, find_other, diagnostics)) return model;
    model.text = print_document(*root);
  }
  if (ModelFileReader(model, *root, diagnostics).read()) model::check_model(model, diagnostics);
  return model;
}

}  // namespace hillock::config
