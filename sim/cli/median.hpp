// The median, for benchmarks.
#pragma once
#include <algorithm>
#include <vector>

namespace hillock::cli {

// Of at least one value; of an even number the upper one of the two in the middle.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

}  // namespace hillock::cli
