// Records a checked expression on a tape.
#include "solve/record_expression.hpp"

#include <limits>
#include <numbers>
#include <variant>
#include <vector>

#include "base/diagnostics.hpp"
#include "lang/evaluate.hpp"

namespace hillock::solve {

namespace {

// The operations of lang::evaluate on a tape.
struct TapeOperations {
  using Value = program::Expr;
  using Condition = solve::Condition;
  const Names& names;

  Value number(double value) const { return value; }
  Value name(const std::string& name, const lang::Node&) const {
    return name == "pi" ? Value(std::numbers::pi) : names.value(name);
  }
  Value negate(Value a) const { return -a; }
  Value binary(lang::BinaryOp op, Value a, Value b) const {
    switch (op) {
      case lang::BinaryOp::add:
        return a + b;
      case lang::BinaryOp::subtract:
        return a - b;
      case lang::BinaryOp::multiply:
        return a * b;
      case lang::BinaryOp::divide:
        return a / b;
      default:
        return pow(a, b);
    }
  }
  Condition compare(lang::BinaryOp op, Value a, Value b) const {
    return {comparison(op, a, b), either(not_a_number(a), not_a_number(b))};
  }
  Condition logic(lang::BinaryOp op, Condition a, Condition b) const {
    return {op == lang::BinaryOp::logical_and ? a.holds && b.holds : a.holds || b.holds,
            either(a.undecided, b.undecided)};
  }
  Condition logical_not(Condition a) const { return {!a.holds, a.undecided}; }
  Value select(Condition condition, Value if_true, Value if_false) const {
    const Value chosen = program::select(condition.holds, if_true, if_false);
    return never(condition.undecided)
               ? chosen
               : program::select(condition.undecided, std::numeric_limits<double>::quiet_NaN(), chosen);
  }
  Value call(const std::string& f, const std::vector<Value>& x) const {
    if (f == "exp") return exp(x[0]);
    if (f == "log") return log(x[0]);
    if (f == "sqrt") return sqrt(x[0]);
    if (f == "abs") return abs(x[0]);
    if (f == "tanh") return tanh(x[0]);
    if (f == "sinh") return sinh(x[0]);
    if (f == "cosh") return cosh(x[0]);
    if (f == "sin") return sin(x[0]);
    if (f == "cos") return cos(x[0]);
    if (f == "sigmoid") return sigmoid(x[0]);
    if (f == "exprel") return exprel(x[0]);
    if (f == "min") return keep_nan(x[0], min(x[0], x[1]));
    if (f == "max") return keep_nan(x[0], max(x[0], x[1]));
    throw base::InternalError("function '" + f + "' cannot be recorded");
  }

 private:
  static program::Mask comparison(lang::BinaryOp op, Value a, Value b) {
    switch (op) {
      case lang::BinaryOp::less:
        return a < b;
      case lang::BinaryOp::less_equal:
        return a <= b;
      case lang::BinaryOp::greater:
        return a > b;
      case lang::BinaryOp::greater_equal:
        return a >= b;
      case lang::BinaryOp::equal:
        return a == b;
      default:
        return a != b;
    }
  }
  program::Mask not_a_number(Value x) const {
    return !names.certain || names.certain(x) ? program::Mask{} : x != x;
  }
  // min and max give their right side where either is NaN.
  Value keep_nan(Value left, Value result) const {
    const program::Mask lost = not_a_number(left);
    return never(lost) ? result : program::select(lost, left, result);
  }
};

}  // namespace

program::Mask either(program::Mask a, program::Mask b) {
  if (never(a)) return b;
  return never(b) ? a : a || b;
}

program::Expr record_value(const lang::Expression& expression, const Names& names) {
  return lang::evaluate(expression, TapeOperations{names});
}

Condition record_condition(const lang::Expression& expression, const Names& names) {
  return lang::evaluate_condition(expression, TapeOperations{names});
}

program::Expr record_margin(const lang::Expression& comparison, const Names& names) {
  const auto* b = std::get_if<lang::Binary>(&comparison.nodes.at(comparison.root).kind);
  if (b == nullptr) throw base::InternalError("a spike condition is not a comparison");
  const auto side = [&](int root) {
    lang::Expression part = comparison;
    part.root = root;
    return record_value(part, names);
  };
  const bool rising = b->op == lang::BinaryOp::greater || b->op == lang::BinaryOp::greater_equal;
  const program::Expr left = side(b->left), right = side(b->right);
  const program::Expr margin = rising ? left - right : right - left;
  const bool strict = b->op == lang::BinaryOp::greater || b->op == lang::BinaryOp::less;
  // Equal sides do not satisfy > and <: the margin must be negative there.
  return strict ? select(margin == 0.0, -1e-300, margin) : margin;
}

}  // namespace hillock::solve
