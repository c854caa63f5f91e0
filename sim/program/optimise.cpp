// From a tape to a program: fold and find equal nodes, split into prologue and step, fuse, order.
#include <algorithm>
#include <map>
#include <utility>

#include "base/diagnostics.hpp"
#include "program/kernel.hpp"
#include "program/node_builder.hpp"
#include "program/operations.hpp"
#include "program/passes.hpp"
#include "program/program.hpp"
#include "program/sharing.hpp"

namespace hillock::program {
namespace {

// Rebuilds what the outputs and the guard need (the whole tape if dead code is kept), in the tape's order.
class Rebuilder {
 public:
  Rebuilder(const Tape& tape, const Passes& passes) : tape_(tape), builder_(passes) {
    mark_live(passes.dead_code);
    new_number_.assign(tape.nodes.size(), -1);
    for (std::size_t i = 0; i < tape.nodes.size(); ++i)
      if (live_[i]) new_number_[i] = rebuilt(tape.nodes[i]);
    if (passes.share) share(passes);
  }

  const NodeBuilder& builder() const { return builder_; }
  int new_number(int tape_node) const { return new_number_[index(tape_node)]; }

 private:
  void mark_live(bool dead_code_goes) {
    live_.assign(tape_.nodes.size(), !dead_code_goes);
    for (const Output& output : tape_.outputs) live_[index(output.node)] = true;
    if (tape_.guard >= 0) live_[index(tape_.guard)] = true;
    for (std::size_t i = tape_.nodes.size(); i-- > 0;) {
      if (!live_[i]) continue;
      const Node& node = tape_.nodes[i];
      for_operands(node, [&](int operand) { live_[index(operand)] = true; });
      if (node.op == Op::external)
        for (const int input : tape_.externals[index(node.a)].inputs) live_[index(input)] = true;
    }
  }

  int rebuilt(Node node) {
    for_operands(node, [&](int& operand) { operand = new_number_[index(operand)]; });
    if (node.op == Op::external) {
      for (const int input : tape_.externals[index(node.a)].inputs) {
        if (builder_.varies(new_number_[index(input)]))
          throw base::InternalError(
              "an external routine depends on a state, a step value or a draw; it may depend on "
              "parameters and literals only");
      }
    }
    return builder_.make(node);
  }

  void share(const Passes& passes) {
    std::vector<int> roots;
    for (const Output& output : tape_.outputs) roots.push_back(new_number(output.node));
    if (tape_.guard >= 0) roots.push_back(new_number(tape_.guard));
    NodeBuilder shared(passes);
    const std::vector<int> numbers = share_exponentials(builder_, roots, shared, passes);
    for (int& number : new_number_)
      if (number >= 0) number = numbers[index(number)];
    builder_ = std::move(shared);
  }

  const Tape& tape_;
  NodeBuilder builder_;
  std::vector<bool> live_;
  std::vector<int> new_number_;
};

// Copies nodes from the builder into prologue and step; what the step needs of the prologue becomes a
// parameter.
class Splitter {
 public:
  Splitter(const Tape& tape, const Rebuilder& rebuilt, Program& program)
      : tape_(tape), rebuilt_(rebuilt), builder_(rebuilt.builder()), program_(program) {}

  void split() {
    for (const Output& output : tape_.outputs)
      step_.roots.push_back(in_step(rebuilt_.new_number(output.node)));
    if (tape_.guard >= 0) step_.roots.push_back(in_step(rebuilt_.new_number(tape_.guard)));
  }

  // Dead nodes are kept when the pass that removes them is off.
  void keep_all() {
    for (std::size_t i = 0; i < builder_.nodes().size(); ++i)
      if (builder_.varies(static_cast<int>(i))) in_step(static_cast<int>(i));
  }

  NodeList& step() { return step_; }
  NodeList& prologue() { return prologue_; }

 private:
  static int append(NodeList& list, const Node& node) {
    list.nodes.push_back(node);
    return static_cast<int>(list.nodes.size()) - 1;
  }

  const Node& node_of(int number) const { return builder_.nodes()[index(number)]; }

  // Nodes are visited in the builder's order, so that deep tapes need no recursion.
  void copy_up_to(int number) {
    if (needed_.empty()) needed_.assign(builder_.nodes().size(), false);
    std::vector<int> pending{number}, found;
    while (!pending.empty()) {
      const int next = pending.back();
      pending.pop_back();
      if (needed_[index(next)]) continue;
      needed_[index(next)] = true;
      found.push_back(next);
      for_operands(node_of(next), [&](int operand) {
        if (builder_.varies(operand)) pending.push_back(operand);
      });
    }
    std::sort(found.begin(), found.end());
    for (const int next : found) {
      Node node = node_of(next);
      for_operands(node, [&](int& operand) {
        operand = builder_.varies(operand) ? step_number_.at(operand) : invariant_in_step(operand);
      });
      step_number_[next] = append(step_, node);
    }
  }

