// Input type chirp: a sine whose frequency changes from start to stop.
#pragma once
#include <memory>

#include "engine/inputs/input.hpp"

namespace hillock::engine {

// Fields: amplitude, offset; from, to (1/ms); start, stop (ms); the flag log.
std::unique_ptr<CurrentInput> make_chirp(const InputData& data);

}  // namespace hillock::engine
