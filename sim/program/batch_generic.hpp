// The operations of any CPU, one number at a time, with what vectors have besides those of the base room.
#pragma once
#include <cstdint>

#include "base/scalar_operations.hpp"

namespace hillock::program::generic {

struct Operations : base::ScalarOperations {
  static constexpr int width = 1;
  static double load(const double* p) { return *p; }
  static void store(double* p, double x) { *p = x; }
  static unsigned mask_bits(bool mask) { return mask ? 1 : 0; }
  static bool mask_from_bits(unsigned bits) { return (bits & 1) != 0; }
  static Bits lane_numbers() { return 0; }
  static Bits multiply_words(Bits a, Bits b) { return (a & 0xffffffff) * (b & 0xffffffff); }

  using Words = std::uint32_t;
  static constexpr int words_width = 1;
  static void store_words(std::uint32_t* p, Bits lower_half) { *p = static_cast<std::uint32_t>(lower_half); }
  static Words load_words(const std::uint32_t* p) { return *p; }
  static Words set_words(std::uint32_t x) { return x; }
  static Words add_words(Words a, Words b) { return a + b; }
  template <int n>
  static Words shift_words_right(Words a) {
    return a >> n;
  }
  // table[32] at this place, modulo 32.
  static Words lookup_words(const std::uint32_t* table, Words place) { return table[place % 32]; }
  static Words where_below(Words a, Words b, Words yes, Words no) { return a < b ? yes : no; }
  static Words where_equal(Words a, Words b, Words yes, Words no) { return a == b ? yes : no; }
  static void store_bytes(std::uint8_t* p, Words word) { *p = static_cast<std::uint8_t>(word); }
  // Bytes as numbers.
  static Number load_bytes(const std::uint8_t* p) { return *p; }
};

}  // namespace hillock::program::generic
