// What the processor notes by itself: its exception flags say at no cost whether any result was the first
// that is not finite.
#pragma once
#include "program/bound_program.hpp"
#include "program/kernel.hpp"

namespace hillock::program {

// Whether this processor (or what emulates it) keeps them. They are those of the thread.
bool has_exception_flags();
void clear_exception_flags();
// Overflow, division by zero or an invalid operation since they were cleared.
bool exceptions_flagged();

// Whether the guard of a program looks for what is not finite, at values that its outputs need too, and no
// operation makes such a value of finite arrays and step values without a flag: then, while none is up, the
// guard holds for no neuron.
// Operations whose result is thrown away may raise one too.
bool flags_tell(const Program& program, const ParameterValues& parameters);

}  // namespace hillock::program
