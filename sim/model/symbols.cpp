// Collects a model's names and resolves them in order of dependence.
#include "model/symbols.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "lang/names.hpp"

namespace hillock::model {
namespace {

std::string kind_word(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::parameter:
      return "a parameter";
    case SymbolKind::state:
      return "a state";
    case SymbolKind::derived:
      return "a derived quantity";
    case SymbolKind::input:
      return "an input";
    case SymbolKind::weight:
    case SymbolKind::outside:
      break;
  }
  return "given from outside";
}

// Data sets and groups that stand beside the variables of a population in the output file, and the axis of a
// sweep's.
bool is_in_output(const std::string& name) {
  return name == "time" || name == "neuron" || name == "mapping" || name == "data" || name == "mean" ||
         name == "run";
}

std::string definition_word(const std::string& name, SymbolKind kind) {
  if (kind == SymbolKind::parameter) return "the default of '" + name + "'";
  if (kind == SymbolKind::state) return "the initial value of '" + name + "'";
  return "'" + name + "'";
}

}  // namespace

Symbols::Symbols(Model& model, base::Diagnostics& diagnostics) : model_(model), diagnostics_(diagnostics) {
  declare_all();
}

void Symbols::declare_all() {
  const bool receptor = model_.kind == Kind::receptor;
  const auto known = [](SymbolKind kind, int index, const base::Dimension& dimension,
                        const base::Place& place) {
    Symbol symbol;
    symbol.kind = kind;
    symbol.index = index;
    symbol.dimension = dimension;
    symbol.place = place;
    symbol.progress = Symbol::Progress::done;
    return symbol;
  };
  declare("t", known(SymbolKind::outside, 0, base::dimension::time, {}), true);
  if (receptor) {
    declare("V", known(SymbolKind::outside, 1, base::dimension::voltage, {}), true);
    declare("weight", known(SymbolKind::weight, 0, model_.weight, model_.place), true);
  }
  for (std::size_t i = 0; i < model_.inputs.size(); ++i) {
    const InputSite& input = model_.inputs[i];
    declare(input.name, known(SymbolKind::input, static_cast<int>(i), input.dimension, input.place),
            input.name == "I");
  }
  for (std::size_t i = 0; i < model_.parameters.size(); ++i) {
    Parameter& parameter = model_.parameters[i];
    Symbol symbol = known(SymbolKind::parameter, static_cast<int>(i), parameter.dimension, parameter.place);
    symbol.constant = true;
    if (parameter.default_value) {
      symbol.definition = &*parameter.default_value;
      symbol.progress = Symbol::Progress::unseen;
      if (!parameter.has_unit) symbol.dimension.reset();
    } else if (!parameter.has_unit) {
      symbol.dimension.reset();
    }
    declare(parameter.name, symbol);
  }
  for (std::size_t i = 0; i < model_.states.size(); ++i) {
    State& state = model_.states[i];
    Symbol symbol = known(SymbolKind::state, static_cast<int>(i), state.dimension, state.place);
    symbol.definition = &state.init;
    symbol.progress = Symbol::Progress::unseen;
    if (!state.has_unit) symbol.dimension.reset();
    declare(state.name, symbol);
  }
  for (std::size_t i = 0; i < model_.derived.size(); ++i) {
    Definition& derived = model_.derived[i];
    Symbol symbol = known(SymbolKind::derived, static_cast<int>(i), {}, derived.place);
    symbol.definition = &derived.expression;
    symbol.progress = Symbol::Progress::unseen;
    symbol.dimension.reset();
    declare(derived.name, symbol);
  }
}

void Symbols::declare(const std::string& name, Symbol symbol, bool may_be_reserved) {
  std::string problem = may_be_reserved ? "" : lang::name_problem(name);
  if (problem.empty() && is_in_output(name))
    problem = "'" + name + "' is a name of the output file's own; choose another name";
  if (!problem.empty()) diagnostics_.error(symbol.place, problem);
  const auto [found, added] = symbols_.emplace(name, symbol);
  if (added) {
    names_.push_back(name);
    return;
  }
  if (!problem.empty()) return;
  const Symbol& other = found->second;
  const std::string where = other.place.line > 0 ? ", declared at " + std::to_string(other.place.line) + ":" +
                                                       std::to_string(other.place.column)
                                                 : "";
  diagnostics_.error(
      symbol.place, "'" + name + "' has two definitions: it is " + kind_word(other.kind) + " already" + where,
      "rename one of the two");
}

const Symbol* Symbols::find(std::string_view name) const {
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? nullptr : &found->second;
}

void Symbols::resolve() {
  for (const std::string& name : names_) resolve(name, symbols_.find(name)->second);
  sort_derived();
}

void Symbols::resolve(const std::string& name, Symbol& symbol) {
  if (symbol.progress != Symbol::Progress::unseen) return;
  symbol.progress = Symbol::Progress::open;
  open_.push_back(name);
  const bool known = resolve_used(name, symbol);
  symbol.dimension = known ? dimension_from(name, symbol) : std::nullopt;
  open_.pop_back();
  symbol.progress = Symbol::Progress::done;
  if (symbol.kind == SymbolKind::parameter && symbol.dimension)
    model_.parameters[static_cast<std::size_t>(symbol.index)].dimension = *symbol.dimension;
  if (symbol.kind == SymbolKind::state && symbol.dimension)
    model_.states[static_cast<std::size_t>(symbol.index)].dimension = *symbol.dimension;
  if (symbol.kind != SymbolKind::derived) return;
  derived_order_.push_back(symbol.index);
  if (symbol.dimension) model_.derived[static_cast<std::size_t>(symbol.index)].dimension = *symbol.dimension;
}

