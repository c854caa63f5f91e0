// Units and quantities as text: exact to the bit in both directions.
#include "base/units.hpp"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/math.hpp"
#include "base/text.hpp"
#include "base/unit_suggestion.hpp"
#include "base/unit_text.hpp"

namespace hillock::base {

namespace {

struct BaseUnit {
  std::string_view symbol;
  const Dimension* dimension;
  int power_of_ten;  // to the internal unit
};

const Dimension amount_of_substance{{{{0, 1}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {1, 1}}}};

constexpr std::array<BaseUnit, 12> base_units = {{{"s", &dimension::time, 3},
                                                  {"V", &dimension::voltage, 3},
                                                  {"A", &dimension::current, 12},
                                                  {"S", &dimension::conductance, 9},
                                                  {"F", &dimension::capacitance, 12},
                                                  {"Ohm", &dimension::resistance, -9},
                                                  {"m", &dimension::length, 5},
                                                  {"Hz", &dimension::frequency, -3},
                                                  {"K", &dimension::temperature, 0},
                                                  {"M", &dimension::concentration, 3},
                                                  {"C", &dimension::charge, 15},
                                                  {"mol", &amount_of_substance, 15}}};

struct Prefix {
  char letter;
  int power_of_ten;
};

constexpr std::array<Prefix, 9> prefixes = {
    {{'f', -15}, {'p', -12}, {'n', -9}, {'u', -6}, {'m', -3}, {'c', -2}, {'k', 3}, {'M', 6}, {'G', 9}}};

const BaseUnit* find_base_unit(std::string_view symbol) {
  for (const BaseUnit& unit : base_units)
    if (unit.symbol == symbol) return &unit;
  return nullptr;
}

// A walk through the text of a unit.
struct UnitParser {
  std::string_view text;
  std::string* problem;
  std::size_t position = 0;
  Unit result{};

  bool fail(std::string what) {
    if (problem != nullptr) *problem = std::move(what);
    return false;
  }
  bool at_end() const { return position >= text.size(); }
  void skip_spaces() {
    while (!at_end() && (text[position] == ' ' || text[position] == '\t')) ++position;
  }
  bool take(std::string_view symbol) {
    if (!text.substr(position).starts_with(symbol)) return false;
    position += symbol.size();
    return true;
  }
  bool unexpected() {
    const std::optional<Character> character = decode_utf8(text, position);
    const std::string found(
        text.substr(position, character ? static_cast<std::size_t>(character->length) : 1));
    return fail(fmt::format(
        "unexpected '{}' in the unit '{}'; units are written as 'mV', 'uA/cm2' or 'pA ms^0.5'", found, text));
  }

  // Letters, and all else that is not ASCII but for the raised digits, so that a message quotes a whole word.
  std::string_view word() {
    const std::size_t start = position;
    while (!at_end()) {
      const std::string_view rest = text.substr(position);
      const bool raised = rest.starts_with("\u00B2") || rest.starts_with("\u00B3");
      if (raised || (!is_letter(rest[0]) && static_cast<unsigned char>(rest[0]) < 0x80)) break;
      ++position;
    }
    return text.substr(start, position - start);
  }

  // The power behind a unit word: "2", "^2", "^-0.5", the raised 2 or 3, or none.
  std::optional<Rational> power() {
    if (take("\u00B2")) return Rational{2, 1};
    if (take("\u00B3")) return Rational{3, 1};
    const std::size_t before = position;
    skip_spaces();
    const bool caret = take("^");
    if (caret) skip_spaces();
    if (!caret) position = before;
    const std::size_t start = position;
    if (caret && !at_end() && (text[position] == '-' || text[position] == '+')) ++position;
    while (!at_end() && (is_digit(text[position]) || (caret && text[position] == '.'))) ++position;
    const std::string_view digits = text.substr(start, position - start);
    if (!caret && digits.empty()) return Rational{1, 1};
    const std::optional<double> value = parse_number(digits);
    const std::optional<Rational> power = value ? Rational::from_double(*value) : std::nullopt;
    if (power && power->numerator != 0 && std::abs(power->value()) <= largest_part) return power;
    fail(fmt::format("'{}' in the unit '{}' is not a power; powers are written as 'cm2', 'mV^2' or 'ms^0.5'",
                     digits, text));
    return std::nullopt;
  }

