// A program with its parameters: what is the same for all neurons is computed once per call, and stands in a
// table of values.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "program/kernel.hpp"
#include "program/program.hpp"

namespace hillock::program {

// The parameters as the step sees them (those of the user, then the results of the prologue): one value, or
// one per neuron, padded with the last.
using ParameterValues = std::vector<std::vector<double>>;

// Evaluates the prologue. Throws base::InternalError if the binding is none of this program.
ParameterValues bind_parameters(const Program& program, const Binding& binding, std::int64_t neurons);

// Where the neurons of a stack find their draws: parameters behind those of the program, the bits of whole
// numbers.
struct StackedDraws {
  int keys = -1;              // of the first stream; the others follow
  int own = -1, shared = -1;  // indices of the neurons, and of draws that the neurons of a point share: 0
  bool any() const { return keys >= 0; }
};
// Adds them if the streams are stacked.
StackedDraws add_stacked_draws(const std::vector<base::Streams>& streams, std::int64_t neurons,
                               ParameterValues& parameters);

// An operation whose operands are the same for all neurons of a call; places in the table of values.
struct SharedOperation {
  Op op = Op::constant;
  int result = 0, a = -1, b = -1, c = -1;
};

// A draw of index 0, the same for all neurons; place in the table of values.
struct SharedDraw {
  int stream = 0, lane = 0, place = 0;
};

struct StepValue {
  int slot = 0, place = 0;
};

// What of a step is the same for all neurons.
struct SharedValues {
  std::vector<double> table;  // constants and shared parameters; the rest is filled per call
  std::vector<StepValue> step_values;
  std::vector<SharedDraw> draws;
  std::vector<SharedOperation> operations;
  std::vector<int> places;  // of each node of the step in the table; -1: it differs between neurons

  int add(double value) {
    table.push_back(value);
    return static_cast<int>(table.size()) - 1;
  }
  // Fills the table for a call; values[table.size()].
  void fill(const Call& call, std::span<const base::Streams> streams, double* values) const;
  // Whether values, filled for a call before, are those of this call too; value i stands at values[repeats *
  // i].
  bool current(const Call& call, const double* values, int repeats) const;
  // Whether all that was filled in is finite. Where it is not, exception flags tell where it came about, not
  // where it is read.
  bool finite(const double* values, int repeats) const;
};

// Of the memory they take.
std::int64_t bytes(const ParameterValues& parameters);

SharedValues share(const Program& program, const ParameterValues& parameters, bool stacked);

}  // namespace hillock::program
