// The programs of a cell: the whole step, its parts where a step is cut, initial values, and what is
// recorded.
#include "solve/programs.hpp"

#include <algorithm>

#include "base/diagnostics.hpp"

namespace hillock::solve {

using model::SpikeRuleKind;

namespace slot {
std::string next(const std::string& array) { return "next." + array; }
std::string derivative(const CellState& state) { return "derivative." + state.name; }
std::string initial(const CellState& state) { return "initial." + state.name; }
std::string observed(const std::string& variable) { return "observed." + variable; }
}  // namespace slot

namespace {

// A tape under construction for one cell.
struct Recording {
  Tape tape;
  Slots& slots;
  const Cell& cell;
  std::vector<Expr> states, weights;
  std::optional<Mask> held;

  Recording(const Cell& c, Slots& s) : slots(s), cell(c) {
    states = load_states(tape, slots, cell);
    weights = load_weights(tape, slots, cell);
  }
  Expr array(const std::string& name) { return program::array(tape, slots.array(name)); }
  Expr parameter(const std::string& name) { return program::parameter(tape, slots.parameter(name)); }
  Expr step_value(const std::string& name) { return program::step_value(tape, slots.step_value(name)); }
  void store(const std::string& name, Expr value) { program::store(tape, slots.array(name), value); }
  Moment moment(Expr offset) { return {tape, slots, cell, states, weights, offset}; }
  Expr dt() { return parameter(slot::dt); }
};

// One difference of a value with itself times zero is 0 unless the value is infinite or NaN.
void guard_finite(Recording& r, const std::vector<Expr>& before, const std::vector<Expr>& after) {
  Expr sum;
  for (std::size_t i = 0; i < after.size(); ++i) {
    sum += after[i] * 0.0;
    if (before[i].node != after[i].node || before[i].is_number() != after[i].is_number())
      sum += before[i] * 0.0;
  }
  if (!sum.is_number()) program::guard(r.tape, !(sum == 0.0));
}

void store_states(Recording& r) {
  for (std::size_t i = 0; i < r.states.size(); ++i) r.store(r.cell.states[i].name, r.states[i]);
}

int target_state(const Cell& cell, const CellReceptor& receptor, const std::string& name) {
  const int own = cell.state(receptor.name + "." + name);
  if (own >= 0) return own;
  return cell.state(cell.neuron->input(receptor.site)->V);
}

// Spikes that arrive at the end of the step: each receptor applies on_spike to the sum of the weights.
void deliver(Recording& r) {
  for (std::size_t k = 0; k < r.cell.receptors.size(); ++k) {
    const CellReceptor& receptor = r.cell.receptors[k];
    if (!receptor.targeted) continue;
    r.weights[k] = r.array(slot::arrivals(receptor));
    if (receptor.stateless() && !receptor.model->current.empty())
      r.store(slot::held_weight(receptor), r.weights[k]);
    Moment now = r.moment(r.dt());
    std::vector<Expr> after = r.states;
    for (const model::Definition& assignment : receptor.model->on_spike) {
      const int target = target_state(r.cell, receptor, assignment.name);
      if (target < 0) throw base::InternalError("on_spike assigns to unknown " + assignment.name);
      const Expr value = now.receptor_evaluate(static_cast<int>(k), assignment.expression);
      after[target] = r.held && r.cell.states[target].held ? select(*r.held, r.states[target], value) : value;
    }
    r.states = after;
  }
}

// Whether a neuron spikes at t_n+1. `was` is the condition at t_n, for rules without reset.
Mask decide(Recording& r, const std::optional<Mask>& was) {
  const model::SpikeRule& rule = r.cell.neuron->spike;
  Moment now = r.moment(r.dt());
  Mask spike;
  if (rule.kind == SpikeRuleKind::when) {
    spike = now.condition(rule.expression);
    if (was) spike = spike && !*was;
  } else {
    const Expr draw = program::uniform(r.tape, r.slots.stream(slot::spike_draw));
    if (rule.kind == SpikeRuleKind::rate) {
      const Expr expected = now.evaluate(rule.expression) * r.dt();  // p = 1 - exp(-expected)
      spike = draw < expected * exprel(-expected);
    } else {
      spike = draw < now.evaluate(rule.expression) && r.step_value(slot::decide) > 0.5;
    }
  }
  return r.held ? spike && !*r.held : spike;
}

std::vector<Expr> reset_states(Recording& r, Expr offset) {
  Moment now = r.moment(offset);
  std::vector<Expr> after = r.states;
  for (const model::Definition& assignment : r.cell.neuron->spike.reset) {
    const int target = r.cell.state(assignment.name);
    if (target < 0) throw base::InternalError("reset assigns to unknown " + assignment.name);
    after[target] = now.evaluate(assignment.expression);
  }
  return after;
}

void apply_reset(Recording& r, Mask spike) {
  const std::vector<Expr> after = reset_states(r, r.dt());
  for (std::size_t i = 0; i < after.size(); ++i)
    if (after[i].node != r.states[i].node || after[i].is_number() != r.states[i].is_number())
      r.states[i] = select(spike, after[i], r.states[i]);
}

// Adding and subtracting 1.5 * 2^52 rounds to the nearest whole number.
Expr rounded(Expr x) {
  const double magic = 6755399441055744.0;
  return (x + magic) - magic;
}

Mask holding(Recording& r) { return r.array(slot::hold) > 0.0; }

void update_inputs(Recording& r) {
  for (const Forcing& forcing : r.cell.forcings)
    if (forcing.update) forcing.update(r.tape);
}

// Deliver, decide, reset, guard and store, once the states have been advanced.
program::Program finish_step(Recording& r, std::optional<Mask> was, bool hold_in_steps) {
  deliver(r);
  const std::vector<Expr> before = r.states;
  std::optional<Mask> spike;
  if (r.cell.neuron->spike.kind != SpikeRuleKind::none) {
    spike = decide(r, r.cell.has_reset() ? std::nullopt : was);
    apply_reset(r, *spike);
    program::store(r.tape, 0, *spike);
  }
  if (r.cell.has_hold()) {
    Expr left = r.array(slot::hold);
    if (hold_in_steps) left = select(*r.held, left - 1.0, left);
    const Expr duration = r.cell.neuron->spike.hold ? hold_duration(r.tape, r.slots, r.cell) : Expr(0.0);
    const Expr begun = hold_in_steps ? rounded(duration / r.dt()) : duration;
    r.store(slot::hold, spike ? select(*spike, begun, left) : left);
  }
  guard_finite(r, before, r.states);
  store_states(r);
  update_inputs(r);
  return program::optimise(r.tape);
}

Start start_of(Recording& r, Expr from, Expr h) {
  return {r.tape, r.slots, r.cell, r.states, r.weights, from, h, r.held};
}

bool crosses(const Cell& cell) { return cell.neuron->spike.kind == SpikeRuleKind::when; }

}  // namespace

Expr hold_duration(Tape& tape, Slots& slots, const Cell& cell) {
  Moment moment(tape, slots, cell, load_states(tape, slots, cell), std::vector<Expr>(cell.receptors.size()),
                0.0);
  return moment.evaluate(cell.neuron->spike.hold->duration);
}

program::Program whole_step(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = holding(r);
  std::optional<Mask> was;
  if (crosses(cell) && !cell.has_reset()) was = r.moment(0.0).condition(cell.neuron->spike.expression);
  r.states = advance(method, start_of(r, 0.0, r.dt()));
  return finish_step(r, was, true);
}

program::Program advance_only(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  std::optional<Mask> cut;
  if (cell.has_hold()) {
    r.held = holding(r);
    const Expr left = r.array(slot::hold);
    cut = *r.held && left < r.dt() * (1 - 1e-12);
    r.store(slot::next(slot::hold),
            select(left > r.dt() * (1 + 1e-12), left - r.dt(), select(*r.held, program::hold_ends_now, 0.0)));
  }
  std::optional<Expr> before;
  if (crosses(cell)) before = r.moment(0.0).margin(cell.neuron->spike.expression);
  const std::vector<Expr> old = r.states;
  r.states = advance(method, start_of(r, 0.0, r.dt()));
  if (crosses(cell)) {
    Mask crossing = r.moment(r.dt()).margin(cell.neuron->spike.expression) >= 0.0;
    if (!cell.has_reset()) crossing = crossing && *before < 0.0;
    if (r.held) crossing = crossing && !*r.held;
    cut = cut ? *cut || crossing : crossing;
  }
  if (cut) program::store(r.tape, 0, *cut);
  guard_finite(r, r.states, r.states);
  for (std::size_t i = 0; i < r.states.size(); ++i) r.store(slot::next(cell.states[i].name), r.states[i]);
  return program::optimise(r.tape);
}

program::Program events(const Cell& cell, Slots& slots, bool interpolated) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = holding(r);
  std::optional<Mask> was;
  const bool crossing = crosses(cell) && !cell.has_reset();
  if (crossing && interpolated) was = r.moment(r.dt()).condition(cell.neuron->spike.expression);
  if (crossing && !interpolated) was = r.array(slot::above) > 0.5;
  if (crossing && !interpolated) {
    const std::vector<Expr> states = r.states, weights = r.weights;
    deliver(r);
    const Mask now = r.moment(r.dt()).condition(cell.neuron->spike.expression);
    r.store(slot::above, select(now, 1.0, 0.0));
    r.states = states;
    r.weights = weights;
  }
  return finish_step(r, was, !interpolated);
}

