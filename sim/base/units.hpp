// Dimensions, units and quantities. Internal units are coherent: ms, mV, pA, 10 um, K and mM, hence nS, pF,
// GOhm, kHz.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hillock::base {

// A small exact fraction, kept in lowest terms with a positive denominator.
struct Rational {
  std::int32_t numerator = 0;
  std::int32_t denominator = 1;
  static Rational of(std::int64_t numerator, std::int64_t denominator = 1);
  static std::optional<Rational> from_double(
      double value);  // nearest fraction with a denominator up to 64, if exact to 1e-12
  double value() const { return static_cast<double>(numerator) / denominator; }
  friend bool operator==(const Rational&, const Rational&) = default;
};
Rational operator+(Rational a, Rational b);
Rational operator-(Rational a, Rational b);
Rational operator*(Rational a, Rational b);

// Exponents over the base dimensions time, voltage, current, length, temperature, amount of substance.
struct Dimension {
  std::array<Rational, 6> exponents{};
  bool dimensionless() const;
  friend bool operator==(const Dimension&, const Dimension&) = default;
  // A word where the field has one ("voltage", "time", "conductance density"), else a unit such as "mV/ms".
  std::string name() const;
  // The unit of values inside hillock, as users write it ("mV", "nS", "uA/cm2", "1/ms"; "1" if
  // dimensionless).
  std::string unit() const;
  // unit(), but in a unit that users write where the internal one is not a plain unit: "um" for length
  // (inside: 10 um).
  std::string user_unit() const;
  // How messages speak of it: "voltage (mV)", "mV/ms", "a pure number".
  std::string describe() const;
};
Dimension operator*(const Dimension& a, const Dimension& b);
Dimension operator/(const Dimension& a, const Dimension& b);
Dimension pow(const Dimension& a, Rational exponent);

// Whether all exponents are small fractions (parts up to largest_part), so that two such dimensions combine
// without overflow.
constexpr int largest_part = 4096;
bool is_manageable(const Dimension& dimension);

namespace dimension {
extern const Dimension none, time, voltage, current, length, temperature, concentration, capacitance,
    conductance, resistance, charge, frequency, area, current_density, conductance_density,
    capacitance_density, voltage_rate;
}

// A unit as written: value_internal = value_written * 10^power_of_ten (+ 273.15 for degC).
struct Unit {
  Dimension dimension;
  Rational power_of_ten;
  bool celsius = false;
};

// Parses "mV", "uA/cm2", "1/ms", "pA ms^0.5", "µA/cm²" (docs/language.md). On failure: nothing, and in
// `problem` what is wrong with the nearest known unit as a suggestion ("'msec' is not a unit; did you mean
// 'ms'?").
std::optional<Unit> parse_unit(std::string_view text, std::string* problem = nullptr);

// The unit behind one word without power: "mV", "µs", "Ohm"; nothing for "degC", "cm2" and words that are no
// unit.
std::optional<Unit> unit_of_word(std::string_view word);

// The unit's value of a decimal number, exactly rounded: "0.01" in s and "10" in ms give the same bits.
// `number` must be a plain decimal number ("-6.5e1"); nothing if it is not, or does not fit a double (1e999,
// 0x10, 010, 1_000, 1,5, nan).
std::optional<double> to_internal(std::string_view number, const Unit& unit);

// A checked number with its dimension, in internal units.
struct Quantity {
  double value = 0;
  Dimension dimension;
};

// Parses "number unit" or "number" ("-65 mV", "10ms", "6.3 degC", "3"). `problem` says what is wrong
// otherwise.
std::optional<Quantity> parse_quantity(std::string_view text, std::string* problem = nullptr);

// Shortest text that reads back to the same value: "-65 mV", "0.1 ms", "3". In a unit that needs a root of
// ten (um^0.6) it can be the value next to it.
std::string format_quantity(double value, const Dimension& dimension);
// A time in ms as a quantity: "50 ms".
std::string format_time(double time);

}  // namespace hillock::base
