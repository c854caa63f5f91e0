// Tests of the function library: accuracy against long double, special values, identities.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "base/math.hpp"

namespace base = hillock::base;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr int points = 100000;

// Reproducible points in (0, 1).
class Points {
 public:
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state_ >> 12) + 0.5) * 0x1p-52;
  }
  double between(double low, double high) { return low + (high - low) * next(); }
  double of_magnitude(double low, double high) {
    return std::exp(between(std::log(low), std::log(high))) * (next() < 0.5 ? -1 : 1);
  }

 private:
  std::uint64_t state_ = 20240607;
};

double ulps(double found, long double expected) {
  if (!std::isfinite(found)) return inf;
  int exponent = 0;
  std::frexp(expected, &exponent);
  return static_cast<double>(std::fabs(found - expected) / std::ldexp(1.0L, exponent - 53));
}

double worst(double (*function)(double), long double (*reference)(long double), double low, double high) {
  Points draw;
  double result = 0;
  for (int i = 0; i < points; ++i) {
    const double x = draw.between(low, high);
    result = std::max(result, ulps(function(x), reference(static_cast<long double>(x))));
  }
  return result;
}

double worst_of_magnitude(double (*function)(double), long double (*reference)(long double), double low,
                          double high, bool positive = false) {
  Points draw;
  double result = 0;
  for (int i = 0; i < points; ++i) {
    double x = draw.of_magnitude(low, high);
    if (positive) x = std::fabs(x);
    result = std::max(result, ulps(function(x), reference(static_cast<long double>(x))));
  }
  return result;
}

long double exprel_reference(long double x) { return std::expm1(x) / x; }
long double reciprocal_exprel_reference(long double x) { return x / std::expm1(x); }
long double sigmoid_reference(long double x) { return 1 / (1 + std::exp(-x)); }

double worst_pow(double x_low, double x_high, double y_low, double y_high) {
  Points draw;
  double result = 0;
  for (int i = 0; i < points; ++i) {
    const double x = std::fabs(draw.of_magnitude(x_low, x_high));
    const double y = draw.between(y_low, y_high);
    const long double expected = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    if (expected < 2.3e-308L || expected > 1.79e308L) continue;
    result = std::max(result, ulps(base::pow(x, y), expected));
  }
  return result;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

// The quantile by Newton steps on erfc in long double.
long double quantile_reference(double p) {
  long double z = static_cast<long double>(base::normal_quantile(p));
  for (int i = 0; i < 4; ++i) {
    const long double pi = 3.14159265358979323846264338327950288L;
    const long double density = std::exp(-z * z / 2) / std::sqrt(2 * pi);
    z -= (std::erfc(-z / std::sqrt(2.0L)) / 2 - static_cast<long double>(p)) / density;
  }
  return z;
}

}  // namespace

TEST_CASE("exp, log and pow are within 2 ulp of the exact values") {
  CHECK(worst(base::exp, std::exp, -708, 709.7) <= 1.2);
  CHECK(worst(base::exp, std::exp, -1, 1) <= 1.2);
  CHECK(worst_of_magnitude(base::exp, std::exp, 1e-20, 1) <= 1.2);
  CHECK(worst_of_magnitude(base::log, std::log, 1e-307, 1e307, true) <= 1.0);
  CHECK(worst(base::log, std::log, 0.5, 2) <= 1.0);
  CHECK(worst(base::log, std::log, 0.999, 1.001) <= 1.0);
  CHECK(worst_pow(1e-300, 1e300, -3, 3) <= 1.0);
  CHECK(worst_pow(1e-9, 1e9, 2.7, 2.70001) <= 1.0);
  CHECK(worst_pow(0.5, 2, -1000, 1000) <= 1.0);
  CHECK(worst_pow(0.999, 1.001, -700000, 700000) <= 1.0);
}

