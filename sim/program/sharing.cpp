// Finds what can share an exponential from the literals of its arguments, and writes the powers.
#include "program/sharing.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <utility>

#include "base/math.hpp"
#include "program/operations.hpp"
#include "program/passes.hpp"
#include "program/whole_power.hpp"

namespace hillock::program {
namespace {

// slope*base + offset; without a base it is the literal `offset`.
struct Affine {
  int base = -1;
  double slope = 0, offset = 0;
};

bool is_finite(const Affine& a) { return std::isfinite(a.slope) && std::isfinite(a.offset); }

Affine scaled(const Affine& a, double factor) { return {a.base, a.slope * factor, a.offset * factor}; }

class AffineForms {
 public:
  explicit AffineForms(const std::vector<Node>& nodes) {
    for (int i = 0; i < static_cast<int>(nodes.size()); ++i) forms_.push_back(form(nodes[index(i)], i));
  }
  const Affine& of(int node) const { return forms_[index(node)]; }

 private:
  bool literal(int node) const { return of(node).base < 0; }

  Affine form(const Node& node, int self) const {
    const Affine opaque{self, 1, 0};
    switch (node.op) {
      case Op::constant:
        return {-1, 0, node.value};
      case Op::negate:
        return scaled(of(node.a), -1);
      case Op::multiply:
        if (literal(node.b)) return scaled(of(node.a), of(node.b).offset);
        if (literal(node.a)) return scaled(of(node.b), of(node.a).offset);
        return opaque;
      case Op::add:
      case Op::subtract: {
        const Affine a = of(node.a), b = scaled(of(node.b), node.op == Op::add ? 1 : -1);
        if (!literal(node.a) && !literal(node.b)) return opaque;
        return {std::max(a.base, b.base), a.slope + b.slope, a.offset + b.offset};
      }
      default:
        return opaque;
    }
  }

  std::vector<Affine> forms_;
};

// exp of the node's argument is factor * exp(leader)^power.
struct Share {
  Affine leader;
  int power = 1;
  double factor = 1;
};

bool is_exponential(Op op) { return op == Op::exp || op == Op::exprel || op == Op::reciprocal_exprel; }

// How often `smaller` goes into `larger`; 0 if it does not, or if the powers cost more than four products, or
// the factor is so large that the power might leave the range of numbers long before the exponential does.
int ratio(const Affine& larger, const Affine& smaller) {
  const double quotient = larger.slope / smaller.slope;
  if (!(quotient > 0.5 && quotient < 16.5)) return 0;
  const int k = static_cast<int>(std::lround(quotient));
  if (std::fabs(quotient - k) > 1e-15 * k) return 0;
  const auto bits = static_cast<unsigned>(k);
  if (std::bit_width(bits) + std::popcount(bits) - 2 > 4) return 0;
  return std::fabs(larger.offset - k * smaller.offset) <= 16 ? k : 0;
}

class Sharing {
 public:
  Sharing(const NodeBuilder& from, const std::vector<int>& roots, NodeBuilder& to, const Passes& passes)
      : from_(from), to_(to), passes_(passes), forms_(from.nodes()) {
    const std::vector<bool> live = needed_by(from.nodes(), roots);
    std::map<int, std::vector<int>> groups;  // by what the arguments depend on
    for (int i = 0; i < static_cast<int>(from.nodes().size()); ++i) {
      const Node& node = from.nodes()[index(i)];
      if (!is_exponential(node.op) || !live[index(i)] || !from.varies(i)) continue;
      const Affine& argument = forms_.of(node.a);
      if (argument.base >= 0 && argument.slope != 0 && is_finite(argument))
        groups[argument.base].push_back(i);
    }
    for (auto& group : groups) plan(group.second);
  }

  std::vector<int> copy() {
    for (int i = 0; i < static_cast<int>(from_.nodes().size()); ++i) {
      const auto found = shares_.find(i);
      numbers_.push_back(found != shares_.end() ? shared(i, found->second)
                         : is_exponential(from_.nodes()[index(i)].op) && passes_.fuse ? alone(i)
                                                                                      : same(i));
    }
    return std::move(numbers_);
  }

 private:
  const Affine& argument(int node) const { return forms_.of(from_.nodes()[index(node)].a); }

