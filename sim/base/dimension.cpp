// Dimensions: exact exponents, and the words and units in which the field speaks of them.
#include <fmt/core.h>

#include <cstdlib>
#include <limits>
#include <numeric>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "base/unit_text.hpp"
#include "base/units.hpp"

namespace hillock::base {

Rational Rational::of(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) throw InternalError("a fraction with denominator 0");
  const std::int64_t divisor = std::gcd(numerator, denominator) * (denominator < 0 ? -1 : 1);
  const std::int64_t top = numerator / divisor;
  const std::int64_t bottom = denominator / divisor;
  constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();
  if (std::abs(top) > largest || bottom > largest) throw InternalError("a fraction out of range");
  return {static_cast<std::int32_t>(top), static_cast<std::int32_t>(bottom)};
}

std::optional<Rational> Rational::from_double(double value) {
  if (!(value >= -1e6 && value <= 1e6)) return std::nullopt;  // also NaN
  for (int denominator = 1; denominator <= 64; ++denominator) {
    const double scaled = value * denominator;
    const std::int64_t numerator = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
    const double error = static_cast<double>(numerator) / denominator - value;
    const double size = value < 0 ? -value : value;
    if ((error < 0 ? -error : error) <= 1e-12 * (size > 1 ? size : 1)) return of(numerator, denominator);
  }
  return std::nullopt;
}

Rational operator+(Rational a, Rational b) {
  return Rational::of(std::int64_t{a.numerator} * b.denominator + std::int64_t{b.numerator} * a.denominator,
                      std::int64_t{a.denominator} * b.denominator);
}

Rational operator-(Rational a, Rational b) { return a + Rational{-b.numerator, b.denominator}; }

Rational operator*(Rational a, Rational b) {
  return Rational::of(std::int64_t{a.numerator} * b.numerator, std::int64_t{a.denominator} * b.denominator);
}

Dimension operator*(const Dimension& a, const Dimension& b) {
  Dimension product;
  for (std::size_t i = 0; i < product.exponents.size(); ++i)
    product.exponents[i] = a.exponents[i] + b.exponents[i];
  return product;
}

Dimension operator/(const Dimension& a, const Dimension& b) {
  Dimension quotient;
  for (std::size_t i = 0; i < quotient.exponents.size(); ++i)
    quotient.exponents[i] = a.exponents[i] - b.exponents[i];
  return quotient;
}

Dimension pow(const Dimension& a, Rational exponent) {
  Dimension power;
  for (std::size_t i = 0; i < power.exponents.size(); ++i) power.exponents[i] = a.exponents[i] * exponent;
  return power;
}

bool is_manageable(const Dimension& dimension) {
  for (const Rational exponent : dimension.exponents)
    if (std::abs(exponent.numerator) > largest_part || exponent.denominator > largest_part) return false;
  return true;
}

namespace dimension {
namespace {
constexpr Dimension of(int time, int voltage, int current, int length, int temperature, int amount) {
  return {{{{time, 1}, {voltage, 1}, {current, 1}, {length, 1}, {temperature, 1}, {amount, 1}}}};
}
}  // namespace

constinit const Dimension none = of(0, 0, 0, 0, 0, 0);
constinit const Dimension time = of(1, 0, 0, 0, 0, 0);
constinit const Dimension voltage = of(0, 1, 0, 0, 0, 0);
constinit const Dimension current = of(0, 0, 1, 0, 0, 0);
constinit const Dimension length = of(0, 0, 0, 1, 0, 0);
constinit const Dimension temperature = of(0, 0, 0, 0, 1, 0);
constinit const Dimension concentration = of(0, 0, 0, -3, 0, 1);
constinit const Dimension capacitance = of(1, -1, 1, 0, 0, 0);
constinit const Dimension conductance = of(0, -1, 1, 0, 0, 0);
constinit const Dimension resistance = of(0, 1, -1, 0, 0, 0);
constinit const Dimension charge = of(1, 0, 1, 0, 0, 0);
constinit const Dimension frequency = of(-1, 0, 0, 0, 0, 0);
constinit const Dimension area = of(0, 0, 0, 2, 0, 0);
constinit const Dimension current_density = of(0, 0, 1, -2, 0, 0);
constinit const Dimension conductance_density = of(0, -1, 1, -2, 0, 0);
constinit const Dimension capacitance_density = of(1, -1, 1, -2, 0, 0);
constinit const Dimension voltage_rate = of(-1, 1, 0, 0, 0, 0);
}  // namespace dimension

