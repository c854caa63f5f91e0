// From the text of an expression to its tree (docs/language.md says what may stand in it).
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "base/diagnostics.hpp"
#include "lang/expression.hpp"

namespace hillock::lang {

constexpr int longest_expression = 100'000;  // bytes
constexpr int deepest_nesting = 200;

// Where a text goes on in the user's file: from this byte of it on, its characters stand one after another at
// `start`. A text of several lines, or with escapes, has some of them.
struct Stretch {
  int offset = 0;
  base::Place start;
};

// The tree of a text that stands at `start` in the user's line, and on in `further`; nothing after an error,
// which is reported with its place. Dimensions are known for numbers only: check() finds the others.
std::optional<Expression> parse(std::string_view text, const base::Place& start,
                                base::Diagnostics& diagnostics, std::span<const Stretch> further = {});

}  // namespace hillock::lang
