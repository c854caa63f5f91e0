// The loops of bulk.hpp over a set of operations O, as instructions.hpp has them, with words of 32 bits.
#pragma once
#include <cstdint>

#include "program/bulk.hpp"
#include "program/draws.hpp"

namespace hillock::program {

template <class O>
struct BulkCode {
  using Bits = typename O::Bits;
  using Words = typename O::Words;

  static void words(std::uint64_t key, std::uint64_t index, std::uint64_t step, bool along_steps,
                    std::int64_t count, std::uint32_t* words, std::int64_t stride) {
    constexpr std::int64_t width = O::width;
    const Bits lanes = O::lane_numbers();
    for (std::int64_t i = 0; i < count; i += width) {
      const Bits moving = O::add_bits(O::set_bits((along_steps ? step : index) + static_cast<std::uint64_t>(i)),
                                      lanes);
      const Bits still = O::set_bits(along_steps ? index : step);
      const Bits first = along_steps ? still : moving, second = along_steps ? moving : still;
      const PhiloxBlock<O> block =
          philox<O>(first, second, O::template shift_right<32>(second), SharedKey<O>(key));
      O::store_words(words + i, block.c0);
      O::store_words(words + i + stride, block.c1);
      O::store_words(words + i + 2 * stride, block.c2);
      O::store_words(words + i + 3 * stride, block.c3);
    }
  }

  // By bisection.
  static void places(const std::uint32_t* thresholds, const std::uint32_t* words, std::int64_t count,
                     std::uint8_t* places) {
    const Words zero = O::set_words(0), unknown = O::set_words(undecided), all = O::set_words(31);
    for (std::int64_t i = 0; i < count; i += O::words_width) {
      const Words word = O::load_words(words + i);
      Words place = zero;
#pragma GCC unroll 5
      for (std::uint32_t half = 16; half > 0; half /= 2) {
        const Words at = O::add_words(place, O::set_words(half - 1));
        const Words further = O::add_words(place, O::set_words(half));
        place = O::where_below(O::lookup_words(thresholds, at), word, further, place);
      }
      const Words equal = O::where_equal(O::lookup_words(thresholds, place), word, unknown, place);
      O::store_bytes(places + i, O::where_equal(place, all, unknown, equal));
    }
  }

  static void add_places(const std::uint8_t* places, std::int64_t count, double first, const double* weights,
                         bool same, double* sums) {
    using Number = typename O::Number;
    const Number zero = O::set(0), open = O::set(undecided), base = O::set(first),
                 weight_of_all = O::set(weights[0]);
    std::int64_t i = 0;
    for (; i + O::width <= count; i += O::width) {
      const Number place = O::load_bytes(places + i);
      const Number weight = same ? weight_of_all : O::load(weights + i);
      const Number product = O::multiply(weight, O::add(base, place));
      O::store(sums + i, O::add(O::load(sums + i), O::select(O::equal(place, open), zero, product)));
    }
    for (; i < count; ++i)
      sums[i] += places[i] == undecided ? 0.0 : weights[same ? 0 : i] * (first + static_cast<double>(places[i]));
  }

  static void take_counts(std::int32_t* counts, std::int64_t count, double unit, double* sums) {
    for (std::int64_t i = 0; i < count; ++i) {
      sums[i] += unit * static_cast<double>(counts[i]);
      counts[i] = 0;
    }
  }

  static constexpr Bulk table() { return {words, places, add_places, take_counts}; }
};

}  // namespace hillock::program
