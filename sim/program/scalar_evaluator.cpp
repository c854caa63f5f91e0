// The readable reference: one neuron at a time, node by node.
#include <algorithm>
#include <string>
#include <utility>

#include "base/diagnostics.hpp"
#include "program/kernel.hpp"
#include "program/operations.hpp"

namespace hillock::program {
namespace {

double operand(const std::vector<double>& values, int node) { return node < 0 ? 0.0 : values[index(node)]; }

double computed(const Node& node, const std::vector<double>& values) {
  const int count = operand_count(node.op);
  return evaluate(node.op, operand(values, node.a), count > 1 ? operand(values, node.b) : 0.0,
                  count > 2 ? operand(values, node.c) : 0.0);
}

}  // namespace

ScalarEvaluator::ScalarEvaluator(Program program)
    : program_(std::move(program)),
      parameters_(index(program_.parameters) + program_.prologue_results.size()),
      values_(program_.step.size()),
      prologue_values_(program_.prologue.size()) {}

void ScalarEvaluator::set_parameters(std::span<const double> parameters) {
  if (parameters.size() != index(program_.parameters))
    throw base::InternalError("a program with " + std::to_string(program_.parameters) +
                              " parameters was given " + std::to_string(parameters.size()));
  const FlushToZero flush;
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  std::vector<std::vector<double>> external_results(program_.externals.size());
  for (std::size_t i = 0; i < program_.prologue.size(); ++i) {
    const Node& node = program_.prologue[i];
    switch (node.op) {
      case Op::constant:
        prologue_values_[i] = node.value;
        break;
      case Op::parameter:
        prologue_values_[i] = parameters_[index(node.a)];
        break;
      case Op::external: {
        std::vector<double>& results = external_results[index(node.a)];
        if (results.empty()) {
          const ExternalCall& call = program_.externals[index(node.a)];
          std::vector<double> inputs;
          for (const int input : call.inputs) inputs.push_back(prologue_values_[index(input)]);
          results.resize(index(call.results));
          call.function(inputs, results);
        }
        prologue_values_[i] = results[index(node.b)];
        break;
      }
      default:
        prologue_values_[i] = computed(node, prologue_values_);
    }
  }
  for (std::size_t i = 0; i < program_.prologue_results.size(); ++i)
    parameters_[index(program_.parameters) + i] = prologue_values_[index(program_.prologue_results[i])];
}

bool ScalarEvaluator::run(std::span<double> arrays, std::span<bool> masks,
                          std::span<const double> step_values, std::span<const base::Streams> streams,
                          std::uint64_t step, std::uint64_t neuron) {
  for (std::size_t i = 0; i < program_.step.size(); ++i) {
    const Node& node = program_.step[i];
    switch (node.op) {
      case Op::constant:
        values_[i] = node.value;
        break;
      case Op::array:
        values_[i] = arrays[index(node.a)];
        break;
      case Op::parameter:
        values_[i] = parameters_[index(node.a)];
        break;
      case Op::step_value:
        values_[i] = step_values[index(node.a)];
        break;
      case Op::uniform: {
        const base::Streams& all = streams[index(node.a)];
        values_[i] = all.stream_of(neuron).uniform(node.c ? 0 : all.index_of(neuron), step, node.b);
        break;
      }
      default:
        values_[i] = computed(node, values_);
    }
  }
  if (program_.guard >= 0 && values_[index(program_.guard)] != 0) return false;
  for (const Output& output : program_.outputs) {
    const double value = values_[index(output.node)];
    if (output.mask)
      masks[index(output.slot)] = value != 0;
    else
      arrays[index(output.slot)] = value;
  }
  return true;
}

}  // namespace hillock::program
