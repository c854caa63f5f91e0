// The operations of AVX2 with FMA, four numbers at a time. For units of this instruction set only.
#pragma once
#include <immintrin.h>

#include "program/batch_operations.hpp"

namespace hillock::program::avx2 {

struct Operations : BatchOperations<xsimd::fma3<xsimd::avx2>> {
  static Number multiply_add(Number a, Number b, Number c) { return _mm256_fmadd_pd(a, b, c); }
  static Number negative_multiply_add(Number a, Number b, Number c) { return _mm256_fnmadd_pd(a, b, c); }

  static unsigned mask_bits(Mask mask) { return static_cast<unsigned>(_mm256_movemask_pd(mask)); }
  static Mask mask_from_bits(unsigned bits) {
    const __m256i lane_bit = _mm256_set_epi64x(8, 4, 2, 1);
    const __m256i all = _mm256_set1_epi64x(static_cast<long long>(bits));
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(_mm256_and_si256(all, lane_bit), lane_bit));
  }

  static Bits lane_numbers() { return _mm256_set_epi64x(3, 2, 1, 0); }
  static Bits multiply_words(Bits a, Bits b) { return _mm256_mul_epu32(a, b); }

  // The table as two tables of 8 words: lower and upper halves. Word permutations take the lower half of a
  // lane from one and the upper half from the other.
  static Number lookup(const double (&table)[8], Bits index) {
    const __m256i first = _mm256_castpd_si256(_mm256_loadu_pd(table));
    const __m256i second = _mm256_castpd_si256(_mm256_loadu_pd(table + 4));
    const __m256 one = _mm256_castsi256_ps(first), two = _mm256_castsi256_ps(second);
    const __m256i order = _mm256_set_epi32(7, 6, 3, 2, 5, 4, 1, 0);  // the shuffles below work by halves
    const __m256i lower =
        _mm256_permutevar8x32_epi32(_mm256_castps_si256(_mm256_shuffle_ps(one, two, 0x88)), order);
    const __m256i upper =
        _mm256_permutevar8x32_epi32(_mm256_castps_si256(_mm256_shuffle_ps(one, two, 0xdd)), order);
    const __m256i places = _mm256_shuffle_epi32(index, 0xa0);  // the index in both halves of its lane
    const __m256i low = _mm256_permutevar8x32_epi32(lower, places);
    const __m256i high = _mm256_permutevar8x32_epi32(upper, places);
    return _mm256_castsi256_pd(_mm256_blend_epi32(low, high, 0xaa));
  }

  // Eight words of 32 bits.
  using Words = __m256i;
  static constexpr int words_width = 8;
  static void store_words(std::uint32_t* p, Bits lower_halves) {
    const __m256i order = _mm256_set_epi32(7, 5, 3, 1, 6, 4, 2, 0);
    const __m256i packed = _mm256_permutevar8x32_epi32(lower_halves, order);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  static Words load_words(const std::uint32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Words set_words(std::uint32_t x) { return _mm256_set1_epi32(static_cast<int>(x)); }
  static Words add_words(Words a, Words b) { return _mm256_add_epi32(a, b); }
  template <int n>
  static Words shift_words_right(Words a) {
    return _mm256_srli_epi32(a, n);
  }
  // table[32] at these places, modulo 32.
  static Words lookup_words(const std::uint32_t* table, Words places) {
    const __m256i inside = _mm256_and_si256(places, _mm256_set1_epi32(31));
    return _mm256_i32gather_epi32(reinterpret_cast<const int*>(table), inside, 4);
  }
  // `yes` where a < b, else `no`. There are only signed comparisons.
  static Words where_below(Words a, Words b, Words yes, Words no) {
    const __m256i sign = _mm256_set1_epi32(static_cast<int>(0x80000000U));
    const __m256i below = _mm256_cmpgt_epi32(_mm256_xor_si256(b, sign), _mm256_xor_si256(a, sign));
    return _mm256_blendv_epi8(no, yes, below);
  }
  static Words where_equal(Words a, Words b, Words yes, Words no) {
    return _mm256_blendv_epi8(no, yes, _mm256_cmpeq_epi32(a, b));
  }
  static void store_bytes(std::uint8_t* p, Words lowest_bytes) {
    const __m256i first_of_word = _mm256_set_epi32(-1, -1, -1, 0x0c080400, -1, -1, -1, 0x0c080400);
    const __m256i halves = _mm256_shuffle_epi8(lowest_bytes, first_of_word);
    const __m256i packed = _mm256_permutevar8x32_epi32(halves, _mm256_set_epi32(7, 7, 7, 7, 7, 7, 4, 0));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  // Bytes as numbers.
  static Number load_bytes(const std::uint8_t* p) {
    return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_loadu_si32(p)));
  }
};

}  // namespace hillock::program::avx2
