// Small helpers for text: numbers that no locale can change, joining, UTF-8.
#include "base/text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <system_error>

namespace hillock::base {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The run of digits at `position`, which moves behind it.
std::string_view take_digits(std::string_view text, std::size_t& position) {
  const std::size_t start = position;
  while (position < text.size() && is_digit(text[position])) ++position;
  return text.substr(start, position - start);
}

// The exponent behind an 'e', kept within +-1e9 (any double is out of range long before); nothing without
// digits.
std::optional<std::int64_t> take_exponent(std::string_view text, std::size_t& position) {
  bool negative = false;
  if (position < text.size() && (text[position] == '+' || text[position] == '-'))
    negative = text[position++] == '-';
  const std::string_view digits = take_digits(text, position);
  if (digits.empty()) return std::nullopt;
  std::int64_t exponent = 0;
  for (const char c : digits) exponent = std::min<std::int64_t>(exponent * 10 + (c - '0'), 1'000'000'000);
  return negative ? -exponent : exponent;
}

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal decimal;
  std::size_t position = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) decimal.negative = text[position++] == '-';
  const std::string_view whole = take_digits(text, position);
  std::string_view fraction;
  if (position < text.size() && text[position] == '.') fraction = take_digits(text, ++position);
  if (whole.empty() && fraction.empty()) return std::nullopt;
  if (whole.size() > 1 && whole[0] == '0') return std::nullopt;
  if (position < text.size() && lower(text[position]) == 'e') {
    const std::optional<std::int64_t> exponent = take_exponent(text, ++position);
    if (!exponent) return std::nullopt;
    decimal.exponent = *exponent;
  }
  if (position != text.size()) return std::nullopt;
  decimal.digits = std::string(whole) + std::string(fraction);
  decimal.digits.erase(0, std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size() - 1));
  decimal.exponent -= static_cast<std::int64_t>(fraction.size());
  return decimal;
}

bool is_not_finite(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (!text.empty() && text[0] == '.') text.remove_prefix(1);
  return equal_ignoring_case(text, "nan") || equal_ignoring_case(text, "inf") ||
         equal_ignoring_case(text, "infinity");
}

std::string without(std::string_view text, char unwanted) {
  std::string result(text);
  std::erase(result, unwanted);
  return result;
}

std::string comma_problem(std::string_view text) {
  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  if (read_decimal(with_point))
    return fmt::format("{} has a decimal comma; write {}", quoted(text), quoted(with_point));
  return quoted(text) + " is not a number; write numbers with a decimal point and without separators";
}

std::string without_leading_zeros(std::string_view text) {
  const std::size_t sign = text[0] == '-' || text[0] == '+' ? 1 : 0;
  std::size_t first = sign;
  while (first + 1 < text.size() && text[first] == '0' && is_digit(text[first + 1])) ++first;
  return std::string(text.substr(0, sign)) + std::string(text.substr(first));
}

// What is wrong with a text that read_decimal refused.
std::string decimal_problem(std::string_view text) {
  if (text.empty()) return "a number is missing";
  if (is_not_finite(text)) return quoted(text) + " is not a finite number";
  const std::string_view unsigned_text = text.substr(text[0] == '-' || text[0] == '+' ? 1 : 0);
  if (unsigned_text.starts_with("0x") || unsigned_text.starts_with("0X"))
    return quoted(text) + " is a hexadecimal number; write it in decimal digits";
  if (is_digit(text.back()) && text.find(',') != std::string_view::npos) return comma_problem(text);
  if (text.find('_') != std::string_view::npos && read_decimal(without(text, '_')))
    return fmt::format("{} contains '_'; write {}", quoted(text), quoted(without(text, '_')));
  const std::string stripped = without_leading_zeros(text);
  if (stripped.size() < text.size() && read_decimal(stripped))
    return fmt::format("{} has a leading zero, which could mean octal; write {}", quoted(text),
                       quoted(stripped));
  return quoted(text) + " is not a number";
}

