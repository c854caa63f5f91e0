// Work on long arrays outside of kernels, with the vectors of this CPU: random words, numbers of events, sums.
// All instruction sets give the same bits.
#pragma once
#include <cstdint>

#include "program/kernel.hpp"

namespace hillock::program {

// So many numbers are written at a time: results end at a multiple of it.
constexpr std::int64_t bulk_width = 16;
// What a place is where the 32 bits of a word do not tell it.
constexpr std::uint8_t undecided = 255;

struct Bulk {
  // words[4][stride]: the words of base::Stream{key} for `count` blocks: at index + i and step, or if
  // `along_steps` at index and step + i. stride >= count, a multiple of bulk_width.
  void (*words)(std::uint64_t key, std::uint64_t index, std::uint64_t step, bool along_steps,
                std::int64_t count, std::uint32_t* words, std::int64_t stride);
  // How many of 31 ascending thresholds lie below each word; undecided where one equals it, or where all lie
  // below. thresholds[32], of which the last is not looked at.
  void (*places)(const std::uint32_t* thresholds, const std::uint32_t* words, std::int64_t count,
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
