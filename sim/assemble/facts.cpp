// What messages say about a population: its states, their equations, its spike rule.
#include "assemble/facts.hpp"

#include <fmt/core.h>

#include <set>

#include "base/text.hpp"
#include "solve/programs.hpp"

namespace hillock::assemble {

namespace slot = solve::slot;

namespace {

std::string text_of(const base::Place& place) {
  return place.source == nullptr
             ? std::string()
             : fmt::format("{}:{}:{}", base::printable(place.source->name), place.line, place.column);
}

std::string shown(const lang::Expression& expression) {
  constexpr std::size_t most = 200;
  return base::shortened(expression.text, most);
}

network::StateFacts facts_of(const solve::CellState& state, const solve::Cell& cell,
                             const solve::Slots& slots) {
  network::StateFacts facts;
  facts.name = state.name;
  facts.unit = state.state->dimension.unit();
  if (state.equation != nullptr) {
    facts.equation = fmt::format("d{}/dt: {}", state.equation->name, shown(state.equation->expression));
    facts.place = text_of(state.equation->place);
  }
  for (const model::Definition& assignment : cell.neuron->spike.reset) {
    if (assignment.name != state.name) continue;
    facts.reset = fmt::format("{}: {}", assignment.name, shown(assignment.expression));
    facts.reset_place = text_of(assignment.place);
  }
  facts.array = solve::Slots::find(slots.arrays, state.name);
  facts.derivative = solve::Slots::find(slots.arrays, slot::derivative(state));
  return facts;
}

// The states in an expression, also through derived quantities.
void add_states(const lang::Expression& expression, const solve::Cell& cell, std::set<int>& states) {
  for (const std::string& name : lang::names_of(expression)) {
    if (const int state = cell.state(name); state >= 0) states.insert(state);
    if (const model::Definition* derived = cell.neuron->derived_quantity(name))
      add_states(derived->expression, cell, states);
  }
}

network::RuleFacts facts_of(const model::SpikeRule& rule, const solve::Cell& cell,
                            const solve::Slots& slots) {
  using Kind = model::SpikeRuleKind;
  network::RuleFacts facts;
  facts.what = rule.kind == Kind::when ? "condition" : rule.kind == Kind::rate ? "rate" : "probability";
  facts.unit = rule.kind == Kind::rate ? "1/ms" : "";
  facts.rule = fmt::format("{}: {}", rule.kind == Kind::when ? "when" : facts.what, shown(rule.expression));
  facts.place = text_of(rule.place);
  if (rule.kind == Kind::when) {
    std::set<int> states;
    add_states(rule.expression, cell, states);
    facts.states.assign(states.begin(), states.end());
  } else {
    facts.array = solve::Slots::find(slots.arrays, slot::chance);
  }
  return facts;
}

}  // namespace

void describe_for_messages(const solve::Cell& cell, network::PopulationPlan& plan) {
  for (const solve::CellState& state : cell.states) plan.states.push_back(facts_of(state, cell, plan.slots));
  const model::SpikeRule& rule = cell.neuron->spike;
  if (rule.kind != model::SpikeRuleKind::none) plan.rule = facts_of(rule, cell, plan.slots);
}

}  // namespace hillock::assemble
