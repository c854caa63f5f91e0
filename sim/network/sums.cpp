// What arrives at the neurons of a block, summed in whole numbers.
#include "network/sums.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace hillock::network {

Sums::Sums(std::int64_t targets, bool wide) {
  const auto size = static_cast<std::size_t>(targets);
  const auto make = [size](auto& sums) {
    sums = std::remove_reference_t<decltype(sums)>(size);
    if (size > 0) std::memset(sums.data(), 0, sums.bytes());
  };
  wide ? make(wide_sums_) : make(narrow_sums_);
}

void Sums::take(std::int64_t first, std::int64_t count, double quantum, double* arrivals) {
  if (!wide()) return bulk_.take_counts(at<std::int32_t>() + first, count, quantum, arrivals);
  std::int64_t* const sums = at<std::int64_t>() + first;
  for (std::int64_t i = 0; i < count; ++i) arrivals[i] += quantum * static_cast<double>(sums[i]);
  std::fill_n(sums, count, 0);
}

}  // namespace hillock::network
