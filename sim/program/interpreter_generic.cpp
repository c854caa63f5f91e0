// Instructions for any CPU: one neuron after another.
#include "base/scalar_operations.hpp"
#include "program/instructions.hpp"

namespace hillock::program::generic {
namespace {

struct Operations : base::ScalarOperations {
  static constexpr int width = 1;
  static double load(const double* p) { return *p; }
  static void store(double* p, double x) { *p = x; }
  static unsigned mask_bits(bool mask) { return mask ? 1 : 0; }
  static bool mask_from_bits(unsigned bits) { return (bits & 1) != 0; }
  static Bits lane_numbers() { return 0; }
  static Bits multiply_words(Bits a, Bits b) { return (a & 0xffffffff) * (b & 0xffffffff); }
};

}  // namespace

InstructionTable table() { return Instructions<Operations>::table(); }

}  // namespace hillock::program::generic
