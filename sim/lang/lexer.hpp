// From the text of an expression to tokens; a number and its unit are one token.
#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"
#include "lang/parser.hpp"

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

// Where the text of an expression stands in the user's file.
struct Written {
  base::Place start;
  std::span<const Stretch> further;
  base::Place at(int offset, int length) const;
};

// The tokens of a text, with an `end` behind; nothing if a character or a number is wrong: all of these (up
// to ten) are reported.
std::optional<std::vector<Token>> tokenize(std::string_view text, const Written& written,
                                           base::Diagnostics& diagnostics);

}  // namespace hillock::lang
