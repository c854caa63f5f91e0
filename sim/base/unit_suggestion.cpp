// Words for units as people write them (sec, mhos, MOhms, micron), and the units they mean.
#include "base/unit_suggestion.hpp"

#include <fmt/core.h>

#include <array>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace hillock::base {

namespace {

struct Alias {
  std::string_view word;
  std::string_view meant;
};

constexpr std::array<Alias, 36> unit_words = {
    {{"sec", "s"},     {"secs", "s"},   {"second", "s"},   {"seconds", "s"},    {"volt", "V"},
     {"volts", "V"},   {"amp", "A"},    {"amps", "A"},     {"ampere", "A"},     {"amperes", "A"},
     {"siemens", "S"}, {"mho", "S"},    {"mhos", "S"},     {"farad", "F"},      {"farads", "F"},
     {"ohm", "Ohm"},   {"ohms", "Ohm"}, {"\u03A9", "Ohm"}, {"\u2126", "Ohm"},   {"hertz", "Hz"},
     {"hz", "Hz"},     {"meter", "m"},  {"meters", "m"},   {"metre", "m"},      {"metres", "m"},
     {"kelvin", "K"},  {"molar", "M"},  {"coulomb", "C"},  {"coulombs", "C"},   {"mole", "mol"},
     {"moles", "mol"}, {"v", "V"},      {"a", "A"},        {"celsius", "degC"}, {"\u00B0C", "degC"},
     {"deg", "degC"}}};

constexpr std::array<Alias, 21> prefix_words = {
    {{"femto", "f"}, {"pico", "p"},   {"nano", "n"},   {"micro", "u"}, {"milli", "m"}, {"centi", "c"},
     {"kilo", "k"},  {"mega", "M"},   {"giga", "G"},   {"f", "f"},     {"p", "p"},     {"n", "n"},
     {"u", "u"},     {"\u00B5", "u"}, {"\u03BC", "u"}, {"m", "m"},     {"c", "c"},     {"k", "k"},
     {"M", "M"},     {"G", "G"},      {"meg", "M"}}};

// Units that experiments and models use, the likeliest first.
std::vector<std::string> common_units() {
  return {"ms",   "mV",   "pA", "nA", "nS", "pF", "um", "Hz", "s",  "uA", "uS",  "uF",   "mS",  "mA",  "us",
          "V",    "A",    "S",  "F",  "nF", "mF", "pS", "mM", "uM", "cm", "mm",  "nm",   "kHz", "Ohm", "kOhm",
          "MOhm", "GOhm", "K",  "M",  "C",  "m",  "nM", "pC", "nC", "fC", "mol", "mmol", "degC"};
}

std::string_view meant_by(std::string_view word) {
  for (const Alias& alias : unit_words)
    if (equal_ignoring_case(alias.word, word)) return alias.meant;
  return {};
}

std::string suggestion(std::string_view word) {
  if (const std::string_view meant = meant_by(word); !meant.empty()) return std::string(meant);
  if (word == "micron" || word == "microns") return "um";
  for (const Alias& prefix : prefix_words) {
    const bool letter = prefix.word.size() == 1;
    if (word.size() <= prefix.word.size()) continue;
    const std::string_view start = word.substr(0, prefix.word.size());
    if (letter ? start != prefix.word : !equal_ignoring_case(start, prefix.word)) continue;
    const std::string_view stem = word.substr(prefix.word.size());
    const std::string_view meant = meant_by(stem);
    const std::string candidate = fmt::format("{}{}", prefix.meant, meant.empty() ? stem : meant);
    if (unit_of_word(candidate)) return candidate;
  }
  return nearest(word, common_units());
}

}  // namespace

std::string unit_problem(std::string_view word) {
  const std::string meant = suggestion(word);
  if (!meant.empty()) return fmt::format("'{}' is not a unit; did you mean '{}'?", word, meant);
  return fmt::format(
      "'{}' is not a unit; units are s V A S F Ohm m Hz K M C mol, with prefixes f p n u m c k M G, and degC",
      word);
}

}  // namespace hillock::base
