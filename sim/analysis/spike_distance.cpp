// The integral in closed form, spike by spike.
#include "analysis/spike_distance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "base/math.hpp"

namespace hillock::analysis {

// With a sign for each spike, + for one train and - for the other, the integral is
// 1/2 sum_ij s_i s_j exp(-|t_i - t_j| / tau): the spikes are gone through in order of time, with what the sum
// of those before has decayed to.
double van_rossum_distance(std::span<const double> one, std::span<const double> other, double tau) {
  double sum = 0, before = 0, last = 0;
  std::size_t i = 0, j = 0;
  while (i < one.size() || j < other.size()) {
    const bool first = j == other.size() || (i < one.size() && one[i] <= other[j]);
    const double time = first ? one[i++] : other[j++], sign = first ? 1 : -1;
    before *= base::exp(-(time - last) / tau);
    sum += 0.5 + sign * before;
    before += sign;
    last = time;
  }
  return std::sqrt(std::max(0.0, sum));
}

double coincidence_factor(std::span<const double> spikes, std::span<const double> recorded, double duration,
                          double precision) {
  const double count = static_cast<double>(spikes.size()), wanted = static_cast<double>(recorded.size());
  if (count + wanted == 0) return std::numeric_limits<double>::quiet_NaN();
  double coincidences = 0;  // each spike of the one is counted with at most one of the other
  for (std::size_t i = 0, j = 0; i < spikes.size() && j < recorded.size();) {
    if (std::abs(spikes[i] - recorded[j]) <= precision) {
      ++coincidences;
      ++i, ++j;
    } else {
      spikes[i] < recorded[j] ? ++i : ++j;
    }
  }
  const double by_chance = 2 * precision * count / duration;  // of each recorded one
  return (coincidences - by_chance * wanted) / (0.5 * (count + wanted)) / (1 - by_chance);
}

}  // namespace hillock::analysis
