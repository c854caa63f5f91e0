// `inputs`: currents and spikes, read field by field from the table of input types.
#include <algorithm>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/input_rules.hpp"
#include "config/paths.hpp"
#include "config/sections.hpp"
#include "config/value_laws.hpp"
#include "lang/check.hpp"
#include "lang/parser.hpp"
#include "model/input_types.hpp"

namespace hillock::config {
namespace {

using model::FieldKind;
using model::FieldType;
using model::InputSpec;
using model::InputType;
using model::PopulationSpec;
using model::Values;

// The names of all items of a list, for messages.
template <class Parts>
std::vector<std::string> names_of(const Parts& parts) {
  std::vector<std::string> names;
  for (const auto& part : parts) names.push_back(part.name);
  return names;
}

class InputReader {
 public:
  InputReader(Reader& reader, const model::Experiment& experiment)
      : reader_(reader), experiment_(experiment), variables_(reader.variables()) {}

  std::optional<InputSpec> read(const Entry& entry) {
    input_.name = entry.key;
    input_.place = entry.place;
    reader_.name(entry.key, entry.place, "an input");
    if (!reader_.map(entry.value, "input '" + entry.key + "'") || !read_type(entry)) return std::nullopt;
    const std::size_t errors = count_errors();
    check_keys(entry.value);
    const bool placed =
        read_targets(entry) && (type_->spikes ? read_receptor(entry.value) : read_site(entry.value));
    if (!placed) return std::nullopt;
    for (const FieldType& field : type_->fields)
      if (const Node* node = entry.value.find(field.name)) read_field(field, *node);
    for (const FieldType& field : type_->fields)
      if (entry.value.find(field.name) == nullptr) fill_missing(field);
    if (count_errors() == errors) check_input(reader_, input_, *type_, experiment_);
    return count_errors() == errors ? std::optional(std::move(input_)) : std::nullopt;
  }

 private:
  std::size_t count_errors() const { return reader_.diagnostics().errors(); }

  const PopulationSpec& population(const model::Slice& slice) const {
    return experiment_.populations[static_cast<std::size_t>(slice.population)];
  }

  bool read_type(const Entry& entry) {
    const std::vector<std::string> types = names_of(model::input_types());
    const Node* node = entry.value.find("type");
    if (node == nullptr && entry.value.broken) return false;
    if (node == nullptr) {
      reader_.error(entry.place, "input '" + entry.key + "' has no 'type'",
                    base::listed("it is one of", types));
      return false;
    }
    const std::optional<std::string> word = reader_.choice(*node, "type", types);
    if (!word) return false;
    input_.type = *word;
    type_ = model::input_type(*word);
    return true;
  }

  void check_keys(const Node& map) {
    std::vector<std::string> keys{"type", "target", type_->spikes ? "receptor" : "site"};
    for (const FieldType& field : type_->fields) keys.push_back(field.name);
    keys.push_back("like");
    reader_.keys(map, "an input of type '" + type_->name + "'", keys);
  }

  bool read_targets(const Entry& entry) {
    const Node* node = entry.value.find("target");
    if (node == nullptr) {
      reader_.error(entry.place, "input '" + entry.key + "' has no 'target'",
                    "write for example 'target: " +
                        (experiment_.populations.empty() ? "cell" : experiment_.populations[0].name) + "'");
      return false;
    }
    bool known = true;
    const auto add = [&](const Node& target) {
      const std::optional<model::Slice> slice = read_slice(reader_, target, "target", experiment_);
      known = known && slice && population(*slice).model != nullptr;
      if (slice) input_.targets.push_back(*slice);
    };
    if (node->is_sequence()) {
      for (const Node& target : node->items) add(target);
    } else {
      add(*node);
    }
    if (known && input_.targets.empty())
      reader_.error(node->place, "target is an empty list", "name a population");
    return known && !input_.targets.empty();
  }

  bool read_receptor(const Node& map) {
    const auto found = receptor_of_targets(reader_, map.find("receptor"),
                                           {"input", input_.name, input_.place}, input_.targets, experiment_);
    if (found) input_.receptor = *found;
    return found.has_value();
  }

  // The input site of each target: named, or the model's first.
  bool read_site(const Node& map) {
    const Node* node = map.find("site");
    if (node != nullptr) input_.site = reader_.word(*node, "site").value_or("");
    for (const model::Slice& slice : input_.targets) {
      const model::Model& target = *population(slice).model;
      const std::vector<std::string> names = names_of(target.inputs);
      if (node != nullptr && std::find(names.begin(), names.end(), input_.site) != names.end()) continue;
      if (node == nullptr && !names.empty()) continue;
      const std::string guess = base::did_you_mean(input_.site, names);
      reader_.error(node == nullptr ? input_.place : node->place,
                    node == nullptr ? "model '" + target.name + "' has no input for a current"
                                    : "model '" + target.name + "' has no input " + base::quoted(input_.site),
                    guess.empty() && !names.empty() ? base::listed("its inputs", names) : guess);
      return false;
    }
    return true;
  }

