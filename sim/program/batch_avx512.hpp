// The operations of AVX-512 (F, DQ, VL, BW), eight numbers at a time. For units of this instruction set only.
#pragma once

// GCC 12 takes the deliberately undefined registers inside its own intrinsics for a mistake.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "program/batch_operations.hpp"

namespace hillock::program::avx512 {

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

  // Sixteen words of 32 bits.
  using Words = __m512i;
  static constexpr int words_width = 16;
  static void store_words(std::uint32_t* p, Bits lower_halves) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi64_epi32(lower_halves));
  }
  static Words load_words(const std::uint32_t* p) { return _mm512_loadu_si512(p); }
  static Words set_words(std::uint32_t x) { return _mm512_set1_epi32(static_cast<int>(x)); }
  static Words add_words(Words a, Words b) { return _mm512_add_epi32(a, b); }
  template <int n>
  static Words shift_words_right(Words a) {
    return _mm512_srli_epi32(a, n);
  }
  // table[32] at these places, modulo 32.
  static Words lookup_words(const std::uint32_t* table, Words places) {
    return _mm512_permutex2var_epi32(_mm512_loadu_si512(table), places, _mm512_loadu_si512(table + 16));
  }
  // `yes` where a < b, else `no`; where a == b.
  static Words where_below(Words a, Words b, Words yes, Words no) {
    return _mm512_mask_blend_epi32(_mm512_cmplt_epu32_mask(a, b), no, yes);
  }
  static Words where_equal(Words a, Words b, Words yes, Words no) {
    return _mm512_mask_blend_epi32(_mm512_cmpeq_epi32_mask(a, b), no, yes);
  }
  static void store_bytes(std::uint8_t* p, Words lowest_bytes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(lowest_bytes));
  }
  // Bytes as numbers.
  static Number load_bytes(const std::uint8_t* p) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    return _mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(bytes));
  }
};

}  // namespace hillock::program::avx512
