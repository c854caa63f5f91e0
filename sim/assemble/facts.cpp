// What messages say about a population: its states, their equations, its spike rule.
#include "assemble/facts.hpp"

#include <fmt/format.h>

#include "solve/programs.hpp"

namespace hillock::assemble {

namespace slot = solve::slot;

namespace {

std::string text_of(const base::Place& place) {
  return place.source == nullptr ? std::string()
                                 : fmt::format("{}:{}:{}", place.source->name, place.line, place.column);
}

network::StateFacts facts_of(const solve::CellState& state, const solve::Slots& slots) {
  network::StateFacts facts;
  facts.name = state.name;
  facts.unit = state.state->dimension.unit();
  if (state.equation != nullptr) {
    facts.equation = fmt::format("d{}/dt: {}", state.equation->name, state.equation->expression.text);
    facts.place = text_of(state.equation->place);
  }
  facts.array = solve::Slots::find(slots.arrays, state.name);
  facts.derivative = solve::Slots::find(slots.arrays, slot::derivative(state));
  return facts;
}

}  // namespace

void describe_for_messages(const solve::Cell& cell, network::PopulationPlan& plan) {
  for (const solve::CellState& state : cell.states) plan.states.push_back(facts_of(state, plan.slots));
  const model::SpikeRule& rule = cell.neuron->spike;
  const bool rate = rule.kind == model::SpikeRuleKind::rate;
  if (!rate && rule.kind != model::SpikeRuleKind::probability) return;
  network::ChanceFacts facts;
  facts.what = rate ? "rate" : "probability";
  facts.unit = rate ? "1/ms" : "";
  facts.rule = facts.what + ": " + rule.expression.text;
  facts.place = text_of(rule.place);
  facts.array = solve::Slots::find(plan.slots.arrays, slot::chance);
  plan.chance = facts;
}

}  // namespace hillock::assemble
