// Native code beyond its bits (test_kernels.cpp): its memory, and steps that need more than the registers
// hold.
#include <doctest/doctest.h>

#include <bit>
#include <fstream>
#include <string>
#include <vector>

#include "program/expr.hpp"
#include "program/kernel.hpp"

namespace hillock::program {
namespace {

std::vector<InstructionSet> native_sets() {
  std::vector<InstructionSet> result;
  for (const InstructionSet isa : {InstructionSet::avx2, InstructionSet::avx512})
    if (has_native_code(isa)) result.push_back(isa);
  return result;
}

// Runs one step of a kernel on arrays whose element i of array a is a + i/7; gives the arrays and masks.
struct Ran {
  std::vector<std::vector<double>> arrays;
  std::vector<std::vector<std::uint8_t>> masks;
  bool operator==(const Ran&) const = default;
};

Ran ran(const Kernel& kernel, const Program& program, std::int64_t neurons) {
  const auto lanes = static_cast<std::size_t>((neurons + 7) / 8 * 8);
  Ran result;
  for (int a = 0; a < program.arrays; ++a) {
    result.arrays.emplace_back(lanes);
    for (std::size_t i = 0; i < lanes; ++i) result.arrays.back()[i] = a + static_cast<double>(i) / 7;
  }
  for (int m = 0; m < program.masks; ++m) result.masks.emplace_back(lanes / 8);
  std::vector<double*> arrays;
  std::vector<std::uint8_t*> masks;
  for (auto& array : result.arrays) arrays.push_back(array.data());
  for (auto& mask : result.masks) masks.push_back(mask.data());
  Call call;
  call.arrays = arrays;
  call.masks = masks;
  call.count = neurons;
  CHECK(kernel.run(call) == -1);
  for (auto& array : result.arrays) array.resize(static_cast<std::size_t>(neurons));
  return result;
}

void check_bits(const Tape& tape, std::int64_t neurons, const Binding& binding = {}) {
  const Program program = optimise(tape);
  const Ran expected = ran(*make_interpreter(program, binding, neurons), program, neurons);
  for (const InstructionSet isa : native_sets()) {
    CAPTURE(name(isa));
    CHECK(ran(*make_jit(program, binding, neurons, isa), program, neurons) == expected);
  }
}

TEST_CASE("values that outnumber the registers come back from memory as they were") {
  Tape tape;
  constexpr int count = 60;
  std::vector<Expr> values;
  for (int k = 0; k < count; ++k) values.push_back(array(tape, k % 4) * (k + 1.5));
  Expr sum = values[0];  // each value is read again after all others were computed
  for (int k = 1; k < count; ++k) sum = sum / 3.0 + values[static_cast<std::size_t>(count - k)];
  store(tape, 4, sum);
  for (const std::int64_t neurons : {1, 8, 9, 16, 17, 100}) check_bits(tape, neurons);
}

TEST_CASE("masks that outnumber their registers come back from memory as they were") {
  Tape tape;
  constexpr int count = 20;
  std::vector<Mask> masks;
  for (int k = 0; k < count; ++k) masks.push_back(array(tape, k % 3) < 0.5 * k);
  Expr sum = array(tape, 0);
  for (int k = 0; k < count; ++k)
    sum = select(masks[static_cast<std::size_t>(count - 1 - k)], sum + 1.0, sum * 0.5);
  store(tape, 1, sum);
  for (int k = 0; k < count; ++k) store(tape, k, masks[static_cast<std::size_t>(k)]);
  for (const std::int64_t neurons : {3, 24, 40}) check_bits(tape, neurons);
}

TEST_CASE("more arrays and parameters than registers for their addresses") {
  Tape tape;
  constexpr int count = 15;
  for (int k = 0; k < count; ++k)
    store(tape, k, array(tape, (k + 1) % count) + parameter(tape, k) * array(tape, (k + 7) % count));
  Binding binding;
  for (int k = 0; k < count; ++k) {
    binding.parameters.emplace_back(21);
    for (std::size_t i = 0; i < 21; ++i) binding.parameters.back()[i] = k - 0.3 * static_cast<double>(i);
  }
  check_bits(tape, 21, binding);
}

TEST_CASE("no step is too large: values and operations by the ten thousand") {
  Tape tape;
  constexpr int count = 10000;
  Binding binding;
  binding.parameters.resize(count);
  Expr sum = array(tape, 0);
  for (int k = 0; k < count; ++k) {
    sum = sum * 0.999 + parameter(tape, k) * array(tape, k % 3);
    binding.parameters[static_cast<std::size_t>(k)] = {0.25 * k - 100};
  }
  store(tape, 0, sum);
  check_bits(tape, 45, binding);
}

// Mappings of this process with these permissions and without a file.
int mappings(const std::string& permissions) {
  std::ifstream maps("/proc/self/maps");
  int found = 0;
  for (std::string line; std::getline(maps, line);)
    found += line.find(" " + permissions + " 00000000 00:00 0") != std::string::npos &&
             line.find('[') == std::string::npos;
  return found;
}

TEST_CASE("the memory of native code is executable and not writable, and goes with its kernel") {
  Tape tape;
  store(tape, 0, array(tape, 0) + 1.0);
  const Program program = optimise(tape);
  for (const InstructionSet isa : native_sets()) {
    const int before = mappings("r-xp"), both = mappings("rwxp");
    {
      const auto kernel = make_jit(program, {}, 8, isa);
      CHECK(mappings("r-xp") == before + 1);
      CHECK(mappings("rwxp") == both);
    }
    CHECK(mappings("r-xp") == before);
  }
}

}  // namespace
}  // namespace hillock::program
