// The file that a command makes of a run's file: its name, and that it is written whole or not at all.
#pragma once
#include <string>
#include <string_view>

#include "cli/arguments.hpp"

namespace hillock::cli {

// Where the command writes what it draws: --out, or the run's file with another ending (results/x.h5 and
// results/x.h5.partial become results/x.html). Throws UserError if that is the file of the run itself,
// IoError if nothing can be written there or --out exists without --force.
std::string picture_path(const Arguments& arguments, const std::string& ending);

// Throws IoError; the file that was there before is kept then.
void write_picture(const std::string& path, std::string_view text);

}  // namespace hillock::cli
