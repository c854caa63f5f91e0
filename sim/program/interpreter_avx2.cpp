// Instructions for AVX2 with FMA: four neurons at a time.
#include "program/batch_avx2.hpp"
#include "program/instructions.hpp"

namespace hillock::program::avx2 {

InstructionTable table() { return Instructions<Operations>::table(); }

}  // namespace hillock::program::avx2
