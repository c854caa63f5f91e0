// The operations of base/functions.hpp on xsimd batches; each instruction set adds what xsimd lacks or rounds
// twice. Included by the units of one instruction set only: everything here depends on the architecture type.
#pragma once
#include <cstdint>
#include <xsimd/xsimd.hpp>

namespace hillock::program {

template <class Architecture>
struct BatchOperations {
  using Number = xsimd::batch<double, Architecture>;
  using Bits = xsimd::batch<std::uint64_t, Architecture>;
  using Mask = xsimd::batch_bool<double, Architecture>;
  static constexpr int width = static_cast<int>(Number::size);

  static Number load(const double* p) { return Number::load_unaligned(p); }
  static void store(double* p, Number x) { x.store_unaligned(p); }
  static Number set(double x) { return Number(x); }
  static Bits set_bits(std::uint64_t x) { return Bits(x); }
  static Number add(Number a, Number b) { return a + b; }
  static Number subtract(Number a, Number b) { return a - b; }
  static Number multiply(Number a, Number b) { return a * b; }
  static Number divide(Number a, Number b) { return a / b; }
  static Number square_root(Number a) { return xsimd::sqrt(a); }
  static Number minimum(Number a, Number b) { return xsimd::min(a, b); }
  static Number maximum(Number a, Number b) { return xsimd::max(a, b); }
  // By bits: xsimd's own negation is 0 - x for some instruction sets, which loses the sign of zero.
  static Number absolute(Number a) { return number(and_bits(bits(a), set_bits(~(std::uint64_t{1} << 63)))); }
  static Number negate(Number a) { return number(xor_bits(bits(a), set_bits(std::uint64_t{1} << 63))); }
  static Mask less(Number a, Number b) { return a < b; }
  static Mask less_equal(Number a, Number b) { return a <= b; }
  static Mask equal(Number a, Number b) { return a == b; }
  static Mask both(Mask a, Mask b) { return a & b; }
  static Mask either(Mask a, Mask b) { return a | b; }
  static Mask invert(Mask a) { return ~a; }
  static Number select(Mask condition, Number a, Number b) { return xsimd::select(condition, a, b); }
  static Bits bits(Number x) { return xsimd::bitwise_cast<Bits>(x); }
  static Number number(Bits x) { return xsimd::bitwise_cast<Number>(x); }
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
};

}  // namespace hillock::program
