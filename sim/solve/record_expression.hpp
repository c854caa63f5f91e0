// Records a checked expression on a tape.
#pragma once
#include <functional>
#include <string_view>

#include "lang/expression.hpp"
#include "program/expr.hpp"

namespace hillock::solve {

// What stands outside an expression that is recorded.
struct Names {
  std::function<program::Expr(std::string_view name)> value;  // of every name in it
  // Set where a spike is decided: whether a value is certainly a number. A NaN is false in every comparison,
  // and min and max drop one on their left; with this it comes through them and through `if`, at the cost of
  // a test for each value that may be one.
  std::function<bool(program::Expr)> certain;
};

// A condition, and where it has no answer because a value that it compares is NaN (only with `certain`).
struct Condition {
  program::Mask holds;
  program::Mask undecided;
};

// False of every neuron, on no tape.
inline bool never(const program::Mask& mask) { return mask.tape == nullptr && !mask.value; }
program::Mask either(program::Mask a, program::Mask b);  // a || b, nothing recorded where one is never true

// The value of an expression that is a number.
program::Expr record_value(const lang::Expression& expression, const Names& names);
// The mask of an expression that is a condition.
Condition record_condition(const lang::Expression& expression, const Names& names);
// left - right of a comparison, with the sign that makes it grow through zero when the comparison turns true.
program::Expr record_margin(const lang::Expression& comparison, const Names& names);

}  // namespace hillock::solve
