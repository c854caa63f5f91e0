// Tabulates Poisson distribution functions and inverts them.
#include "engine/inputs/poisson_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace hillock::engine {
namespace {

constexpr double negligible = 0x1p-70;  // relative to the probability of the mode

}  // namespace

PoissonLaw::PoissonLaw(double mean) {
  if (!(mean >= 0) || !std::isfinite(mean))
    throw base::InternalError("a Poisson law has the mean " + base::number(mean) +
                              "; expected a finite number >= 0");
  const double parts = std::max(1.0, std::ceil(mean / largest_table_mean));
  parts_ = static_cast<std::int64_t>(parts);
  tabulate(mean / parts);
  fill_guide();
  fill_places();
}

// p(k) = p(k - 1) * mean/k, from p(mode) = 1 in both directions, then divided by the sum: no exponential, no
// underflow.
void PoissonLaw::tabulate(double mean) {
  const double mode = std::floor(mean);
  std::vector<double> below, above;  // p(mode - 1), p(mode - 2) ...; p(mode), p(mode + 1) ...
  double probability = 1;
  for (double k = mode + 1; probability > negligible; k += 1) {
    above.push_back(probability);
    probability *= mean / k;
  }
  probability = 1;
  for (double k = mode; k > 0; k -= 1) {
    probability *= k / mean;
    if (probability <= negligible) break;
    below.push_back(probability);
  }
  first_ = static_cast<std::int64_t>(mode) - static_cast<std::int64_t>(below.size());
  double sum = 0;
  for (auto p = below.rbegin(); p != below.rend(); ++p) cumulative_.push_back(sum += *p);
  for (const double p : above) cumulative_.push_back(sum += p);
  for (double& value : cumulative_) value /= sum;
  while (cumulative_.size() > 1 && cumulative_[cumulative_.size() - 2] == 1) cumulative_.pop_back();
}

void PoissonLaw::fill_guide() {
  std::uint32_t k = 0;
  for (int j = 0; j < guide_size; ++j) {
    while (cumulative_[k] <= static_cast<double>(j) / guide_size) ++k;
    guide_.push_back(k);
  }
}

// Of the numbers below 2^-32, which only the word 0 can mean, one is enough to leave that open.
void PoissonLaw::fill_places() {
  std::size_t k = 0;
  while (k + 1 < cumulative_.size() && cumulative_[k + 1] < 0x1p-32) ++k;
  first_place_ = first_ + static_cast<std::int64_t>(k);
  for (; k < cumulative_.size(); ++k)
    thresholds_.push_back(
        static_cast<std::uint32_t>(std::min(std::floor(cumulative_[k] * 0x1p32), 0x1p32 - 1)));
  const auto fill = [this](program::PlaceTable::Cells& cells, std::size_t i, std::uint64_t begin,
                           std::uint64_t size) {
    const std::size_t first = threshold_from(begin), end = threshold_from(begin + size);
    const bool open = parts_ > 1 || end - first > 1 || end >= program::undecided;
    cells.first[i] = open ? program::undecided : static_cast<std::uint32_t>(first);
    cells.next[i] = !open && end > first ? thresholds_[first] : std::numeric_limits<std::uint32_t>::max();
  };
  constexpr std::uint64_t cell = std::uint64_t{1} << 27;
  for (std::size_t i = 0; i < 32; ++i) {
    fill(places_.cells, i, i * cell, cell);
    fill(places_.ends, i, (i < 16 ? 0 : 31 * cell) + i % 16 * (cell / 16), cell / 16);
  }
}

// The first threshold at or above a word.
std::size_t PoissonLaw::threshold_from(std::uint64_t word) const {
  return static_cast<std::size_t>(std::ranges::lower_bound(thresholds_, word) - thresholds_.begin());
}

std::optional<std::int64_t> PoissonLaw::number_of_word(std::uint32_t word) const {
  const std::size_t place = threshold_from(word);
  if (parts_ > 1 || thresholds_[place] == word) return std::nullopt;
  return first_place_ + static_cast<std::int64_t>(place);
}

std::int64_t PoissonLaw::draw(const base::Stream& stream, std::uint64_t index, std::uint64_t step) const {
  constexpr std::uint64_t lower_halves = std::uint64_t{1} << 63;
  const std::uint64_t block = step / 4;
  std::int64_t total = 0;
  for (std::int64_t part = 0; part < parts_; ++part) {
    const std::uint64_t own = index + (static_cast<std::uint64_t>(part) << 40);
    const std::uint64_t bits = std::uint64_t{stream.words(own, block)[step % 4]} << 32 |
                               stream.words(own, block + lower_halves)[step % 4];
    total += number((static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
  }
  return total;
}

}  // namespace hillock::engine
