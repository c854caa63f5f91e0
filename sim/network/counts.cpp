// Inverts distribution functions of whole numbers by walking from the mode to both sides.
#include "network/counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/math.hpp"

namespace hillock::network {

namespace {

// The number whose share of (0, 1) holds `uniform`, where shares follow one another as the walk comes upon
// them: the mode, then by turns one more and one less. `up(k)` is the probability of k + 1 over that of k,
// `down(k)` that of k - 1 over that of k.
template <class Up, class Down>
std::int64_t walk_from_mode(std::int64_t mode, double probability, std::int64_t least, std::int64_t most,
                            double uniform, Up up, Down down) {
  std::int64_t above = mode, below = mode;
  double p_above = probability, p_below = probability;
  uniform -= probability;
  constexpr double nothing = std::numeric_limits<double>::min();
  // A side that has come to its end keeps its last probability.
  const auto has_more = [](std::int64_t k, std::int64_t end, double p) { return k != end && p >= nothing; };
  while (uniform > 0 && (has_more(above, most, p_above) || has_more(below, least, p_below))) {
    if (above < most) {
      p_above *= up(above++);
      if ((uniform -= p_above) <= 0) return above;
    }
    if (below > least) {
      p_below *= down(below--);
      if ((uniform -= p_below) <= 0) return below;
    }
  }
  return mode;  // also where rounding has left a rest of some 1e-15
}

}  // namespace

double log_factorial(std::int64_t n) {
  constexpr std::array<double, 16> small{
      1.0,     1.0,      2.0,       6.0,        24.0,        120.0,        720.0,         5040.0,
      40320.0, 362880.0, 3628800.0, 39916800.0, 479001600.0, 6227020800.0, 87178291200.0, 1307674368000.0};
  if (n < 16) return base::log(small[static_cast<std::size_t>(n)]);
  // Stirling's series (NIST DLMF 5.11.1)
  const auto x = static_cast<double>(n);
  constexpr double half_log_two_pi = 0.91893853320467274178;
  const double y = 1 / (x * x);
  const double series = (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680)))) / x;
  return (x + 0.5) * base::log(x) - x + half_log_two_pi + series;
}

std::int64_t binomial_count(std::int64_t trials, double p, double uniform) {
  if (trials <= 0 || p <= 0) return 0;
  if (p >= 1) return trials;
  const double q = 1 - p, odds = p / q;
  const auto n = static_cast<double>(trials);
  const std::int64_t mode = std::clamp<std::int64_t>(static_cast<std::int64_t>((n + 1) * p), 0, trials);
  const auto m = static_cast<double>(mode);
  const double log_probability = log_factorial(trials) - log_factorial(mode) - log_factorial(trials - mode) +
                                 m * base::log(p) + (n - m) * base::log(q);
  const auto up = [=](std::int64_t k) {
    return odds * static_cast<double>(trials - k) / static_cast<double>(k + 1);
  };
  const auto down = [=](std::int64_t k) {
    return static_cast<double>(k) / (odds * static_cast<double>(trials - k + 1));
  };
  return walk_from_mode(mode, base::exp(log_probability), 0, trials, uniform, up, down);
}

std::int64_t poisson_count(double mean, double uniform) {
  if (!(mean > 0)) return 0;
  const auto mode = static_cast<std::int64_t>(mean);
  const double log_probability = static_cast<double>(mode) * base::log(mean) - mean - log_factorial(mode);
  const auto up = [=](std::int64_t k) { return mean / static_cast<double>(k + 1); };
  const auto down = [=](std::int64_t k) { return static_cast<double>(k) / mean; };
  return walk_from_mode(mode, base::exp(log_probability), 0, std::numeric_limits<std::int64_t>::max(),
                        uniform, up, down);
}

}  // namespace hillock::network
