// Splits a recorded expression into a constant and coefficients: f = constant + sum of coefficient * atom.
#include "solve/affine.hpp"

#include <algorithm>
#include <vector>

namespace hillock::solve {

using program::Expr;
using program::Mask;
using program::Node;
using program::Op;
using program::Tape;

namespace {

Expr on(Tape& tape, int node) {
  Expr result;
  result.tape = &tape;
  result.node = node;
  return result;
}

// Nodes on which `root` depends, itself included.
std::vector<bool> ancestors(const Tape& tape, int root) {
  std::vector<bool> needed(static_cast<std::size_t>(root) + 1, false);
  needed[root] = true;
  for (int i = root; i >= 0; --i) {
    if (!needed[i] || tape.nodes[i].op <= Op::external) continue;
    for (const int operand : {tape.nodes[i].a, tape.nodes[i].b, tape.nodes[i].c})
      if (operand >= 0) needed[operand] = true;
  }
  return needed;
}

// A part that is not there: 0 by structure, whatever it would be multiplied with.
bool absent(const Expr& x) { return x.is_number() && x.number == 0; }
Expr sum(Expr x, Expr y) { return absent(x) ? y : absent(y) ? x : x + y; }
Expr difference(Expr x, Expr y) { return absent(y) ? x : absent(x) ? -y : x - y; }
Expr product(Expr x, Expr factor) { return absent(x) ? x : x * factor; }
Expr quotient(Expr x, Expr divisor) { return absent(x) ? x : x / divisor; }

template <class Operation>
void for_both(const Affine& a, const Affine& b, Affine& result, Operation operation) {
  result.constant = operation(a.constant, b.constant);
  for (const auto& [atom, coefficient] : a.coefficients)
    result.coefficients[atom] =
        operation(coefficient, b.coefficients.count(atom) ? b.coefficients.at(atom) : Expr(0.0));
  for (const auto& [atom, coefficient] : b.coefficients)
    if (!a.coefficients.count(atom)) result.coefficients[atom] = operation(Expr(0.0), coefficient);
}

template <class Operation>
Affine for_each_part(const Affine& a, Operation operation) {
  Affine result;
  result.constant = operation(a.constant);
  for (const auto& [atom, coefficient] : a.coefficients) result.coefficients[atom] = operation(coefficient);
  return result;
}

class Splitter {
 public:
  Splitter(Tape& tape, std::span<const Expr> atoms) : tape_(tape), atoms_(atoms) {}

  std::optional<Affine> split(int root) {
    const std::vector<bool> needed = ancestors(tape_, root);
    parts_.resize(static_cast<std::size_t>(root) + 1);
    for (int i = 0; i <= root; ++i)
      if (needed[i]) parts_[i] = split_node(i);
    return parts_[root];
  }

 private:
  std::optional<Affine> split_node(int i) {
    const Node node = tape_.nodes[i];  // by value: recording moves the nodes
    const auto atom = std::ranges::find_if(atoms_, [&](const Expr& a) { return a.node == i; });
    if (atom != atoms_.end()) return Affine{0.0, {{static_cast<int>(atom - atoms_.begin()), Expr(1.0)}}};
    if (node.op <= Op::external) return Affine{on(tape_, i), {}};
    bool linear = true, constant = true;
    for (const int operand : {node.a, node.b, node.c}) {
      if (operand < 0) continue;
      linear = linear && parts_[operand].has_value();
      constant = constant && parts_[operand] && parts_[operand]->coefficients.empty();
    }
    if (!linear) return std::nullopt;
    if (constant) return Affine{on(tape_, i), {}};
    return combine(node);
  }

  std::optional<Affine> combine(const Node& node) {
    const Affine& a = *parts_[node.a];
    Affine result;
    switch (node.op) {
      case Op::add:
        for_both(a, *parts_[node.b], result, sum);
        return result;
      case Op::subtract:
        for_both(a, *parts_[node.b], result, difference);
        return result;
      case Op::negate:
        return for_each_part(a, [](Expr x) { return difference(0.0, x); });
      case Op::multiply: {
        const Affine& b = *parts_[node.b];
        if (!a.coefficients.empty() && !b.coefficients.empty()) return std::nullopt;
        const bool left = b.coefficients.empty();
        const Expr factor = left ? b.constant : a.constant;
        return for_each_part(left ? a : b, [&](Expr x) { return product(x, factor); });
      }
      case Op::divide: {
        if (!parts_[node.b]->coefficients.empty()) return std::nullopt;
        const Expr divisor = parts_[node.b]->constant;
        return for_each_part(a, [&](Expr x) { return quotient(x, divisor); });
      }
      case Op::select: {
        if (!a.coefficients.empty()) return std::nullopt;
        Mask mask;
        mask.tape = &tape_;
        mask.node = node.a;
        for_both(*parts_[node.b], *parts_[node.c], result,
                 [&](Expr x, Expr y) { return absent(x) && absent(y) ? x : select(mask, x, y); });
        return result;
      }
      default:
        return std::nullopt;
    }
  }

  Tape& tape_;
  std::span<const Expr> atoms_;
  std::vector<std::optional<Affine>> parts_;
};

}  // namespace

std::optional<Affine> split_affine(Tape& tape, Expr f, std::span<const Expr> atoms) {
  if (f.is_number()) return Affine{f, {}};
  return Splitter(tape, atoms).split(f.node);
}

bool parameters_only(const Tape& tape, Expr value) {
  if (value.is_number()) return true;
  const std::vector<bool> needed = ancestors(tape, value.node);
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) continue;
    const Op op = tape.nodes[i].op;
    if (op == Op::array || op == Op::step_value || op == Op::uniform) return false;
  }
  return true;
}

}  // namespace hillock::solve
