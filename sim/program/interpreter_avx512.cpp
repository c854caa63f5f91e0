// Instructions for AVX-512: eight neurons at a time.
#include "program/batch_avx512.hpp"
#include "program/instructions.hpp"

namespace hillock::program::avx512 {

InstructionTable table() { return Instructions<Operations>::table(); }

}  // namespace hillock::program::avx512
