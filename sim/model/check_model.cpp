// What must hold of every model: equations, rules of value, inputs, and that nothing is defined twice or not
// at all.
#include <algorithm>

#include "base/text.hpp"
#include "lang/names.hpp"
#include "model/checks.hpp"
#include "model/value_table.hpp"

namespace hillock::model {
namespace {

constexpr std::size_t most_names = 5000;
constexpr Allowed everything{true, true, false};

void check_inputs(Model& model, Symbols& symbols, base::Diagnostics& diagnostics) {
  for (const InputSite& site : model.inputs) {
    if (!site.area.empty()) {
      symbols.mark_used(site.area);
      const Parameter* area = model.parameter(site.area);
      if (area == nullptr) {
        diagnostics.error(
            site.place,
            "the area " + base::quoted(site.area) + " of input '" + site.name + "' is not a parameter",
            "declare it under params, with a default such as '1000 um2'");
      } else if (symbols.find(site.area)->dimension && area->dimension != base::dimension::area) {
        diagnostics.error(area->place, "'" + site.area + "' is the area of input '" + site.name +
                                           "', so it needs area (" + base::dimension::area.user_unit() +
                                           "), got " + area->dimension.describe());
      }
      if (site.dimension != base::dimension::current_density)
        diagnostics.error(site.place,
                          "'area' belongs to inputs of current density (uA/cm2), but '" + site.name +
                              "' takes " + site.dimension.describe(),
                          "remove 'area', or give the unit uA/cm2");
    }
    const bool there = model.state(site.V) != nullptr || model.derived_quantity(site.V) != nullptr;
    if (!there)
      diagnostics.error(site.place,
                        base::quoted(site.V) + ", the potential at input '" + site.name +
                            "', is neither a state nor derived",
                        "declare it under state");
    if (!symbols.used(site.name))
      diagnostics.warning(site.place, "input '" + site.name + "' is used in no equation");
  }
}

void check_equations(Model& model, Symbols& symbols, base::Diagnostics& diagnostics) {
  for (Definition& equation : model.equations) {
    const Symbol* symbol = symbols.find(equation.name);
    const std::string what = "d" + equation.name + "/dt";
    if (symbol == nullptr || symbol->kind != SymbolKind::state) {
      if (model.state(equation.name) != nullptr) continue;  // defined twice, which has been reported
      std::vector<std::string> states;
      for (const State& state : model.states) states.push_back(state.name);
      const std::string guess = base::did_you_mean(equation.name, states);
      diagnostics.error(
          equation.place,
          "'" + what + "' is the equation of no state: '" + equation.name + "' is not declared under state",
          guess.empty() ? "declare it: " + equation.name + ": {init: ...}" : guess);
      continue;
    }
    if (!symbol->dimension) {
      symbols.usable(equation.expression, what, everything);
      continue;
    }
    equation.dimension = *symbol->dimension / base::dimension::time;
    symbols.check_as(equation.expression, equation.dimension, what, everything);
  }
}

bool is_assigned(const Model& model, const std::string& state) {
  const auto names_it = [&](const Definition& assignment) { return assignment.name == state; };
  return std::any_of(model.spike.reset.begin(), model.spike.reset.end(), names_it) ||
         std::any_of(model.on_spike.begin(), model.on_spike.end(), names_it);
}

void check_states(const Model& model, base::Diagnostics& diagnostics) {
  for (const State& state : model.states) {
    if (model.equation(state.name) != nullptr || is_assigned(model, state.name)) continue;
    diagnostics.error(
        state.place, "state '" + state.name + "' has no equation and no assignment, so it would never change",
        "write 'd" + state.name + "/dt: ...' under equations, or make it a parameter");
  }
}

void check_potential(const Model& model, base::Diagnostics& diagnostics) {
  if (model.state("V") != nullptr || model.derived_quantity("V") != nullptr) return;
  diagnostics.error(model.place, "the model has no V",
                    "name the membrane potential V, and declare it under state");
}

void check_requirements(Model& model, Symbols& symbols) {
  for (Requirement& requirement : model.require)
    symbols.check_condition(requirement.expression, "a line of 'require'", {false, false, false, true});
}

// Defaults must be finite with the other defaults; with a config's values they are checked when it is read.
void check_defaults(const Model& model, base::Diagnostics& diagnostics) {
  const NamedValues none;
  ValueTable(model, none, 1, "model " + base::quoted(model.name), model.place)
      .resolve_written({}, diagnostics);
}

std::size_t count_errors(const base::Diagnostics& diagnostics) {
  const auto& all = diagnostics.all();
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [](const base::Diagnostic& d) { return d.severity == base::Severity::error; }));
}

void warn_of_unused_parameters(const Model& model, const Symbols& symbols, base::Diagnostics& diagnostics) {
  for (const Parameter& parameter : model.parameters)
    if (!symbols.used(parameter.name))
      diagnostics.warning(parameter.place, "parameter '" + parameter.name + "' is used nowhere");
}

bool check_size(const Model& model, base::Diagnostics& diagnostics) {
  const std::size_t names =
      model.parameters.size() + model.states.size() + model.derived.size() + model.inputs.size();
  if (names <= most_names) return true;
  diagnostics.error(model.place, "the model has " + std::to_string(names) + " names; it may have up to " +
                                     std::to_string(most_names));
  return false;
}

}  // namespace

void check_model(Model& model, base::Diagnostics& diagnostics) {
  const std::size_t errors = count_errors(diagnostics);
  if (!check_size(model, diagnostics)) return;
  expand_vectors(model, diagnostics);
  if (!check_size(model, diagnostics)) return;
  Symbols symbols(model, diagnostics);
  symbols.resolve();
  check_equations(model, symbols, diagnostics);
  check_states(model, diagnostics);
  if (model.kind == Kind::neuron) {
    check_potential(model, diagnostics);
    check_spike_rule(model, symbols, diagnostics);
    check_inputs(model, symbols, diagnostics);
  } else {
    check_receptor(model, symbols, diagnostics);
  }
  check_requirements(model, symbols);
  if (count_errors(diagnostics) == errors) check_defaults(model, diagnostics);
  warn_of_unused_parameters(model, symbols, diagnostics);
}

}  // namespace hillock::model
