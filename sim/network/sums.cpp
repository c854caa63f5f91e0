// What arrives at the neurons of a block, summed in whole numbers.
#include "network/sums.hpp"

#include <algorithm>
#include <cstring>

namespace hillock::network {

Sums::Sums(std::int64_t targets, std::int64_t steps, bool wide)
    : targets_(targets), steps_(steps), wide_(wide), any_(static_cast<std::size_t>(steps), 0) {
  const auto size = static_cast<std::size_t>(targets * steps);
  if (wide)
    wide_sums_ = LargeArray<std::int64_t>(size);
  else
    narrow_sums_ = LargeArray<std::int32_t>(size);
  clear();
}

void Sums::take(std::int64_t step, std::int64_t first, std::int64_t count, double quantum, double* arrivals) {
  if (!wide_) return bulk_.take_counts(at<std::int32_t>(step) + first, count, quantum, arrivals);
  std::int64_t* const sums = at<std::int64_t>(step) + first;
  for (std::int64_t i = 0; i < count; ++i) arrivals[i] += quantum * static_cast<double>(sums[i]);
  std::fill_n(sums, count, 0);
}

void Sums::clear() {
  if (narrow_sums_.size() > 0) std::memset(narrow_sums_.data(), 0, narrow_sums_.bytes());
  if (wide_sums_.size() > 0) std::memset(wide_sums_.data(), 0, wide_sums_.bytes());
  std::ranges::fill(any_, char{0});
}

}  // namespace hillock::network
