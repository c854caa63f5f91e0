// Which back end runs a program, and what builds without native code have instead.
#include "program/kernel.hpp"

#include "base/diagnostics.hpp"

namespace hillock::program {

Backend best_backend() {
  return has_native_code(best_instruction_set()) ? Backend::jit : Backend::interpreter;
}

std::string describe(const KernelOptions& options) {
  return (options.backend == Backend::jit ? "jit " : "interpreter ") + std::string(name(options.isa));
}

std::unique_ptr<Kernel> make_kernel(const Program& program, const Binding& binding, std::int64_t neurons,
                                    const KernelOptions& options) {
  if (!options.guards && program.guard >= 0)
    return make_kernel(without_guard(program), binding, neurons, options);
  if (options.backend == Backend::jit) return make_jit(program, binding, neurons, options.isa);
  return make_interpreter(program, binding, neurons, {options.chunk, options.isa});
}

#ifdef HILLOCK_JIT
bool writes_native_code() { return true; }
#else
bool writes_native_code() { return false; }

bool has_native_code(InstructionSet) { return false; }

std::unique_ptr<Kernel> make_jit(const Program&, const Binding&, std::int64_t, InstructionSet) {
  throw base::InternalError("this build of hillock writes no native code");
}
#endif

}  // namespace hillock::program
