// Input type file: a current given by samples, held or joined by straight lines.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Lists times (ms, ascending) and values; word interpolate: hold or linear; fields: start, stop (ms). The
// current is 0 before the first time and the last value after the last.
std::unique_ptr<CurrentInput> make_file(const InputData& data);

}  // namespace hillock::engine
