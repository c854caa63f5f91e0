// What a unit of one instruction set offers to the interpreter: functions that run one operation over a
// chunk.
#pragma once
#include <cstdint>

#include "program/tape.hpp"

namespace hillock::program {

// Runs one operation for `lanes` neurons (a multiple of 8). Operands and result are arrays of double (one
// value per neuron), single doubles (shared), or bit masks; the result may be one of the operands.
using Function = void (*)(void* result, const void* a, const void* b, const void* c, std::int64_t lanes);

// Which operands are one value for all neurons. Operations whose operands all are never become instructions.
struct Shape {
  bool a_shared = false, b_shared = false, c_shared = false;
};

// Where draws stand: the time step, and the index of the first neuron of the chunk.
struct DrawPosition {
  std::uint64_t step = 0, index = 0;
};

struct InstructionTable {
  Function (*operation)(Op op, Shape shape) = nullptr;
  Function copy = nullptr, fill = nullptr;            // numbers: from an array, from one value
  Function copy_mask = nullptr, fill_mask = nullptr;  // masks: from a mask, from one number (1 or 0)
  // By Philox lane. a: DrawPosition, b: key of the stream; for each neuron: b: keys, c: indices.
  Function draw[2] = {nullptr, nullptr}, draw_each[2] = {nullptr, nullptr};
};

namespace generic {
InstructionTable table();
}
namespace avx2 {
InstructionTable table();
}
namespace avx512 {
InstructionTable table();
}

}  // namespace hillock::program
