// Facts about the operations of a tape, and their values for plain doubles.
#include "program/operations.hpp"

#include <cmath>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "base/scalar_operations.hpp"

namespace hillock::program {

namespace {

double function_value(Op op, double a, double b) {
  switch (op) {
    case Op::exp:
      return base::exp(a);
    case Op::log:
      return base::log(a);
    case Op::pow:
      return base::pow(a, b);
    case Op::tanh:
      return base::tanh(a);
    case Op::sinh:
      return base::sinh(a);
    case Op::cosh:
      return base::cosh(a);
    case Op::sin:
      return base::sin(a);
    case Op::cos:
      return base::cos(a);
    case Op::exprel:
      return base::exprel(a);
    case Op::reciprocal_exprel:
      return base::reciprocal_exprel(a);
    case Op::normal_quantile:
      return base::normal_quantile(a);
    default:
      throw base::InternalError("an operation of a tape has no value of its own");
  }
}

bool mask_value(Op op, double a, double b) {
  switch (op) {
    case Op::less:
      return a < b;
    case Op::less_equal:
      return a <= b;
    case Op::equal:
      return a == b;
    case Op::logical_and:
      return a != 0 && b != 0;
    case Op::logical_or:
      return a != 0 || b != 0;
    default:
      return a == 0;  // logical_not
  }
}

}  // namespace

int operand_count(Op op) {
  switch (op) {
    case Op::constant:
    case Op::array:
    case Op::parameter:
    case Op::step_value:
    case Op::uniform:
    case Op::external:
      return 0;
    case Op::negate:
    case Op::absolute:
    case Op::square_root:
    case Op::exp:
    case Op::log:
    case Op::tanh:
    case Op::sinh:
    case Op::cosh:
    case Op::sin:
    case Op::cos:
    case Op::exprel:
    case Op::reciprocal_exprel:
    case Op::normal_quantile:
    case Op::logical_not:
      return 1;
    case Op::fused_add:
    case Op::fused_subtract:
    case Op::fused_from:
    case Op::select:
      return 3;
    default:
      return 2;
  }
}

bool is_leaf(Op op) { return operand_count(op) == 0; }

bool yields_mask(Op op) {
  return op == Op::less || op == Op::less_equal || op == Op::equal || op == Op::logical_and ||
         op == Op::logical_or || op == Op::logical_not;
}

bool commutes(Op op) {
  return op == Op::add || op == Op::multiply || op == Op::equal || op == Op::logical_and ||
         op == Op::logical_or;
}

double evaluate(Op op, double a, double b, double c) {
  if (yields_mask(op)) return mask_value(op, a, b) ? 1.0 : 0.0;
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::negate:
      return -a;
    case Op::absolute:
      return std::fabs(a);
    case Op::square_root:
      return std::sqrt(a);
    case Op::minimum:
      return base::ScalarOperations::minimum(a, b);
    case Op::maximum:
      return base::ScalarOperations::maximum(a, b);
    case Op::fused_add:
      return std::fma(a, b, c);
    case Op::fused_subtract:
      return std::fma(a, b, -c);
    case Op::fused_from:
      return std::fma(-a, b, c);
    case Op::select:
      return a != 0 ? b : c;
    default:
      return function_value(op, a, b);
  }
}

}  // namespace hillock::program
