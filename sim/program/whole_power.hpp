// Powers by squaring, for whatever can be multiplied.
#pragma once
#include <optional>

namespace hillock::program {

// base^exponent; the exponent is positive. Each different product is formed once, in the same order for all.
template <class Value, class Multiply>
Value whole_power(Value base, int exponent, Multiply multiply) {
  std::optional<Value> result;
  for (Value square = base;; square = multiply(square, square)) {
    if (exponent & 1) result = result ? multiply(*result, square) : square;
    exponent >>= 1;
    if (exponent == 0) return *result;
  }
}

}  // namespace hillock::program
