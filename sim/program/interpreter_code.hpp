// A program as the interpreter runs it: instructions with addresses, and what is computed once per call.
#pragma once
#include <cstdint>
#include <vector>

#include "program/bound_program.hpp"
#include "program/instruction_table.hpp"

namespace hillock::program {

// A byte position relative to one of the base addresses of a chunk.
struct Address {
  std::int32_t base = 0;
  std::int32_t offset = 0;
};

struct Instruction {
  Function function = nullptr;
  Address result, a, b, c;
};

// Base 0 is the scratch memory of the runner: values | DrawPosition | base addresses | number slots | mask
// slots. The further bases are the arrays, the output masks, and the parameters that differ between neurons.
struct Code {
  std::vector<Instruction> compute, stores;  // the guard stands between them
  SharedValues shared;
  std::vector<int> parameters_per_neuron;  // slots, in the order of their bases
  Address guard;
  bool has_guard = false;
  std::int64_t chunk = 0;
  std::int32_t draw_position = 0, base_addresses = 0;  // offsets in scratch
  std::int64_t scratch_bytes = 0;
  int arrays = 0, masks = 0;

  int base_of_array(int slot) const { return 1 + slot; }
  int base_of_mask(int slot) const { return 1 + arrays + slot; }
  int base_of_parameter(int i) const { return 1 + arrays + masks + i; }
  std::int64_t bytes() const {
    return (std::ssize(compute) + std::ssize(stores)) * std::int64_t{sizeof(Instruction)};
  }
  int bases() const { return 1 + arrays + masks + static_cast<int>(parameters_per_neuron.size()); }
};

constexpr std::int64_t scratch_bytes_meant = 256 * 1024;  // of a cache that a core has to itself

// chunk is an upper limit: it is lowered until the scratch memory fits into that, or is 8.
Code compile(const Program& program, const ParameterValues& parameters,
             const std::vector<base::Streams>& streams, const StackedDraws& stacked,
             const InstructionTable& table, std::int64_t chunk);

}  // namespace hillock::program
