// The spike rule of a neuron: one comparison, a rate or a probability; its reset; its hold.
#include <fmt/core.h>

#include <set>

#include "base/text.hpp"
#include "model/checks.hpp"

namespace hillock::model {
namespace {

constexpr Allowed variables{true, false, false};

bool is_comparison(const lang::Expression& expression) {
  const auto* binary =
      std::get_if<lang::Binary>(&expression.nodes[static_cast<std::size_t>(expression.root)].kind);
  return binary != nullptr && binary->op >= lang::BinaryOp::less &&
         binary->op <= lang::BinaryOp::greater_equal;
}

void check_hold(Hold& hold, const Model& model, Symbols& symbols, base::Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (const std::string& state : hold.states) {
    if (model.state(state) == nullptr)
      diagnostics.error(hold.place, "'hold' names " + base::quoted(state) + ", which is not a state");
    if (!seen.insert(state).second)
      diagnostics.error(hold.place, "'hold' names " + base::quoted(state) + " twice");
  }
  symbols.check_as(hold.duration, base::dimension::time, "'for'", {});
}

}  // namespace

void check_assignments(std::vector<Definition>& assignments, std::string_view what, const Model& model,
                       const Allowed& allowed, Symbols& symbols, base::Diagnostics& diagnostics) {
  for (Definition& assignment : assignments) {
    const Symbol* symbol = symbols.find(assignment.name);
    const bool potential = model.kind == Kind::receptor && assignment.name == "V";
    if (!potential && (symbol == nullptr || symbol->kind != SymbolKind::state)) {
      if (model.state(assignment.name) != nullptr) continue;  // defined twice, which has been reported
      std::vector<std::string> states;
      for (const State& state : model.states) states.push_back(state.name);
      diagnostics.error(assignment.place,
                        fmt::format("'{}' assigns to '{}', which is not a state", what, assignment.name),
                        base::did_you_mean(assignment.name, states));
      symbols.usable(assignment.expression, what, allowed);
      continue;
    }
    if (!symbol->dimension) continue;
    assignment.dimension = *symbol->dimension;
    symbols.check_as(assignment.expression, assignment.dimension,
                     std::string(what) + " of " + assignment.name, allowed);
  }
}

void check_spike_rule(Model& model, Symbols& symbols, base::Diagnostics& diagnostics) {
  SpikeRule& rule = model.spike;
  check_assignments(rule.reset, "reset", model, variables, symbols, diagnostics);
  if (rule.hold) check_hold(*rule.hold, model, symbols, diagnostics);
  switch (rule.kind) {
    case SpikeRuleKind::none:
      return;
    case SpikeRuleKind::when:
      if (symbols.check_condition(rule.expression, "'when'", variables) && !is_comparison(rule.expression))
        diagnostics.error(rule.expression.place, "'when' must be one comparison with >=, >, <= or <",
                          "combine conditions with min and max: a >= b and c >= d is min(a - b, c - d) >= 0");
      return;
    case SpikeRuleKind::rate:
      symbols.check_as(rule.expression, base::dimension::frequency, "'rate'", variables);
      return;
    case SpikeRuleKind::probability:
      symbols.check_as(rule.expression, base::dimension::none, "'probability'", variables);
      symbols.check_as(rule.every, base::dimension::time, "'every'", {});
      return;
  }
}

}  // namespace hillock::model
