// Tests the loops over long arrays: the same results from all instruction sets as from the plain definitions.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "program/bulk.hpp"

namespace hillock::program {
namespace {

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet isa : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (available(isa)) sets.push_back(isa);
  return sets;
}

std::int64_t padded(std::int64_t count) { return (count + bulk_width - 1) / bulk_width * bulk_width; }

TEST_CASE("words are those of the stream, along indices and along steps, beyond 32 bits too") {
  const base::Stream stream = base::Stream::of(3, "bulk");
  for (const InstructionSet isa : instruction_sets()) {
    CAPTURE(std::string(name(isa)));
    for (const std::int64_t count : {1, 7, 16, 100}) {
      for (const bool along_steps : {false, true}) {
        const std::uint64_t index = 0xfffffffaULL, step = 0x5fffffffdULL;
        const std::int64_t stride = padded(count);
        std::vector<std::uint32_t> words(static_cast<std::size_t>(4 * stride));
        bulk(isa).words(stream.key, index, step, along_steps, count, words.data(), stride);
        for (std::int64_t i = 0; i < count; ++i) {
          const auto n = static_cast<std::uint64_t>(i);
          const auto expected = along_steps ? stream.words(index, step + n) : stream.words(index + n, step);
          for (std::int64_t k = 0; k < 4; ++k)
            REQUIRE(words[static_cast<std::size_t>(k * stride + i)] == expected[static_cast<std::size_t>(k)]);
        }
      }
    }
  }
}

// A cell of a table from all thresholds.
void fill_cell(PlaceTable::Cells& cells, std::size_t i, std::uint64_t begin, std::uint64_t size,
               const std::vector<std::uint32_t>& thresholds) {
  cells.first[i] = 0;
  cells.next[i] = 0xffffffffU;
  int inside = 0;
  for (const std::uint32_t threshold : thresholds) {
    if (threshold < begin) ++cells.first[i];
    if (threshold >= begin && threshold < begin + size) cells.next[i] = threshold, ++inside;
  }
  if (inside < 2) return;
  cells.first[i] = undecided;
  cells.next[i] = 0xffffffffU;
}

TEST_CASE("places say how many thresholds lie below a word") {
  std::vector<std::uint32_t> thresholds, words = {0, 1, 0x7fffffffU, 0x80000000U, 0xfffffffeU, 0xffffffffU};
  for (std::uint32_t k = 1; k < 32; ++k) thresholds.push_back(0x07654321U * k);
  for (const std::uint32_t k : {0x10000000U, 0xfa000000U, 0xfb000000U, 0xfb000001U, 0xff900000U, 0x4000000U})
    thresholds.push_back(k);
  std::ranges::sort(thresholds);
  PlaceTable table{};
  constexpr std::uint64_t cell = 1U << 27;
  for (std::size_t i = 0; i < 32; ++i) {
    fill_cell(table.cells, i, i * cell, cell, thresholds);
    fill_cell(table.ends, i, (i < 16 ? 0 : 31 * cell) + i % 16 * (cell / 16), cell / 16, thresholds);
    for (const std::uint32_t more : {-1, 0, 1, 0x123456})
      for (const std::uint64_t begin : {i * cell, i % 16 * (cell / 16), 31 * cell + i % 16 * (cell / 16)})
        words.push_back(static_cast<std::uint32_t>(begin) + more);
  }
  for (const std::uint32_t threshold : thresholds)
    for (const std::uint32_t more : {-1, 0, 1}) words.push_back(threshold + more);
  const auto count = std::ssize(words);
  words.resize(static_cast<std::size_t>(padded(count)));
  for (const InstructionSet isa : instruction_sets()) {
    CAPTURE(std::string(name(isa)));
    std::vector<std::uint8_t> places(words.size());
    bulk(isa).places(table, words.data(), count, places.data());
    int decided = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t word = words[static_cast<std::size_t>(i)];
      const bool at_end = word < cell || word >= 31 * cell;
      const PlaceTable::Cells& cells = at_end ? table.ends : table.cells;
      const std::size_t which = at_end ? word / (cell / 16) % 32 : word / cell;
      const auto below = std::ranges::count_if(thresholds, [&](auto t) { return t < word; });
      const bool open = cells.first[which] == undecided || cells.next[which] == word;
      CAPTURE(word);
      REQUIRE(places[static_cast<std::size_t>(i)] == (open ? undecided : below));
      decided += open ? 0 : 1;
    }
    CHECK(decided > 100);
  }
}

TEST_CASE("places and counts are added to sums, and nothing behind them") {
  const std::vector<std::uint8_t> places = {0, 3, undecided, 30, 1, 2, 0, undecided, 5, 7, 9};
  const auto count = std::ssize(places);
  for (const InstructionSet isa : instruction_sets()) {
    CAPTURE(std::string(name(isa)));
    for (const bool same : {true, false}) {
      std::vector<double> weights, sums(places.size() + 1, 0.1);
      for (std::size_t i = 0; i < places.size(); ++i)
        weights.push_back(0.3 + (same ? 0.0 : 0.1 * static_cast<double>(i)));
      bulk(isa).add_places(places.data(), count, 4, weights.data(), same, sums.data());
      for (std::size_t i = 0; i < places.size(); ++i)
        CHECK(sums[i] == (places[i] == undecided ? 0.1 : 0.1 + weights[i] * (4.0 + places[i])));
      CHECK(sums.back() == 0.1);
    }
    std::vector<std::int32_t> counts(places.begin(), places.end());
    counts[1] = -2147483647;
    const std::vector<std::int32_t> before = counts;
    std::vector<double> sums(places.size() + 1, 0.1);
    bulk(isa).take_counts(counts.data(), count, 0.7, sums.data());
    for (std::size_t i = 0; i < before.size(); ++i) CHECK(sums[i] == 0.1 + 0.7 * before[i]);
    CHECK(sums.back() == 0.1);
    CHECK(std::ranges::all_of(counts, [](std::int32_t n) { return n == 0; }));
  }
}

}  // namespace
}  // namespace hillock::program
