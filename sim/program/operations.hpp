// Facts about the operations of a tape, and their values for plain doubles.
#pragma once
#include "program/tape.hpp"

namespace hillock::program {

// Numbers of operands (nodes a, b, c); 0 for leaves, whose a, b, c mean something else.
int operand_count(Op op);
bool is_leaf(Op op);
bool yields_mask(Op op);
bool commutes(Op op);

// The value of an operation with operands; masks are 1 and 0.
double evaluate(Op op, double a, double b, double c);

// Calls visit(int&) for each operand of the node.
template <class NodeType, class Visit>
void for_operands(NodeType& node, Visit visit) {
  const int count = operand_count(node.op);
  if (count > 0) visit(node.a);
  if (count > 1) visit(node.b);
  if (count > 2) visit(node.c);
}

}  // namespace hillock::program
