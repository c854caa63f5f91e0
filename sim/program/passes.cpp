// Passes over a list of nodes: fusion, dead code, order.
#include "program/passes.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "program/operations.hpp"

namespace hillock::program {
namespace {

std::vector<int> count_uses(const NodeList& list) {
  std::vector<int> uses(list.nodes.size(), 0);
  for (const Node& node : list.nodes) for_operands(node, [&](int operand) { ++uses[index(operand)]; });
  for (const int root : list.roots) ++uses[index(root)];
  return uses;
}

// Writes the nodes of `order` one after another and renumbers operands and roots.
void apply_order(NodeList& list, const std::vector<int>& order) {
  std::vector<int> place(list.nodes.size(), -1);
  std::vector<Node> nodes;
  nodes.reserve(order.size());
  for (const int old : order) {
    Node node = list.nodes[index(old)];
    for_operands(node, [&](int& operand) { operand = place[index(operand)]; });
    place[index(old)] = static_cast<int>(nodes.size());
    nodes.push_back(node);
  }
  for (int& root : list.roots) root = place[index(root)];
  list.nodes = std::move(nodes);
}

// Greedy scheduler: what is ready, what each value still waits for, which leaves are already placed.
class Scheduler {
 public:
  explicit Scheduler(const NodeList& list)
      : list_(list),
        users_(list.nodes.size()),
        missing_(list.nodes.size(), 0),
        remaining_(list.nodes.size(), 0) {
    placed_.assign(list.nodes.size(), false);
    for (std::size_t i = 0; i < list.nodes.size(); ++i) {
      for (const int operand : operands_of(static_cast<int>(i))) {
        users_[index(operand)].push_back(static_cast<int>(i));
        ++remaining_[index(operand)];
        if (!is_leaf(list.nodes[index(operand)].op)) ++missing_[i];
      }
    }
    for (const int root : list.roots) ++remaining_[index(root)];
  }

  std::vector<int> order() {
    for (std::size_t i = 0; i < list_.nodes.size(); ++i)
      if (!is_leaf(list_.nodes[i].op) && missing_[i] == 0) add_ready(static_cast<int>(i));
    while (!cheap_.empty() || !costly_.empty()) place(take_best());
    for (const int root : list_.roots) place_leaf(root);
    return order_;
  }

 private:
  // Different operands, each once.
  std::vector<int> operands_of(int node) const {
    std::vector<int> result;
    for_operands(list_.nodes[index(node)], [&](int operand) {
      if (std::find(result.begin(), result.end(), operand) == result.end()) result.push_back(operand);
    });
    return result;
  }

  bool occupies_a_place(int node) const {
    const Op op = list_.nodes[index(node)].op;
    return op != Op::constant && op != Op::parameter && op != Op::step_value;
  }

  // Whether the node needs a place for its result that no operand gives up.
  bool costs_a_place(int node) const {
    int net = 1;
    for (const int operand : operands_of(node)) {
      if (!occupies_a_place(operand)) continue;
      if (is_leaf(list_.nodes[index(operand)].op) && !placed_[index(operand)]) ++net;
      if (remaining_[index(operand)] == 1) --net;
    }
    return net > 0;
  }

  void add_ready(int node) { (costs_a_place(node) ? costly_ : cheap_).insert(node); }

  int take_best() {
    std::set<int>& from = cheap_.empty() ? costly_ : cheap_;
    const int node = *from.begin();
    from.erase(from.begin());
    return node;
  }

  // What a ready operation costs changes only when one of its operands is placed, or has one user left.
  void reconsider_users(int operand) {
    for (const int user : users_[index(operand)])
      if (costly_.erase(user) + cheap_.erase(user) > 0) add_ready(user);
  }

  void place_leaf(int node) {
    if (placed_[index(node)] || !is_leaf(list_.nodes[index(node)].op)) return;
    placed_[index(node)] = true;
    order_.push_back(node);
    if (occupies_a_place(node)) reconsider_users(node);
  }

  void place(int node) {
    for (const int operand : operands_of(node)) {
      place_leaf(operand);
      if (--remaining_[index(operand)] == 1 && occupies_a_place(operand)) reconsider_users(operand);
    }
    placed_[index(node)] = true;
    order_.push_back(node);
    for (const int user : users_[index(node)])
      if (--missing_[index(user)] == 0) add_ready(user);
  }

  const NodeList& list_;
  std::vector<std::vector<int>> users_;
  std::vector<int> missing_, remaining_, order_;
  std::set<int> cheap_, costly_;  // ready, oldest first
  std::vector<bool> placed_;
};

}  // namespace

void fuse_multiply_adds(NodeList& list) {
  const std::vector<int> uses = count_uses(list);
  std::vector<bool> absorbed(list.nodes.size(), false);
  const auto single_product = [&](int node) {
    return list.nodes[index(node)].op == Op::multiply && uses[index(node)] == 1;
  };
  for (Node& node : list.nodes) {
    if (node.op != Op::add && node.op != Op::subtract) continue;
    const bool sum = node.op == Op::add;
    const bool second = single_product(node.b);
    if (!second && !single_product(node.a)) continue;
    const int taken = second ? node.b : node.a, other = second ? node.a : node.b;
    const Node product = list.nodes[index(taken)];
    const Op fused = sum ? Op::fused_add : second ? Op::fused_from : Op::fused_subtract;
    absorbed[index(taken)] = true;
    node = Node{fused, product.a, product.b, other};
  }
  std::vector<int> order;
  for (std::size_t i = 0; i < list.nodes.size(); ++i)
    if (!absorbed[i]) order.push_back(static_cast<int>(i));
  apply_order(list, order);
}

std::vector<bool> needed_by(const std::vector<Node>& nodes, const std::vector<int>& roots) {
  std::vector<bool> live(nodes.size(), false);
  for (const int root : roots) live[index(root)] = true;
  for (std::size_t i = nodes.size(); i-- > 0;)
    if (live[i]) for_operands(nodes[i], [&](int operand) { live[index(operand)] = true; });
  return live;
}

void remove_dead(NodeList& list) {
  const std::vector<bool> live = needed_by(list.nodes, list.roots);
  std::vector<int> order;
  for (std::size_t i = 0; i < live.size(); ++i)
    if (live[i]) order.push_back(static_cast<int>(i));
  apply_order(list, order);
}

void order_for_few_temporaries(NodeList& list) {
  const std::vector<int> order = Scheduler(list).order();
  apply_order(list, order);
}

}  // namespace hillock::program