  const model::InputSite& site_of(const model::Slice& slice) const {
    const model::Model& target = *population(slice).model;
    return input_.site.empty() ? target.inputs.front() : *target.input(input_.site);
  }

  // In which dimensions a current may be given: those that all targets take, each in its unit or, with an
  // area, in pA.
  Accepted accepted_currents() const {
    if (current_) return {{*current_}, ", as the other currents of this input"};
    std::vector<base::Dimension> common;
    std::string why;
    for (std::size_t i = 0; i < input_.targets.size(); ++i) {
      const model::InputSite& site = site_of(input_.targets[i]);
      std::vector<base::Dimension> takes{site.dimension};
      if (!site.area.empty()) takes.push_back(base::dimension::current);
      if (i == 0)
        common = takes;
      else
        std::erase_if(common, [&](const base::Dimension& d) {
          return std::find(takes.begin(), takes.end(), d) == takes.end();
        });
      why += (i == 0 ? " for input '" : ", input '") + site.name + "' of '" +
             population(input_.targets[i]).model->name + "'";
    }
    if (common.empty())
      return {{site_of(input_.targets[0]).dimension},
              ", as its first target",
              "the targets take different units: write one input for each"};
    return {common, why};
  }

  base::Dimension potential() const {
    const model::Slice& slice = input_.targets[0];
    const model::Model& target = *population(slice).model;
    const std::string& name = site_of(slice).V;
    const model::State* state = target.state(name);
    const model::Definition* derived = target.derived_quantity(name);
    return state != nullptr     ? state->dimension
           : derived != nullptr ? derived->dimension
                                : base::dimension::voltage;
  }

  static Accepted times(const Accepted& currents, const base::Dimension& factor) {
    Accepted products = currents;
    for (base::Dimension& d : products.dimensions) d = d * factor;
    return products;
  }

  Accepted accepted(const FieldType& field) const {
    switch (field.kind) {
      case FieldKind::current:
      case FieldKind::list_current:
      case FieldKind::expression:
        return accepted_currents();
      case FieldKind::current_root:
        return times(accepted_currents(), base::pow(base::dimension::time, base::Rational{1, 2}));
      case FieldKind::potential:
      case FieldKind::list_potential:
        return potential();
      case FieldKind::resistance: {
        Accepted inverse = accepted_currents();
        for (base::Dimension& d : inverse.dimensions) d = potential() / d;
        return inverse;
      }
      case FieldKind::weight: {
        const PopulationSpec& target = population(input_.targets[0]);
        const auto receptor =
            std::find_if(target.receptors.begin(), target.receptors.end(),
                         [&](const model::ReceptorSpec& r) { return r.name == input_.receptor; });
        return {{receptor->model->weight},
                " for receptor '" + input_.receptor + "' of '" + target.name + "'"};
      }
      default:
        return as_given(field);
    }
  }

  // A rate or a frequency of an input is spoken of in Hz.
  static Accepted as_given(const FieldType& field) {
    Accepted given = field.dimension;
    if (field.dimension == base::dimension::frequency) given.unit = "Hz";
    return given;
  }

  void read_field(const FieldType& field, const Node& node) {
    switch (field.kind) {
      case FieldKind::text:
        return read_text_field(field, node);
      case FieldKind::flag:
        if (const auto found = reader_.flag(node, field.name)) input_.fields[field.name] = *found;
        return;
      case FieldKind::whole:
        if (const auto found = reader_.whole(node, field.name, 1, std::int64_t{1} << 53))
          input_.fields[field.name] =
              Values::constant(static_cast<double>(*found), base::dimension::none, node.place);
        return;
      case FieldKind::expression:
        return read_expression(field, node);
      case FieldKind::list_current:
      case FieldKind::list_quantity:
      case FieldKind::list_potential:
        if (auto found = read_list(reader_, node, field.name, accepted(field)))
          keep(field, std::move(*found));
        return;
      default:
        read_values_field(field, node);
    }
  }

  // All currents of one input are in the unit of the first one.
  void keep(const FieldType& field, Values values) {
    if (field.kind == FieldKind::current || field.kind == FieldKind::list_current)
      current_ = values.dimension;
    if (field.kind == FieldKind::current_root)
      current_ = values.dimension / base::pow(base::dimension::time, base::Rational{1, 2});
    input_.fields[field.name] = std::move(values);
  }

  void fill_missing(const FieldType& field) {
    if (field.required)
      reader_.error(input_.place,
                    "input '" + input_.name + "' has no '" + field.name + "' (" + field.doc + ")",
                    "an input of type '" + type_->name + "' needs it");
    else
      fill_default(field);
  }

