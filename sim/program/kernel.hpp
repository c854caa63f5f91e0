// The Kernel interface: run one step of a program for a range of neurons; and how kernels are made.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "program/program.hpp"

namespace hillock::program {

// The constant data of a kernel. Values are copied.
struct Binding {
  // For each parameter slot one value, or one per neuron (then padded here to a multiple of 8 with the last
  // value).
  std::vector<std::vector<double>> parameters;
  std::vector<base::Streams> streams;  // for each stream slot
};

// The data of one call. Arrays and masks are padded to multiples of 8 neurons and may be unaligned; the lanes
// behind the last neuron are computed as well, and must hold harmless values (copies of a real neuron); their
// mask bits and guards are ignored.
struct Call {
  std::span<double* const> arrays;       // [arrays][padded n]
  std::span<std::uint8_t* const> masks;  // [masks][padded n / 8]
  std::span<const double> step_values;   // [step_values]
  std::uint64_t step = 0;                // for draws
  std::uint64_t first_index = 0;         // index for draws of neuron 0, where no stream is stacked
  std::int64_t first = 0;                // a multiple of 8
  std::int64_t count = 0;                // neurons first .. first + count - 1
  bool guarded = true;                   // false, where Kernel::flags_tell(): the guard is not looked at
};

// A kernel as one thread runs it. What all neurons share is kept from call to call, and computed anew where
// step values have changed. Numbers below the normal range count as zero: whoever runs it holds a
// FlushToZero, without which its bits may differ from those of other runs. Aligned, since two threads that
// write to the same cache line wait for one another.
class alignas(128) Runner {
 public:
  virtual ~Runner() = default;
  // Runs the step; returns -1, or the first neuron for which the guard holds: then nothing of its chunk and
  // of later chunks was stored. Never throws or allocates.
  virtual std::int64_t run(const Call& call) = 0;
  virtual std::int64_t bytes() const = 0;  // of the memory it works in
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Must not outlive the kernel. Runners may run in different threads at once, each on a range of its own.
  virtual std::unique_ptr<Runner> runner() const = 0;
  // Whether calls may leave the guard out, since exception flags say where it could hold
  // (exception_flags.hpp).
  virtual bool flags_tell() const { return false; }
  virtual std::int64_t bytes() const = 0;  // of its parameters, code and constants
  // A single call.
  std::int64_t run(const Call& call) const { return runner()->run(call); }
};

enum class InstructionSet { generic, avx2, avx512 };
InstructionSet best_instruction_set();  // of this CPU
bool available(InstructionSet isa);
std::string_view name(InstructionSet isa);

struct InterpreterOptions {
  int chunk = 256;  // neurons, a multiple of 8; at most
  InstructionSet isa = best_instruction_set();
};
std::unique_ptr<Kernel> make_interpreter(const Program& program, const Binding& binding, std::int64_t neurons,
                                         InterpreterOptions options = {});

// Whether this build can write native code at all, for x86-64.
bool writes_native_code();
// Whether this build writes native code for this instruction set, this CPU runs it, and the system allows it.
bool has_native_code(InstructionSet isa);
// A kernel of native code, with the interpreter's bits. Throws base::InternalError if there is none here, or
// if the system gives no executable memory.
std::unique_ptr<Kernel> make_jit(const Program& program, const Binding& binding, std::int64_t neurons,
                                 InstructionSet isa = best_instruction_set());

enum class Backend { interpreter, jit };
Backend best_backend();

// How steps are run; what stands here by itself is the fastest that works on this machine.
struct KernelOptions {
  Backend backend = best_backend();
  InstructionSet isa = best_instruction_set();
  int chunk = InterpreterOptions{}.chunk;  // of the interpreter
  bool guards = true;                      // false: programs run without theirs, for measurements
};
// "jit avx512"
std::string describe(const KernelOptions& options);
std::unique_ptr<Kernel> make_kernel(const Program& program, const Binding& binding, std::int64_t neurons,
                                    const KernelOptions& options = {});

// Readable reference: evaluates a program for one neuron at a time, prologue included. Also used where steps
// of odd length are needed.
class ScalarEvaluator {
 public:
  explicit ScalarEvaluator(Program program);
  const Program& program() const { return program_; }
  // parameters[program.parameters]: evaluates the prologue.
  void set_parameters(std::span<const double> parameters);
  // arrays[program.arrays]: read, then overwritten by the stores; masks[program.masks] likewise. Returns
  // false (nothing stored) if the guard holds.
  bool run(std::span<double> arrays, std::span<bool> masks, std::span<const double> step_values,
           std::span<const base::Streams> streams = {}, std::uint64_t step = 0, std::uint64_t index = 0);
  std::span<const double> all_parameters() const { return parameters_; }  // parameters and prologue results

 private:
  Program program_;
  std::vector<double> parameters_, values_, prologue_values_;
};

// Sets flush-to-zero and denormals-are-zero for this thread while it lives (x86-64; FZ on AArch64), and
// restores what was set.
class FlushToZero {
 public:
  FlushToZero();
  ~FlushToZero();
  FlushToZero(const FlushToZero&) = delete;
  FlushToZero& operator=(const FlushToZero&) = delete;

 private:
  std::uint64_t saved_ = 0;
};

}  // namespace hillock::program
