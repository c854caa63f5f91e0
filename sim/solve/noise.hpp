// Gaussian increments on a tape, from the random stream of a noise.
#pragma once
#include <string>

#include "solve/cell.hpp"

namespace hillock::solve {

// Standard normal number `i` of this noise in this step: independent between neurons, steps, noises and i.
inline Expr standard_normal(Tape& tape, Slots& slots, const std::string& noise, int i = 0) {
  const int stream = slots.stream(i < 2 ? noise : noise + "#" + std::to_string(i / 2));
  return normal_quantile(program::uniform(tape, stream, i % 2));
}

}  // namespace hillock::solve
