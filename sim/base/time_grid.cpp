// The time grid: which step a time is, and the grid times around it.
#include "base/time_grid.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace hillock::base {

namespace {

constexpr double largest_step =
    9007199254740992.0;  // 2^53: beyond it steps are no longer told apart in double

// step * dt, with dt taken as the decimal number its shortest text shows: 3 * 0.1 is 0.3 and not
// 0.30000000000000004.
double decimal_product(double step, double dt) {
  const std::optional<Decimal> decimal = parse_decimal(number(dt));
  std::int64_t digits = 0;
  if (!decimal || decimal->digits.size() > 18) return step * dt;
  std::from_chars(decimal->digits.data(), decimal->digits.data() + decimal->digits.size(), digits);
  std::int64_t product = 0;
  if (__builtin_mul_overflow(digits, static_cast<std::int64_t>(step), &product)) return step * dt;
  const Decimal exact{product < 0, std::to_string(std::abs(product)), decimal->exponent};
  return to_double(exact).value_or(step * dt);
}

}  // namespace

std::optional<std::int64_t> TimeGrid::step_of(double time) const {
  const double step = std::round(time / dt);
  if (!(std::fabs(step) <= largest_step)) return std::nullopt;  // also NaN
  const double tolerance = std::max(1e-9 * dt, 1e-12 * std::fabs(time));
  if (std::fabs(time - step * dt) > tolerance) return std::nullopt;
  return static_cast<std::int64_t>(step);
}

std::string TimeGrid::too_many_steps(std::string_view what, double time) const {
  const double count = std::floor(time / dt);
  if (!(std::fabs(count) > largest_step)) return {};
  return fmt::format("{}/dt is {} steps; the most is 9007199254740992 (2^53)", what,
                     std::isfinite(count) ? number(count) : "more than 1e308");
}

std::pair<double, double> TimeGrid::neighbours(double time) const {
  const double step = std::floor(time / dt);
  if (!(std::fabs(step) < largest_step)) return {time, time};
  return {decimal_product(step, dt), decimal_product(step + 1, dt)};
}

}  // namespace hillock::base
