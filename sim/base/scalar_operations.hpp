// The operations of base/functions.hpp on plain doubles. Without hardware support std::fma is computed
// exactly in software.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hillock::base {

struct ScalarOperations {
  using Number = double;
  using Bits = std::uint64_t;
  using Mask = bool;

  static double set(double x) { return x; }
  static Bits set_bits(std::uint64_t x) { return x; }
  static double add(double a, double b) { return a + b; }
  static double subtract(double a, double b) { return a - b; }
  static double multiply(double a, double b) { return a * b; }
  static double divide(double a, double b) { return a / b; }
  static double square_root(double a) { return std::sqrt(a); }
  static double multiply_add(double a, double b, double c) { return std::fma(a, b, c); }
  static double negative_multiply_add(double a, double b, double c) { return std::fma(-a, b, c); }
#if defined(__SSE2__)
  // The instruction itself, whose zeros are zeros where numbers below the normal range count as zero: what a
  // compiler makes of a < b ? a : b may hand such a number on.
  static double minimum(double a, double b) {
    return _mm_cvtsd_f64(_mm_min_sd(_mm_set_sd(a), _mm_set_sd(b)));
  }
  static double maximum(double a, double b) {
    return _mm_cvtsd_f64(_mm_max_sd(_mm_set_sd(a), _mm_set_sd(b)));
  }
#else
  static double minimum(double a, double b) { return a < b ? a : b; }
  static double maximum(double a, double b) { return a > b ? a : b; }
#endif
  static double absolute(double a) { return std::fabs(a); }
  static double negate(double a) { return -a; }
  static bool less(double a, double b) { return a < b; }
  static bool less_equal(double a, double b) { return a <= b; }
  static bool equal(double a, double b) { return a == b; }
  static bool both(bool a, bool b) { return a && b; }
  static bool either(bool a, bool b) { return a || b; }
  static bool invert(bool a) { return !a; }
  static double select(bool condition, double a, double b) { return condition ? a : b; }
  static Bits bits(double x) { return std::bit_cast<Bits>(x); }
  static double number(Bits x) { return std::bit_cast<double>(x); }
  static Bits add_bits(Bits a, Bits b) { return a + b; }
  static Bits and_bits(Bits a, Bits b) { return a & b; }
  static Bits or_bits(Bits a, Bits b) { return a | b; }
  static Bits xor_bits(Bits a, Bits b) { return a ^ b; }
  template <int n>
  static Bits shift_left(Bits a) {
    return a << n;
  }
  template <int n>
  static Bits shift_right(Bits a) {
    return a >> n;
  }
  static double lookup(const double (&table)[8], Bits index) { return table[index & 7]; }
};

}  // namespace hillock::base
