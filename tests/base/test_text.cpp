// Numbers as text, independent of locale, and UTF-8.
#include <doctest/doctest.h>

#include <limits>
#include <locale>
#include <random>
#include <string>
#include <vector>

#include "base/text.hpp"

using namespace hillock::base;

namespace {

std::string number_problem(std::string_view text) {
  std::string problem = "none";
  CHECK_FALSE(parse_number(text, &problem));
  return problem;
}

// The number format of German: decimal comma and points between thousands.
struct German : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

TEST_CASE("decimal numbers are read to the nearest double") {
  CHECK(parse_number("0.1") == 0.1);
  CHECK(parse_number("-6.5e1") == -65.0);
  CHECK(parse_number("+3") == 3.0);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("0") == 0.0);
  CHECK(parse_number("0.000") == 0.0);
  CHECK(parse_number("1E-3") == 1e-3);
  CHECK(parse_number("179769313486231570000e288") == std::numeric_limits<double>::max());
}

TEST_CASE("what is no plain decimal number is refused with the value and what to write") {
  CHECK(number_problem("1,5") == "'1,5' has a decimal comma; write '1.5'");
  CHECK(number_problem("1,000.5") ==
        "'1,000.5' is not a number; write numbers with a decimal point and without separators");
  CHECK(number_problem("010") == "'010' has a leading zero, which could mean octal; write '10'");
  CHECK(number_problem("-007.5") == "'-007.5' has a leading zero, which could mean octal; write '-7.5'");
  CHECK(number_problem("0x10") == "'0x10' is a hexadecimal number; write it in decimal digits");
  CHECK(number_problem("1_000") == "'1_000' contains '_'; write '1000'");
  CHECK(number_problem("1e999") == "'1e999' is too large; the largest number is 1.7976931348623157e308");
  CHECK(number_problem("-1e999999999999999999999") ==
        "'-1e999999999999999999999' is too large; the largest number is 1.7976931348623157e308");
  CHECK(number_problem("1e-999") == "'1e-999' is too small; write 0, or a number above 1e-307");
  CHECK(number_problem("yes") == "'yes' is not a number");
  CHECK(number_problem(".nan") == "'.nan' is not a finite number");
  CHECK(number_problem("-.inf") == "'-.inf' is not a finite number");
  CHECK(number_problem("NaN") == "'NaN' is not a finite number");
  CHECK(number_problem("") == "a number is missing");
  CHECK(number_problem("1.2.3") == "'1.2.3' is not a number");
  CHECK(number_problem("1e") == "'1e' is not a number");
  CHECK(number_problem(".") == "'.' is not a number");
  CHECK(number_problem("- 5") == "'- 5' is not a number");
  CHECK(number_problem(std::string(100, '9') + "x") == "'" + std::string(60, '9') + "...' is not a number");
}

TEST_CASE("numbers are printed as the shortest text that reads back to the same bits") {
  CHECK(number(0.1) == "0.1");
  CHECK(number(-65) == "-65");
  CHECK(number(1e20) == "1e+20");
  std::mt19937_64 bits(1);
  for (int i = 0; i < 2000; ++i) {
    const double value = std::uniform_real_distribution<double>(-1e3, 1e3)(bits);
    CHECK(parse_number(number(value)) == value);
  }
}

TEST_CASE("what is not a number has no sign") {
  CHECK(number(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number_scaled(-std::numeric_limits<double>::quiet_NaN(), 3) == "nan");
}

TEST_CASE("a power of ten moves the point of a printed number and changes no digit") {
  CHECK(number_scaled(2, 1) == "20");
  CHECK(number_scaled(0.3, -2) == "0.003");
  CHECK(number_scaled(-12345, -3) == "-12.345");
  CHECK(number_scaled(1.5, 30) == "1.5e30");
  CHECK(number_scaled(1, -20) == "1e-20");
  CHECK(number_scaled(100, 0) == "100");
  CHECK(number_scaled(100, -2) == "1");
  CHECK(number_scaled(0, 5) == "0");
}

TEST_CASE("a global locale with a decimal comma changes neither reading nor printing") {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new German));
  const std::string printed = number(1234567.5);
  const std::optional<double> read = parse_number("1234567.5");
  const bool comma_read = parse_number("1,5").has_value();
  std::locale::global(before);
  CHECK(printed == "1234567.5");
  CHECK(read == 1234567.5);
  CHECK_FALSE(comma_read);
}

TEST_CASE("UTF-8 is checked to the letter of RFC 3629") {
  CHECK(is_valid_utf8("V_th > 0 \u00B5A \u03A9 \U0001F9E0"));
  CHECK_FALSE(is_valid_utf8("\xC0\xAF"));          // overlong '/'
  CHECK_FALSE(is_valid_utf8("\xE0\x80\xAF"));      // overlong '/'
  CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_valid_utf8("\x80"));
  CHECK_FALSE(is_valid_utf8("\xE2\x82"));  // cut short
  CHECK(decode_utf8("\u03BC", 0)->code == 0x3BC);
}

TEST_CASE("control bytes and bytes that are not UTF-8 become visible") {
  CHECK(printable("a\x1b[31mb\n\xff\x7f") == "a\\x1B[31mb\\x0A\\xFF\\x7F");
  CHECK(printable("\u00B5A") == "\u00B5A");
  CHECK(printable("\u0085") == "\\x85");
}

TEST_CASE("a user's text is quoted printably, and cut between characters where it is long") {
  CHECK(quoted("tau_m") == "'tau_m'");
  CHECK(quoted("") == "''");
  CHECK(quoted("a\nb\x1b") == "'a\\x0Ab\\x1B'");
  CHECK(quoted(std::string(60, 'a')) == "'" + std::string(60, 'a') + "'");
  CHECK(quoted(std::string(100'000, 'a')) == "'" + std::string(60, 'a') + "...'");
  CHECK(quoted(std::string(59, 'a') + "\u03BC" + "b") == "'" + std::string(59, 'a') + "...'");
  CHECK(shortened("abcdef", 3) == "abc...");
}

TEST_CASE("a list of what there is says so where there is nothing, and ends somewhere") {
  const std::vector<std::string> two = {"a", "b"};
  CHECK(listed("there are", two) == "there are: a, b");
  CHECK(listed("there are", {}) == "there are none");
  const std::vector<std::string> many(1000, "x");
  CHECK(listed("it has", many).ends_with(", x, x, ..."));
  CHECK(listed("it has", many).size() == std::string("it has: , ...").size() + 50 + 49 * 2);
}

TEST_CASE("parts are joined with a separator between them") {
  const std::vector<std::string> parts = {"a", "b", "c"};
  CHECK(join(parts, ", ") == "a, b, c");
  CHECK(join({}, ", ").empty());
}
