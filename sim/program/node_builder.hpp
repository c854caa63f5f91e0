// Builds a list of nodes without doubles: folds what is exact, and finds equal nodes (hash-consing).
//
// A rewrite is done only if it cannot change a value, apart from the sign of a zero:
//   literals alone are computed; x*1, x/1, x+0, x-0 -> x; 0-x -> -x; x*(-1) -> -x; -(-x) -> x; -(a-b) -> b-a;
//   signs move out of products (unless the prologue computes them) and quotients, and into or out of sums
//   (a+(-b) -> a-b, (-a)-b -> -(a+b));
//   |-x| -> |x|;
//   logic on known masks; select with a known mask or equal branches.
// Never x*0 -> 0 or x-x -> 0 (infinities, NaN), never another order of additions.
#pragma once
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "program/program.hpp"

namespace hillock::program {

class NodeBuilder {
 public:
  explicit NodeBuilder(const Passes& passes) : passes_(passes) {}

  // The number of a node equal to this one; its operands are nodes of this builder.
  int make(Node node);
  int constant(double value) { return make(Node{Op::constant, -1, -1, -1, value}); }

  const std::vector<Node>& nodes() const { return nodes_; }
  // Whether a node depends on more than parameters and literals.
  bool varies(int node) const { return varies_[static_cast<std::size_t>(node)]; }
  bool is_constant(int node) const { return at(node).op == Op::constant; }
  bool is_constant_mask(int node) const { return known_mask(node).has_value(); }

 private:
  struct Key {
    Op op;
    int a, b, c;
    std::uint64_t bits;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  const Node& at(int node) const { return nodes_[static_cast<std::size_t>(node)]; }
  bool is_value(int node, double value) const { return is_constant(node) && at(node).value == value; }
  bool is(int node, Op op) const { return at(node).op == op; }
  std::optional<bool> known_mask(int node) const;
  int mask(bool value);
  int negation(int node) { return make(Node{Op::negate, node}); }

  std::optional<int> fold(const Node& node);
  std::optional<int> fold_literals(const Node& node);
  std::optional<int> fold_sum(const Node& node);
  std::optional<int> fold_product(const Node& node);
  std::optional<int> fold_quotient(const Node& node);
  std::optional<int> fold_sign(const Node& node);
  std::optional<int> fold_logic(const Node& node);
  std::optional<int> reciprocal(const Node& node);
  int append(const Node& node);

  Passes passes_;
  std::vector<Node> nodes_;
  std::vector<bool> varies_;
  std::unordered_map<Key, int, Hash> known_;
};

}  // namespace hillock::program