  // The smallest slope leads those that are its multiples, then the smallest of the rest, and so on.
  void plan(std::vector<int>& group) {
    std::ranges::stable_sort(group, {}, [&](int node) { return std::fabs(argument(node).slope); });
    for (std::size_t first = 0; first < group.size(); ++first) {
      if (shares_.contains(group[first])) continue;
      const Affine& leader = argument(group[first]);
      bool followed = false;
      for (std::size_t i = first + 1; i < group.size(); ++i) {
        const Affine& other = argument(group[i]);
        const int k = shares_.contains(group[i]) ? 0 : ratio(other, leader);
        if (k == 0) continue;
        shares_[group[i]] = {leader, k, base::exp(other.offset - k * leader.offset)};
        followed = true;
      }
      if (followed) shares_[group[first]] = {leader, 1, 1};
    }
  }

  int same(int i) {
    Node node = from_.nodes()[index(i)];
    for_operands(node, [&](int& operand) { operand = numbers_[index(operand)]; });
    return to_.make(node);
  }

  int alone(int i) {
    Node node = from_.nodes()[index(i)];
    node.a = simpler(node.a);
    return to_.make(node);
  }
  // An argument as one operation, if its slope and offset are literals; and its sign in a factor that does
  // not vary.
  int simpler(int argument) {
    const auto node = [&](int number) { return from_.nodes()[index(number)]; };
    if (node(argument).op == Op::negate) {
      const Node product = node(node(argument).a);
      const bool one_varies =
          product.op == Op::multiply && from_.varies(product.a) != from_.varies(product.b);
      const int x = one_varies && from_.varies(product.a) ? product.a : product.b;
      if (one_varies) {
        const int factor = product.a + product.b - x;
        return make(Op::multiply, numbers_[index(x)], make(Op::negate, numbers_[index(factor)]));
      }
    }
    const Affine& affine = forms_.of(argument);
    return affine.base >= 0 && affine.base != argument && is_finite(affine) ? value(affine)
                                                                            : numbers_[index(argument)];
  }

  int make(Op op, int a, int b = -1, int c = -1) { return to_.make(Node{op, a, b, c}); }
  int literal(double value) { return to_.constant(value); }
  int multiply_add(int a, int b, int c) {
    return passes_.fuse ? make(Op::fused_add, a, b, c) : make(Op::add, make(Op::multiply, a, b), c);
  }
  // As one operation: rounded once, and without a product that differs for each slope.
  int value(const Affine& a) {
    const int base = numbers_[index(a.base)];
    if (a.offset == 0) return make(Op::multiply, base, literal(a.slope));
    return multiply_add(base, literal(a.slope), literal(a.offset));
  }

  int power(int x, int k) {
    return whole_power(x, k, [&](int a, int b) { return make(Op::multiply, a, b); });
  }

  int shared(int i, const Share& share) {
    const int root = make(Op::exp, value(share.leader));
    const int exponential = make(Op::multiply, power(root, share.power), literal(share.factor));
    const Op op = from_.nodes()[index(i)].op;
    if (op == Op::exp) return exponential;
    const int x = value(argument(i)), less_one = make(Op::subtract, exponential, literal(1));
    const int near = make(Op::less, make(Op::absolute, x), literal(0x1p-4)), series = bernoulli(x);
    const int limited = make(Op::minimum, literal(700), x);  // an infinite one would leave inf/inf
    if (op == Op::reciprocal_exprel)
      return make(Op::select, near, series, make(Op::divide, limited, less_one));
    return make(Op::divide, make(Op::select, near, literal(1), less_one),
                make(Op::select, near, series, limited));
  }

  // x/(exp(x) - 1) = 1 - x/2 + x^2/12 - x^4/720 + x^6/30240 - ..., by the Bernoulli numbers; for |x| < 1/16
  // the rest is below 2e-16.
  int bernoulli(int x) {
    const int z = make(Op::multiply, x, x);
    int tail = multiply_add(z, literal(1.0 / 30240), literal(-1.0 / 720));
    tail = multiply_add(z, tail, literal(1.0 / 12));
    return multiply_add(z, tail, multiply_add(x, literal(-0.5), literal(1)));
  }

  const NodeBuilder& from_;
  NodeBuilder& to_;
  Passes passes_;
  AffineForms forms_;
  std::map<int, Share> shares_;
  std::vector<int> numbers_;
};

}  // namespace

std::vector<int> share_exponentials(const NodeBuilder& from, const std::vector<int>& roots, NodeBuilder& to,
                                    const Passes& passes) {
  return Sharing(from, roots, to, passes).copy();
}

}  // namespace hillock::program
