// The syntax tree of an expression: a flat list of nodes, children before parents.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/source.hpp"
#include "base/units.hpp"

namespace hillock::lang {

struct Number {
  double value;
};  // in internal units; the node has the dimension
struct Name {
  std::string name;
};
struct Negate {
  int operand;
};
struct Not {
  int operand;
};
enum class BinaryOp {
  add,
  subtract,
  multiply,
  divide,
  power,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  logical_and,
  logical_or
};
struct Binary {
  BinaryOp op;
  int left;
  int right;
};
// exp log sqrt abs min max tanh sinh cosh sin cos sigmoid exprel heaviside floor ceil round if sum. On
// parsing pow becomes BinaryOp::power, pi a number, and q10 and nernst their formulas, so none of these is
// ever found in a tree.
struct Call {
  std::string function;
  std::vector<int> arguments;
};

struct Node {
  std::variant<Number, Name, Negate, Not, Binary, Call> kind;
  base::Place place;
  base::Dimension dimension;  // set on parsing for numbers, by check() for all
  bool condition = false;     // true of comparisons and logic: not a number
};

struct Expression {
  std::vector<Node> nodes;
  int root = -1;
  std::string text;   // as written
  base::Place place;  // of the whole text
  bool empty() const { return root < 0; }
};

// The distinct names an expression uses, in the order of their first use.
std::vector<std::string> names_of(const Expression& expression);

bool depends_on(const Expression& expression, std::string_view name);

}  // namespace hillock::lang
