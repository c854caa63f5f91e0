// Instructions for AVX-512 (F, DQ, VL, BW): eight neurons at a time.

// GCC 12 takes the deliberately undefined registers inside its own intrinsics for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "program/batch_operations.hpp"
#include "program/instructions.hpp"

namespace hillock::program::avx512 {
namespace {

struct Operations : BatchOperations<xsimd::avx512dq> {
  static Number multiply_add(Number a, Number b, Number c) { return _mm512_fmadd_pd(a, b, c); }
  static Number negative_multiply_add(Number a, Number b, Number c) { return _mm512_fnmadd_pd(a, b, c); }
  static Number scale(Number m, Number n) { return _mm512_scalef_pd(m, n); }
  static unsigned mask_bits(Mask mask) { return static_cast<unsigned>(mask.data); }
  static Mask mask_from_bits(unsigned bits) { return Mask(static_cast<__mmask8>(bits)); }
  static Bits lane_numbers() { return _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0); }
  static Bits multiply_words(Bits a, Bits b) { return _mm512_mul_epu32(a, b); }
  static Number lookup(const double (&table)[8], Bits index) {
    return _mm512_permutexvar_pd(index, _mm512_loadu_pd(table));
  }
};

}  // namespace

InstructionTable table() { return Instructions<Operations>::table(); }

}  // namespace hillock::program::avx512