// Resolves what a definition uses. A name that is being resolved closes a circle.
bool Symbols::resolve_used(const std::string& name, const Symbol& symbol) {
  if (symbol.definition == nullptr || symbol.definition->empty()) return false;
  bool known = true;
  bool constant = true;
  for (const std::string& used : lang::names_of(*symbol.definition)) {
    const auto found = symbols_.find(used);
    if (found == symbols_.end()) {
      constant = constant && !lang::is_noise(used);
      continue;
    }
    if (found->second.progress == Symbol::Progress::open) {
      report_cycle(used);
      known = false;
      continue;
    }
    resolve(used, found->second);
    constant = constant && found->second.constant;
  }
  if (symbol.kind == SymbolKind::derived) symbols_.find(name)->second.constant = constant;
  return known;
}

void Symbols::report_cycle(const std::string& name) {
  std::vector<std::string> circle(std::find(open_.begin(), open_.end(), name), open_.end());
  const Symbol& last = symbols_.find(circle.back())->second;
  circle.push_back(name);
  diagnostics_.error(last.definition->place, "definitions go in a circle: " + base::join(circle, " -> "),
                     "give one of them a value of its own");
}

std::optional<base::Dimension> Symbols::dimension_from(const std::string& name, Symbol& symbol) {
  const Allowed allowed{symbol.kind != SymbolKind::parameter, false, false};
  const std::string what = definition_word(name, symbol.kind);
  if (!symbol.dimension) return check(*symbol.definition, what, allowed);
  return check_as(*symbol.definition, *symbol.dimension, what, allowed) ? symbol.dimension : std::nullopt;
}

bool Symbols::usable(const lang::Expression& expression, std::string_view what, const Allowed& allowed) {
  bool fine = true;
  for (const lang::Node& node : expression.nodes) {
    const auto* name = std::get_if<lang::Name>(&node.kind);
    if (name == nullptr) continue;
    used_[name->name] = true;
    const Symbol* symbol = find(name->name);
    const bool noise = symbol == nullptr && lang::is_noise(name->name);
    if (noise && !allowed.noise) {
      diagnostics_.error(
          node.place, "noise ('" + name->name + "') may stand in equations only, not in " + std::string(what),
          "write it in the equation of the state that it moves");
      fine = false;
    }
    if (symbol == nullptr) continue;
    if (symbol->kind == SymbolKind::weight && !allowed.weight) {
      diagnostics_.error(node.place, std::string(what) + " may not use the weight of a spike",
                         "it is known in on_spike, and in the current of a receptor without states");
      fine = false;
    } else if (symbol->kind != SymbolKind::weight && !symbol->constant && !allowed.variables &&
               !(allowed.states && symbol->kind == SymbolKind::state)) {
      diagnostics_.error(node.place,
                         std::string(what) + " may use parameters" + (allowed.states ? " and states" : "") +
                             " only, but '" + name->name + "' is " + kind_word(symbol->kind),
                         "use parameters, or what is derived from parameters alone");
      fine = false;
    }
    if (!symbol->dimension) fine = false;  // its own definition is wrong
  }
  return fine;
}

lang::Scope Symbols::scope() const {
  lang::Scope scope;
  scope.dimension_of = [this](std::string_view name) -> std::optional<base::Dimension> {
    if (const Symbol* symbol = find(name)) return symbol->dimension;
    if (lang::is_noise(name)) return base::pow(base::dimension::time, base::Rational{-1, 2});
    return std::nullopt;
  };
  scope.names = names_;
  for (const auto& [name, symbol] : symbols_)
    if (symbol.place.line > 0) scope.places.emplace(name, symbol.place);
  return scope;
}

std::optional<base::Dimension> Symbols::check(lang::Expression& expression, std::string_view what,
                                              const Allowed& allowed) {
  if (expression.empty() || !usable(expression, what, allowed)) return std::nullopt;
  const std::optional<base::Dimension> dimension = lang::check(expression, scope(), diagnostics_);
  if (dimension && expression.nodes[static_cast<std::size_t>(expression.root)].condition) {
    diagnostics_.error(expression.place, std::string(what) + " must be a number, got a condition",
                       "write if(condition, a, b)");
    return std::nullopt;
  }
  return dimension;
}

bool Symbols::check_as(lang::Expression& expression, const base::Dimension& wanted, std::string_view what,
                       const Allowed& allowed) {
  return !expression.empty() && usable(expression, what, allowed) &&
         lang::check_as(expression, wanted, what, scope(), diagnostics_);
}

bool Symbols::check_condition(lang::Expression& expression, std::string_view what, const Allowed& allowed) {
  return !expression.empty() && usable(expression, what, allowed) &&
         lang::check_condition(expression, what, scope(), diagnostics_);
}

void Symbols::sort_derived() {
  std::vector<Definition> sorted;
  std::vector<bool> taken(model_.derived.size(), false);
  for (const int index : derived_order_) {
    taken[static_cast<std::size_t>(index)] = true;
    sorted.push_back(std::move(model_.derived[static_cast<std::size_t>(index)]));
  }
  for (std::size_t i = 0; i < taken.size(); ++i)
    if (!taken[i]) sorted.push_back(std::move(model_.derived[i]));  // doubly defined, reported
  model_.derived = std::move(sorted);
  for (std::size_t i = 0; i < model_.derived.size(); ++i) {
    const auto found = symbols_.find(model_.derived[i].name);
    if (found == symbols_.end() || found->second.kind != SymbolKind::derived) continue;
    found->second.index = static_cast<int>(i);
    found->second.definition = &model_.derived[i].expression;
  }
}

}  // namespace hillock::model
