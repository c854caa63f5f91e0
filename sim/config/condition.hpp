// Conditions on numbers that are known by name: what a search looks for, and which points a sweep keeps.
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

// `what`: the key that the condition stands under, `example`: one that could stand there. Reports what is
// wrong with it.
std::optional<lang::Expression> read_condition(const Node& node, std::string_view what,
                                               std::string_view example,
                                               const std::vector<NamedNumber>& numbers,
                                               base::Diagnostics& diagnostics);

}  // namespace hillock::config
