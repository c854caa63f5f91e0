// Cases of a comparison of back ends, a tape and how to run it, as text: written when one fails, and kept in
// corpus/.
//
//   # why it is kept
//   run 17 8 123 1 11111        neurons, chunk, seed of the data, parameters per neuron, passes on
//   array 0                     the nodes, one a line, numbered from 0: operation, and slots or operands
//   constant 0.5
//   multiply 0 1
//   store 3 2                   array and node; likewise store_mask; guard and node
#pragma once
#include <fmt/format.h>

#include <charconv>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "program/operations.hpp"
#include "program/program.hpp"

namespace hillock::test {

struct TapeCase {
  program::Tape tape;
  program::Passes passes;
  std::int64_t neurons = 1;
  int chunk = 8;
  std::uint64_t data = 1;
  bool per_neuron = false;
};

// In the order of program::Op.
constexpr const char* op_names[] = {"constant",
                                    "array",
                                    "parameter",
                                    "step_value",
                                    "uniform",
                                    "external",
                                    "add",
                                    "subtract",
                                    "multiply",
                                    "divide",
                                    "negate",
                                    "absolute",
                                    "square_root",
                                    "minimum",
                                    "maximum",
                                    "fused_add",
                                    "fused_subtract",
                                    "fused_from",
                                    "exp",
                                    "log",
                                    "pow",
                                    "tanh",
                                    "sinh",
                                    "cosh",
                                    "sin",
                                    "cos",
                                    "exprel",
                                    "reciprocal_exprel",
                                    "normal_quantile",
                                    "less",
                                    "less_equal",
                                    "equal",
                                    "logical_and",
                                    "logical_or",
                                    "logical_not",
                                    "select"};
static_assert(std::size(op_names) == static_cast<std::size_t>(program::Op::select) + 1);

// How many of a node's a, b, c mean something.
inline int words_of(program::Op op) {
  if (op == program::Op::constant) return 0;
  if (op == program::Op::uniform) return 3;
  return program::is_leaf(op) ? 1 : program::operand_count(op);
}

inline std::vector<bool*> switches(program::Passes& passes) {
  return {&passes.fold, &passes.cse, &passes.dead_code, &passes.reciprocal, &passes.share, &passes.fuse};
}

inline std::string text_of(TapeCase it) {
  std::string text = fmt::format("run {} {} {} {} ", it.neurons, it.chunk, it.data, it.per_neuron ? 1 : 0);
  for (const bool* pass : switches(it.passes)) text += *pass ? '1' : '0';
  for (const program::Node& node : it.tape.nodes) {
    text += fmt::format("\n{}", op_names[static_cast<std::size_t>(node.op)]);
    const int operands[] = {node.a, node.b, node.c};
    for (int k = 0; k < words_of(node.op); ++k) text += fmt::format(" {}", operands[k]);
    if (node.op == program::Op::constant) text += fmt::format(" {}", node.value);
  }
  for (const program::Output& output : it.tape.outputs)
    text += fmt::format("\n{} {} {}", output.mask ? "store_mask" : "store", output.slot, output.node);
  if (it.tape.guard >= 0) text += fmt::format("\nguard {}", it.tape.guard);
  return text + "\n";
}

inline double number_of(const std::string& word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size())
    throw std::runtime_error("no number: " + word);
  return value;
}

inline program::Node node_of(const std::string& name, std::istream& words) {
  program::Node node;
  std::size_t op = 0;
  while (op < std::size(op_names) && name != op_names[op]) ++op;
  if (op == std::size(op_names)) throw std::runtime_error("no operation: " + name);
  node.op = static_cast<program::Op>(op);
  int* const operands[] = {&node.a, &node.b, &node.c};
  for (int k = 0; k < words_of(node.op); ++k) words >> *operands[k];
  std::string value;
  if (node.op == program::Op::constant && words >> value) node.value = number_of(value);
  return node;
}

inline TapeCase case_of(const std::string& text) {
  TapeCase it;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, passes;
    words >> name;
    if (name == "run") {
      words >> it.neurons >> it.chunk >> it.data >> it.per_neuron >> passes;
      const std::vector<bool*> pass = switches(it.passes);
      for (std::size_t k = 0; k < pass.size(); ++k) *pass[k] = passes.at(k) == '1';
    } else if (name == "store" || name == "store_mask") {
      program::Output output;
      output.mask = name == "store_mask";
      words >> output.slot >> output.node;
      it.tape.outputs.push_back(output);
    } else if (name == "guard") {
      words >> it.tape.guard;
    } else {
      it.tape.nodes.push_back(node_of(name, words));
    }
    if (!words) throw std::runtime_error("incomplete: " + line);
  }
  return it;
}

}  // namespace hillock::test
