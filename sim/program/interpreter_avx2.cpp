// Instructions for AVX2 with FMA: four neurons at a time.
#include <immintrin.h>

#include "program/batch_operations.hpp"
#include "program/instructions.hpp"

namespace hillock::program::avx2 {
namespace {

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
};

}  // namespace

InstructionTable table() { return Instructions<Operations>::table(); }

}  // namespace hillock::program::avx2
