// Whether a recorded value is certainly a number, or finite: what decides a spike is tested for NaN where it
// may be one.
#pragma once
#include <span>

#include "program/expr.hpp"

namespace hillock::solve {

// From the structure alone: true of finite numbers, parameters (checked when they are resolved) and the
// `finite` values.
bool certainly_finite(program::Expr value, std::span<const program::Expr> finite);

// From the structure alone: true of numbers, parameters and the `finite` values (states, which a guard
// watches over), and of sums, differences and products of them that may overflow but not become NaN.
bool certainly_a_number(program::Expr value, std::span<const program::Expr> finite);

// Whether the value is certainly not finite where the operand is not: it adds something to the operand or
// subtracts one from the other.
bool passes_on_what_is_not_finite(program::Expr value, program::Expr operand);

}  // namespace hillock::solve
