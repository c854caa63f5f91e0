// The interpreter: evaluates the prologue once, then runs each operation of the step over one chunk of
// neurons after another.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <string>
#include <utility>

#include "base/aligned.hpp"
#include "base/diagnostics.hpp"
#include "program/interpreter_code.hpp"
#include "program/kernel.hpp"
#include "program/operations.hpp"

namespace hillock::program {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

InstructionTable table_of(InstructionSet isa) {
  if (!available(isa))
    throw base::InternalError("this CPU has no " + std::string(name(isa)) + " instructions");
#if defined(__x86_64__)
  if (isa == InstructionSet::avx512) return avx512::table();
  if (isa == InstructionSet::avx2) return avx2::table();
#endif
  return generic::table();
}

void check(const Program& program, const Binding& binding, std::int64_t neurons,
           const InterpreterOptions& options) {
  if (options.chunk <= 0 || options.chunk % 8 != 0)
    throw base::InternalError("the interpreter's chunk is " + std::to_string(options.chunk) +
                              "; it must be a positive multiple of 8");
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

// The user's parameters and the prologue's results, padded with the last value if per neuron.
ParameterValues all_parameters(const Program& program, const Binding& binding, std::int64_t neurons) {
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

class Interpreter final : public Kernel {
 public:
  Interpreter(const Program& program, Binding binding, std::int64_t neurons,
              const InterpreterOptions& options)
      : streams_(std::move(binding.streams)), parameters_(all_parameters(program, binding, neurons)) {
    std::vector<std::uint64_t> keys;
    for (const base::Stream& stream : streams_) keys.push_back(stream.key);
    code_ = compile(program, parameters_, keys, table_of(options.isa), options.chunk);
    for (const Output& output : program.outputs)
      if (output.mask) written_masks_.push_back(output.slot);
  }

  std::int64_t run(const Call& call) const override {
    alignas(64) std::byte scratch[scratch_limit];  // not initialised: each value is written before it is read
    fill_values(call, scratch);
    const std::int64_t end = call.first + call.count;
    for (std::int64_t start = call.first; start < end; start += code_.chunk) {
      const std::int64_t count = std::min(code_.chunk, end - start);
      const std::int64_t bad = run_chunk(call, scratch, start, count);
      if (bad >= 0) return start + bad;
    }
    return -1;
  }

 private:
  static std::byte* at(std::byte* const* bases, Address address) {
    return bases[address.base] + address.offset;
  }

  // Everything that is the same for all neurons of the call.
  void fill_values(const Call& call, std::byte* scratch) const {
    double* values = reinterpret_cast<double*>(scratch);
    std::copy(code_.values.begin(), code_.values.end(), values);
    for (const StepValue& v : code_.step_values) values[v.place] = call.step_values[index(v.slot)];
    for (const SharedDraw& d : code_.shared_draws)
      values[d.place] = streams_[index(d.stream)].uniform(0, call.step, d.lane);
    const auto operand = [&](int place) { return place < 0 ? 0.0 : values[place]; };
    for (const SharedOperation& o : code_.shared)
      values[o.result] = evaluate(o.op, operand(o.a), operand(o.b), operand(o.c));
  }

  std::int64_t run_chunk(const Call& call, std::byte* scratch, std::int64_t start, std::int64_t count) const {
    std::byte** bases = reinterpret_cast<std::byte**>(scratch + code_.base_addresses);
    set_bases(call, scratch, bases, start);
    const std::int64_t lanes = base::padded(count);
    execute(code_.compute, bases, lanes);
    if (code_.has_guard) {
      const std::int64_t bad =
          first_set(reinterpret_cast<const std::uint8_t*>(at(bases, code_.guard)), count);
      if (bad >= 0) return bad;
    }
    execute(code_.stores, bases, lanes);
    if (count % 8 != 0) {
      const auto valid = static_cast<std::uint8_t>((1u << (count % 8)) - 1);
      for (const int mask : written_masks_) call.masks[index(mask)][(start + count) / 8] &= valid;
    }
    return -1;
  }

  void set_bases(const Call& call, std::byte* scratch, std::byte** bases, std::int64_t start) const {
    *bases++ = scratch;
    for (int i = 0; i < code_.arrays; ++i)
      *bases++ = reinterpret_cast<std::byte*>(call.arrays[index(i)] + start);
    for (int i = 0; i < code_.masks; ++i)
      *bases++ = reinterpret_cast<std::byte*>(call.masks[index(i)] + start / 8);
    // Instructions only read through the bases of parameters.
    for (const int slot : code_.parameters_per_neuron)
      *bases++ = reinterpret_cast<std::byte*>(const_cast<double*>(parameters_[index(slot)].data() + start));
    DrawPosition* position = reinterpret_cast<DrawPosition*>(scratch + code_.draw_position);
    *position = DrawPosition{call.step, call.first_index + static_cast<std::uint64_t>(start)};
  }

  static void execute(const std::vector<Instruction>& instructions, std::byte* const* bases,
                      std::int64_t lanes) {
    for (const Instruction& i : instructions)
      i.function(at(bases, i.result), at(bases, i.a), at(bases, i.b), at(bases, i.c), lanes);
  }

  static std::int64_t first_set(const std::uint8_t* bits, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += 8) {
      if (bits[i / 8] == 0) continue;
      const std::int64_t found = i + std::countr_zero(bits[i / 8]);
      if (found < count) return found;
    }
    return -1;
  }

  std::vector<base::Stream> streams_;
  ParameterValues parameters_;
  Code code_;
  std::vector<int> written_masks_;
};

}  // namespace

std::unique_ptr<Kernel> make_interpreter(const Program& program, Binding binding, std::int64_t neurons,
                                         InterpreterOptions options) {
  check(program, binding, neurons, options);
  return std::make_unique<Interpreter>(program, std::move(binding), neurons, options);
}

}  // namespace hillock::program
