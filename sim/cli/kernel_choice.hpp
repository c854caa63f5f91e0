// Which kernels the command line asks for.
#pragma once
#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "program/kernel.hpp"

namespace hillock::cli {

// What --backend, --instructions and --chunk say. Throws ResourceError if this machine has not what is asked
// for.
program::KernelOptions kernel_options(const Arguments& arguments);

// Where native code would run if only the system let it, that is said once.
void say_why_interpreted(const Arguments& arguments, const program::KernelOptions& options, Console& console);

}  // namespace hillock::cli
