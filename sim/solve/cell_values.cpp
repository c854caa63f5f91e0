// The programs that evaluate a cell without a step: derivatives, initial states, what is recorded.
#include <algorithm>

#include "base/diagnostics.hpp"
#include "solve/certainty.hpp"
#include "solve/recording.hpp"

namespace hillock::solve {

program::Program right_hand_side(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = r.array(slot::held) > 0.5;
  const std::vector<Expr> derivatives =
      held_derivatives(start_of(r, 0.0, 0.0), r.states, r.step_value(slot::offset),
                       [](const std::string&) { return Expr(0.0); });
  for (std::size_t i = 0; i < derivatives.size(); ++i)
    r.store(slot::derivative(cell.states[i]), derivatives[i]);
  return program::optimise(r.tape);
}

program::Program initial_states(const Cell& cell, Slots& slots, const std::vector<int>& order,
                                const std::vector<std::string>& given) {
  Cell silent = cell;
  silent.forcings.clear();
  Recording r(silent, slots);
  const auto is_given = [&](const CellState& state) { return std::ranges::count(given, state.name) > 0; };
  const auto set = [&](int i) {
    const CellState& state = silent.states[i];
    Moment now = r.moment(0.0);
    r.states[i] = is_given(state)      ? r.array(slot::initial(state))
                  : state.receptor < 0 ? now.evaluate(state.state->init)
                                       : now.receptor_evaluate(state.receptor, state.state->init);
  };
  for (Expr& state : r.states) state = 0.0;
  for (const int i : order) set(i);
  for (std::size_t i = 0; i < silent.states.size(); ++i)
    if (silent.states[i].receptor >= 0) set(static_cast<int>(i));
  store_states(r);
  return program::optimise(r.tape);
}

namespace {

// A variable that can be recorded, by its name in files (V, g_ampa, I_ampa, I_syn), a parameter or t.
Expr variable_value(Moment& now, const Cell& cell, const std::string& variable) {
  const model::Model& neuron = *cell.neuron;
  if (cell.state(variable) >= 0 || neuron.derived_quantity(variable) || neuron.input(variable) ||
      neuron.parameter(variable) || variable == "t")
    return now.value(variable);
  for (const model::InputSite& site : neuron.inputs)
    if (variable == (&site == &neuron.inputs.front() ? "I_syn" : site.name + "_syn"))
      return now.receptors_total(site.name);
  for (const Forcing& forcing : cell.forcings)
    if (forcing.shape == Forcing::Shape::junction && variable == "I_" + forcing.name)
      return now.forcing_current(forcing);
  for (std::size_t k = 0; k < cell.receptors.size(); ++k) {
    const CellReceptor& receptor = cell.receptors[k];
    const std::string suffix = "_" + receptor.name;
    if (variable == "I" + suffix)
      return now.receptor_evaluate(static_cast<int>(k), receptor.model->current);  // in the receptor's unit
    if (variable.ends_with(suffix) && variable.size() > suffix.size())
      return now.receptor_value(static_cast<int>(k), variable.substr(0, variable.size() - suffix.size()));
  }
  throw base::InternalError("nothing is called " + variable + " in population " + cell.population);
}

}  // namespace

program::Program observation(const Cell& cell, Slots& slots, const std::vector<std::string>& variables) {
  Recording r(cell, slots);
  Moment now = r.moment(0.0);
  std::vector<Expr> values;
  for (const std::string& variable : variables) {
    values.push_back(variable_value(now, cell, variable));
    r.store(slot::observed(variable), values.back());
  }
  guard_finite(r, values);
  return program::optimise(r.tape);
}

namespace {

program::Program mask_of(Tape& tape, const Condition& condition) {
  program::store(tape, 0,
                 never(condition.undecided) ? condition.holds : condition.holds && !condition.undecided);
  return program::optimise(tape);
}

}  // namespace

program::Program condition(const Cell& cell, Slots& slots, const lang::Expression& condition) {
  Recording r(cell, slots);
  Moment now = r.deciding(0.0);
  const Names names{[&](std::string_view name) { return variable_value(now, cell, std::string(name)); },
                    [&](Expr value) { return certainly_a_number(value, r.states); }};
  return mask_of(r.tape, record_condition(condition, names));
}

program::Program condition_on_numbers(const lang::Expression& condition,
                                      std::span<const std::string_view> names) {
  Tape tape;
  const auto value = [&](std::string_view name) {
    return program::step_value(tape, static_cast<int>(std::ranges::find(names, name) - names.begin()));
  };
  return mask_of(tape, record_condition(condition, {value, [](Expr) { return false; }}));
}

}  // namespace hillock::solve
