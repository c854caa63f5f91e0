// A step as a list of actions that a CPU has instructions for, each on values computed before it (SSA).
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace hillock::program::jit {

// What stands where a vector is: 64 bits for each neuron, as number or as bits.
enum class Action : std::uint8_t {
  // Leaves: they cost an instruction only where they cannot be read from memory.
  constant,   // detail: place in the pool of constants, one number for all lanes
  row,        // detail: place of a row of 8 (AVX-512) or 4 (AVX2) words of 64 bits in the pool of rows
  value,      // detail: place in the table of what all neurons share
  load,       // detail: array slot
  parameter,  // detail: which of the parameters that differ between neurons
  // Numbers.
  add,
  subtract,
  multiply,
  divide,
  square_root,
  minimum,
  maximum,
  fused_add,       // a*b + c
  fused_subtract,  // a*b - c
  fused_from,      // c - a*b
  scale,           // AVX-512: a 2^floor(b)
  // Bits.
  neuron_index,  // 64-bit index of the neuron, for draws; a: a row with 0, 1, ...
  and_bits,
  or_bits,
  xor_bits,
  add_bits,
  multiply_words,  // 32 x 32 -> 64 bits of the lower halves
  shift_left,      // by detail
  shift_right,
  permute,  // AVX-512: numbers of row b by the lowest bits of a. AVX2: words of row b by those of words a
  double_words,  // AVX2: the lower word of each lane in both halves
  blend_words,   // AVX2: lower words of a, upper words of b
  // Masks. Comparisons: detail 1 for the opposite, which holds for NaN.
  less,
  less_equal,
  equal,
  not_finite,  // AVX-512
  both,
  second_only,  // b and not a
  either,
  invert,  // AVX2: b has all bits set
  select   // a ? b : c
};

struct Item {
  Action action = Action::constant;
  int a = -1, b = -1, c = -1;
  int detail = 0;
  int mask = -1;  // AVX-512: in lanes where it does not hold the result is 0, of a comparison false
};

using Row = std::array<std::uint64_t, 8>;

// What leaves a step.
struct Sink {
  int slot = 0, item = 0;
  bool mask = false;
};

struct ActionList {
  std::vector<Item> items;
  std::vector<std::uint64_t> constants;
  std::vector<Row> rows;
  std::vector<Sink> sinks;
  int guard = -1;               // item, a mask
  std::vector<int> parameters;  // slots of those that differ between neurons, in the order of their places
};

inline bool is_leaf(Action action) { return action <= Action::parameter; }
inline bool is_mask(Action action) { return action >= Action::less && action <= Action::invert; }

// What an item reads; -1: it has less.
inline std::array<int, 4> operands(const Item& item) { return {item.a, item.b, item.c, item.mask}; }

}  // namespace hillock::program::jit
