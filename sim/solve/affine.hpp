// Splits a recorded expression into a constant and coefficients: f = constant + sum of coefficient * atom.
#pragma once
#include <map>
#include <optional>
#include <span>

#include "program/expr.hpp"

namespace hillock::solve {

struct Affine {
  program::Expr constant;
  std::map<int, program::Expr>
      coefficients;  // by index of the atom; atoms that f does not contain are left out
};

// Nothing if an atom enters f in another way than linearly. Atoms are leaves of the tape.
std::optional<Affine> split_affine(program::Tape& tape, program::Expr f,
                                   std::span<const program::Expr> atoms);

// Whether a value is made of parameters and numbers alone: constant during a run.
bool parameters_only(const program::Tape& tape, program::Expr value);

}  // namespace hillock::solve
