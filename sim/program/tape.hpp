// A tape: one step of a model as a list of operations, each on values computed before it (SSA). Knows no
// neurons.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace hillock::program {

// Nodes, slots and neurons are counted by signed numbers.
constexpr std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// The operations. Comparisons and logic yield masks, everything else doubles.
enum class Op : std::uint8_t {
  constant,    // value
  array,       // slot a: one value per neuron, may change at every step (states, arrivals)
  parameter,   // slot a: constant during a run; one value, or one per neuron
  step_value,  // slot a: one value per step (time, amplitudes of inputs)
  uniform,     // a draw in (0, 1): stream slot a, lane b of the Philox block (0 or 1), c = 1 if all neurons
               // share the draw of index 0
  external,    // result b of external call a; prologue only
  add,
  subtract,
  multiply,
  divide,
  negate,
  absolute,
  square_root,
  minimum,
  maximum,  // a < b ? a : b and a > b ? a : b, as x86 does for NaN
  fused_add,
  fused_subtract,
  fused_from,  // a*b + c, a*b - c, c - a*b with one rounding
  exp,
  log,
  pow,
  tanh,
  sinh,
  cosh,
  sin,
  cos,
  exprel,
  reciprocal_exprel,  // x/(exp(x) - 1), 1 at 0
  normal_quantile,
  less,
  less_equal,
  equal,
  logical_and,
  logical_or,
  logical_not,
  select  // a ? b : c
};

struct Node {
  Op op = Op::constant;
  int a = -1, b = -1, c = -1;
  double value = 0;
};

// Where results go: an array (double per neuron), or a bit mask (bit i%8 of byte i/8 for neuron i).
struct Output {
  int slot = 0;
  int node = 0;
  bool mask = false;
};

// A numerical routine that the prologue calls (a matrix exponential): reads its inputs, fills its results.
// Must be a pure function built from base/math.hpp and plain arithmetic, so that its bits do not depend on
// the machine.
struct ExternalCall {
  std::function<void(std::span<const double> inputs, std::span<double> results)> function;
  std::vector<int> inputs;  // nodes
  int results = 0;
};

struct Tape {
  std::vector<Node> nodes;
  std::vector<Output> outputs;
  std::vector<ExternalCall> externals;
  int guard = -1;  // mask node: if it is true for a neuron, nothing of its chunk is stored and run() reports
                   // the neuron
  int arrays = 0, parameters = 0, step_values = 0, streams = 0, masks = 0;  // numbers of slots in use
};

}  // namespace hillock::program
