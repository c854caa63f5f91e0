// The evaluation of expressions on doubles.
#include "lang/evaluate.hpp"

#include <cmath>

#include "base/math.hpp"

namespace hillock::lang {

namespace {

double whole_power(double base, int exponent) {
  double result = 1;
  for (int rest = std::abs(exponent); rest > 0; rest /= 2) {
    if (rest % 2 == 1) result *= base;
    base *= base;
  }
  return exponent < 0 ? 1 / result : result;
}

double power(double base, double exponent) {
  constexpr double largest_whole = 64;
  if (std::fabs(exponent) <= largest_whole && exponent == std::nearbyint(exponent))
    return whole_power(base, static_cast<int>(exponent));
  return base::pow(base, exponent);
}

struct DoubleOps {
  using Value = double;
  using Condition = bool;
  const ValueOf& value_of;
  bool* met_nan = nullptr;  // set when a comparison, min or max met a NaN, which decides nothing

  void watch(double left, double right) const {
    if (met_nan != nullptr && (std::isnan(left) || std::isnan(right))) *met_nan = true;
  }

  double number(double value) const { return value; }
  double name(const std::string& name, const Node&) const { return value_of(name); }
  double negate(double value) const { return -value; }
  bool logical_not(bool condition) const { return !condition; }
  double select(bool condition, double if_true, double if_false) const {
    return condition ? if_true : if_false;
  }
  bool logic(BinaryOp op, bool left, bool right) const {
    return op == BinaryOp::logical_and ? left && right : left || right;
  }

  double binary(BinaryOp op, double left, double right) const {
    switch (op) {
      case BinaryOp::add:
        return left + right;
      case BinaryOp::subtract:
        return left - right;
      case BinaryOp::multiply:
        return left * right;
      case BinaryOp::divide:
        return left / right;
      case BinaryOp::power:
        return power(left, right);
      default:
        throw base::InternalError("no arithmetic operator");
    }
  }

  bool compare(BinaryOp op, double left, double right) const {
    watch(left, right);
    switch (op) {
      case BinaryOp::less:
        return left < right;
      case BinaryOp::less_equal:
        return left <= right;
      case BinaryOp::greater:
        return left > right;
      case BinaryOp::greater_equal:
        return left >= right;
      case BinaryOp::equal:
        return left == right;
      case BinaryOp::not_equal:
        return left != right;
      default:
        throw base::InternalError("no comparison");
    }
  }

  double call(const std::string& function, const std::vector<double>& arguments) const {
    const double x = arguments[0];
    if (arguments.size() == 2) watch(x, arguments[1]);
    if (function == "min") return arguments[1] < x ? arguments[1] : x;
    if (function == "max") return x < arguments[1] ? arguments[1] : x;
    if (function == "abs") return std::fabs(x);
    if (function == "sqrt") return std::sqrt(x);  // correctly rounded on every machine
    if (function == "exp") return base::exp(x);
    if (function == "log") return base::log(x);
    if (function == "tanh") return base::tanh(x);
    if (function == "sinh") return base::sinh(x);
    if (function == "cosh") return base::cosh(x);
    if (function == "sin") return base::sin(x);
    if (function == "cos") return base::cos(x);
    if (function == "sigmoid") return base::sigmoid(x);
    if (function == "exprel") return base::exprel(x);
    throw base::InternalError("'" + function + "' cannot be evaluated");
  }
};

}  // namespace

double evaluate(const Expression& expression, const ValueOf& value_of) {
  return evaluate(expression, DoubleOps{value_of, nullptr});
}

bool evaluate_condition(const Expression& expression, const ValueOf& value_of) {
  bool met_nan = false;
  return evaluate_condition(expression, DoubleOps{value_of, &met_nan}) && !met_nan;
}

}  // namespace hillock::lang
