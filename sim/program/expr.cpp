// Recording: every operator appends one node; two plain numbers are computed at once with base/math.hpp.
#include "program/expr.hpp"

#include <cmath>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "program/whole_power.hpp"

namespace hillock::program {
namespace {

Tape& common_tape(Tape* a, Tape* b) {
  if (a && b && a != b) throw base::InternalError("an operation mixes expressions of two tapes");
  return a ? *a : *b;
}

int append(Tape& tape, Node node) {
  tape.nodes.push_back(node);
  return static_cast<int>(tape.nodes.size()) - 1;
}

int constant_node(Tape& tape, double value) { return append(tape, Node{Op::constant, -1, -1, -1, value}); }

int node_on(Tape& tape, Expr e) {
  common_tape(&tape, e.tape);
  return e.is_number() ? constant_node(tape, e.number) : e.node;
}

// A tape has no boolean constants: true is 0 < 1, false is 1 < 0 (the passes fold both).
int node_on(Tape& tape, Mask m) {
  common_tape(&tape, m.tape);
  if (m.tape) return m.node;
  const int first = constant_node(tape, m.value ? 0.0 : 1.0);
  const int second = constant_node(tape, m.value ? 1.0 : 0.0);
  return append(tape, Node{Op::less, first, second});
}

Expr expr_at(Tape& tape, Node node) {
  Expr e;
  e.tape = &tape;
  e.node = append(tape, node);
  return e;
}

Mask mask_at(Tape& tape, Node node) { return Mask{&tape, append(tape, node), false}; }

Expr leaf(Tape& tape, Op op, int slot, int& slots) {
  if (slot < 0) throw base::InternalError("a slot of a tape has a negative number");
  if (slot >= slots) slots = slot + 1;
  return expr_at(tape, Node{op, slot});
}

Expr unary(Op op, Expr a, double (*function)(double)) {
  if (a.is_number()) return Expr(function(a.number));
  return expr_at(*a.tape, Node{op, a.node});
}

template <class Function>
Expr binary(Op op, Expr a, Expr b, Function function) {
  if (a.is_number() && b.is_number()) return Expr(function(a.number, b.number));
  Tape& tape = common_tape(a.tape, b.tape);
  const int left = node_on(tape, a);
  return expr_at(tape, Node{op, left, node_on(tape, b)});
}

template <class Function>
Mask comparison(Op op, Expr a, Expr b, Function function) {
  if (a.is_number() && b.is_number()) return Mask{nullptr, -1, function(a.number, b.number)};
  Tape& tape = common_tape(a.tape, b.tape);
  const int left = node_on(tape, a);
  return mask_at(tape, Node{op, left, node_on(tape, b)});
}

Mask logical(Op op, Mask a, Mask b, bool of_values) {
  if (!a.tape && !b.tape) return Mask{nullptr, -1, of_values};
  Tape& tape = common_tape(a.tape, b.tape);
  const int left = node_on(tape, a);
  return mask_at(tape, Node{op, left, node_on(tape, b)});
}

// One output per slot: the last store counts.
void set_output(Tape& tape, Output output) {
  if (output.slot < 0) throw base::InternalError("a result goes to a slot with a negative number");
  int& slots = output.mask ? tape.masks : tape.arrays;
  if (output.slot >= slots) slots = output.slot + 1;
  for (Output& old : tape.outputs) {
    if (old.mask == output.mask && old.slot == output.slot) {
      old = output;
      return;
    }
  }
  tape.outputs.push_back(output);
}

}  // namespace

Expr array(Tape& tape, int slot) { return leaf(tape, Op::array, slot, tape.arrays); }
Expr parameter(Tape& tape, int slot) { return leaf(tape, Op::parameter, slot, tape.parameters); }
Expr step_value(Tape& tape, int slot) { return leaf(tape, Op::step_value, slot, tape.step_values); }

Expr uniform(Tape& tape, int stream, int lane, bool shared) {
  if (stream < 0 || lane < 0 || lane > 1)
    throw base::InternalError("a draw needs a stream slot and lane 0 or 1");
  if (stream >= tape.streams) tape.streams = stream + 1;
  return expr_at(tape, Node{Op::uniform, stream, lane, shared ? 1 : 0});
}

std::vector<Expr> external(Tape& tape, ExternalCall call_without_inputs, const std::vector<Expr>& inputs) {
  for (const Expr& input : inputs) call_without_inputs.inputs.push_back(node_on(tape, input));
  const int results = call_without_inputs.results;
  const int call = static_cast<int>(tape.externals.size());
  tape.externals.push_back(std::move(call_without_inputs));
  std::vector<Expr> values;
  for (int i = 0; i < results; ++i) values.push_back(expr_at(tape, Node{Op::external, call, i}));
  return values;
}

void store(Tape& tape, int array_slot, Expr value) {
  set_output(tape, Output{array_slot, node_on(tape, value), false});
}
void store(Tape& tape, int mask_slot, Mask value) {
  set_output(tape, Output{mask_slot, node_on(tape, value), true});
}

void guard(Tape& tape, Mask bad) {
  const int node = node_on(tape, bad);
  tape.guard = tape.guard < 0 ? node : append(tape, Node{Op::logical_or, tape.guard, node});
}

Expr operator+(Expr a, Expr b) {
  return binary(Op::add, a, b, [](double x, double y) { return x + y; });
}
Expr operator-(Expr a, Expr b) {
  return binary(Op::subtract, a, b, [](double x, double y) { return x - y; });
}
Expr operator*(Expr a, Expr b) {
  return binary(Op::multiply, a, b, [](double x, double y) { return x * y; });
}
Expr operator/(Expr a, Expr b) {
  return binary(Op::divide, a, b, [](double x, double y) { return x / y; });
}
Expr operator-(Expr a) {
  return unary(Op::negate, a, [](double x) { return -x; });
}
Expr operator+(Expr a) { return a; }
Expr& operator+=(Expr& a, Expr b) { return a = a + b; }

Expr sqrt(Expr a) {
  return unary(Op::square_root, a, [](double x) { return std::sqrt(x); });
}
Expr abs(Expr a) {
  return unary(Op::absolute, a, [](double x) { return std::fabs(x); });
}
Expr min(Expr a, Expr b) {
  return binary(Op::minimum, a, b, [](double x, double y) { return x < y ? x : y; });
}
Expr max(Expr a, Expr b) {
  return binary(Op::maximum, a, b, [](double x, double y) { return x > y ? x : y; });
}
Expr exp(Expr a) { return unary(Op::exp, a, base::exp); }
Expr log(Expr a) { return unary(Op::log, a, base::log); }
Expr tanh(Expr a) { return unary(Op::tanh, a, base::tanh); }
Expr sinh(Expr a) { return unary(Op::sinh, a, base::sinh); }
Expr cosh(Expr a) { return unary(Op::cosh, a, base::cosh); }
Expr sin(Expr a) { return unary(Op::sin, a, base::sin); }
Expr cos(Expr a) { return unary(Op::cos, a, base::cos); }
Expr sigmoid(Expr a) { return Expr(1.0) / (Expr(1.0) + exp(-a)); }
Expr exprel(Expr a) { return unary(Op::exprel, a, base::exprel); }
Expr normal_quantile(Expr p) { return unary(Op::normal_quantile, p, base::normal_quantile); }

Expr pow(Expr a, Expr b) {
  const bool whole = b.is_number() && std::fabs(b.number) <= 64 && std::nearbyint(b.number) == b.number;
  if (!whole) return binary(Op::pow, a, b, base::pow);
  const int exponent = static_cast<int>(b.number);
  if (exponent == 0) return Expr(1.0);
  const auto product = [](Expr x, Expr y) { return x * y; };
  return exponent > 0 ? whole_power(a, exponent, product) : Expr(1.0) / whole_power(a, -exponent, product);
}

Mask operator<(Expr a, Expr b) {
  return comparison(Op::less, a, b, [](double x, double y) { return x < y; });
}
Mask operator<=(Expr a, Expr b) {
  return comparison(Op::less_equal, a, b, [](double x, double y) { return x <= y; });
}
Mask operator>(Expr a, Expr b) { return b < a; }
Mask operator>=(Expr a, Expr b) { return b <= a; }
Mask operator==(Expr a, Expr b) {
  return comparison(Op::equal, a, b, [](double x, double y) { return x == y; });
}
Mask operator!=(Expr a, Expr b) { return !(a == b); }
Mask operator&&(Mask a, Mask b) { return logical(Op::logical_and, a, b, a.value && b.value); }
Mask operator||(Mask a, Mask b) { return logical(Op::logical_or, a, b, a.value || b.value); }

Mask operator!(Mask a) {
  if (!a.tape) return Mask{nullptr, -1, !a.value};
  return mask_at(*a.tape, Node{Op::logical_not, a.node});
}

Expr select(Mask condition, Expr if_true, Expr if_false) {
  if (!condition.tape) return condition.value ? if_true : if_false;
  Tape& tape = *condition.tape;
  const int first = node_on(tape, if_true);
  return expr_at(tape, Node{Op::select, condition.node, first, node_on(tape, if_false)});
}

}  // namespace hillock::program
