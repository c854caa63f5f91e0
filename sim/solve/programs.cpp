// The programs that step a cell: the whole step, and its parts where a step is cut.
#include "base/diagnostics.hpp"
#include "solve/certainty.hpp"
#include "solve/recording.hpp"

namespace hillock::solve {

using model::SpikeRuleKind;

namespace slot {
std::string next(const std::string& array) { return "next." + array; }
std::string derivative(const CellState& state) { return "derivative." + state.name; }
std::string initial(const CellState& state) { return "initial." + state.name; }
std::string observed(const std::string& variable) { return "observed." + variable; }
}  // namespace slot

namespace {

int target_state(const Cell& cell, const CellReceptor& receptor, const std::string& name) {
  const int own = cell.state(receptor.name + "." + name);
  if (own >= 0) return own;
  return cell.state(cell.neuron->input(receptor.site)->V);
}

// Spikes that arrive at t_n + offset: each receptor applies on_spike to the sum of the weights.
void deliver(Recording& r, Expr offset) {
  for (std::size_t k = 0; k < r.cell.receptors.size(); ++k) {
    const CellReceptor& receptor = r.cell.receptors[k];
    if (!receptor.targeted) continue;
    r.weights[k] = r.array(slot::arrivals(receptor));
    if (receptor.stateless() && !receptor.model->current.empty())
      r.store(slot::held_weight(receptor), r.weights[k]);
    Moment now = r.moment(offset);
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

bool crosses(const Cell& cell) { return cell.neuron->spike.kind == SpikeRuleKind::when; }
bool re_arms_itself(const Cell& cell) { return crosses(cell) && !cell.has_reset(); }

Condition condition_at_end(Recording& r) {
  return r.deciding(r.dt()).condition(r.cell.neuron->spike.expression);
}

// The condition is remembered: without reset, it must have been false before.
Mask turned_true(Recording& r, Mask now) {
  const Mask before = r.array(slot::above) > 0.5;
  r.store(slot::above, select(now, 1.0, 0.0));
  return now && !before;
}

// A draw against the probability of a spike in this step; undecided where it is none.
Condition drawn(Recording& r) {
  const model::SpikeRule& rule = r.cell.neuron->spike;
  const Expr value = r.deciding(r.dt()).evaluate(rule.expression);
  const Expr draw = program::uniform(r.tape, r.slots.stream(slot::spike_draw));
  Mask spike, invalid;
  if (rule.kind == SpikeRuleKind::rate) {
    const Expr expected = min(1000.0, value * r.dt());  // an infinite rate is a certain spike
    spike = draw < expected * exprel(-expected);        // p = 1 - exp(-expected)
    invalid = !(value >= 0.0);
  } else {
    const Mask due = r.step_value(slot::decide) > 0.5;
    spike = draw < value && due;
    invalid = !(value >= 0.0 && value <= 1.0) && due;
  }
  r.store(slot::chance, value);
  return {spike, invalid};
}

// Whether a neuron spikes at t_n+1, the hold left aside. `before`: the condition before delivery, where
// crossings inside the step have been handled already.
Condition decide(Recording& r, const std::optional<Condition>& before) {
  if (!crosses(r.cell)) return drawn(r);
  const Condition now = condition_at_end(r);
  if (before) return {now.holds && !before->holds, either(now.undecided, before->undecided)};
  if (re_arms_itself(r.cell)) return {turned_true(r, now.holds), now.undecided};
  return now;
}

// During a hold the rule is off.
Mask unless_held(Recording& r, Mask mask) { return r.held && !never(mask) ? mask && !*r.held : mask; }

std::vector<Expr> reset_states(Recording& r, Expr offset) {
  Moment now = r.deciding(offset);  // a reset must not hide a NaN behind min or max
  std::vector<Expr> after = r.states;
  for (const model::Definition& assignment : r.cell.neuron->spike.reset) {
    const int target = r.cell.state(assignment.name);
    if (target < 0) throw base::InternalError("reset assigns to unknown " + assignment.name);
    after[target] = now.evaluate(assignment.expression);
  }
  return after;
}

bool same(const Expr& a, const Expr& b) { return !a.is_number() && !b.is_number() && a.node == b.node; }

// Returns the states that have to be finite: a reset may hide what was not finite before it, and may itself
// give what is not.
std::vector<Expr> apply_reset(Recording& r, Mask spike) {
  const std::vector<Expr> after = reset_states(r, r.dt());
  const std::vector<Expr> before = r.states;
  std::vector<Expr> guarded = before;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (same(after[i], before[i])) continue;
    r.states[i] = select(spike, after[i], before[i]);
    if (certainly_finite(after[i], before)) continue;
    if (passes_on_what_is_not_finite(after[i], before[i]))
      guarded[i] = r.states[i];
    else
      guarded.push_back(r.states[i]);
  }
  return guarded;
}

// Adding and subtracting 1.5 * 2^52 rounds to the nearest whole number.
Expr rounded(Expr x) {
  const double magic = 6755399441055744.0;
  return (x + magic) - magic;
}

// Length of a hold in steps: whole on the grid, and where an interpolated one ends on it but for rounding.
Expr hold_steps(Recording& r, bool interpolated) {
  const Expr steps = r.moment(0.0).evaluate(r.cell.neuron->spike.hold->duration) / r.dt();
  const Expr whole = rounded(steps);
  return interpolated ? select(abs(steps - whole) <= 1e-9, whole, steps) : whole;
}

void update_inputs(Recording& r) {
  for (const Forcing& forcing : r.cell.forcings)
    if (forcing.update) forcing.update(r.tape);
}

// Deliver, decide, reset, guard and store, once the states have been advanced.
program::Program finish_step(Recording& r, const std::optional<Condition>& before, bool interpolated) {
  deliver(r, r.dt());
  std::vector<Expr> guarded = r.states;
  std::optional<Mask> spike;
  if (r.cell.neuron->spike.kind != SpikeRuleKind::none) {
    const Condition decision = decide(r, before);
    spike = unless_held(r, decision.holds);
    guarded = apply_reset(r, *spike);
    program::store(r.tape, 0, *spike);
    if (!never(decision.undecided)) program::store(r.tape, 1, unless_held(r, decision.undecided));
  }
  if (r.cell.has_hold()) {
    // An interpolated hold has been counted by the advance, where it may end inside the step.
    const Expr left = r.array(slot::hold);
    const Expr counted = interpolated ? left : left - 1.0;  // below 0 it goes on, and means nothing
    r.store(slot::hold, spike ? select(*spike, hold_steps(r, interpolated), counted) : counted);
  }
  guard_finite(r, guarded);
  store_states(r);
  update_inputs(r);
  return program::optimise(r.tape);
}

}  // namespace

program::Program whole_step(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = holding(r);
  r.states = advance(method, start_of(r, 0.0, r.dt()));
  return finish_step(r, std::nullopt, false);
}

program::Program advance_only(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  std::optional<Mask> cut;
  if (cell.has_hold()) {
    r.held = holding(r);
    const Expr left = r.array(slot::hold);
    cut = *r.held && left < 1.0 - program::hold_tolerance;
    r.store(slot::next(slot::hold), select(left > 1.0 + program::hold_tolerance, left - 1.0,
                                           select(*r.held, program::hold_ends_now, 0.0)));
  }
  std::optional<Expr> before;
  if (crosses(cell)) before = r.deciding(0.0).margin(cell.neuron->spike.expression);
  r.states = advance(method, start_of(r, 0.0, r.dt()));
  if (crosses(cell)) {
    const Expr after = r.deciding(r.dt()).margin(cell.neuron->spike.expression);
    // A condition that held already is decided at t_n+1; the integrator reports one without an answer.
    Mask crossing = after >= 0.0 && *before < 0.0;
    for (const Expr& margin : {*before, after})
      if (!certainly_a_number(margin, r.states)) crossing = crossing || margin != margin;
    crossing = unless_held(r, crossing);
    cut = cut ? *cut || crossing : crossing;
  }
  if (cut) program::store(r.tape, 0, *cut);
  guard_finite(r, r.states);
  for (std::size_t i = 0; i < r.states.size(); ++i) r.store(slot::next(cell.states[i].name), r.states[i]);
  return program::optimise(r.tape);
}

program::Program events(const Cell& cell, Slots& slots, bool interpolated) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = holding(r);
  std::optional<Condition> before;
  if (interpolated && re_arms_itself(cell)) before = condition_at_end(r);
  return finish_step(r, before, interpolated);
}

program::Program deliver_at_zero(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  deliver(r, 0.0);
  if (re_arms_itself(cell)) {
    const Condition now = r.deciding(0.0).condition(cell.neuron->spike.expression);
    r.store(slot::above, select(now.holds, 1.0, 0.0));
    if (!never(now.undecided)) program::store(r.tape, 1, now.undecided);
  }
  guard_finite(r, r.states);
  store_states(r);
  return program::optimise(r.tape);
}

program::Program part(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = r.array(slot::held) > 0.5;
  r.states = advance(method, start_of(r, r.step_value(slot::offset), r.parameter(slot::h)));
  guard_finite(r, r.states);
  store_states(r);
  return program::optimise(r.tape);
}

program::Program margin_of(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  r.store(slot::margin, r.deciding(r.step_value(slot::offset)).margin(cell.neuron->spike.expression));
  return program::optimise(r.tape);
}

Tape before_reset(const Cell& cell, Slots& slots, std::optional<model::MethodKind> method) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = holding(r);
  if (method) r.states = advance(*method, start_of(r, 0.0, r.dt()));
  deliver(r, r.dt());
  store_states(r);
  return std::move(r.tape);
}

program::Program reset_only(const Cell& cell, Slots& slots) {
  Recording r(cell, slots);
  r.states = reset_states(r, r.step_value(slot::offset));
  guard_finite(r, r.states);
  if (cell.has_hold()) r.store(slot::hold, hold_steps(r, true));
  store_states(r);
  return program::optimise(r.tape);
}

}  // namespace hillock::solve
