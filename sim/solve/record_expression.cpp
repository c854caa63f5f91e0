// Records a checked expression on a tape.
#include "solve/record_expression.hpp"

#include <numbers>
#include <vector>

#include "base/diagnostics.hpp"

namespace hillock::solve {

using program::Expr;
using program::Mask;

namespace {

// What a node has become: a value or a mask.
struct Recorded {
  Expr value;
  Mask mask;
};

Recorded number(Expr value) { return {value, {}}; }
Recorded condition(Mask mask) { return {{}, mask}; }

Recorded binary(lang::BinaryOp op, const Recorded& a, const Recorded& b) {
  switch (op) {
    case lang::BinaryOp::add:
      return number(a.value + b.value);
    case lang::BinaryOp::subtract:
      return number(a.value - b.value);
    case lang::BinaryOp::multiply:
      return number(a.value * b.value);
    case lang::BinaryOp::divide:
      return number(a.value / b.value);
    case lang::BinaryOp::power:
      return number(pow(a.value, b.value));
    case lang::BinaryOp::less:
      return condition(a.value < b.value);
    case lang::BinaryOp::less_equal:
      return condition(a.value <= b.value);
    case lang::BinaryOp::greater:
      return condition(a.value > b.value);
    case lang::BinaryOp::greater_equal:
      return condition(a.value >= b.value);
    case lang::BinaryOp::equal:
      return condition(a.value == b.value);
    case lang::BinaryOp::not_equal:
      return condition(a.value != b.value);
    case lang::BinaryOp::logical_and:
      return condition(a.mask && b.mask);
    case lang::BinaryOp::logical_or:
      return condition(a.mask || b.mask);
  }
  throw base::InternalError("unknown binary operator");
}

Recorded call(const lang::Call& call, const std::vector<Recorded>& nodes) {
  const std::string& f = call.function;
  const auto argument = [&](std::size_t i) -> const Recorded& { return nodes[call.arguments.at(i)]; };
  if (f == "if") return number(select(argument(0).mask, argument(1).value, argument(2).value));
  const Expr x = argument(0).value;
  if (f == "exp") return number(exp(x));
  if (f == "log") return number(log(x));
  if (f == "sqrt") return number(sqrt(x));
  if (f == "abs") return number(abs(x));
  if (f == "tanh") return number(tanh(x));
  if (f == "sinh") return number(sinh(x));
  if (f == "cosh") return number(cosh(x));
  if (f == "sin") return number(sin(x));
  if (f == "cos") return number(cos(x));
  if (f == "sigmoid") return number(sigmoid(x));
  if (f == "exprel") return number(exprel(x));
  if (f == "heaviside") return number(select(x >= 0.0, 1.0, 0.0));
  if (f == "pow") return number(pow(x, argument(1).value));
  if (f == "min" || f == "max") {
    Expr result = x;
    for (std::size_t i = 1; i < call.arguments.size(); ++i)
      result = f == "min" ? min(result, argument(i).value) : max(result, argument(i).value);
    return number(result);
  }
  throw base::InternalError("function '" + f + "' cannot be recorded");
}

Recorded leaf_or_unary(const lang::Node& node, const std::vector<Recorded>& done, const NameValue& names) {
  if (const auto* n = std::get_if<lang::Number>(&node.kind)) return number(n->value);
  if (const auto* n = std::get_if<lang::Name>(&node.kind)) {
    if (n->name == "pi") return number(std::numbers::pi);
    return number(names(n->name));
  }
  if (const auto* n = std::get_if<lang::Negate>(&node.kind)) return number(-done[n->operand].value);
  return condition(!done[std::get<lang::Not>(node.kind).operand].mask);
}

std::vector<Recorded> record_nodes(const lang::Expression& expression, const NameValue& names) {
  std::vector<Recorded> done;
  done.reserve(expression.nodes.size());
  for (const lang::Node& node : expression.nodes) {  // children stand before their parents
    if (const auto* b = std::get_if<lang::Binary>(&node.kind))
      done.push_back(binary(b->op, done[b->left], done[b->right]));
    else if (const auto* c = std::get_if<lang::Call>(&node.kind))
      done.push_back(call(*c, done));
    else
      done.push_back(leaf_or_unary(node, done, names));
  }
  return done;
}

}  // namespace

Expr record_value(const lang::Expression& expression, const NameValue& names) {
  return record_nodes(expression, names).at(expression.root).value;
}

Mask record_condition(const lang::Expression& expression, const NameValue& names) {
  return record_nodes(expression, names).at(expression.root).mask;
}

Expr record_margin(const lang::Expression& comparison, const NameValue& names) {
  const std::vector<Recorded> done = record_nodes(comparison, names);
  const auto* b = std::get_if<lang::Binary>(&comparison.nodes.at(comparison.root).kind);
  if (b == nullptr) throw base::InternalError("a spike condition is not a comparison");
  const bool rising = b->op == lang::BinaryOp::greater || b->op == lang::BinaryOp::greater_equal;
  const Expr left = done[b->left].value, right = done[b->right].value;
  return rising ? left - right : right - left;
}

}  // namespace hillock::solve
