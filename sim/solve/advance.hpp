// One step of a method, recorded: the states of a cell after h, from the states at some offset in the step.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/experiment.hpp"
#include "solve/cell.hpp"

namespace hillock::solve {

// Where a recorded step begins. States must be leaves of the tape (array loads).
struct Start {
  Tape& tape;
  Slots& slots;
  const Cell& cell;
  std::vector<Expr> states;
  std::vector<Expr> weights;  // per receptor, see Moment
  Expr from;                  // offset from t_n, ms
  Expr h;                     // length of the step, ms; a parameter or number
  std::optional<Mask> held;   // states in hold keep their value where it is true
};

// The methods that can be recorded: all but `automatic` and `adaptive`. Throws UserError when the equations
// do not allow the method.
std::vector<Expr> advance(model::MethodKind method, const Start& start);

// Why the equations do not allow the method; nothing if they do.
std::optional<std::string> objection(model::MethodKind method, const Cell& cell);

struct MethodChoice {
  model::MethodKind kind;
  std::string reason;  // for `check`
};
// Resolves `automatic`, checks the others; throws UserError at `place` with the remedy.
MethodChoice choose_method(const model::Method& requested, const Cell& cell, bool interpolated);

std::string_view name(model::MethodKind kind);

// The single methods (advance calls them).
std::vector<Expr> advance_explicit(model::MethodKind method, const Start& start);  // Odeint's steppers
std::vector<Expr> advance_exponential_euler(const Start& start);
std::vector<Expr> advance_euler_maruyama(const Start& start);
std::vector<Expr> advance_exact(const Start& start);
std::optional<std::string> objection_exact(const Cell& cell);
std::optional<std::string> objection_exponential_euler(const Cell& cell);

// Derivatives with the states in hold at rest.
std::vector<Expr> held_derivatives(const Start& start, const std::vector<Expr>& states, Expr offset,
                                   const NoiseValues& noise = {});
// Names of the white noises of a cell: xi, xi_a, inputs.NAME.
std::vector<std::string> noise_names(const Cell& cell);
// A leaf that stands for an unknown while expressions are split; it never reaches a finished tape.
Expr unknown(Tape& tape, Slots& slots, const std::string& name);
// States of a cell loaded from their arrays, and the weights that receptors without state hold.
std::vector<Expr> load_states(Tape& tape, Slots& slots, const Cell& cell);
std::vector<Expr> load_weights(Tape& tape, Slots& slots, const Cell& cell);

}  // namespace hillock::solve
