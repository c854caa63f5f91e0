// Reads conditions.
#include "config/condition.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "lang/check.hpp"
#include "lang/parser.hpp"

namespace hillock::config {

std::optional<base::Dimension> dimension_of(const std::vector<NamedNumber>& numbers, std::string_view name) {
  const auto found = std::ranges::find(numbers, name, &NamedNumber::name);
  return found == numbers.end() ? std::nullopt : std::optional(found->dimension);
}

std::optional<lang::Expression> read_condition(const Node& node, std::string_view what,
                                               std::string_view example,
                                               const std::vector<NamedNumber>& numbers,
                                               base::Diagnostics& diagnostics) {
  if (!node.is_scalar()) {
    diagnostics.error(node.place, fmt::format("'{}' must be a condition, got {}", what, node.describe()),
                      fmt::format("write for example {}: {}", what, example));
    return std::nullopt;
  }
  std::optional<lang::Expression> condition = lang::parse(node.text, node.place, diagnostics, node.further);
  if (!condition) return std::nullopt;
  lang::Scope scope;
  for (const NamedNumber& number : numbers) scope.names.push_back(number.name);
  scope.dimension_of = [&](std::string_view name) { return dimension_of(numbers, name); };
  if (!lang::check_condition(*condition, fmt::format("'{}'", what), scope, diagnostics)) return std::nullopt;
  return condition;
}

}  // namespace hillock::config