// The digits with the point where it belongs, or with an exponent where that would take many zeros.
std::string decimal_text(const Decimal& decimal) {
  const std::string_view digits = decimal.digits;
  const std::string_view sign = decimal.negative ? "-" : "";
  const std::int64_t size = static_cast<std::int64_t>(digits.size());
  const std::int64_t point = size + decimal.exponent;  // digits before the point
  if (point < -4 || point > 17) {
    const std::string_view dot = size > 1 ? "." : "";
    return fmt::format("{}{}{}{}e{}", sign, digits.substr(0, 1), dot, digits.substr(1), point - 1);
  }
  if (point <= 0) return fmt::format("{}0.{:0>{}}", sign, digits, size - point);
  if (point >= size) return fmt::format("{}{:0<{}}", sign, digits, point);
  const std::size_t split = static_cast<std::size_t>(point);
  return fmt::format("{}{}.{}", sign, digits.substr(0, split), digits.substr(split));
}

}  // namespace

std::string number(double value) {
  if (std::isnan(value)) return "nan";
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::optional<Decimal> parse_decimal(std::string_view text, std::string* problem) {
  std::optional<Decimal> decimal = read_decimal(text);
  if (!decimal && problem != nullptr) *problem = decimal_problem(text);
  return decimal;
}

std::optional<double> to_double(const Decimal& decimal, std::int64_t power) {
  if (decimal.digits == "0") return decimal.negative ? -0.0 : 0.0;
  const std::string text =
      fmt::format("{}{}e{}", decimal.negative ? "-" : "", decimal.digits, decimal.exponent + power);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || !std::isfinite(value) || value == 0) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text, std::string* problem) {
  const std::optional<Decimal> decimal = parse_decimal(text, problem);
  if (!decimal) return std::nullopt;
  const std::optional<double> value = to_double(*decimal);
  if (!value && problem != nullptr) {
    const bool large = decimal->exponent + static_cast<std::int64_t>(decimal->digits.size()) > 0;
    *problem = quoted(text) + (large ? " is too large; the largest number is 1.7976931348623157e308"
                                     : " is too small; write 0, or a number above 1e-307");
  }
  return value;
}

std::string number_scaled(double value, int power) {
  if (power == 0 || value == 0 || !std::isfinite(value)) return number(value);
  std::array<char, 32> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  Decimal decimal = *read_decimal({buffer.data(), result.ptr});
  while (decimal.digits.size() > 1 && decimal.digits.back() == '0') {
    decimal.digits.pop_back();
    ++decimal.exponent;
  }
  decimal.exponent += power;
  return decimal_text(decimal);
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (&part != parts.data()) text += separator;
    text += part;
  }
  return text;
}

std::string listed(std::string_view lead, std::span<const std::string> names) {
  constexpr std::size_t most = 50;
  if (names.empty()) return fmt::format("{} none", lead);
  const std::string shown = join(names.first(std::min(names.size(), most)), ", ");
  return fmt::format("{}: {}{}", lead, shown, names.size() > most ? ", ..." : "");
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string printable(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string shown;
  for (std::size_t position = 0; position < text.size();) {
    const std::optional<Character> character = decode_utf8(text, position);
    const int length = character ? character->length : 1;
    const unsigned char byte = static_cast<unsigned char>(text[position]);
    const bool control =
        character && (character->code < 0x20 || (character->code >= 0x7F && character->code < 0xA0));
    if (!character || (control && length == 1)) {
      shown += {'\\', 'x', hex[byte / 16], hex[byte % 16]};
    } else if (control) {
      const unsigned char second = static_cast<unsigned char>(text[position + 1]);
      shown += {'\\', 'x', hex[second / 16], hex[second % 16]};  // U+0080 to U+009F end in their own number
    } else {
      shown += text.substr(position, static_cast<std::size_t>(length));
    }
    position += static_cast<std::size_t>(length);
  }
  return shown;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return printable(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // between characters
  return printable(text.substr(0, end)) + "...";
}

std::string quoted(std::string_view text) { return fmt::format("'{}'", shortened(text)); }

std::optional<Character> decode_utf8(std::string_view text, std::size_t position) {
  if (position >= text.size()) return std::nullopt;
  const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(text[position + offset]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return Character{first, 1};
  const int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - position < static_cast<std::size_t>(length))
    return std::nullopt;
  char32_t code = first & (0xFFU >> (length + 1));
  for (int i = 1; i < length; ++i) {
    const unsigned char next = byte(static_cast<std::size_t>(i));
    if ((next & 0xC0U) != 0x80U) return std::nullopt;
    code = code << 6 | (next & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[static_cast<std::size_t>(length)] || code > 0x10FFFF || surrogate) return std::nullopt;
  return Character{code, length};
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const std::optional<Character> character = decode_utf8(text, position);
    if (!character) return false;
    position += static_cast<std::size_t>(character->length);
  }
  return true;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace hillock::base
