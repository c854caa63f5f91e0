// Where an axis has its ticks, and what stands beside them.
#pragma once
#include <string>
#include <vector>

namespace hillock::cli {

struct Ticks {
  std::vector<double> values;       // ascending
  std::vector<std::string> labels;  // of each of them
};

// Multiples of 1, 2 or 5 times a power of ten within [low, high], at most `most` (>= 2) of them; whole
// numbers only if asked for. All labels have the decimals that the step needs, or all a power of ten. Empty
// unless low < high.
Ticks round_ticks(double low, double high, int most, bool whole = false);

// On a logarithmic axis (0 < low < high): powers of ten within it, or every second or third of them ..., or
// 1, 2 and 5 times them where fewer than two lie within it; round_ticks where these are fewer than two, too.
Ticks logarithmic_ticks(double low, double high, int most);

// 1, 2 or 5 times a power of ten: the smallest that is not below `least` (> 0).
double round_step(double least);

// A range of an axis, both ends included.
struct Range {
  double low = 0, high = 0;
};

// The range with a twentieth of it added at both ends; one of a single value gets some room around it.
Range with_margin(Range range);

}  // namespace hillock::cli
