// An optimised tape in two parts: a prologue that depends on parameters alone, and the step.
#pragma once
#include <vector>

#include "program/tape.hpp"

namespace hillock::program {

struct Passes {  // for measurements and tests; all on by default
  bool fold = true, cse = true, dead_code = true, reciprocal = true, share = true, fuse = true;
};

// Parameters are slots 0 .. parameters-1; the results of the prologue follow them as further parameter slots,
// so that the step reads both in the same way. The passes see structure and literals, never the values of
// parameters.
struct Program {
  int arrays = 0, parameters = 0, step_values = 0, streams = 0, masks = 0;
  std::vector<Node> prologue;           // reads constants and parameters only
  std::vector<int> prologue_results;    // node of the prologue for parameter slot parameters + i
  std::vector<ExternalCall> externals;  // inputs are nodes of the prologue
  std::vector<Node> step;               // in the order of execution
  std::vector<Output> outputs;          // nodes of the step
  int guard = -1;                       // node of the step
};

Program optimise(const Tape& tape, const Passes& passes = {});

Program without_guard(Program program);
// Which nodes of the step its outputs and guard need.
std::vector<bool> live_nodes(const Program& program);

}  // namespace hillock::program
