// Fuzzes the parser of expressions and quantities: any text is a tree, which prints as a text of the same
// tree and has a value, or an error.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/diagnostics.hpp"
#include "base/unit_text.hpp"
#include "base/units.hpp"
#include "lang/check.hpp"
#include "lang/evaluate.hpp"
#include "lang/parser.hpp"
#include "lang/print.hpp"

namespace {

using namespace hillock;

void require(bool holds) {
  if (!holds) std::abort();
}

const std::map<std::string, base::Quantity, std::less<>>& names() {
  static const std::map<std::string, base::Quantity, std::less<>> known = [] {
    std::map<std::string, base::Quantity, std::less<>> result;
    for (const auto& [name, value] : {std::pair{"V", "-65 mV"},
                                      {"E", "-70 mV"},
                                      {"tau", "20 ms"},
                                      {"C", "250 pF"},
                                      {"g", "12.5 nS"},
                                      {"I", "100 pA"},
                                      {"m", "0.3"},
                                      {"x", "2"},
                                      {"T", "6.3 degC"}})
      result.emplace(name, *base::parse_quantity(value));
    return result;
  }();
  return known;
}

lang::Scope scope() {
  lang::Scope result;
  result.dimension_of = [](std::string_view name) -> std::optional<base::Dimension> {
    const auto found = names().find(name);
    return found == names().end() ? std::nullopt : std::optional(found->second.dimension);
  };
  for (const auto& [name, value] : names()) result.names.push_back(name);
  return result;
}

double value_of(std::string_view name) { return names().find(name)->second.value; }

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// The expression that a text stands for, if it has no error; each error can be shown.
std::optional<lang::Expression> checked(const base::Source& source) {
  base::Diagnostics diagnostics;
  std::optional<lang::Expression> expression = lang::parse(source.text, {&source, 1, 1, 1}, diagnostics);
  require(expression.has_value() == diagnostics.all().empty());
  if (expression && !lang::check(*expression, scope(), diagnostics)) {
    require(!diagnostics.all().empty());
    expression.reset();
  }
  for (const base::Diagnostic& diagnostic : diagnostics.all()) base::format(diagnostic);
  return expression;
}

// In a unit that needs a root of ten (um^0.6) a printed number is the value or the one next to it.
bool needs_root_of_ten(const base::Dimension& dimension) {
  return base::unit_text(dimension).power_of_ten.denominator != 1;
}

bool prints_exactly(const lang::Expression& expression) {
  return std::ranges::none_of(expression.nodes, [](const lang::Node& node) {
    return std::holds_alternative<lang::Number>(node.kind) && needs_root_of_ten(node.dimension);
  });
}

void try_expression(const std::string& text) {
  const base::Source source{"fuzz.yaml", text};
  const std::optional<lang::Expression> expression = checked(source);
  if (!expression) return;
  const base::Source again{"fuzz.yaml", lang::print(*expression)};
  const std::optional<lang::Expression> reread = checked(again);
  require(reread.has_value());
  if (!prints_exactly(*expression)) return;
  require(lang::print(*reread) == again.text);
  if (expression->nodes[static_cast<std::size_t>(expression->root)].condition)
    require(lang::evaluate_condition(*expression, value_of) == lang::evaluate_condition(*reread, value_of));
  else
    require(same(lang::evaluate(*expression, value_of), lang::evaluate(*reread, value_of)));
}

void try_quantity(const std::string& text) {
  std::string problem;
  const std::optional<base::Quantity> quantity = base::parse_quantity(text, &problem);
  require(quantity.has_value() == problem.empty());
  if (!quantity || !base::is_manageable(quantity->dimension)) return;
  const auto again = base::parse_quantity(base::format_quantity(quantity->value, quantity->dimension));
  require(again && again->dimension == quantity->dimension);
  const double next = std::nextafter(quantity->value, again->value);
  require(again->value == (needs_root_of_ten(again->dimension) ? next : quantity->value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try_expression(text);
  try_quantity(text);
  return 0;
}
