// Work on long arrays outside of kernels, with the vectors of this CPU: random words, numbers of events,
// sums. All instruction sets give the same bits.
#pragma once
#include <cstdint>

#include "program/kernel.hpp"

namespace hillock::program {

// So many numbers are written at a time: results end at a multiple of it.
constexpr std::int64_t bulk_width = 16;
// What a place is where a table does not tell it.
constexpr std::uint8_t undecided = 255;

// Where words lie among ascending thresholds: for each of the 32 cells in which the upper 5 bits of a word
// put it, how many thresholds lie below the cell, and the only one in it. Cells with more than one have
// `first` = undecided and `next` = 2^32 - 1, those with none `next` = 2^32 - 1. The first and the last cell
// are cut into 16 each, by 4 more bits; what stands for them in the table of cells is not looked at.
struct PlaceTable {
  struct Cells {
    std::uint32_t first[32], next[32];
  };
  Cells cells, ends;  // ends: first 16 of the first cell, then 16 of the last
};

struct Bulk {
  // words[4][stride]: the words of base::Stream{key} for `count` blocks: at index + i and step, or if
  // `along_steps` at index and step + i. stride >= count, a multiple of bulk_width.
  void (*words)(std::uint64_t key, std::uint64_t index, std::uint64_t step, bool along_steps,
                std::int64_t count, std::uint32_t* words, std::int64_t stride);
  // How many thresholds lie below each word; undecided where one equals it, or the table does not tell.
  void (*places)(const PlaceTable& table, const std::uint32_t* words, std::int64_t count,
                 std::uint8_t* places);
  // sums[i] += weights[i] * (first + places[i]) where that is decided; weights[0] for all if `same`.
  void (*add_places)(const std::uint8_t* places, std::int64_t count, double first, const double* weights,
                     bool same, double* sums);
  // sums[i] += unit * counts[i], and counts[i] = 0.
  void (*take_counts)(std::int32_t* counts, std::int64_t count, double unit, double* sums);
};

Bulk bulk(InstructionSet isa = best_instruction_set());

namespace generic {
Bulk bulk();
}
namespace avx2 {
Bulk bulk();
}
namespace avx512 {
Bulk bulk();
}

}  // namespace hillock::program