TEST_CASE(
    "tanh, sin and cos are within 2 ulp, sinh, cosh and sigmoid within 3, exprel and its reciprocal within "
    "9") {
  CHECK(worst(base::tanh, std::tanh, -25, 25) <= 2.0);
  CHECK(worst(base::tanh, std::tanh, -0.1, 0.1) <= 2.0);
  CHECK(worst_of_magnitude(base::tanh, std::tanh, 1e-200, 25) <= 2.0);
  CHECK(worst(base::sin, std::sin, -4, 4) <= 1.0);
  CHECK(worst(base::cos, std::cos, -4, 4) <= 1.0);
  CHECK(worst(base::sin, std::sin, -1e6, 1e6) <= 1.0);
  CHECK(worst(base::cos, std::cos, -1e6, 1e6) <= 1.0);
  CHECK(worst_of_magnitude(base::sin, std::sin, 1e-10, 3e13) <= 1.0);
  CHECK(worst_of_magnitude(base::cos, std::cos, 1e-10, 3e13) <= 1.0);
  CHECK(worst(base::sinh, std::sinh, -3, 3) <= 3.0);
  CHECK(worst(base::sinh, std::sinh, -710, 710) <= 3.0);
  CHECK(worst(base::cosh, std::cosh, -3, 3) <= 3.0);
  CHECK(worst(base::cosh, std::cosh, -710, 710) <= 3.0);
  CHECK(worst(base::exprel, exprel_reference, -700, 716) <= 9.0);
  CHECK(worst(base::exprel, exprel_reference, -1, 1) <= 9.0);
  CHECK(worst_of_magnitude(base::exprel, exprel_reference, 1e-20, 0.1) <= 9.0);
  CHECK(worst(base::reciprocal_exprel, reciprocal_exprel_reference, -700, 700) <= 9.0);
  CHECK(worst(base::reciprocal_exprel, reciprocal_exprel_reference, -1, 1) <= 9.0);
  CHECK(worst_of_magnitude(base::reciprocal_exprel, reciprocal_exprel_reference, 1e-20, 0.1) <= 9.0);
  CHECK(worst(base::sigmoid, sigmoid_reference, -700, 700) <= 3.0);
}

TEST_CASE("sin and cos stay accurate beside multiples of pi/2, where the argument nearly cancels") {
  for (int n = 1; n < 20000; ++n) {
    const double x =
        static_cast<double>(n) * 1.5707963267948966;  // the double nearest to n pi/2 or next to it
    CHECK(ulps(base::sin(x), std::sin(static_cast<long double>(x))) <= 1.0);
    CHECK(ulps(base::cos(x), std::cos(static_cast<long double>(x))) <= 1.0);
  }
}

TEST_CASE("functions give the IEEE answers for zeros, infinities and NaN") {
  CHECK(same(base::exp(0.0), 1));
  CHECK(same(base::exp(-0.0), 1));
  CHECK(same(base::exp(inf), inf));
  CHECK(same(base::exp(-inf), 0));
  CHECK(same(base::log(1), 0));
  CHECK(same(base::log(0.0), -inf));
  CHECK(same(base::log(-0.0), -inf));
  CHECK(same(base::log(inf), inf));
  CHECK(std::isnan(base::log(-1)));
  CHECK(std::isnan(base::log(-inf)));
  for (auto* odd : {base::tanh, base::sinh, base::sin}) {
    CHECK(same(odd(0.0), 0.0));
    CHECK(same(odd(-0.0), -0.0));
  }
  CHECK(same(base::tanh(inf), 1));
  CHECK(same(base::tanh(-inf), -1));
  CHECK(same(base::sinh(inf), inf));
  CHECK(same(base::sinh(-inf), -inf));
  CHECK(same(base::cosh(-inf), inf));
  CHECK(same(base::cosh(0), 1));
  CHECK(same(base::cos(-0.0), 1));
  CHECK(std::isnan(base::sin(inf)));
  CHECK(std::isnan(base::cos(-inf)));
  CHECK(same(base::sigmoid(inf), 1));
  CHECK(same(base::sigmoid(-inf), 0));
  CHECK(same(base::exprel(0.0), 1));
  CHECK(same(base::exprel(-0.0), 1));
  CHECK(same(base::exprel(inf), inf));
  CHECK(same(base::exprel(-inf), 0));
  for (const double tiny : {0x1p-300, -0x1p-300, 0x1.8p-301, -0x1p-1022}) {
    CHECK(same(base::exprel(tiny), 1));
    CHECK(same(base::reciprocal_exprel(tiny), 1));
  }
  CHECK(same(base::reciprocal_exprel(0.0), 1));
  CHECK(same(base::reciprocal_exprel(-0.0), 1));
  CHECK(same(base::reciprocal_exprel(-inf), inf));
  CHECK(base::reciprocal_exprel(inf) < 1e-300);
  CHECK(base::reciprocal_exprel(1e300) < 1e-300);
  for (auto* function : {base::exp, base::log, base::tanh, base::sinh, base::cosh, base::sin, base::cos,
                         base::sigmoid, base::exprel, base::reciprocal_exprel, base::normal_quantile})
    CHECK(std::isnan(function(nan_value)));
}

