// The prologue of each parameter set, and which nodes of a step all neurons share.
#include "program/bound_program.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "base/aligned.hpp"
#include "base/diagnostics.hpp"
#include "program/operations.hpp"

namespace hillock::program {
namespace {

void check(const Program& program, const Binding& binding, std::int64_t neurons) {
  if (std::ssize(binding.parameters) != program.parameters)
    throw base::InternalError("a program with " + std::to_string(program.parameters) +
                              " parameters was bound to " + std::to_string(binding.parameters.size()));
  if (std::ssize(binding.streams) != program.streams)
    throw base::InternalError("a program with " + std::to_string(program.streams) + " streams was bound to " +
                              std::to_string(binding.streams.size()));
  for (const std::vector<double>& values : binding.parameters)
    if (values.size() != 1 && std::ssize(values) != neurons)
      throw base::InternalError("a parameter has " + std::to_string(values.size()) + " values for " +
                                std::to_string(neurons) + " neurons; it must have one, or one per neuron");
}

// Which results of the prologue depend on a parameter that differs between neurons.
std::vector<bool> results_per_neuron(const Program& program, const Binding& binding) {
  std::vector<bool> differs(program.prologue.size(), false);
  for (std::size_t i = 0; i < program.prologue.size(); ++i) {
    const Node& node = program.prologue[i];
    const auto inherit = [&](int operand) { differs[i] = differs[i] || differs[index(operand)]; };
    if (node.op == Op::parameter) differs[i] = binding.parameters[index(node.a)].size() > 1;
    if (node.op == Op::external) std::ranges::for_each(program.externals[index(node.a)].inputs, inherit);
    for_operands(node, inherit);
  }
  std::vector<bool> results;
  for (const int node : program.prologue_results) results.push_back(differs[index(node)]);
  return results;
}

}  // namespace

ParameterValues bind_parameters(const Program& program, const Binding& binding, std::int64_t neurons) {
  check(program, binding, neurons);
  ParameterValues all = binding.parameters;
  const std::vector<bool> differs = results_per_neuron(program, binding);
  const bool any = std::find(differs.begin(), differs.end(), true) != differs.end();
  all.resize(binding.parameters.size() + differs.size());
  ScalarEvaluator prologue(program);
  std::vector<double> own(binding.parameters.size());
  const std::int64_t sets = any ? neurons : 1;
  for (std::int64_t neuron = 0; neuron < sets; ++neuron) {
    for (std::size_t p = 0; p < own.size(); ++p) {
      const std::vector<double>& values = binding.parameters[p];
      own[p] = values.size() == 1 ? values[0] : values[index(neuron)];
    }
    prologue.set_parameters(own);
    for (std::size_t r = 0; r < differs.size(); ++r)
      if (differs[r] || neuron == 0) all[own.size() + r].push_back(prologue.all_parameters()[own.size() + r]);
  }
  for (std::vector<double>& values : all)
    if (values.size() > 1) values.resize(index(base::padded(neurons)), values.back());
  return all;
}

std::int64_t bytes(const ParameterValues& parameters) {
  std::int64_t total = 0;
  for (const std::vector<double>& values : parameters)
    total += std::ssize(values) * std::int64_t{sizeof(double)};
  return total;
}

StackedDraws add_stacked_draws(const std::vector<base::Streams>& streams, std::int64_t neurons,
                               ParameterValues& parameters) {
  if (streams.empty() || !streams.front().stacked()) return {};
  const auto add = [&](auto bits_of) {
    std::vector<double>& values = parameters.emplace_back(index(base::padded(neurons)));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] =
          std::bit_cast<double>(bits_of(std::min<std::uint64_t>(i, static_cast<std::uint64_t>(neurons) - 1)));
    return static_cast<int>(parameters.size()) - 1;
  };
  StackedDraws draws;
  draws.own = add([&](std::uint64_t neuron) { return streams.front().index_of(neuron); });
  draws.shared = add([](std::uint64_t) { return std::uint64_t{0}; });
  draws.keys = static_cast<int>(parameters.size());
  for (const base::Streams& stream : streams)
    add([&](std::uint64_t neuron) { return stream.stream_of(neuron).key; });
  return draws;
}

SharedValues share(const Program& program, const ParameterValues& parameters, bool stacked) {
  SharedValues shared;
  shared.places.assign(program.step.size(), -1);
  for (std::size_t i = 0; i < program.step.size(); ++i) {
    const Node& node = program.step[i];
    int& place = shared.places[i];
    switch (node.op) {
      case Op::constant:
        place = shared.add(node.value);
        break;
      case Op::array:
        break;
      case Op::parameter:
        if (parameters[index(node.a)].size() == 1) place = shared.add(parameters[index(node.a)][0]);
        break;
      case Op::step_value:
        place = shared.add(0);
        shared.step_values.push_back({node.a, place});
        break;
      case Op::uniform:
        if (node.c == 0 || stacked) break;
        place = shared.add(0);
        shared.draws.push_back({node.a, node.b, place});
        break;
      default: {
        bool all = true;
        for_operands(node, [&](int operand) { all = all && shared.places[index(operand)] >= 0; });
        if (!all) break;
        const int count = operand_count(node.op);
        const auto operand = [&](int number, int of) {
          return number < count ? shared.places[index(of)] : -1;
        };
        place = shared.add(0);
        shared.operations.push_back(
            {node.op, place, operand(0, node.a), operand(1, node.b), operand(2, node.c)});
      }
    }
  }
  return shared;
}

void SharedValues::fill(const Call& call, std::span<const base::Streams> streams, double* values) const {
  std::copy(table.begin(), table.end(), values);
  for (const StepValue& v : step_values) values[v.place] = call.step_values[index(v.slot)];
  for (const SharedDraw& d : draws)
    values[d.place] = streams[index(d.stream)].points.front().uniform(0, call.step, d.lane);
  const auto operand = [&](int place) { return place < 0 ? 0.0 : values[place]; };
  for (const SharedOperation& o : operations)
    values[o.result] = evaluate(o.op, operand(o.a), operand(o.b), operand(o.c));
}

bool SharedValues::current(const Call& call, const double* values, int repeats) const {
  return draws.empty() && std::ranges::all_of(step_values, [&](const StepValue& v) {
           return std::bit_cast<std::uint64_t>(values[repeats * v.place]) ==
                  std::bit_cast<std::uint64_t>(call.step_values[index(v.slot)]);
         });
}

bool SharedValues::finite(const double* values, int repeats) const {
  const auto at = [&](int place) { return std::isfinite(values[repeats * place]); };
  return std::ranges::all_of(step_values, at, &StepValue::place) &&
         std::ranges::all_of(operations, at, &SharedOperation::result);
}

}  // namespace hillock::program
