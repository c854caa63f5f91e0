// Tests of exponentials that share one: which do, and that the values stay those of the formula.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "program/expr.hpp"
#include "program/kernel.hpp"
#include "program/nodes.hpp"
#include "program/program.hpp"

using namespace hillock::program;
using namespace hillock::test;

namespace {

// exp of slope*x + offset for each pair, each stored in an array of its own behind x.
Program exponentials(const std::vector<std::pair<double, double>>& arguments, const Passes& passes = {}) {
  Tape tape;
  const Expr x = array(tape, 0);
  for (std::size_t i = 0; i < arguments.size(); ++i)
    store(tape, static_cast<int>(i) + 1, exp(arguments[i].first * x + arguments[i].second));
  return optimise(tape, passes);
}

std::vector<double> values(const Program& program, double x) {
  ScalarEvaluator evaluator(program);
  evaluator.set_parameters({});
  std::vector<double> arrays(static_cast<std::size_t>(program.arrays));
  arrays[0] = x;
  evaluator.run(arrays, {}, {});
  return arrays;
}

// The largest relative error of f(slope*V + offset) beside exp(V/80) over the potentials of neurons.
double worst_beside_another(Expr (*f)(Expr), const std::function<long double(long double)>& reference) {
  Tape tape;
  const Expr V = array(tape, 0);
  store(tape, 1, exp(-(V + 65.0) / 80.0));
  store(tape, 2, f(-(V + 40.0) / 10.0));
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::exp) == 1);
  CHECK(count(program.step, Op::exprel) + count(program.step, Op::reciprocal_exprel) == 0);
  double worst = 0;
  for (int i = -150000; i <= 150000; ++i) {
    const double at = i * 1e-3;
    // The argument as rounded: beside its zero the function's value hangs on it.
    const long double expected = reference(std::fma(at, -0.1, -4.0));
    worst = std::max(worst, static_cast<double>(std::fabs(values(program, at)[2] / expected - 1)));
  }
  return worst;
}

}  // namespace

TEST_CASE("exponentials whose arguments are small multiples of one another are computed from one") {
  CHECK(count(exponentials({{-0.1, -4}, {-0.05, -3.25}, {-0.0125, -0.8125}}).step, Op::exp) == 1);
  CHECK(count(exponentials({{0.3, 1}, {0.3, 2}}).step, Op::exp) == 1);
  CHECK(count(exponentials({{0.1, 0}, {0.2, 0}, {0.07, 0}, {0.21, 0}}).step, Op::exp) == 2);
  Passes apart;
  apart.share = false;
  CHECK(count(exponentials({{0.1, 0}, {0.2, 0}}, apart).step, Op::exp) == 2);
}

TEST_CASE("exponentials that are no small multiples, or leave the range of numbers, stay as they are") {
  CHECK(count(exponentials({{0.1, 0}, {-0.1, 0}}).step, Op::exp) == 2);  // would take a division
  CHECK(count(exponentials({{0.1, 0}, {0.25, 0}}).step, Op::exp) == 2);  // 2.5 times
  CHECK(count(exponentials({{0.1, 0}, {1.7, 0}}).step, Op::exp) == 2);   // 17 times
  CHECK(count(exponentials({{0.1, 0}, {1.5, 0}}).step, Op::exp) == 2);   // 15 times: six products
  CHECK(count(exponentials({{0.1, 0}, {0.2, 17}}).step, Op::exp) == 2);  // exp(17) times
  CHECK(count(exponentials({{0.1, 0}, {0.2 + 1e-12, 0}}).step, Op::exp) == 2);
  Tape tape;
  const Expr x = array(tape, 0), tau = parameter(tape, 0);
  store(tape, 1, exp(x * tau));
  store(tape, 2, exp(x * (2.0 * tau)));  // parameters are never looked at
  CHECK(count(optimise(tape).step, Op::exp) == 2);
}

TEST_CASE("shared exponentials have the values of the formula within the error that is promised") {
  const std::vector<std::pair<double, double>> arguments{
      {-0.1, -4}, {-0.05, -3.25}, {-0.0125, -0.8125}, {-0.2, 1}};
  const Program program = exponentials(arguments);
  CHECK(count(program.step, Op::exp) == 1);
  for (double x = -200; x <= 200; x += 0.173) {
    const std::vector<double> found = values(program, x);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const long double expected =
          std::exp(static_cast<long double>(arguments[i].first) * x + arguments[i].second);
      CHECK(std::fabs(static_cast<double>(found[i + 1] / expected - 1)) <=
            (1.2 * 16 + 3) * 0x1p-53 + 2e-16 * std::fabs(x));
    }
  }
}

TEST_CASE("exprel and its reciprocal that share an exponential stay good beside 0 and are finite there") {
  const auto relative = [](long double x) { return x == 0 ? 1 : std::expm1(x) / x; };
  CHECK(worst_beside_another(exprel, relative) <= 5e-14);
  const auto quotient = +[](Expr x) { return Expr(1.0) / exprel(x); };
  CHECK(worst_beside_another(quotient, [&](long double x) { return 1 / relative(x); }) <= 5e-14);
}

TEST_CASE("a number divided by exprel is one division") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 1, 0.1 / exprel(x * x));
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::exprel) == 0);
  CHECK(count(program.step, Op::divide) == 0);  // the one within is not a node
  CHECK(count(program.step, Op::reciprocal_exprel) == 1);
  CHECK(values(program, 2)[1] == doctest::Approx(0.1 * 4 / std::expm1(4.0)).epsilon(1e-15));
}

TEST_CASE("a shared exprel and its reciprocal have the limits of their own at infinite arguments") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 1, exp(x * 0.5));
  store(tape, 2, exprel(x));
  store(tape, 3, Expr(1.0) / exprel(x));
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::exp) == 1);
  CHECK(count(program.step, Op::exprel) + count(program.step, Op::reciprocal_exprel) == 0);
  CHECK(values(program, inf)[2] == inf);
  CHECK(values(program, inf)[3] == 0);
  CHECK(values(program, -inf)[2] == 0);
  CHECK(values(program, -inf)[3] == inf);
  CHECK(values(program, 1000)[2] == inf);
  CHECK(values(program, -1000)[2] == doctest::Approx(1e-3));
  CHECK(std::isnan(values(program, std::nan(""))[2]));
}

TEST_CASE("the argument of an exponential is one operation where slope and offset are literals") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 1, exp(-(x + 65.0) / 18.0));
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::fused_add) == 1);
  CHECK(count(program.step, Op::multiply) + count(program.step, Op::add) == 0);
  CHECK(values(program, -47)[1] == doctest::Approx(std::exp(-1.0)).epsilon(1e-15));
}

TEST_CASE("the argument of an exponential keeps its form where a parameter may be infinite or 0") {
  Tape tape;
  const Expr x = array(tape, 0), p = parameter(tape, 0), q = parameter(tape, 1);
  store(tape, 1, exp((x - p) / q));
  const Program program = optimise(tape);
  ScalarEvaluator evaluator(program);
  const double parameters[2] = {-50.0, 0.0};
  evaluator.set_parameters(parameters);
  double arrays[2] = {-70.0, 5};
  evaluator.run(arrays, {}, {});
  CHECK(arrays[1] == 0);  // exp(-20/0)
}

TEST_CASE("the sign of an argument moves into a factor that does not vary") {
  Tape tape;
  const Expr x = array(tape, 0), p = parameter(tape, 0);
  store(tape, 1, exp(-(x * p)));
  const Program program = optimise(tape);
  CHECK(count(program.step, Op::negate) == 0);
  CHECK(count(program.step, Op::multiply) == 1);
}