  int in_step(int number) {
    if (!builder_.varies(number)) return invariant_in_step(number);
    if (!step_number_.contains(number)) copy_up_to(number);
    return step_number_.at(number);
  }

  int invariant_in_step(int number) {
    const auto known = step_number_.find(number);
    if (known != step_number_.end()) return known->second;
    const Node& node = node_of(number);
    int result = 0;
    if (node.op == Op::constant || node.op == Op::parameter) {
      result = append(step_, node);
    } else if (builder_.is_constant_mask(number)) {
      const int a = append(step_, node_of(node.a)), b = append(step_, node_of(node.b));
      result = append(step_, Node{Op::less, a, b});
    } else {
      result = from_prologue(number);
    }
    return step_number_[number] = result;
  }

  // A parameter slot behind the user's; masks travel as 1 and 0.
  int from_prologue(int number) {
    const int slot = tape_.parameters + static_cast<int>(prologue_.roots.size());
    int root = in_prologue(number);
    const bool mask = yields_mask(node_of(number).op);
    if (mask) {
      const int one = append(prologue_, Node{Op::constant, -1, -1, -1, 1.0});
      const int zero = append(prologue_, Node{Op::constant, -1, -1, -1, 0.0});
      root = append(prologue_, Node{Op::select, root, one, zero});
    }
    prologue_.roots.push_back(root);
    const int parameter = append(step_, Node{Op::parameter, slot});
    if (!mask) return parameter;
    const int zero = append(step_, Node{Op::constant, -1, -1, -1, 0.0});
    return append(step_, Node{Op::less, zero, parameter});
  }

  int in_prologue(int number) {
    std::vector<int> pending{number}, found;
    while (!pending.empty()) {
      const int next = pending.back();
      pending.pop_back();
      if (prologue_number_.contains(next)) continue;
      prologue_number_[next] = -1;
      found.push_back(next);
      const Node& node = node_of(next);
      for_operands(node, [&](int operand) { pending.push_back(operand); });
      if (node.op == Op::external)
        for (const int input : tape_.externals[index(node.a)].inputs)
          pending.push_back(rebuilt_.new_number(input));
    }
    std::sort(found.begin(), found.end());
    for (const int next : found) {
      Node node = node_of(next);
      for_operands(node, [&](int& operand) { operand = prologue_number_.at(operand); });
      if (node.op == Op::external) node.a = external(node.a);
      prologue_number_[next] = append(prologue_, node);
    }
    return prologue_number_.at(number);
  }

  int external(int call) {
    const auto known = external_number_.find(call);
    if (known != external_number_.end()) return known->second;
    ExternalCall copy = tape_.externals[index(call)];
    for (int& input : copy.inputs) input = prologue_number_.at(rebuilt_.new_number(input));
    program_.externals.push_back(std::move(copy));
    return external_number_[call] = static_cast<int>(program_.externals.size()) - 1;
  }

  const Tape& tape_;
  const Rebuilder& rebuilt_;
  const NodeBuilder& builder_;
  Program& program_;
  NodeList step_, prologue_;
  std::vector<bool> needed_;
  std::map<int, int> step_number_, prologue_number_, external_number_;
};

// The roots of the prologue are its results, then the inputs of the external calls.
void finish_prologue(NodeList& prologue, const Passes& passes, Program& program) {
  const std::size_t results = prologue.roots.size();
  for (const ExternalCall& call : program.externals)
    prologue.roots.insert(prologue.roots.end(), call.inputs.begin(), call.inputs.end());
  if (passes.fuse) fuse_multiply_adds(prologue);
  std::size_t next = results;
  for (ExternalCall& call : program.externals)
    for (int& input : call.inputs) input = prologue.roots[next++];
  program.prologue = std::move(prologue.nodes);
  program.prologue_results.assign(prologue.roots.begin(),
                                  prologue.roots.begin() + static_cast<std::ptrdiff_t>(results));
}

void finish_step(NodeList& step, const Passes& passes, const Tape& tape, Program& program) {
  if (passes.fuse) fuse_multiply_adds(step);
  if (passes.dead_code) {
    remove_dead(step);
    order_for_few_temporaries(step);
  }
  program.step = std::move(step.nodes);
  program.outputs = tape.outputs;
  for (std::size_t i = 0; i < program.outputs.size(); ++i) program.outputs[i].node = step.roots[i];
  if (tape.guard >= 0) program.guard = step.roots.back();
}

}  // namespace

Program optimise(const Tape& tape, const Passes& passes) {
  const FlushToZero flush;  // literals are folded as kernels compute
  Program program;
  program.arrays = tape.arrays;
  program.parameters = tape.parameters;
  program.step_values = tape.step_values;
  program.streams = tape.streams;
  program.masks = tape.masks;
  const Rebuilder rebuilt(tape, passes);
  Splitter splitter(tape, rebuilt, program);
  splitter.split();
  if (!passes.dead_code) splitter.keep_all();
  finish_prologue(splitter.prologue(), passes, program);
  finish_step(splitter.step(), passes, tape, program);
  return program;
}

}  // namespace hillock::program
