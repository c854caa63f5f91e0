// Instructions for any CPU: one neuron after another.
#include "program/batch_generic.hpp"
#include "program/instructions.hpp"

namespace hillock::program::generic {

InstructionTable table() { return Instructions<Operations>::table(); }

}  // namespace hillock::program::generic
