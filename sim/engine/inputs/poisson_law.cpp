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

std::int64_t PoissonLaw::draw_parts(const base::Stream& stream, std::uint64_t index,
                                    std::uint64_t step) const {
  std::int64_t total = 0;
  for (std::int64_t part = 0; part < parts_; ++part)
    total += number(stream.uniform(index + (static_cast<std::uint64_t>(part) << 40), step));
  return total;
}

}  // namespace hillock::engine
