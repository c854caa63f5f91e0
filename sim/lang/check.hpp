// The dimension check: every sum, comparison and argument of an expression must make physical sense.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "lang/expression.hpp"

namespace hillock::lang {

// What the names of an expression mean.
struct Scope {
  std::function<std::optional<base::Dimension>(std::string_view)> dimension_of;  // nothing: not declared
  std::vector<std::string> names;                                                // for "did you mean"
  std::map<std::string, base::Place, std::less<>> places;  // of declarations, where known
};

// Finds the dimension of every node and reports all that do not fit. Returns the dimension of the whole, or
// nothing after an error; of a condition it is dimension::none, and the root node's `condition` is true.
std::optional<base::Dimension> check(Expression& expression, const Scope& scope,
                                     base::Diagnostics& diagnostics);

// check(), and then that the whole is a number of the dimension wanted; `what` names it in the message
// ("dV/dt").
bool check_as(Expression& expression, const base::Dimension& wanted, std::string_view what,
              const Scope& scope, base::Diagnostics& diagnostics);

// check(), and then that the whole is a condition; `what` names it in the message ("'when'").
bool check_condition(Expression& expression, std::string_view what, const Scope& scope,
                     base::Diagnostics& diagnostics);

}  // namespace hillock::lang
