// What the structure of a value says of it, whatever the states are.
#include <doctest/doctest.h>

#include "program/expr.hpp"
#include "solve/certainty.hpp"

using namespace hillock;
using program::Expr;

TEST_CASE(
    "what is not finite is passed on by sums and differences with it, and by nothing else for certain") {
  program::Tape tape;
  const Expr u = program::array(tape, 0), v = program::array(tape, 1), b = program::parameter(tape, 0);
  for (const Expr& value : {u + b, b + u, u - b, b - u, u + 1.0, u + v, v - u})
    CHECK(solve::passes_on_what_is_not_finite(value, u));
  for (const Expr& value :
       {u, b, v + b, u * b, b / u, min(u, b), (u + b) + b, select(u > b, u, b), Expr(3.0)})
    CHECK_FALSE(solve::passes_on_what_is_not_finite(value, u));
  CHECK_FALSE(solve::passes_on_what_is_not_finite(u + 1.0, Expr(1.0)));
}

TEST_CASE("finite are finite numbers, parameters and what is known to be; their sums may overflow") {
  program::Tape tape;
  const Expr u = program::array(tape, 0), v = program::array(tape, 1), b = program::parameter(tape, 0);
  const Expr known[] = {u};
  for (const Expr& value : {Expr(3.0), b, u}) CHECK(solve::certainly_finite(value, known));
  for (const Expr& value : {Expr(1.0) / 0.0, v, u + b, u * b})
    CHECK_FALSE(solve::certainly_finite(value, known));
  for (const Expr& value : {u, b, u + b, u - 1.0, u * b, -u, abs(u), max(u, b), (u + b) + b})
    CHECK(solve::certainly_a_number(value, known));
  for (const Expr& value : {v, u / b, u + v, (u + b) - (u - b), sqrt(u), log(b), u * b * b})
    CHECK_FALSE(solve::certainly_a_number(value, known));
}
