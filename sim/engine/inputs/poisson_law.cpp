// Tabulates Poisson distribution functions and inverts them.
#include "engine/inputs/poisson_law.hpp"

#include <algorithm>
#include <cmath>

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
  if (parts_ == 1) fill_thresholds();
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

// From the number on that a word above 0 can mean. A word at a threshold is on both sides of it.
void PoissonLaw::fill_thresholds() {
  std::size_t k = 0;
  while (cumulative_[k] < 0x1p-32) ++k;
  first_place_ = first_ + static_cast<std::int64_t>(k);
  for (std::uint32_t& threshold : thresholds_) {
    const double scaled = k < cumulative_.size() ? std::floor(cumulative_[k] * 0x1p32) : 0x1p32;
    threshold = static_cast<std::uint32_t>(std::min(scaled, 0x1p32 - 1));
    ++k;
  }
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
