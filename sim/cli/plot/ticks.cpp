// Steps are kept as digit and power of ten, so that a label is the decimal number itself.
#include "cli/plot/ticks.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/text.hpp"

namespace hillock::cli {
namespace {

// digit * 10^power.
struct Step {
  int digit = 1, power = 0;
  double value() const { return *base::to_double({false, std::to_string(digit), power}); }
};

Step step_above(double least) {
  // The power of ten is taken from the number's own decimal digits: no logarithm that may be off by one.
  const auto decimal = *base::parse_decimal(base::number(least));
  const int power = static_cast<int>(decimal.exponent + static_cast<std::int64_t>(decimal.digits.size())) - 1;
  for (const int digit : {1, 2, 5})
    if (const Step step{digit, power}; step.value() >= least) return step;
  return {1, power + 1};
}

// A number of axes: with a minus sign instead of a hyphen.
std::string typeset(std::string text) {
  if (text.starts_with('-')) text.replace(0, 1, "\xE2\x88\x92");
  return text;
}

std::string label_of(std::int64_t multiple, Step step, bool scientific) {
  const std::int64_t digits = multiple * step.digit;
  if (digits == 0) return "0";
  if (!scientific) {
    const auto value = base::to_double({digits < 0, std::to_string(std::abs(digits)), step.power});
    return typeset(fmt::format("{:.{}f}", *value, std::max(0, -step.power)));
  }
  return typeset(base::number(static_cast<double>(digits)) + "e" + std::to_string(step.power));
}

}  // namespace

double round_step(double least) { return step_above(least).value(); }

Ticks round_ticks(double low, double high, int most, bool whole) {
  Ticks ticks;
  const double span = high - low;
  if (!(low < high) || !std::isfinite(span)) return ticks;
  Step step = step_above(span / most);
  if (whole && step.power < 0) step = {1, 0};
  // A step is above span / most, so that at most `most` + 1 fit: then the next larger one is taken.
  for (;; step = step_above(1.0001 * step.value())) {
    const double first = std::ceil(low / step.value() - 1e-9), last = std::floor(high / step.value() + 1e-9);
    if (last - first + 1 > most) continue;
    constexpr double largest = 1e15;  // beyond, neighbouring ticks would be one number
    if (std::abs(first) > largest || std::abs(last) > largest) return ticks;
    const double highest = std::max(std::abs(first), std::abs(last)) * step.value();
    const bool scientific = highest >= 1e6 || step.power < -4;
    for (auto k = static_cast<std::int64_t>(first); k <= static_cast<std::int64_t>(last); ++k) {
      ticks.values.push_back(static_cast<double>(k) * step.value());
      ticks.labels.push_back(label_of(k, step, scientific));
    }
    return ticks;
  }
}

namespace {

// 1, 2 and 5, or 1 alone, times each `every`-th power of ten within [low, high].
Ticks decades(double low, double high, std::initializer_list<int> digits, int every) {
  constexpr double slack = 1e-9;
  Ticks ticks;
  for (int power = step_above(low).power - 1; Step{1, power}.value() <= high * (1 + slack); ++power) {
    if (power % every != 0) continue;
    for (const int digit : digits)
      if (const double value = Step{digit, power}.value();
          value >= low * (1 - slack) && value <= high * (1 + slack)) {
        ticks.values.push_back(value);
        ticks.labels.push_back(label_of(1, {digit, power}, power < -4 || power > 5));
      }
  }
  return ticks;
}

}  // namespace

Ticks logarithmic_ticks(double low, double high, int most) {
  const auto fits = [&](const Ticks& ticks) { return static_cast<int>(ticks.values.size()) <= most; };
  if (Ticks fine = decades(low, high, {1, 2, 5}, 1); fits(fine)) {
    if (fine.values.size() < 2) return round_ticks(low, high, most);
    return fine;
  }
  for (int every = 1;; ++every)
    if (Ticks coarse = decades(low, high, {1}, every); fits(coarse)) return coarse;
}

Range with_margin(Range range) {
  double room = (range.high - range.low) / 20;
  if (!(room > 0)) room = range.low == 0 ? 1 : std::abs(range.low) / 10;
  return {range.low - room, range.high + room};
}

}  // namespace hillock::cli