namespace {

// A unit with a power, as it stands in a text.
struct Factor {
  std::string_view symbol;
  Rational exponent;
};

// A dimension with a word or a unit of its own (of power of ten 0) that is not a product of base units.
struct Named {
  std::string_view word;
  Dimension dimension;
  std::vector<Factor> factors;
  bool has_own_unit = true;
};

constexpr Rational one{1, 1};
constexpr Rational minus_one{-1, 1};
constexpr Rational per_area{-2, 1};

std::vector<Named> named_dimensions() {
  using namespace dimension;
  return {{"pure number", none, {}, false},
          {"time", time, {}, false},
          {"voltage", voltage, {}, false},
          {"current", current, {}, false},
          {"length", length, {}, false},
          {"temperature", temperature, {}, false},
          {"frequency", frequency, {}, false},
          {"area", area, {}, false},
          {"concentration", concentration, {{"mM", one}}},
          {"capacitance", capacitance, {{"pF", one}}},
          {"conductance", conductance, {{"nS", one}}},
          {"resistance", resistance, {{"GOhm", one}}},
          {"charge", charge, {{"fC", one}}},
          {"current density", current_density, {{"uA", one}, {"cm", per_area}}},
          {"conductance density", conductance_density, {{"mS", one}, {"cm", per_area}}},
          {"capacitance density", capacitance_density, {{"uF", one}, {"cm", per_area}}},
          {"", charge / area, {{"nC", one}, {"cm", per_area}}},
          {"", resistance * area, {{"kOhm", one}, {"cm", {2, 1}}}},
          {"", resistance * length, {{"MOhm", one}, {"cm", one}}},
          {"", voltage / length, {{"V", one}, {"cm", minus_one}}}};
}

// The factors of the base units in a dimension, time last ("pA ms"); lengths in um.
std::vector<Factor> base_factors(const Dimension& dimension) {
  struct Base {
    std::string_view symbol;
    std::size_t index;
  };
  constexpr std::array<Base, 6> bases = {{{"mV", 1}, {"pA", 2}, {"um", 3}, {"K", 4}, {"fmol", 5}, {"ms", 0}}};
  std::vector<Factor> factors;
  for (const Base& base : bases) {
    const Rational exponent = dimension.exponents[base.index];
    if (exponent.numerator != 0) factors.push_back({base.symbol, exponent});
  }
  return factors;
}

// How clumsy a unit reads: two for each factor, one more for a power, and for um, which is not the internal
// unit.
std::size_t clumsiness(const std::vector<Factor>& factors) {
  std::size_t sum = 0;
  for (const Factor& factor : factors) {
    const bool plain = factor.exponent == one || factor.exponent == minus_one;
    sum += 2 + (plain ? 0 : 1) + (factor.symbol == "um" ? 1 : 0);
  }
  return sum;
}

std::string factor_text(const Factor& factor) {
  std::string text(factor.symbol);
  const Rational power{std::abs(factor.exponent.numerator), factor.exponent.denominator};
  if (power == one) return text;
  const bool is_length = factor.symbol == "um" || factor.symbol == "cm";
  const bool is_short = power.denominator == 1 && power.numerator < 100;  // x123 is a name of the language
  if (!is_length || !is_short) text += '^';
  return text.append(number(power.value()));
}

std::string text_of(const std::vector<Factor>& factors) {
  std::string above;
  std::string below;
  for (const Factor& factor : factors) {
    if (factor.exponent.numerator > 0) {
      if (!above.empty()) above += ' ';
      above += factor_text(factor);
    } else {
      below += '/';
      below += factor_text(factor);
    }
  }
  return (above.empty() ? "1" : above) + below;
}

}  // namespace

UnitText unit_text(const Dimension& dimension) {
  std::vector<Factor> best = base_factors(dimension);
  Rational length_power = dimension.exponents[3];
  if (is_manageable(dimension)) {
    for (const Named& named : named_dimensions()) {
      if (!named.has_own_unit) continue;
      const Dimension rest = dimension / named.dimension;
      std::vector<Factor> factors = named.factors;
      for (const Factor& factor : base_factors(rest)) factors.push_back(factor);
      if (clumsiness(factors) >= clumsiness(best)) continue;
      best = factors;
      length_power = rest.exponents[3];
    }
  }
  return {text_of(best), Rational{-length_power.numerator, length_power.denominator}};
}

bool Dimension::dimensionless() const { return *this == dimension::none; }

std::string Dimension::name() const {
  for (const Named& named : named_dimensions())
    if (!named.word.empty() && named.dimension == *this) return std::string(named.word);
  return user_unit();
}

std::string Dimension::user_unit() const { return unit_text(*this).text; }

std::string Dimension::unit() const {
  const UnitText unit = unit_text(*this);
  if (unit.power_of_ten.numerator == 0) return unit.text;
  return quantity_text(1.0, unit);
}

std::string Dimension::describe() const {
  if (dimensionless()) return "a pure number";
  const std::string word = name();
  const std::string unit = user_unit();
  return word == unit ? unit : fmt::format("{} ({})", word, unit);
}

}  // namespace hillock::base
