// What the tests of the language share: parsing, checking and evaluating a text, and its errors as printed.
#pragma once
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"
#include "lang/check.hpp"
#include "lang/evaluate.hpp"
#include "lang/parser.hpp"
#include "lang/print.hpp"

namespace hillock::lang {

// Names with their values, as quantities: {"V", "-65 mV"}.
using Values = std::map<std::string, std::string, std::less<>>;

inline const Values& neuron() {
  static const Values values = {
      {"V", "-65 mV"},   {"E_L", "-70 mV"},   {"tau_m", "20 ms"}, {"C_m", "250 pF"}, {"g_L", "12.5 nS"},
      {"I", "100 pA"},   {"w", "5 pA"},       {"m", "0.3"},       {"n", "0.5"},      {"x", "2"},
      {"T", "6.3 degC"}, {"c_out", "145 mM"}, {"c_in", "12 mM"},  {"t", "3 ms"}};
  return values;
}

inline Scope scope_of(const Values& values) {
  Scope scope;
  scope.dimension_of = [&values](std::string_view name) -> std::optional<base::Dimension> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return base::parse_quantity(found->second)->dimension;
  };
  for (const auto& [name, value] : values) scope.names.push_back(name);
  return scope;
}

inline std::string all_errors(const base::Diagnostics& diagnostics) {
  std::vector<std::string> texts;
  std::string all;
  for (const base::Diagnostic& diagnostic : diagnostics.all()) {
    if (!all.empty()) all += '\n';
    all += base::format(diagnostic);
  }
  return all;
}

// The errors of parsing and checking a text that stands alone in a file "m.yaml"; "none" if there are none.
inline std::string errors_of(std::string_view text) {
  const base::Source source{"m.yaml", std::string(text)};
  base::Diagnostics diagnostics;
  std::optional<Expression> expression = parse(text, {&source, 1, 1, 1}, diagnostics);
  if (expression) check(*expression, scope_of(neuron()), diagnostics);
  if (expression.has_value() != diagnostics.all().empty()) CHECK_FALSE(diagnostics.all().empty());
  return diagnostics.all().empty() ? "none" : all_errors(diagnostics);
}

// The errors without file, quoted line and underline: "message; remedy".
inline std::string short_error(std::string_view text) {
  const base::Source source{"m.yaml", std::string(text)};
  base::Diagnostics diagnostics;
  std::optional<Expression> expression = parse(text, {&source, 1, 1, 1}, diagnostics);
  if (expression) check(*expression, scope_of(neuron()), diagnostics);
  std::string all;
  for (const base::Diagnostic& diagnostic : diagnostics.all()) {
    if (!all.empty()) all += " | ";
    all += diagnostic.message;
    if (!diagnostic.remedy.empty()) all.append("; ").append(diagnostic.remedy);
  }
  return all.empty() ? "none" : all;
}

// A text that must parse.
inline Expression parsed(std::string_view text) {
  base::Diagnostics diagnostics;
  std::optional<Expression> expression = parse(text, {nullptr, 1, 1, 1}, diagnostics);
  REQUIRE_MESSAGE(expression, std::string(text), ": ", all_errors(diagnostics));
  return *std::move(expression);
}

// A text that must parse and pass the check.
inline Expression checked(std::string_view text) {
  Expression expression = parsed(text);
  base::Diagnostics diagnostics;
  const bool good = check(expression, scope_of(neuron()), diagnostics).has_value();
  REQUIRE_MESSAGE(good, std::string(text), ": ", all_errors(diagnostics));
  return expression;
}

inline double value_of_name(std::string_view name) {
  return base::parse_quantity(neuron().find(name)->second)->value;
}

// The value of a text, in internal units.
inline double value_of(std::string_view text) { return evaluate(checked(text), value_of_name); }
inline bool condition_of(std::string_view text) { return evaluate_condition(checked(text), value_of_name); }
inline std::string printed(std::string_view text) { return print(parsed(text)); }

// The dimension of a text as a unit.
inline std::string unit_of(std::string_view text) {
  const Expression expression = checked(text);
  return expression.nodes[static_cast<std::size_t>(expression.root)].dimension.user_unit();
}

}  // namespace hillock::lang
