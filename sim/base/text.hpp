// Small helpers for text: numbers that no locale can change, joining, UTF-8.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hillock::base {

// Of ASCII alone, whatever the locale.
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The shortest text that reads back to the same bits: "0.1", "1e+20", "-65"; "nan" whatever its sign bit.
std::string number(double value);

// A plain decimal number, exactly: digits * 10^exponent. `digits` has no sign, no point and no leading zeros
// ("0" if zero).
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

// Reads "-6.5e1"; nothing for anything else (0x10, 010, 1_000, 1,5, nan, yes), and then `problem` quotes the
// text and says what to write.
std::optional<Decimal> parse_decimal(std::string_view text, std::string* problem = nullptr);

// The double nearest to a decimal times 10^power; nothing if its magnitude does not fit a double (1e999,
// 1e-999).
std::optional<double> to_double(const Decimal& decimal, std::int64_t power = 0);

// to_double of parse_decimal; `problem` as there.
std::optional<double> parse_number(std::string_view text, std::string* problem = nullptr);

// Shortest text of value * 10^power: the decimal digits of `value` with the point moved ("number(2) * 10^1"
// is "20").
std::string number_scaled(double value, int power);

// The parts with a separator between: join({"a", "b"}, ", ") is "a, b".
std::string join(std::span<const std::string> parts, std::string_view separator);

// What there is to choose from: "it has: a, b", "it has none". Long lists are cut.
std::string listed(std::string_view lead, std::span<const std::string> names);

// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);

// The text with control bytes, DEL and bytes that are not UTF-8 written as \xNN.
std::string printable(std::string_view text);

// A user's text as messages show it: printable, and cut after `most` bytes, with "..." for the rest.
std::string shortened(std::string_view text, std::size_t most = 60);

// The same in single quotes.
std::string quoted(std::string_view text);

// One character of UTF-8 text: its code point and its length in bytes.
struct Character {
  char32_t code = 0;
  int length = 1;
};

// The character at `position`; nothing where the bytes there are not valid UTF-8 (overlong forms and
// surrogates included).
std::optional<Character> decode_utf8(std::string_view text, std::size_t position);

bool is_valid_utf8(std::string_view text);

// "1 spike", "2 spikes": a count with its noun.
std::string counted(std::int64_t count, std::string_view noun);

// Whether the two are equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace hillock::base
