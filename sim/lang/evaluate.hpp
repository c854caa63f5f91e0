// Walks an expression in order and hands each operation to a set of operations: on doubles, or on what
// records a tape.
#pragma once
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/diagnostics.hpp"
#include "lang/expression.hpp"

namespace hillock::lang {

// The value of a node: of a number or of a condition, never both.
template <class Value, class Condition>
struct Evaluated {
  std::optional<Value> value;
  std::optional<Condition> condition;
};

// One walk over the nodes, children first; no recursion, so any depth is safe. Ops has the types Value and
// Condition and
//   Value number(double);                                     Value name(const std::string&, const Node&);
//   Value negate(Value);                                      Value binary(BinaryOp, Value, Value);      //
//   add ... power Condition compare(BinaryOp, Value, Value);                // less ... not_equal Condition
//   logic(BinaryOp, Condition, Condition);          Condition logical_not(Condition); Value select(Condition,
//   Value if_true, Value if_false);   Value call(const std::string& function, const std::vector<Value>&);
// `call` sees exp log sqrt abs tanh sinh cosh sin cos sigmoid exprel (one argument), min max (two: more are
// folded from the left) and sum; heaviside(x) arrives as select(x >= 0, 1, 0), if as select, floor, ceil and
// round as sums and selects.
template <class Ops>
class Evaluation {
 public:
  using Value = typename Ops::Value;
  using Condition = typename Ops::Condition;
  using Result = Evaluated<Value, Condition>;

  Evaluation(const Expression& expression, Ops& ops) : expression_(expression), ops_(ops) {}

  Result run() {
    if (expression_.empty()) throw base::InternalError("an empty expression is evaluated");
    results_.reserve(expression_.nodes.size());
    for (const Node& node : expression_.nodes)
      results_.push_back(std::visit([&](const auto& kind) { return visit(kind, node); }, node.kind));
    return std::move(results_[static_cast<std::size_t>(expression_.root)]);
  }

 private:
  static Result of(Value value) { return {std::move(value), std::nullopt}; }
  static Result of_condition(Condition condition) { return {std::nullopt, std::move(condition)}; }

  const Value& value(int node) const {
    const std::optional<Value>& found = results_[static_cast<std::size_t>(node)].value;
    if (!found) throw base::InternalError("a condition is used as a number in '" + expression_.text + "'");
    return *found;
  }
  const Condition& condition(int node) const {
    const std::optional<Condition>& found = results_[static_cast<std::size_t>(node)].condition;
    if (!found) throw base::InternalError("a number is used as a condition in '" + expression_.text + "'");
    return *found;
  }

  Result visit(const Number& number, const Node&) { return of(ops_.number(number.value)); }
  Result visit(const Name& name, const Node& node) { return of(ops_.name(name.name, node)); }
  Result visit(const Negate& negate, const Node&) { return of(ops_.negate(value(negate.operand))); }
  Result visit(const Not& negation, const Node&) {
    return of_condition(ops_.logical_not(condition(negation.operand)));
  }
  Result visit(const Binary& binary, const Node&) {
    if (binary.op == BinaryOp::logical_and || binary.op == BinaryOp::logical_or)
      return of_condition(ops_.logic(binary.op, condition(binary.left), condition(binary.right)));
    if (binary.op >= BinaryOp::less)
      return of_condition(ops_.compare(binary.op, value(binary.left), value(binary.right)));
    return of(ops_.binary(binary.op, value(binary.left), value(binary.right)));
  }
  Result visit(const Call& call, const Node&) {
    const std::vector<int>& arguments = call.arguments;
    if (call.function == "if")
      return of(ops_.select(condition(arguments.at(0)), value(arguments.at(1)), value(arguments.at(2))));
    if (call.function == "heaviside")
      return of(ops_.select(ops_.compare(BinaryOp::greater_equal, value(arguments.at(0)), ops_.number(0)),
                            ops_.number(1), ops_.number(0)));
    if (call.function == "floor") return of(floor(value(arguments.at(0))));
    if (call.function == "ceil") return of(ops_.negate(floor(ops_.negate(value(arguments.at(0))))));
    if (call.function == "round") return of(nearest(value(arguments.at(0))));
    Value result = value(arguments.at(0));
    if (call.function != "min" && call.function != "max")
      return of(ops_.call(call.function, std::vector<Value>{std::move(result)}));
    for (std::size_t i = 1; i < arguments.size(); ++i)
      result = ops_.call(call.function, std::vector<Value>{result, value(arguments[i])});
    return of(std::move(result));
  }

  // The whole number next to x, an even one where two are: from 2^52 on doubles are whole numbers.
  Value nearest(const Value& x) {
    constexpr double whole_from = 0x1p52;
    const Value size = ops_.call("abs", std::vector<Value>{x});
    const Value whole =
        ops_.binary(BinaryOp::subtract, ops_.binary(BinaryOp::add, size, ops_.number(whole_from)),
                    ops_.number(whole_from));
    const Value with_sign =
        ops_.select(ops_.compare(BinaryOp::less, x, ops_.number(0)), ops_.negate(whole), whole);
    return ops_.select(ops_.compare(BinaryOp::less, size, ops_.number(whole_from)), with_sign, x);
  }
  Value floor(const Value& x) {
    const Value whole = nearest(x);
    return ops_.select(ops_.compare(BinaryOp::greater, whole, x),
                       ops_.binary(BinaryOp::subtract, whole, ops_.number(1)), whole);
  }

  const Expression& expression_;
  Ops& ops_;
  std::vector<Result> results_;
};

// All of an expression: its value or its condition.
template <class Ops>
auto evaluate_any(const Expression& expression, Ops&& ops) {
  return Evaluation<std::remove_reference_t<Ops>>(expression, ops).run();
}

// The value of an expression that check() found to be a number.
template <class Ops>
requires requires { typename std::remove_reference_t<Ops>::Value; }
auto evaluate(const Expression& expression, Ops&& ops) {
  auto result = evaluate_any(expression, ops);
  if (!result.value) throw base::InternalError("a condition is used as a number: '" + expression.text + "'");
  return *std::move(result.value);
}

// The condition of an expression that check() found to be one.
template <class Ops>
requires requires { typename std::remove_reference_t<Ops>::Value; }
auto evaluate_condition(const Expression& expression, Ops&& ops) {
  auto result = evaluate_any(expression, ops);
  if (!result.condition)
    throw base::InternalError("a number is used as a condition: '" + expression.text + "'");
  return *std::move(result.condition);
}

// The same on doubles, in internal units, with the functions of base/math.hpp; whole exponents up to 64 are
// repeated multiplications. `value_of` gives the value of each name.
using ValueOf = std::function<double(std::string_view)>;
double evaluate(const Expression& expression, const ValueOf& value_of);
// False also where a comparison meets a NaN, whatever stands around it.
bool evaluate_condition(const Expression& expression, const ValueOf& value_of);

}  // namespace hillock::lang
