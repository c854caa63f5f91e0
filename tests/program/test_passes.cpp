// Tests of recording and of the passes: what a program contains, and that its values are those of the
// formula.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "program/expr.hpp"
#include "program/kernel.hpp"
#include "program/nodes.hpp"
#include "program/operations.hpp"
#include "program/program.hpp"

using namespace hillock;
using namespace hillock::program;
using namespace hillock::test;

namespace {

long count_computed(const std::vector<Node>& nodes) {
  return std::count_if(nodes.begin(), nodes.end(), [](const Node& node) { return !is_leaf(node.op); });
}

// The value that a program with one array gives for x.
double value_of(const Tape& tape, double x, std::vector<double> parameters = {}) {
  const Program program = optimise(tape);
  ScalarEvaluator evaluator(program);
  evaluator.set_parameters(parameters);
  double arrays[1] = {x};
  evaluator.run(arrays, {}, {});
  return arrays[0];
}

}  // namespace

TEST_CASE("numbers that meet no expression are computed at once") {
  const Expr e = exp(Expr(1.0)) * Expr(2.0) + sigmoid(Expr(0.0));
  CHECK(e.is_number());
  CHECK(e.number == base::exp(1.0) * 2.0 + 0.5);
  const Mask m = Expr(1.0) < Expr(2.0);
  CHECK(m.tape == nullptr);
  CHECK(m.value);
  CHECK(select(!m, Expr(1.0), Expr(3.0)).number == 3.0);
}

TEST_CASE("literals are folded with the functions of base/math") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, x + (exp(Expr(2.0)) + x * 0.0 - x * 0.0) * 0.0);
  CHECK(std::isnan(value_of(tape, inf)));  // x*0 is not 0
  CHECK(value_of(tape, 3.0) == 3.0);
}

TEST_CASE("adding 0 and multiplying by 1 or -1 leave no operation but a negation") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, -((x + 0.0) * 1.0 / 1.0 - 0.0));
  const Program program = optimise(tape);
  CHECK(count_computed(program.step) == 1);
  CHECK(count(program.step, Op::negate) == 1);
  CHECK(value_of(tape, 2.0) == -2.0);
}

TEST_CASE("signs move into sums and out of products") {
  Tape tape;
  const Expr x = array(tape, 0), p = parameter(tape, 0);
  store(tape, 0, p + (-x) * p);
  const Program program = optimise(tape);
  CHECK(count_computed(program.step) == 1);
  CHECK(count(program.step, Op::fused_from) == 1);
  CHECK(value_of(tape, 2.0, {3.0}) == -3.0);
}

TEST_CASE("equal subexpressions are computed once, in either order of operands") {
  Tape tape;
  const Expr x = array(tape, 0), y = array(tape, 1);
  store(tape, 0, exp(x * y));
  store(tape, 1, exp(y * x) * 2.0);
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::exp) == 1);
  CHECK(count(program.step, Op::multiply) == 2);
}

TEST_CASE("what no output needs is dropped") {
  Tape tape;
  const Expr x = array(tape, 0);
  exp(x + 17.0);
  store(tape, 0, x + 1.0);
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::exp) == 0);
  Passes keep;
  keep.dead_code = false;
  CHECK(count(optimise(tape, keep).step, Op::exp) == 1);
}

TEST_CASE("division by a literal or a parameter becomes multiplication by a reciprocal of the prologue") {
  Tape tape;
  const Expr x = array(tape, 0), tau = parameter(tape, 0);
  store(tape, 0, x / tau / 3.0);
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::divide) == 0);
  CHECK(count(program.prologue, Op::divide) == 1);
  CHECK(value_of(tape, 2.0, {7.0}) == 2.0 * (1.0 / 7.0) * (1.0 / 3.0));
  CHECK(value_of(tape, 2.0, {0.0}) == inf);
}

TEST_CASE("a literal divisor without a normal reciprocal stays a divisor") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, x / 1.7e308);
  CHECK(count(optimise(tape).step, Op::divide) == 1);
  CHECK(value_of(tape, 1.7e308) == 1.0);
}

TEST_CASE("what varies is divided exactly") {
  Tape tape;
  const Expr x = array(tape, 0), tau = parameter(tape, 0);
  store(tape, 0, tau / x);
  CHECK(count(optimise(tape).step, Op::divide) == 1);
  CHECK(value_of(tape, 3.0, {1.0}) == 1.0 / 3.0);
}

TEST_CASE("expressions of parameters alone are computed in the prologue") {
  Tape tape;
  const Expr x = array(tape, 0), tau = parameter(tape, 0), dt = parameter(tape, 1);
  store(tape, 0, x * exp(-dt / tau) + select(tau > dt, tau, dt));
  const Program program = optimise(tape);
  CHECK(count_computed(program.step) == 1);
  CHECK(count(program.step, Op::fused_add) == 1);
  CHECK(program.prologue_results.size() == 2);
  CHECK(value_of(tape, 2.0, {10.0, 0.1}) == std::fma(2.0, base::exp(-(0.1 / 10.0)), 10.0));
}

TEST_CASE("a condition on parameters reaches the step as a number and is a mask again there") {
  Tape tape;
  const Expr x = array(tape, 0), p = parameter(tape, 0);
  store(tape, 0, select(p > 1.0, x + 1.0, x - 1.0));
  CHECK(value_of(tape, 5.0, {2.0}) == 6.0);
  CHECK(value_of(tape, 5.0, {0.5}) == 4.0);
  CHECK(value_of(tape, 5.0, {std::nan("")}) == 4.0);
}

