// Splitting a recorded expression into a constant and coefficients.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "program/kernel.hpp"
#include "solve/affine.hpp"

using namespace hillock;
using program::Expr;

namespace {

// Two atoms x and y, a parameter p, an array a.
struct Fixture {
  program::Tape tape;
  Expr x = program::step_value(tape, 0), y = program::step_value(tape, 1), p = program::parameter(tape, 0),
       a = program::array(tape, 0);
  std::vector<Expr> atoms{x, y};

  std::optional<solve::Affine> split(Expr f) { return solve::split_affine(tape, f, atoms); }

  // The value of an expression at these leaves.
  double at(Expr f, double vx, double vy, double vp, double va) {
    if (f.is_number()) return f.number;
    program::Tape copy = tape;
    program::store(copy, 1, Expr{copy_of(f, copy)});
    copy.arrays = 2, copy.step_values = 2, copy.parameters = 1;
    const program::Program compiled = program::optimise(copy);
    program::ScalarEvaluator evaluator(compiled);
    const std::vector<double> parameters{vp}, steps{vx, vy};
    evaluator.set_parameters(parameters);
    std::vector<double> arrays{va, 0};
    evaluator.run(arrays, {}, steps);
    return arrays[1];
  }
  static Expr copy_of(Expr f, program::Tape& copy) {
    f.tape = &copy;
    return f;
  }
};

}  // namespace

TEST_CASE("constant plus coefficients times atoms is the expression again") {
  Fixture f;
  const Expr value = (f.p - f.x) / f.a + 3.0 * (f.y * f.p - f.x) - exp(f.a) + select(f.a > 0.0, f.x, f.y);
  const auto parts = f.split(value);
  REQUIRE(parts);
  Expr again = parts->constant;
  for (const auto& [atom, coefficient] : parts->coefficients) again += coefficient * f.atoms[atom];
  for (const double a : {0.5, -2.0})
    CHECK(f.at(again, 1.5, -0.25, 7, a) == doctest::Approx(f.at(value, 1.5, -0.25, 7, a)).epsilon(1e-14));
}

TEST_CASE("atoms that do not occur have no coefficient, and expressions without atoms are their constant") {
  Fixture f;
  const auto parts = f.split(2.0 * f.x + f.p);
  REQUIRE(parts);
  CHECK(parts->coefficients.size() == 1);
  CHECK(parts->coefficients.count(0) == 1);
  CHECK(f.split(exp(f.p) * f.a)->coefficients.empty());
  CHECK(f.split(5.0)->constant.number == 5.0);
}

TEST_CASE("products, quotients, functions and conditions of atoms are not linear") {
  Fixture f;
  CHECK_FALSE(f.split(f.x * f.y));
  CHECK_FALSE(f.split(f.x * f.x));
  CHECK_FALSE(f.split(f.p / f.x));
  CHECK_FALSE(f.split(exp(f.x)));
  CHECK_FALSE(f.split(select(f.x > 0.0, f.p, f.a)));
  CHECK_FALSE(f.split(abs(f.x)));
  CHECK_FALSE(f.split(1.0 + f.p * min(f.x, f.y)));
}

TEST_CASE("only parameters and numbers are constant during a run") {
  Fixture f;
  CHECK(solve::parameters_only(f.tape, 3.0));
  CHECK(solve::parameters_only(f.tape, exp(-f.p) / 2.0));
  CHECK_FALSE(solve::parameters_only(f.tape, f.p * f.a));
  CHECK_FALSE(solve::parameters_only(f.tape, f.p + f.x));
  CHECK_FALSE(solve::parameters_only(f.tape, program::uniform(f.tape, 0)));
}

TEST_CASE("a part that is not there stays away, whatever it would be multiplied with") {
  Fixture f;
  const auto decay = f.split(-(f.x * f.p) / f.a + select(f.a > 0.0, f.y, f.y * f.p));
  REQUIRE(decay);
  CHECK(decay->constant.is_number());
  CHECK(decay->constant.number == 0);
  const auto rates = f.split(f.a * (1.0 - f.x) - f.p * f.x);  // a - (a + p) x, without p times 0
  REQUIRE(rates);
  program::store(f.tape, 1, rates->constant);
  const auto step = program::optimise(f.tape).step;
  CHECK(std::ranges::none_of(step,
                             [](const program::Node& node) { return node.op == program::Op::parameter; }));
}
