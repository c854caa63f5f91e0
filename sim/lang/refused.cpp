// Characters that no expression has, and what was probably meant by them.
#include "lang/refused.hpp"

#include <fmt/core.h>

#include <array>
#include <optional>

#include "base/text.hpp"

namespace hillock::lang {

namespace {

struct Replacement {
  std::string_view text;
  std::string_view remedy;
};

constexpr std::string_view general_remedy =
    "expressions have numbers with units, names, functions, + - * / ^, comparisons, and, or, not";

// Longest first where one starts with another. None of them is ever part of an expression.
constexpr std::array<Replacement, 26> ascii = {{
    {"//", "divide with a single '/'"},
    {"/*", "comments stand outside of expressions, behind ' #'"},
    {"*/", general_remedy},
    {"**", "write '^' for a power"},
    {"&&", "write 'and'"},
    {"&", "write 'and'"},
    {"||", "write 'or'"},
    {"|", "write 'or', or abs(x) for an absolute value"},
    {"!=", ""},
    {"!", "write 'not'"},
    {"==", ""},
    {"=", "write '==' to compare"},
    {"<>", "write '!=' for not equal"},
    {"?\?", "write if(condition, a, b) to choose"},
    {"?", "write if(condition, a, b) to choose"},
    {"%", "write a fraction, such as 0.05 for 5 %"},
    {"#", "comments stand outside of expressions, behind ' #'"},
    {"\"", "take the quotes away, or put them around the whole expression"},
    {"'", "take the quotes away, or put them around the whole expression"},
    {";", "write one expression per line"},
    {"[", "group with round brackets"},
    {"]", "group with round brackets"},
    {"{", "group with round brackets"},
    {"}", "group with round brackets"},
    {".", "write numbers as 0.5"},
    {":", "choose with if(condition, a, b)"},
}};

struct Sign {
  char32_t code;
  std::string_view remedy;
};

constexpr std::array<Sign, 24> signs = {{{0x2212, "write '-'"},
                                         {0x2010, "write '-'"},
                                         {0x2011, "write '-'"},
                                         {0x2013, "write '-'"},
                                         {0x2014, "write '-'"},
                                         {0x00D7, "write '*'"},
                                         {0x00B7, "write '*'"},
                                         {0x22C5, "write '*'"},
                                         {0x2217, "write '*'"},
                                         {0x00F7, "write '/'"},
                                         {0x2215, "write '/'"},
                                         {0x2264, "write '<='"},
                                         {0x2265, "write '>='"},
                                         {0x2260, "write '!='"},
                                         {0x00B2, "write '^2'"},
                                         {0x00B3, "write '^3'"},
                                         {0x221A, "write sqrt(x)"},
                                         {0x00A0, "write an ordinary space"},
                                         {0x2009, "write an ordinary space"},
                                         {0x202F, "write an ordinary space"},
                                         {0x200B, "take it away"},
                                         {0xFEFF, "take it away"},
                                         {0x00B5, "the micro sign stands in units only, behind a number"},
                                         {0x03C0, "write pi"}}};

std::string_view remedy_of_sign(char32_t code) {
  for (const Sign& sign : signs)
    if (sign.code == code) return sign.remedy;
  return "names consist of the letters A-Z and a-z, digits and '_'";
}

Refused control(char byte) {
  if (byte == '\n' || byte == '\r')
    return {1, "a line break cannot stand in an expression", "write each expression on one line"};
  return {1, fmt::format("the control byte {} cannot stand in an expression", base::printable({&byte, 1})),
          "take it away"};
}

Refused beyond_ascii(std::string_view text, std::size_t position) {
  const std::optional<base::Character> character = base::decode_utf8(text, position);
  if (!character)
    return {1, fmt::format("the byte {} is not UTF-8", base::printable(text.substr(position, 1))),
            "save the file as UTF-8"};
  const std::size_t length = static_cast<std::size_t>(character->length);
  const unsigned code = character->code;
  return {length,
          fmt::format("'{}' (U+{:04X}) cannot stand in an expression", text.substr(position, length), code),
          std::string(remedy_of_sign(character->code))};
}

}  // namespace

Refused refused_at(std::string_view text, std::size_t position) {
  const std::string_view rest = text.substr(position);
  const unsigned char first = static_cast<unsigned char>(rest[0]);
  if (first < 0x20 || first == 0x7F) return control(rest[0]);
  if (first >= 0x80) return beyond_ascii(text, position);
  for (const Replacement& replacement : ascii) {
    if (!rest.starts_with(replacement.text)) continue;
    if (replacement.remedy.empty()) return {};
    return {replacement.text.size(), fmt::format("'{}' cannot stand in an expression", replacement.text),
            std::string(replacement.remedy)};
  }
  if (std::string_view("+-*/^(),<>").find(rest[0]) != std::string_view::npos) return {};
  return {1, fmt::format("'{}' cannot stand in an expression", rest[0]), std::string(general_remedy)};
}

bool is_unit_sign(char32_t code) {
  return code == 0xB5 || code == 0x3BC || code == 0x3A9 || code == 0x2126 || code == 0xB0;
}

}  // namespace hillock::lang
