// From actions to instructions on registers: what stands where at each moment of a loop's body.
#pragma once
#include <vector>

#include "program/jit/actions.hpp"
#include "program/kernel.hpp"

namespace hillock::program::jit {

// Registers of a CPU and what they hold.
struct Target {
  bool wide = false;  // AVX-512: 8 lanes, masks in registers of their own; else AVX2: 4 lanes
  int vectors = 16, masks = 0;
  int lanes() const { return wide ? 8 : 4; }
  int together() const { return 8 / lanes(); }  // streams of one group: 8 neurons, a byte of each mask
};
Target target(InstructionSet isa);

// Where an operand is: a register, or a place in memory that an instruction can read.
struct Place {
  enum class Kind : std::uint8_t {
    none,
    vector,
    mask,
    constant,
    row,
    value,
    array,
    parameter,
    mask_array,
    spill
  };
  Kind kind = Kind::none;
  int number = 0;  // of the register, slot, ...
  bool is_register() const { return kind == Kind::vector || kind == Kind::mask; }
  bool operator==(const Place&) const = default;
};

// Which operand of a*b + c the result replaces, as in the names of the instructions: 213 is a = b*a + c, 231
// is c = a*b + c, 132 is a = a*b + c. The last one named may be in memory; result is the first.
enum class Form : std::uint8_t { none, f132, f213, f231 };

struct Instruction {
  enum class Kind : std::uint8_t {
    load,       // result <- a, from memory
    spill,      // result, in memory <- a
    move,       // result <- a, both registers
    operate,    // result <- action of a, b, c
    guard,      // leave the loop if a holds for any lane; nothing of the whole round is stored yet
    store,      // array `detail` <- a
    store_mask  // mask `detail` <- a; AVX2: and the next four lanes from b
  };
  Kind kind = Kind::operate;
  Action action = Action::constant;
  Form form = Form::none;
  Place result, a, b, c, mask;
  int detail = 0;
  int stream = 0;  // which group of lanes
};

// The body of a loop that takes `streams` groups of lanes at a time, their instructions interleaved: one
// group's wait for results is the other's time to work.
struct Body {
  int streams = 1;
  std::vector<Instruction> before;  // the loop: registers that keep their contents
  std::vector<Instruction> code;
  int spills = 0;    // places of spilled vectors or masks
  int spilling = 0;  // instructions that only move registers to memory and back
};

Body allocate(const ActionList& list, const Target& target, int streams);

}  // namespace hillock::program::jit