  bool factor(int sign) {
    skip_spaces();
    const std::string_view name = word();
    if (name.empty())
      return at_end() ? fail(fmt::format("the unit '{}' ends where a unit is missing", text)) : unexpected();
    if (name == "degC")
      return fail(fmt::format("'degC' has its own zero and so stands alone; write K in the unit '{}'", text));
    const std::optional<Unit> unit = unit_of_word(name);
    if (!unit) return fail(unit_problem(name));
    const std::optional<Rational> exponent = power();
    if (!exponent) return false;
    const Rational signed_exponent = *exponent * Rational{sign, 1};
    result.dimension = result.dimension * pow(unit->dimension, signed_exponent);
    result.power_of_ten = result.power_of_ten + unit->power_of_ten * signed_exponent;
    const bool exact =
        std::abs(result.power_of_ten.numerator) <= 100000 && result.power_of_ten.denominator <= largest_part;
    return (exact && is_manageable(result.dimension)) ||
           fail(fmt::format("the powers in the unit '{}' are too large", text));
  }

  bool parse() {
    int sign = 1;
    if (take("1")) {
      skip_spaces();
      if (at_end()) return true;
      if (!take("/")) return unexpected();
      sign = -1;
    }
    while (true) {
      if (!factor(sign)) return false;
      const std::size_t behind = position;
      skip_spaces();
      if (at_end()) return true;
      if (take("/")) {
        sign = -1;
      } else if (take("*") || position > behind) {
        sign = 1;
      } else {
        return unexpected();
      }
    }
  }
};

// 10^r for 0 < r < 1, correctly rounded for quarters (what units of noise and their roots need).
double fractional_power_of_ten(Rational r) {
  if (r == Rational{1, 4}) return 1.7782794100389228;
  if (r == Rational{1, 2}) return 3.1622776601683795;
  if (r == Rational{3, 4}) return 5.623413251903491;
  return pow(10.0, r.value());
}

// The whole and the fractional part of a power of ten, the latter in [0, 1).
std::pair<std::int64_t, Rational> split(Rational power) {
  std::int64_t whole = power.numerator / power.denominator;
  if (power.numerator < 0 && whole * power.denominator != power.numerator) --whole;
  return {whole, power - Rational::of(whole)};
}

// Degrees Celsius in kelvin; exactly rounded for numbers of ordinary length.
std::optional<double> kelvin(const Decimal& celsius) {
  const std::int64_t exponent = std::min<std::int64_t>(celsius.exponent, -2);
  const std::int64_t shift = celsius.exponent - exponent;
  if (exponent < -12 || static_cast<std::int64_t>(celsius.digits.size()) + shift > 17) {
    const std::optional<double> value = to_double(celsius);
    if (!value) return std::nullopt;
    return *value + 273.15;
  }
  std::int64_t scaled = 0;
  std::from_chars(celsius.digits.data(), celsius.digits.data() + celsius.digits.size(), scaled);
  for (std::int64_t i = 0; i < shift; ++i) scaled *= 10;
  std::int64_t zero = 27315;
  for (std::int64_t i = exponent; i < -2; ++i) zero *= 10;
  const std::int64_t sum = celsius.negative ? zero - scaled : zero + scaled;
  return to_double({sum < 0, std::to_string(std::abs(sum)), exponent});
}

std::optional<double> convert(const Decimal& decimal, const Unit& unit) {
  if (unit.celsius) return kelvin(decimal);
  const auto [whole, fraction] = split(unit.power_of_ten);
  const std::optional<double> value = to_double(decimal, whole);
  if (!value || fraction.numerator == 0) return value;
  return *value * fractional_power_of_ten(fraction);
}

// The length of the number at the start of a quantity, with the characters that are often found in wrong ones
// (1,5 1_000 0x1F).
std::size_t number_length(std::string_view text) {
  std::size_t position = 0;
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  if (at(0) == '-' || at(0) == '+') ++position;
  if (at(position) == '0' && (at(position + 1) == 'x' || at(position + 1) == 'X')) {
    position += 2;
    while (is_digit(at(position)) || is_letter(at(position))) ++position;
    return position;
  }
  const auto in_number = [&](char c) { return is_digit(c) || c == '.' || c == '_' || c == ','; };
  while (in_number(at(position))) ++position;
  if (at(position) == 'e' || at(position) == 'E') {
    const std::size_t sign = at(position + 1) == '-' || at(position + 1) == '+' ? 1 : 0;
    if (is_digit(at(position + 1 + sign))) {
      position += 1 + sign;
      while (in_number(at(position))) ++position;
    }
  }
  const std::string_view taken = text.substr(0, position);
  return taken.find_first_of("0123456789") == std::string_view::npos ? 0 : position;
}

std::optional<Unit> unit_behind_number(std::string_view text, std::string* problem) {
  if (text.empty()) return Unit{};
  if (text[0] == '/') return parse_unit(fmt::format("1{}", text), problem);
  if (text[0] == '*') return parse_unit(text.substr(1), problem);
  return parse_unit(text, problem);
}

}  // namespace

std::optional<Unit> unit_of_word(std::string_view word) {
  std::string symbol(word);
  for (const std::string_view micro : {"\u00B5", "\u03BC"})
    if (symbol.starts_with(micro)) symbol = fmt::format("u{}", symbol.substr(micro.size()));
  if (const BaseUnit* unit = find_base_unit(symbol))
    return Unit{*unit->dimension, {unit->power_of_ten, 1}, false};
  if (symbol.size() < 2) return std::nullopt;
  const BaseUnit* unit = find_base_unit(std::string_view(symbol).substr(1));
  if (unit == nullptr) return std::nullopt;
  for (const Prefix& prefix : prefixes)
    if (prefix.letter == symbol[0])
      return Unit{*unit->dimension, {unit->power_of_ten + prefix.power_of_ten, 1}, false};
  return std::nullopt;
}

std::optional<Unit> parse_unit(std::string_view text, std::string* problem) {
  text = trim(text);
  if (text == "degC") return Unit{dimension::temperature, {0, 1}, true};
  UnitParser parser{text, problem};
  if (text.empty()) {
    parser.fail("a unit is missing");
  } else if (text.size() > 100) {
    parser.fail(fmt::format("a unit of {} characters is too long", text.size()));
  } else if (text.find('%') != std::string_view::npos) {
    parser.fail("'%' is not a unit; write a fraction, such as 0.05 for 5 %");
  } else if (parser.parse()) {
    return parser.result;
  }
  return std::nullopt;
}

std::optional<double> to_internal(std::string_view number, const Unit& unit) {
  const std::optional<Decimal> decimal = parse_decimal(number);
  return decimal ? convert(*decimal, unit) : std::nullopt;
}

std::optional<Quantity> parse_quantity(std::string_view text, std::string* problem) {
  text = trim(text);
  const std::size_t length = number_length(text);
  const std::string_view number = length > 0 ? text.substr(0, length) : text.substr(0, text.find(' '));
  const std::optional<Decimal> decimal = parse_decimal(number, problem);
  if (!decimal) return std::nullopt;
  const std::optional<Unit> unit = unit_behind_number(trim(text.substr(number.size())), problem);
  if (!unit) return std::nullopt;
  const std::optional<double> value = convert(*decimal, *unit);
  if (value) return Quantity{*value, unit->dimension};
  if (problem != nullptr && parse_number(number, problem))
    *problem = quoted(text) + " is out of the range of numbers";
  return std::nullopt;
}

std::string quantity_text(double value, const UnitText& unit) {
  const auto [whole, fraction] = split(unit.power_of_ten);
  const double scaled = fraction.numerator == 0 ? value : value / fractional_power_of_ten(fraction);
  const std::string number = number_scaled(scaled, static_cast<int>(-whole));
  if (unit.text == "1") return number;
  if (unit.text.starts_with("1/")) return number + unit.text.substr(1);
  return fmt::format("{} {}", number, unit.text);
}

std::string format_quantity(double value, const Dimension& dimension) {
  // To find the unit takes far longer than to write the number, and a range writes a million of one unit.
  thread_local Dimension last;
  thread_local UnitText unit = unit_text(last);
  if (last != dimension) {
    unit = unit_text(dimension);
    last = dimension;
  }
  return quantity_text(value, unit);
}

std::string format_time(double time) { return format_quantity(time, dimension::time); }

}  // namespace hillock::base
