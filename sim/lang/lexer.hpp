// From the text of an expression to tokens; a number and its unit are one token.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"

namespace hillock::lang {

enum class TokenKind { number, name, symbol, end };  // `and`, `or` and `not` are symbols

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;    // as written, with the unit
  int offset = 0;           // of the text in the expression, bytes
  double value = 0;         // of a number, in internal units
  base::Unit unit;          // of a number
  std::string_view digits;  // of a number, without its unit
};

// The tokens of a text at `start` in the user's line, with an `end` behind; nothing if a character or a
// number is wrong: all of these (up to ten) are reported.
std::optional<std::vector<Token>> tokenize(std::string_view text, const base::Place& start,
                                           base::Diagnostics& diagnostics);

// The place of a stretch of the text.
base::Place place_at(const base::Place& start, int offset, int length);

}  // namespace hillock::lang
