// From the text of an expression to its tree (docs/language.md says what may stand in it).
#pragma once
#include <optional>
#include <string_view>

#include "base/diagnostics.hpp"
#include "lang/expression.hpp"

namespace hillock::lang {

constexpr int longest_expression = 100'000;  // bytes
constexpr int deepest_nesting = 200;

// The tree of a text that stands at `start` in the user's line; nothing after an error, which is reported
// with its place. Dimensions are known for numbers only: check() finds the others.
std::optional<Expression> parse(std::string_view text, const base::Place& start,
                                base::Diagnostics& diagnostics);

}  // namespace hillock::lang
