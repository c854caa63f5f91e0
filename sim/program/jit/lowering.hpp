// From a program to a list of actions: functions become the arithmetic of base/functions.hpp.
#pragma once
#include <span>

#include "program/bound_program.hpp"
#include "program/jit/actions.hpp"
#include "program/kernel.hpp"

namespace hillock::program::jit {

// Places of values that the kernel fills in for each call, behind those of the table that all neurons share.
struct ValueLayout {
  int step_low = 0, step_high = 0;  // the time step in two words, for draws
  int size = 0;
};

struct Lowered {
  ActionList list;
  ValueLayout values;
};

// `isa` is avx2 or avx512.
Lowered lower(const Program& program, const SharedValues& shared, std::span<const base::Streams> streams,
              const StackedDraws& stacked, InstructionSet isa);

}  // namespace hillock::program::jit
