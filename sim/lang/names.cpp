// The names that the language keeps for itself.
#include "lang/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/units.hpp"

namespace hillock::lang {

namespace {

constexpr std::array<Function, 22> known_functions = {
    {{"exp", 1, 1},    {"log", 1, 1},  {"sqrt", 1, 1},    {"pow", 2, 2},    {"abs", 1, 1},
     {"min", 2, -1},   {"max", 2, -1}, {"tanh", 1, 1},    {"sinh", 1, 1},   {"cosh", 1, 1},
     {"sin", 1, 1},    {"cos", 1, 1},  {"sigmoid", 1, 1}, {"exprel", 1, 1}, {"heaviside", 1, 1},
     {"floor", 1, 1},  {"ceil", 1, 1}, {"round", 1, 1},   {"if", 3, 3},     {"q10", 3, 3},
     {"nernst", 4, 4}, {"sum", 1, 1}}};

struct Meaning {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<Meaning, 8> meanings = {{{"t", "the time"},
                                              {"dt", "the time step"},
                                              {"pi", "the number 3.14159..."},
                                              {"I", "the input of a neuron"},
                                              {"weight", "the weight of an arriving spike"},
                                              {"and", "an operator"},
                                              {"or", "an operator"},
                                              {"not", "an operator"}}};

using base::is_digit;
using base::is_letter;

}  // namespace

std::span<const Function> functions() { return known_functions; }

const Function* find_function(std::string_view name) {
  for (const Function& function : functions())
    if (function.name == name) return &function;
  return nullptr;
}

bool is_unit_word(std::string_view word, int fewest_letters) {
  const std::size_t digits_from = word.find_last_not_of("0123456789") + 1;
  if (word.size() - digits_from > 2) return false;
  const std::string_view letters = word.substr(0, digits_from);
  // micro signs have two bytes and are one letter
  const int two_bytes = letters.starts_with("\u00B5") || letters.starts_with("\u03BC") ? 1 : 0;
  if (static_cast<int>(letters.size()) - two_bytes < fewest_letters) return false;
  return base::unit_of_word(letters).has_value() || word == "degC";
}

std::string reserved_reason(std::string_view name) {
  if (find_function(name) != nullptr) return fmt::format("'{}' is a function", name);
  if (is_unit_word(name, 2)) return fmt::format("'{}' is a unit", name);
  if (is_noise(name)) return fmt::format("'{}' is white noise", name);
  for (const Meaning& known : meanings)
    if (known.name == name) return fmt::format("'{}' is {}", name, known.meaning);
  return {};
}

bool reserved(std::string_view name) { return !reserved_reason(name).empty(); }

std::string name_problem(std::string_view name) {
  constexpr std::size_t longest = 100;
  if (name.empty()) return "a name is missing";
  if (name.size() > longest) return fmt::format("a name of {} bytes; the limit is {}", name.size(), longest);
  const bool all_fit =
      std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  if (!all_fit || is_digit(name[0]))
    return fmt::format(
        "'{}' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start with "
        "a digit",
        base::printable(name));
  if (name.starts_with("__"))
    return fmt::format("'{}' starts with two underscores; names start with a letter", name);
  const std::string reason = reserved_reason(name);
  return reason.empty() ? reason : fmt::format("{}; choose another name", reason);
}

bool is_noise(std::string_view name) { return name == "xi" || name.starts_with("xi_"); }

}  // namespace hillock::lang