TEST_CASE("functions turn to infinity and to zero where the normal range ends, and nowhere else") {
  CHECK(base::exp(709.782712893384) < inf);
  CHECK(same(base::exp(std::nextafter(709.782712893384, inf)), inf));
  CHECK(base::exp(-708.3964185322641) >= std::numeric_limits<double>::min());
  CHECK(same(base::exp(std::nextafter(-708.3964185322641, -inf)), 0));
  CHECK(base::sinh(710.4758) < inf);
  CHECK(same(base::sinh(711), inf));
  CHECK(same(base::sinh(-711), -inf));
  CHECK(base::cosh(-710.4758) < inf);
  CHECK(same(base::cosh(-711), inf));
  CHECK(base::exprel(716) < inf);
  CHECK(same(base::exprel(717), inf));
  CHECK(same(base::exprel(1e300), inf));
  CHECK(ulps(base::exprel(-1e300), 1e-300L) <= 1);
  CHECK(same(base::pow(2, 1023), 0x1p1023));
  CHECK(same(base::pow(2, 1024), inf));
  CHECK(same(base::pow(-2, 1025), -inf));
  CHECK(same(base::pow(2, -1022), 0x1p-1022));
  CHECK(same(base::pow(2, -1023), 0));
  CHECK(same(base::log(0x1p-1022), std::log(0x1p-1022)));
  CHECK(same(base::log(0x1p-1050), -inf));
}

TEST_CASE("pow follows IEEE 754 for every combination of special arguments") {
  const double values[] = {0.0, -0.0, inf, -inf, nan_value, 1,      -1,         2,     -2,
                           0.5, -0.5, 3,   -3,   1e300,     -1e300, 0x1p52 + 1, 0x1p53};
  for (const double x : values) {
    for (const double y : values) {
      const double expected = std::pow(x, y);
      const double found = base::pow(x, y);
      CAPTURE(x);
      CAPTURE(y);
      const bool near = std::isfinite(expected) && expected != 0 &&
                        std::fabs(found - expected) <= 1e-15 * std::fabs(expected);
      CHECK((near || same(found, expected)));
    }
  }
}

TEST_CASE("the normal quantile inverts the distribution function") {
  Points draw;
  double central = 0, tail = 0;
  for (int i = 0; i < 20000; ++i) {
    const double p = draw.between(0.01, 0.99);
    central =
        std::max(central, static_cast<double>(std::fabs(base::normal_quantile(p) - quantile_reference(p))));
    const double q = std::fabs(draw.of_magnitude(1e-300, 1e-2));
    const long double expected = quantile_reference(q);
    tail = std::max(tail, static_cast<double>(std::fabs((base::normal_quantile(q) - expected) / expected)));
  }
  CHECK(central < 1.5e-15);  // absolute; |quantile| <= 2.33 here
  CHECK(tail < 1e-15);
  CHECK(same(base::normal_quantile(0.5), 0.0));
  CHECK(same(base::normal_quantile(0), -inf));
  CHECK(same(base::normal_quantile(1), inf));
  CHECK(std::isnan(base::normal_quantile(-0.1)));
  CHECK(std::isnan(base::normal_quantile(1.1)));
}
