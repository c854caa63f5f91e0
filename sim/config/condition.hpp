// Conditions on numbers that are known by name: what a search looks for, which points a sweep keeps, what
// ends a run.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"
#include "config/document.hpp"
#include "lang/expression.hpp"

namespace hillock::config {

struct NamedNumber {
  std::string name;
  base::Dimension dimension;
};

// Of the number of that name, if it is one of these.
std::optional<base::Dimension> dimension_of(const std::vector<NamedNumber>& numbers, std::string_view name);

// `what`: the key that the condition stands under, `example`: one that could stand there. Reports what is
// wrong with it.
std::optional<lang::Expression> read_condition(const Node& node, std::string_view what,
                                               std::string_view example,
                                               const std::vector<NamedNumber>& numbers,
                                               base::Diagnostics& diagnostics);

}  // namespace hillock::config
