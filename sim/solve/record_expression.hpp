// Records a checked expression on a tape.
#pragma once
#include <functional>
#include <string_view>

#include "lang/expression.hpp"
#include "program/expr.hpp"

namespace hillock::solve {

using NameValue = std::function<program::Expr(std::string_view name)>;

// The value of an expression that is a number; `names` gives the value of every name in it.
program::Expr record_value(const lang::Expression& expression, const NameValue& names);
// The mask of an expression that is a condition.
program::Mask record_condition(const lang::Expression& expression, const NameValue& names);
// left - right of a comparison, with the sign that makes it grow through zero when the comparison turns true.
program::Expr record_margin(const lang::Expression& comparison, const NameValue& names);

}  // namespace hillock::solve
