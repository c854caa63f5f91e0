// What tests of tapes say about nodes.
#pragma once
#include <algorithm>
#include <limits>
#include <vector>

#include "program/tape.hpp"

namespace hillock::test {

inline constexpr double inf = std::numeric_limits<double>::infinity();

inline long count(const std::vector<program::Node>& nodes, program::Op op) {
  return std::count_if(nodes.begin(), nodes.end(), [&](const program::Node& node) { return node.op == op; });
}

}  // namespace hillock::test
