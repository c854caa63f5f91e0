// Which kernels the command line asks for.
#include "cli/kernel_choice.hpp"

#include <fmt/core.h>

#include "base/diagnostics.hpp"

namespace hillock::cli {

namespace {

[[noreturn]] void refuse_native_code(const Arguments& arguments, program::InstructionSet isa) {
  if (!program::writes_native_code())
    throw base::ResourceError(
        "--backend jit: this hillock was built without Xbyak, so it writes no native code; choose --backend "
        "interpreter");
  if (isa != program::InstructionSet::generic)
    throw base::ResourceError(
        fmt::format("--backend jit: the system gives no executable memory for native code ({}); choose "
                    "--backend interpreter",
                    program::name(isa)));
  const std::string written = "native code is written for avx2 and avx512";
  if (arguments.instructions == "generic")
    throw base::UserError("--backend jit does not go with --instructions generic: " + written,
                          "write --backend interpreter, or leave --instructions out");
  throw base::ResourceError("--backend jit: " + written +
                            ", and this processor has neither; choose --backend interpreter");
}

}  // namespace

program::KernelOptions kernel_options(const Arguments& arguments) {
  program::KernelOptions options;
  if (arguments.chunk != 0) options.chunk = arguments.chunk;
  using program::InstructionSet;
  for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (arguments.instructions == program::name(set)) {
      if (!program::available(set))
        throw base::ResourceError("this processor has no " + arguments.instructions +
                                  "; choose another with --instructions");
      options.isa = set;
    }
  using program::Backend;
  options.backend = program::has_native_code(options.isa) ? Backend::jit : Backend::interpreter;
  if (arguments.backend == "interpreter") options.backend = Backend::interpreter;
  if (arguments.backend == "jit" && options.backend != Backend::jit)
    refuse_native_code(arguments, options.isa);
  return options;
}

void say_why_interpreted(const Arguments& arguments, const program::KernelOptions& options,
                         Console& console) {
  if (arguments.backend == "interpreter" || options.backend == program::Backend::jit) return;
  if (options.isa == program::InstructionSet::generic || !program::writes_native_code()) return;
  console.message(
      "note: the system gives no executable memory, so steps are interpreted: slower, with the same results");
}

}  // namespace hillock::cli
