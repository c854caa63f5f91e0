// Which kernels the command line asks for.
#include "cli/kernel_choice.hpp"

#include <fmt/format.h>

namespace hillock::cli {

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
    throw base::ResourceError(
        fmt::format("there is no native code for {} here: hillock was built without Xbyak, or the system "
                    "gives no executable "
                    "memory; choose --backend interpreter",
                    program::name(options.isa)));
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
