// Poisson numbers by inversion: one uniform draw gives one number, as a function of (stream, index, step).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "program/bulk.hpp"

namespace hillock::engine {

// The law of the number of spikes in one step. The distribution function is tabulated once, from the mode
// outwards, as far as the 52 bits of a draw can tell apart. A mean above `largest_table_mean` is split into
// equal parts whose numbers add up (a sum of Poisson numbers is a Poisson number), each with a draw of its
// own: part p has index + p * 2^40, so neurons are numbered below 2^40.
//
// Four steps share a block of random words, a word for each. A word is the upper half of a draw, and nearly
// always tells the number alone; the lower half is a word of another block.
class PoissonLaw {
 public:
  static constexpr double largest_table_mean = 16384;

  explicit PoissonLaw(double mean);  // finite, >= 0; else InternalError
  std::int64_t draw(const base::Stream& stream, std::uint64_t index, std::uint64_t step) const;
  // The smallest k with u < P(X <= k), of one part. `guide_` holds where to begin for each 1/128 of u, so
  // that about one comparison is left at any mean (Chen & Asau 1974, AIIE Trans. 6:163,
  // doi:10.1080/05695557408974949).
  std::int64_t number(double u) const {
    std::size_t k = guide_[static_cast<std::size_t>(u * guide_size)];
    while (u >= cumulative_[k]) ++k;
    return first_ + static_cast<std::int64_t>(k);
  }

  // The number that a word stands for, where it tells that alone.
  std::optional<std::int64_t> number_of_word(std::uint32_t word) const;
  // A word at place k of this table stands for the number first_place() + k.
  const program::PlaceTable& places() const { return places_; }
  std::int64_t first_place() const { return first_place_; }

 private:
  static constexpr int guide_size = 128;

  void tabulate(double mean);
  void fill_guide();
  void fill_places();
  std::size_t threshold_from(std::uint64_t word) const;

  std::int64_t parts_ = 1;
  std::int64_t first_ = 0;            // number of the first entry
  std::vector<double> cumulative_;    // P(X <= first_ + k); the last is 1
  std::vector<std::uint32_t> guide_;  // [guide_size]: the first k with cumulative_[k] > j/guide_size
  // floor(2^32 cumulative) from that of first_place_ on: a word above it means a larger number, one at it may
  // mean either.
  std::vector<std::uint32_t> thresholds_;
  std::int64_t first_place_ = 0;
  program::PlaceTable places_{};
};

}  // namespace hillock::engine
