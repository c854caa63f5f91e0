// Whether a recorded value is certainly a number, from the structure of its tape.
#include "solve/certainty.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hillock::solve {

namespace {

using program::Node;
using program::Op;

constexpr int deepest = 8;  // spike rules are shallow; deeper values are tested at run time

class Certainty {
 public:
  Certainty(const program::Tape& tape, std::span<const program::Expr> finite)
      : tape_(tape), finite_(finite) {}

  // Finite: parameters are checked when they are resolved, states after every step.
  bool finite(int number) const {
    const Node& node = at(number);
    if (node.op == Op::constant) return std::isfinite(node.value);
    return node.op == Op::parameter || std::ranges::any_of(finite_, [&](const program::Expr& value) {
             return !value.is_number() && value.node == number;
           });
  }

  // Perhaps infinite, never NaN: inf - inf and inf * 0 need two infinities or one and a zero.
  bool certain(int number, int depth = 0) const {
    if (finite(number)) return true;
    if (depth == deepest) return false;
    const Node& node = at(number);
    switch (node.op) {
      case Op::add:
      case Op::subtract:
        return finite(node.a) ? certain(node.b, depth + 1) : finite(node.b) && certain(node.a, depth + 1);
      case Op::multiply:
        return finite(node.a) && finite(node.b);
      case Op::negate:
      case Op::absolute:
        return certain(node.a, depth + 1);
      case Op::minimum:
      case Op::maximum:
        return certain(node.a, depth + 1) && certain(node.b, depth + 1);
      default:
        return false;
    }
  }

 private:
  const Node& at(int number) const { return tape_.nodes[static_cast<std::size_t>(number)]; }

  const program::Tape& tape_;
  std::span<const program::Expr> finite_;
};

}  // namespace

bool certainly_finite(program::Expr value, std::span<const program::Expr> finite) {
  if (value.is_number()) return std::isfinite(value.number);
  return Certainty(*value.tape, finite).finite(value.node);
}

bool passes_on_what_is_not_finite(program::Expr value, program::Expr operand) {
  if (value.is_number() || operand.is_number()) return false;
  const Node& node = value.tape->nodes[static_cast<std::size_t>(value.node)];
  return (node.op == Op::add || node.op == Op::subtract) &&
         (node.a == operand.node || node.b == operand.node);
}

bool certainly_a_number(program::Expr value, std::span<const program::Expr> finite) {
  if (value.is_number()) return !std::isnan(value.number);
  return Certainty(*value.tape, finite).certain(value.node);
}

}  // namespace hillock::solve
