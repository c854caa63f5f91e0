// Builds a list of nodes without doubles: folds what is exact, and finds equal nodes (hash-consing).
#include "program/node_builder.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "program/operations.hpp"

namespace hillock::program {

std::size_t NodeBuilder::Hash::operator()(const Key& key) const {
  std::uint64_t hash = static_cast<std::uint64_t>(key.op);
  for (const std::uint64_t word : {static_cast<std::uint64_t>(key.a), static_cast<std::uint64_t>(key.b),
                                   static_cast<std::uint64_t>(key.c), key.bits}) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  }
  return static_cast<std::size_t>(hash);
}

int NodeBuilder::make(Node node) {
  // One order for commuting operands: literals second, else the older first.
  if (passes_.cse && commutes(node.op)) {
    const bool literal_first = is_constant(node.a) && !is_constant(node.b);
    const bool same_kind = is_constant(node.a) == is_constant(node.b);
    if (literal_first || (same_kind && node.a > node.b)) std::swap(node.a, node.b);
  }
  if (passes_.fold) {
    if (const std::optional<int> folded = fold(node)) return *folded;
  }
  if (passes_.reciprocal && node.op == Op::divide) {
    if (is(node.b, Op::exprel))
      return make(Node{Op::multiply, node.a, make(Node{Op::reciprocal_exprel, at(node.b).a})});
    if (const std::optional<int> product = reciprocal(node)) return *product;
  }
  return append(node);
}

int NodeBuilder::append(const Node& node) {
  const Key key{node.op, node.a, node.b, node.c, std::bit_cast<std::uint64_t>(node.value)};
  if (passes_.cse || is_leaf(node.op)) {
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
  }
  bool varies = node.op == Op::array || node.op == Op::step_value || node.op == Op::uniform;
  for_operands(node, [&](int operand) { varies = varies || varies_[static_cast<std::size_t>(operand)]; });
  nodes_.push_back(node);
  varies_.push_back(varies);
  const int number = static_cast<int>(nodes_.size()) - 1;
  known_.emplace(key, number);
  return number;
}

// True is kept as 0 < 1 and false as 1 < 0.
int NodeBuilder::mask(bool value) {
  return append(Node{Op::less, constant(value ? 0.0 : 1.0), constant(value ? 1.0 : 0.0)});
}

std::optional<bool> NodeBuilder::known_mask(int node) const {
  const Node& n = at(node);
  if (n.op != Op::less || !is_constant(n.a) || !is_constant(n.b)) return std::nullopt;
  return at(n.a).value < at(n.b).value;
}

std::optional<int> NodeBuilder::fold(const Node& node) {
  if (const std::optional<int> value = fold_literals(node)) return value;
  switch (node.op) {
    case Op::add:
    case Op::subtract:
      return fold_sum(node);
    case Op::multiply:
      return fold_product(node);
    case Op::divide:
      return fold_quotient(node);
    case Op::negate:
    case Op::absolute:
      return fold_sign(node);
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
    case Op::select:
      return fold_logic(node);
    default:
      return std::nullopt;
  }
}

std::optional<int> NodeBuilder::fold_literals(const Node& node) {
  if (is_leaf(node.op) || node.op == Op::select) return std::nullopt;
  bool literals = true;
  for_operands(node, [&](int operand) { literals = literals && is_constant(operand); });
  if (!literals) return std::nullopt;
  const auto value = [&](int operand) { return operand < 0 ? 0.0 : at(operand).value; };
  const double result = evaluate(node.op, value(node.a), value(node.b), value(node.c));
  return yields_mask(node.op) ? mask(result != 0) : constant(result);
}

std::optional<int> NodeBuilder::fold_sum(const Node& node) {
  const int a = node.a, b = node.b;
  if (is_value(b, 0)) return a;
  if (is_value(a, 0)) return node.op == Op::add ? b : negation(b);
  if (is(b, Op::negate)) return make(Node{node.op == Op::add ? Op::subtract : Op::add, a, at(b).a});
  if (node.op == Op::add && is(a, Op::negate)) return make(Node{Op::subtract, b, at(a).a});
  if (is(a, Op::negate)) return negation(make(Node{Op::add, at(a).a, b}));
  return std::nullopt;
}

std::optional<int> NodeBuilder::fold_product(const Node& node) {
  for (const auto& [a, b] : {std::pair{node.a, node.b}, std::pair{node.b, node.a}}) {
    if (is_value(b, 1)) return a;
    if (is_value(b, -1)) return negation(a);
    if (is(a, Op::negate) && is_constant(b)) return make(Node{Op::multiply, at(a).a, constant(-at(b).value)});
    if (is(a, Op::negate) && (varies(a) || !varies(b))) return negation(make(Node{Op::multiply, at(a).a, b}));
  }
  return std::nullopt;
}

std::optional<int> NodeBuilder::fold_quotient(const Node& node) {
  const int a = node.a, b = node.b;
  if (is_value(b, 1)) return a;
  if (is_value(b, -1)) return negation(a);
  if (is(a, Op::negate)) return negation(make(Node{Op::divide, at(a).a, b}));
  if (is(b, Op::negate)) return negation(make(Node{Op::divide, a, at(b).a}));
  return std::nullopt;
}

std::optional<int> NodeBuilder::fold_sign(const Node& node) {
  const Node inner = at(node.a);
  if (node.op == Op::absolute) {
    if (inner.op == Op::absolute) return node.a;
    if (inner.op == Op::negate) return make(Node{Op::absolute, inner.a});
    return std::nullopt;
  }
  if (inner.op == Op::negate) return inner.a;
  if (inner.op == Op::subtract) return make(Node{Op::subtract, inner.b, inner.a});
  if (inner.op == Op::multiply && is_constant(inner.b))
    return make(Node{Op::multiply, inner.a, constant(-at(inner.b).value)});
  return std::nullopt;
}

std::optional<int> NodeBuilder::fold_logic(const Node& node) {
  const std::optional<bool> a = known_mask(node.a);
  if (node.op == Op::select) {
    if (a) return *a ? node.b : node.c;
    if (node.b == node.c) return node.b;
    return std::nullopt;
  }
  if (node.op == Op::logical_not) {
    if (a) return mask(!*a);
    if (is(node.a, Op::logical_not)) return at(node.a).a;
    return std::nullopt;
  }
  const std::optional<bool> b = known_mask(node.b);
  const bool neutral = node.op == Op::logical_and;  // true for and, false for or
  if (a) return *a == neutral ? node.b : node.a;
  if (b) return *b == neutral ? node.a : node.b;
  if (node.a == node.b) return node.a;
  return std::nullopt;
}

// What varies divided by what does not: times the reciprocal, which the prologue computes. A literal so large
// that its reciprocal falls below the normal range stays a divisor.
std::optional<int> NodeBuilder::reciprocal(const Node& node) {
  if (varies(node.b) || !varies(node.a)) return std::nullopt;
  if (is_constant(node.b)) {
    const double inverse = 1.0 / at(node.b).value;
    if (!(std::fabs(inverse) >= std::numeric_limits<double>::min())) return std::nullopt;
    return make(Node{Op::multiply, node.a, constant(inverse)});
  }
  return make(Node{Op::multiply, node.a, append(Node{Op::divide, constant(1.0), node.b})});
}

}  // namespace hillock::program
