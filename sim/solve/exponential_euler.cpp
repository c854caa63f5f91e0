// Exponential Euler: each equation linear in its own state is solved with all others held; gates first, then
// V with the new gates.
#include "base/diagnostics.hpp"
#include "solve/advance.hpp"
#include "solve/affine.hpp"

namespace hillock::solve {

namespace {

// dx/dt = A + B x of one state, the others being as in `states`; nothing if it is not linear in x.
std::optional<Affine> own_dependence(const Start& start, std::vector<Expr> states, std::size_t i) {
  const Expr x = unknown(start.tape, start.slots, start.cell.states[i].name);
  states[i] = x;
  Moment moment(start.tape, start.slots, start.cell, states, start.weights, start.from);
  return split_affine(start.tape, moment.derivatives()[i], std::span(&x, 1));
}

// x(h) = x + h exprel(B h) (A + B x): regular at B = 0 (Hochbruck & Ostermann 2010,
// doi:10.1017/S0962492910000048, eq. 2.3).
Expr step_one(const Start& start, const std::vector<Expr>& states, std::size_t i) {
  const std::optional<Affine> parts = own_dependence(start, states, i);
  if (!parts) throw base::InternalError("exponential Euler was not checked");
  const Expr x = states[i];
  Expr result;
  if (parts->coefficients.empty()) {
    result = x + start.h * parts->constant;
  } else {
    const Expr B = parts->coefficients.begin()->second;
    result = x + start.h * (parts->constant + B * x) * exprel(B * start.h);
  }
  return start.held && start.cell.states[i].held ? select(*start.held, x, result) : result;
}

}  // namespace

std::optional<std::string> objection_exponential_euler(const Cell& cell) {
  Tape tape;
  Slots slots;
  const Start start{tape, slots, cell, load_states(tape, slots, cell), load_weights(tape, slots, cell),
                    0.0,  1.0,   {}};
  for (std::size_t i = 0; i < cell.states.size(); ++i)
    if (cell.states[i].equation != nullptr && !own_dependence(start, start.states, i))
      return "d" + cell.states[i].name + "/dt is not linear in " + cell.states[i].name;
  return std::nullopt;
}

std::vector<Expr> advance_exponential_euler(const Start& start) {
  std::vector<Expr> result = start.states;
  const int V = start.cell.state("V");
  for (std::size_t i = 0; i < result.size(); ++i)
    if (static_cast<int>(i) != V && start.cell.states[i].equation != nullptr)
      result[i] = step_one(start, start.states, i);
  if (V >= 0 && start.cell.states[V].equation != nullptr) result[V] = step_one(start, result, V);
  return result;
}

}  // namespace hillock::solve
