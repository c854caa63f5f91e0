// Where the actions of a list read one another's results.
#pragma once
#include <vector>

#include "program/jit/actions.hpp"

namespace hillock::program::jit {

// For each item the positions at which it is read: those of items, then the guard's, then those of the sinks.
std::vector<std::vector<int>> reads(const ActionList& list);
// The leaves that are read most often, at most so many.
std::vector<int> most_read(const ActionList& list, int count);

}  // namespace hillock::program::jit