  void read_values_field(const FieldType& field, const Node& node) {
    if (!field.per_neuron) {
      if (const auto found = reader_.quantity(node, field.name, accepted(field)))
        keep(field, Values::constant(found->value, found->dimension, node.place));
      return;
    }
    // A list has one value for each target, so with several targets of one size it serves all of them.
    const model::Slice& slice = input_.targets[0];
    const ValueContext context{slice.count(), "targets in '" + population(slice).name + "'",
                               experiment_.folder};
    auto found = read_values(reader_, node, field.name, accepted(field), context);
    if (!found) return;
    for (const model::Slice& other : input_.targets)
      if (found->law == model::Law::list && other.count() != slice.count()) {
        reader_.error(node.place,
                      field.name + " is a list, but the targets have different numbers of neurons: " +
                          std::to_string(slice.count()) + " and " + std::to_string(other.count()),
                      "write one input for each");
        return;
      }
    keep(field, std::move(*found));
  }

  void read_text_field(const FieldType& field, const Node& node) {
    std::optional<std::string> word = reader_.word(node, field.name);
    if (!word) return;
    if (field.name == "path") word = data_file(*word, experiment_.folder, node.place, reader_.diagnostics());
    if (field.name == "interpolate") {
      const std::vector<std::string> choices{"hold", "linear"};
      word = reader_.choice(node, field.name, choices);
    }
    if (field.name == "unit") return read_unit(*word, node);
    if (word) input_.fields[field.name] = *word;
  }

  // `unit`: the word, and beside it `scale`, the internal value of one such unit.
  void read_unit(const std::string& word, const Node& node) {
    std::string problem;
    const std::optional<base::Unit> unit =
        word == "1" ? std::optional(base::Unit{}) : base::parse_unit(word, &problem);
    Accepted rate = base::dimension::frequency;
    rate.unit = "Hz";
    const Accepted wanted = type_->name == "poisson" ? rate
                            : type_->spikes          ? Accepted(base::dimension::time)
                                                     : accepted_currents();
    if (!unit) {
      reader_.error(node.place, "unit: " + problem);
    } else if (std::find(wanted.dimensions.begin(), wanted.dimensions.end(), unit->dimension) ==
               wanted.dimensions.end()) {
      reader_.error(node.place, "unit needs " + wanted.describe() + ", got " + unit->dimension.describe());
    } else {
      input_.fields["unit"] = word;
      input_.fields["scale"] = Values::constant(*base::to_internal("1", *unit), unit->dimension, node.place);
    }
  }

  void read_expression(const FieldType& field, const Node& node) {
    if (node.broken) return;
    if (!node.is_scalar()) {
      reader_.error(node.place, field.name + " must be an expression of t, got " + node.describe(),
                    "write for example \"10 pA * sin(2*pi*8 Hz*t)\", in quotes");
      return;
    }
    auto expression = lang::parse(node.text, node.place, reader_.diagnostics(), node.further);
    if (!expression || !replace_variables(*expression, variables_)) return;
    lang::Scope scope;
    scope.dimension_of = [](std::string_view name) {
      return name == "t" ? std::optional(base::dimension::time) : std::nullopt;
    };
    scope.names = {"t"};
    for (const auto& [name, value] : variables_) scope.names.push_back(name);
    const std::optional<base::Dimension> found = lang::check(*expression, scope, reader_.diagnostics());
    if (!found) return;
    const Accepted wanted = accepted(field);
    const bool condition = expression->nodes[static_cast<std::size_t>(expression->root)].condition;
    if (condition ||
        std::find(wanted.dimensions.begin(), wanted.dimensions.end(), *found) == wanted.dimensions.end())
      reader_.error(node.place, field.name + " needs " + wanted.describe() + ", got " +
                                    (condition ? "a condition" : found->describe()));
    else
      input_.fields[field.name] = std::move(*expression);
  }

  void fill_default(const FieldType& field) {
    const std::string& text = field.default_value;
    if (text.empty()) return;
    if (field.kind == FieldKind::flag)
      input_.fields[field.name] = text == "true";
    else if (field.kind == FieldKind::text && field.name == "unit")
      read_unit(text, Node{});
    else if (field.kind == FieldKind::text)
      input_.fields[field.name] = text;
    else if (text == "end")
      input_.fields[field.name] = Values::constant(experiment_.simulation.duration, base::dimension::time);
    else if (text == "dt")
      input_.fields[field.name] = Values::constant(experiment_.simulation.dt, base::dimension::time);
    else
      input_.fields[field.name] =
          Values::constant(base::parse_quantity(text)->value, accepted(field).dimensions.front());
  }

  Reader& reader_;
  const model::Experiment& experiment_;
  const Variables& variables_;
  InputSpec input_;
  const InputType* type_ = nullptr;
  std::optional<base::Dimension> current_;  // of the currents given so far
};

}  // namespace

void read_inputs(Reader& reader, const Node& root, model::Experiment& experiment) {
  const Node* section = root.find("inputs");
  if (section == nullptr || !reader.map(*section, "'inputs'")) return;
  for (const Entry& entry : section->entries)
    if (auto input = InputReader(reader, experiment).read(entry))
      experiment.inputs.push_back(std::move(*input));
}

}  // namespace hillock::config
