// The files that a config reads its values from, as a sweep remembers them: points of other data are others.
#pragma once
#include <string>

#include "config/config.hpp"
#include "sweep/points.hpp"

namespace hillock::cli {

// A line for each file that the config or a point names: path, length and CRC-32 of its bytes. Files that are
// not there are left out: their points fail, and say so. Throws IoError.
std::string data_files_text(const config::Template& config, const sweep::Points& points);

}  // namespace hillock::cli
