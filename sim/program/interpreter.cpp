// The interpreter: evaluates the prologue once, then runs each operation of the step over one chunk of
// neurons after another.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "base/aligned.hpp"
#include "base/diagnostics.hpp"
#include "program/exception_flags.hpp"
#include "program/interpreter_code.hpp"
#include "program/kernel.hpp"
#include "program/operations.hpp"

namespace hillock::program {
namespace {

InstructionTable table_of(InstructionSet isa) {
  if (!available(isa))
    throw base::InternalError("this CPU has no " + std::string(name(isa)) + " instructions");
#if defined(__x86_64__)
  if (isa == InstructionSet::avx512) return avx512::table();
  if (isa == InstructionSet::avx2) return avx2::table();
#endif
  return generic::table();
}

std::byte* at(std::byte* const* bases, Address address) { return bases[address.base] + address.offset; }

void execute(const std::vector<Instruction>& instructions, std::byte* const* bases, std::int64_t lanes) {
  for (const Instruction& i : instructions)
    i.function(at(bases, i.result), at(bases, i.a), at(bases, i.b), at(bases, i.c), lanes);
}

std::int64_t first_set(const std::uint8_t* bits, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 8) {
    if (bits[i / 8] == 0) continue;
    const std::int64_t found = i + std::countr_zero(bits[i / 8]);
    if (found < count) return found;
  }
  return -1;
}

class Interpreter final : public Kernel {
 public:
  Interpreter(const Program& program, const Binding& binding, std::int64_t neurons,
              const InterpreterOptions& options)
      : streams_(binding.streams), parameters_(bind_parameters(program, binding, neurons)) {
    const StackedDraws stacked = add_stacked_draws(streams_, neurons, parameters_);
    const std::int64_t all = std::max(base::simd_width, base::padded(neurons));
    const auto compiled = [&](const Program& each) {
      return compile(each, parameters_, streams_, stacked, table_of(options.isa),
                     std::min<std::int64_t>(options.chunk, all));
    };
    code_ = compiled(program);
    if (program::flags_tell(program, parameters_)) unguarded_ = compiled(without_guard(program));
    for (const Output& output : program.outputs)
      if (output.mask) written_masks_.push_back(output.slot);
  }

  std::unique_ptr<Runner> runner() const override;
  bool flags_tell() const override { return unguarded_.has_value(); }
  std::int64_t bytes() const override {
    return program::bytes(parameters_) + code_.bytes() + (unguarded_ ? unguarded_->bytes() : 0);
  }

 private:
  friend class InterpreterRunner;
  std::vector<base::Streams> streams_;
  ParameterValues parameters_;
  Code code_;
  std::optional<Code> unguarded_;
  std::vector<int> written_masks_;
};

// Runs a code in scratch memory of its own.
class CodeRunner {
 public:
  CodeRunner(const Code& code, const std::vector<base::Streams>& streams, const ParameterValues& parameters,
             const std::vector<int>& written_masks)
      : code_(code),
        streams_(streams),
        parameters_(parameters),
        written_masks_(written_masks),
        scratch_(code.scratch_bytes) {}

  std::int64_t run(const Call& call) {
    double* const values = reinterpret_cast<double*>(scratch_.data());
    if (!filled_ || !code_.shared.current(call, values, 1)) {
      code_.shared.fill(call, streams_, values);
      finite_ = code_.shared.finite(values, 1);
    }
    filled_ = true;
    if (!call.guarded && !finite_) return call.first;
    const std::int64_t end = call.first + call.count;
    for (std::int64_t start = call.first; start < end; start += code_.chunk) {
      const std::int64_t count = std::min(code_.chunk, end - start);
      const std::int64_t bad = run_chunk(call, start, count);
      if (bad >= 0) return start + bad;
    }
    return -1;
  }
  std::int64_t bytes() const { return scratch_.bytes(); }

 private:
  std::int64_t run_chunk(const Call& call, std::int64_t start, std::int64_t count) {
    std::byte** bases = reinterpret_cast<std::byte**>(scratch_.data() + code_.base_addresses);
    set_bases(call, bases, start);
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

  void set_bases(const Call& call, std::byte** bases, std::int64_t start) {
    *bases++ = scratch_.data();
    for (int i = 0; i < code_.arrays; ++i)
      *bases++ = reinterpret_cast<std::byte*>(call.arrays[index(i)] + start);
    for (int i = 0; i < code_.masks; ++i)
      *bases++ = reinterpret_cast<std::byte*>(call.masks[index(i)] + start / 8);
    // Instructions only read through the bases of parameters.
    for (const int slot : code_.parameters_per_neuron)
      *bases++ = reinterpret_cast<std::byte*>(const_cast<double*>(parameters_[index(slot)].data() + start));
    DrawPosition* position = reinterpret_cast<DrawPosition*>(scratch_.data() + code_.draw_position);
    *position = DrawPosition{call.step, call.first_index + static_cast<std::uint64_t>(start)};
  }

  const Code& code_;
  const std::vector<base::Streams>& streams_;
  const ParameterValues& parameters_;
  const std::vector<int>& written_masks_;
  base::AlignedArray<std::byte> scratch_;
  bool filled_ = false;
  bool finite_ = true;
};

class InterpreterRunner final : public Runner {
 public:
  explicit InterpreterRunner(const Interpreter& kernel) : guarded_(runner(kernel, kernel.code_)) {
    if (kernel.unguarded_) unguarded_.emplace(runner(kernel, *kernel.unguarded_));
  }

  std::int64_t run(const Call& call) override { return (call.guarded ? guarded_ : *unguarded_).run(call); }
  std::int64_t bytes() const override { return guarded_.bytes() + (unguarded_ ? unguarded_->bytes() : 0); }

 private:
  static CodeRunner runner(const Interpreter& kernel, const Code& code) {
    return {code, kernel.streams_, kernel.parameters_, kernel.written_masks_};
  }

  CodeRunner guarded_;
  std::optional<CodeRunner> unguarded_;
};

std::unique_ptr<Runner> Interpreter::runner() const { return std::make_unique<InterpreterRunner>(*this); }

}  // namespace

std::unique_ptr<Kernel> make_interpreter(const Program& program, const Binding& binding, std::int64_t neurons,
                                         InterpreterOptions options) {
  if (options.chunk <= 0 || options.chunk % base::simd_width != 0)
    throw base::InternalError("the interpreter's chunk is " + std::to_string(options.chunk) +
                              "; it must be a positive multiple of " + std::to_string(base::simd_width));
  return std::make_unique<Interpreter>(program, binding, neurons, options);
}

}  // namespace hillock::program
