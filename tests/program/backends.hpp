// The back ends, one step of a program on each of them, and the comparison of its bits with the scalar
// evaluator's.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "program/kernel.hpp"
#include "program/random_tape.hpp"

namespace hillock::test {

struct KernelMaker {
  program::InstructionSet isa = program::InstructionSet::generic;
  bool native = false;
  std::string name() const { return (native ? "native " : "interpreted ") + std::string(program::name(isa)); }
  std::unique_ptr<program::Kernel> make(const program::Program& program, const program::Binding& binding,
                                        std::int64_t neurons, int chunk) const {
    if (native) return make_jit(program, binding, neurons, isa);
    return make_interpreter(program, binding, neurons, {chunk, isa});
  }
};

inline std::vector<KernelMaker> backends() {
  using program::InstructionSet;
  std::vector<KernelMaker> result;
  for (const InstructionSet isa : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
    if (available(isa)) result.push_back({isa, false});
    if (has_native_code(isa)) result.push_back({isa, true});
  }
  return result;
}

// The same bits, or both NaN (whose payload is not defined).
inline bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

constexpr std::uint64_t step_number = 0x123456789ULL, first_index = 0xfffffff0ULL;

inline std::vector<double*> pointers(std::vector<std::vector<double>>& arrays) {
  std::vector<double*> result;
  for (auto& array : arrays) result.push_back(array.data());
  return result;
}

inline std::vector<std::uint8_t*> pointers(std::vector<std::vector<std::uint8_t>>& masks) {
  std::vector<std::uint8_t*> result;
  for (auto& mask : masks) result.push_back(mask.data());
  return result;
}

inline std::int64_t run(const program::Kernel& kernel, Data& data, std::int64_t first, std::int64_t count) {
  const auto arrays = pointers(data.arrays);
  const auto masks = pointers(data.masks);
  return kernel.run({arrays, masks, data.step_values, step_number, first_index, first, count});
}

// What the scalar evaluator gives for one neuron: arrays, masks, and whether the guard let it pass.
struct Expected {
  std::vector<double> arrays;
  bool masks[tape_masks] = {};
  bool passed = false;
};

inline Expected evaluate_neuron(const program::Program& program, program::ScalarEvaluator& evaluator,
                                const Data& data, std::int64_t i) {
  std::vector<double> parameters;
  for (const auto& values : data.binding.parameters)
    parameters.push_back(values.size() == 1 ? values[0] : values[static_cast<std::size_t>(i)]);
  evaluator.set_parameters(parameters);
  Expected result;
  for (const auto& array : data.arrays) result.arrays.push_back(array[static_cast<std::size_t>(i)]);
  result.arrays.resize(static_cast<std::size_t>(program.arrays));
  for (std::size_t m = 0; m < data.masks.size(); ++m)
    result.masks[m] = ((data.masks[m][static_cast<std::size_t>(i / 8)] >> (i % 8)) & 1) != 0;
  result.passed = evaluator.run(result.arrays, result.masks, data.step_values, data.binding.streams,
                                step_number, first_index + static_cast<std::uint64_t>(i));
  return result;
}

inline std::vector<Expected> evaluate_all(const program::Program& program, const Data& data) {
  program::ScalarEvaluator evaluator(program);
  std::vector<Expected> result;
  for (std::int64_t i = 0; i < data.neurons; ++i)
    result.push_back(evaluate_neuron(program, evaluator, data, i));
  return result;
}

inline std::string difference(const Data& found, const std::vector<Expected>& expected, std::int64_t i) {
  const Expected& want = expected[static_cast<std::size_t>(i)];
  for (std::size_t a = 0; a < found.arrays.size(); ++a)
    if (!same(found.arrays[a][static_cast<std::size_t>(i)], want.arrays[a]))
      return "array " + std::to_string(a) + " of neuron " + std::to_string(i) + ": " +
             std::to_string(found.arrays[a][static_cast<std::size_t>(i)]) + " instead of " +
             std::to_string(want.arrays[a]);
  for (std::size_t m = 0; m < found.masks.size(); ++m)
    if (((found.masks[m][static_cast<std::size_t>(i / 8)] >> (i % 8)) & 1) != (want.masks[m] ? 1 : 0))
      return "mask " + std::to_string(m) + " of neuron " + std::to_string(i);
  return "";
}

// Empty if the run gave what the evaluator says, with nothing stored from the chunk of the guard on. Native
// code stores 8 neurons at a time, the interpreter a chunk, which is smaller than asked for where a step is
// large.
inline std::string compare(const std::vector<Expected>& expected, const Data& before, const Data& after,
                           std::int64_t returned, int chunk, bool native) {
  std::int64_t bad = -1;
  for (std::int64_t i = 0; i < before.neurons && bad < 0; ++i)
    if (!expected[static_cast<std::size_t>(i)].passed) bad = i;
  if (returned != bad) return "returned " + std::to_string(returned) + " instead of " + std::to_string(bad);
  const std::int64_t together = native ? 8 : chunk,
                     stored = bad < 0 ? before.neurons : bad / together * together,
                     kept = bad < 0 ? before.neurons : bad / 8 * 8;
  for (std::int64_t i = 0; i < stored; ++i) {
    const std::string text = difference(after, expected, i);
    if (!text.empty()) return text;
  }
  for (std::size_t a = 0; a < before.arrays.size(); ++a)
    for (std::size_t i = static_cast<std::size_t>(kept); i < static_cast<std::size_t>(before.neurons); ++i)
      if (!same(before.arrays[a][i], after.arrays[a][i])) return "stored behind the guard";
  if (bad < 0 && before.neurons % 8 != 0)
    for (std::size_t m = 0; m < after.masks.size(); ++m)
      if (after.masks[m] != before.masks[m] && (after.masks[m].back() >> (before.neurons % 8)) != 0)
        return "mask bits behind the last neuron";
  return "";
}

}  // namespace hillock::test
