// Passes over a list of nodes: fusion of multiply-adds, dead code, order.
#pragma once
#include <vector>

#include "program/tape.hpp"

namespace hillock::program {

// The results are named by roots: indices into the list, which the passes keep up to date.
struct NodeList {
  std::vector<Node> nodes;
  std::vector<int> roots;
};

// Which nodes the roots need, themselves included.
std::vector<bool> needed_by(const std::vector<Node>& nodes, const std::vector<int>& roots);

// a*b + c, a*b - c and c - a*b become one operation wherever nothing else uses the product.
void fuse_multiply_adds(NodeList& list);

// Removes what no root needs.
void remove_dead(NodeList& list);

// Reorders so that few values live at a time: of the operations that are ready, first one that is the last to
// use an operand; leaves stand just before their first use.
void order_for_few_temporaries(NodeList& list);

}  // namespace hillock::program
