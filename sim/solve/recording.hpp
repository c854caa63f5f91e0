// A tape under construction for one cell: what the programs of a cell share.
#pragma once
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "solve/programs.hpp"

namespace hillock::solve {

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
  Moment deciding(Expr offset) {  // for the spike rule and its reset
    Moment now = moment(offset);
    now.deciding = true;
    return now;
  }
  Expr dt() { return parameter(slot::dt); }
};

// A finite value times zero is 0; an infinity or NaN is not, and what it is added to is not finite then.
inline void guard_finite(Recording& r, const std::vector<Expr>& values) {
  if (values.empty()) return;
  Expr sum = values.front();
  for (std::size_t i = 1; i < values.size(); ++i) sum += values[i] * 0.0;
  if (!sum.is_number()) program::guard(r.tape, !(abs(sum) < std::numeric_limits<double>::infinity()));
}

inline Mask holding(Recording& r) { return r.array(slot::hold) > 0.0; }

inline void store_states(Recording& r) {
  for (std::size_t i = 0; i < r.states.size(); ++i) r.store(r.cell.states[i].name, r.states[i]);
}

inline Start start_of(Recording& r, Expr from, Expr h) {
  return {r.tape, r.slots, r.cell, r.states, r.weights, from, h, r.held};
}

}  // namespace hillock::solve
