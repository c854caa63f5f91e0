// The names that the language keeps for itself.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace hillock::lang {

struct Function {
  std::string_view name;
  int fewest_arguments;
  int most_arguments;  // -1: any number
};

std::span<const Function> functions();
const Function* find_function(std::string_view name);  // nullptr if there is none

// Whether a word is a unit to the language: at least `fewest_letters` letters that name a unit, digits behind
// them as its power.
bool is_unit_word(std::string_view word, int fewest_letters);

// Why no parameter or state may have this name ("'mV' is a unit"), or empty where it may. Inputs and
// receptors declare I and weight themselves.
std::string reserved_reason(std::string_view name);
bool reserved(std::string_view name);

// What is wrong with a name and what to write ("'2x' is not a name; ..."), reserved names included, or empty.
std::string name_problem(std::string_view name);

// Whether a name stands for Gaussian white noise (xi, xi_a, ...), of unit 1/sqrt(ms).
bool is_noise(std::string_view name);

}  // namespace hillock::lang
