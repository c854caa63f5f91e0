// Expressions as text, printed from the tree.
#pragma once
#include <string>

#include "lang/expression.hpp"

namespace hillock::lang {

// A text that parses to the same tree, with no parenthesis that is not needed.
std::string print(const Expression& expression);

}  // namespace hillock::lang