program::Program deliver_only(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  deliver(r);
  guard_finite(r, r.states, r.states);
  store_states(r);
  return program::optimise(r.tape);
}

program::Program part(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = r.array(slot::held) > 0.5;
  r.states = advance(method, start_of(r, r.step_value(slot::offset), r.parameter(slot::h)));
  guard_finite(r, r.states, r.states);
  store_states(r);
  return program::optimise(r.tape);
}

program::Program margin_of(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  r.store(slot::margin, r.moment(r.step_value(slot::offset)).margin(cell.neuron->spike.expression));
  return program::optimise(r.tape);
}

program::Program reset_only(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  r.states = reset_states(r, r.step_value(slot::offset));
  guard_finite(r, r.states, r.states);
  if (cell.has_hold()) r.store(slot::hold, hold_duration(r.tape, slots, cell));
  store_states(r);
  return program::optimise(r.tape);
}

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

program::Program observation(const Cell& cell, Slots& slots, const std::vector<std::string>& variables) {
  Recording r(cell, slots);
  Moment now = r.moment(0.0);
  for (const std::string& variable : variables) {
    const model::Model& neuron = *cell.neuron;
    std::optional<Expr> value;
    if (cell.state(variable) >= 0 || neuron.derived_quantity(variable) || neuron.input(variable))
      value = now.value(variable);
    for (const model::InputSite& site : neuron.inputs)
      if (!value && variable == (&site == &neuron.inputs.front() ? "I_syn" : site.name + "_syn"))
        value = now.receptors_total(site.name);
    for (std::size_t k = 0; !value && k < cell.receptors.size(); ++k) {
      const std::string suffix = "_" + cell.receptors[k].name;
      if (variable == "I" + suffix)
        value = now.receptor_evaluate(static_cast<int>(k),
                                      cell.receptors[k].model->current);  // in the receptor's unit
      else if (variable.ends_with(suffix) && variable.size() > suffix.size())
        value = now.receptor_value(static_cast<int>(k), variable.substr(0, variable.size() - suffix.size()));
    }
    if (!value)
      throw base::InternalError("nothing is called " + variable + " in population " + cell.population);
    r.store(slot::observed(variable), *value);
  }
  return program::optimise(r.tape);
}

}  // namespace hillock::solve