TEST_CASE("known masks fold away") {
  Tape tape;
  const Expr x = array(tape, 0);
  const Mask yes{nullptr, -1, true};
  const Mask no{nullptr, -1, false};
  store(tape, 0, select((x > 0.0 || yes) && !(no && x < 1.0), x + 1.0, exp(x)));
  store(tape, 0, x > 0.0 && no);
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::exp) == 0);
  CHECK(count(program.step, Op::select) == 0);
  ScalarEvaluator evaluator(program);
  evaluator.set_parameters({});
  double arrays[1] = {3.0};
  bool masks[1] = {true};
  evaluator.run(arrays, masks, {});
  CHECK(arrays[0] == 4.0);
  CHECK(masks[0] == false);
}

TEST_CASE("a product that is used once fuses with the sum, one that is used twice does not") {
  Tape tape;
  const Expr x = array(tape, 0), y = array(tape, 1);
  store(tape, 0, x * y + x);
  store(tape, 1, (x - y) * (x + y) - y);
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::fused_add) == 1);
  CHECK(count(program.step, Op::fused_subtract) == 1);
  CHECK(count(program.step, Op::multiply) == 0);
  Tape shared;
  const Expr u = array(shared, 0);
  const Expr square = u * u;
  store(shared, 0, square + u);
  store(shared, 1, square);
  CHECK(count(optimise(shared).step, Op::fused_add) == 0);
}

TEST_CASE("passes that are off leave their work undone, and the values as they are within rounding") {
  Tape tape;
  const Expr x = array(tape, 0), p = parameter(tape, 0);
  store(tape, 0, (x * 1.0 + 0.0) / 3.0 + x * x / p + x * x);
  const Program plain = optimise(tape, Passes{false, false, false, false, false, false});
  CHECK(count(plain.step, Op::divide) == 2);
  CHECK(count(plain.step, Op::fused_add) == 0);
  CHECK(count(plain.step, Op::multiply) == 3);
  ScalarEvaluator evaluator(plain);
  const double parameters[1] = {7.0};
  evaluator.set_parameters(parameters);
  double arrays[1] = {2.0};
  evaluator.run(arrays, {}, {});
  CHECK(arrays[0] == 2.0 / 3.0 + 4.0 / 7.0 + 4.0);
  CHECK(value_of(tape, 2.0, {7.0}) == doctest::Approx(arrays[0]).epsilon(1e-15));
}

TEST_CASE("an external routine is called once per parameter set, with values of the prologue") {
  Tape tape;
  const Expr x = array(tape, 0), p = parameter(tape, 0);
  int calls = 0;
  ExternalCall sum_and_product;
  sum_and_product.results = 2;
  sum_and_product.function = [&calls](std::span<const double> in, std::span<double> out) {
    ++calls;
    out[0] = in[0] + in[1];
    out[1] = in[0] * in[1];
  };
  const std::vector<Expr> results = external(tape, sum_and_product, {p * 2.0, Expr(5.0)});
  store(tape, 0, x * results[0] + exp(results[1]));
  CHECK(value_of(tape, 2.0, {3.0}) == std::fma(2.0, 11.0, base::exp(30.0)));
  CHECK(calls == 1);
}

TEST_CASE("an external routine that depends on a state is refused") {
  Tape tape;
  const Expr x = array(tape, 0);
  ExternalCall identity;
  identity.results = 1;
  identity.function = [](std::span<const double> in, std::span<double> out) { out[0] = in[0]; };
  store(tape, 0, external(tape, identity, {x})[0]);
  CHECK_THROWS_WITH_AS(
      optimise(tape),
      "internal error: an external routine depends on a state, a step value or a draw; it may "
      "depend on parameters and literals only",
      base::InternalError);
}

TEST_CASE("expressions of two tapes do not mix") {
  Tape one, two;
  CHECK_THROWS_WITH_AS(array(one, 0) + array(two, 0),
                       "internal error: an operation mixes expressions of two tapes", base::InternalError);
}

TEST_CASE("whole powers are products, others the power function") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, pow(x, 5.0) + pow(x, -2.0) + pow(x, 0.0));
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::pow) == 0);
  CHECK(value_of(tape, 2.0) == 32.0 + 0.25 + 1.0);
  Tape other;
  store(other, 0, pow(array(other, 0), 2.5));
  CHECK(count(optimise(other).step, Op::pow) == 1);
  CHECK(value_of(other, 4.0) == 32.0);
}

TEST_CASE("two guards guard against either") {
  Tape tape;
  const Expr x = array(tape, 0);
  guard(tape, x > 10.0);
  guard(tape, x < -10.0);
  store(tape, 0, x + 1.0);
  CHECK(value_of(tape, 3.0) == 4.0);
  CHECK(value_of(tape, 11.0) == 11.0);
  CHECK(value_of(tape, -11.0) == -11.0);
}

TEST_CASE("a later store to the same slot replaces the earlier") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, x + 1.0);
  store(tape, 0, x + 2.0);
  CHECK(tape.outputs.size() == 1);
  CHECK(value_of(tape, 1.0) == 3.0);
}

TEST_CASE("operands come before the operations that read them") {
  Tape tape;
  const Expr x = array(tape, 0), y = array(tape, 1), p = parameter(tape, 0);
  Expr sum = 0.0;
  for (int i = 1; i < 20; ++i) sum += exp(x * static_cast<double>(i)) * (y + p * static_cast<double>(i));
  store(tape, 0, sum);
  store(tape, 1, tanh(sum) + y);
  const Program program = optimise(tape);
  for (const std::vector<Node>* nodes : {&program.step, &program.prologue})
    for (std::size_t i = 0; i < nodes->size(); ++i)
      for_operands((*nodes)[i], [&](int operand) {
        CHECK(operand >= 0);
        CHECK(operand < static_cast<int>(i));
      });
}
