// The commands: each takes the arguments, prints through the console, and returns the exit code or throws
// base::Error.
#pragma once

#include "cli/arguments.hpp"
#include "cli/console.hpp"

namespace hillock::cli {

int run(const Arguments& arguments, Console& console);
int sweep(const Arguments& arguments, Console& console);
int check(const Arguments& arguments, Console& console);
int models(const Arguments& arguments, Console& console);
int features(const Arguments& arguments, Console& console);
int info(const Arguments& arguments, Console& console);
int report(const Arguments& arguments, Console& console);
int plot(const Arguments& arguments, Console& console);
int recover(const Arguments& arguments, Console& console);
int schema(const Arguments& arguments, Console& console);
int reference(const Arguments& arguments, Console& console);
int completion(const Arguments& arguments, Console& console);
int bench(const Arguments& arguments, Console& console);

}  // namespace hillock::cli
