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
      const Bits moving =
          O::add_bits(O::set_bits((along_steps ? step : index) + static_cast<std::uint64_t>(i)), lanes);
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

  static void places(const PlaceTable& table, const std::uint32_t* words, std::int64_t count,
                     std::uint8_t* __restrict places) {  // so that tables stay in registers
    constexpr std::uint32_t cell = std::uint32_t{1} << 27;
    const Words unknown = O::set_words(undecided), one = O::set_words(1), one_cell = O::set_words(cell),
                two_cells = O::set_words(2 * cell);
    for (std::int64_t i = 0; i < count; i += O::words_width) {
      const Words word = O::load_words(words + i);
      const Words inner = O::template shift_words_right<27>(word),
                  end = O::template shift_words_right<23>(word);
      const Words from_last = O::add_words(word, one_cell);  // the last cell, then the first
      const auto choose = [&](const std::uint32_t* of_ends, const std::uint32_t* of_cells) {
        return O::where_below(from_last, two_cells, O::lookup_words(of_ends, end),
                              O::lookup_words(of_cells, inner));
      };
      const Words first = choose(table.ends.first, table.cells.first),
                  next = choose(table.ends.next, table.cells.next);
      const Words place = O::where_below(next, word, O::add_words(first, one), first);
      O::store_bytes(places + i, O::where_equal(next, word, unknown, place));
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
      sums[i] +=
          places[i] == undecided ? 0.0 : weights[same ? 0 : i] * (first + static_cast<double>(places[i]));
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
