// Where the actions of a list read one another's results.
#include "program/jit/reads.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "program/tape.hpp"

namespace hillock::program::jit {
std::vector<std::vector<int>> reads(const ActionList& list) {
  const int end = static_cast<int>(list.items.size());
  std::vector<std::vector<int>> found(list.items.size());
  const auto add = [&](int item, int position) {
    if (item >= 0 && (found[index(item)].empty() || found[index(item)].back() != position))
      found[index(item)].push_back(position);
  };
  for (int i = 0; i < end; ++i)
    for (const int operand : operands(list.items[index(i)])) add(operand, i);
  add(list.guard, end);
  for (std::size_t s = 0; s < list.sinks.size(); ++s) add(list.sinks[s].item, end + 1 + static_cast<int>(s));
  return found;
}

std::vector<int> most_read(const ActionList& list, int count) {
  std::vector<std::pair<int, int>> weights;
  const std::vector<std::vector<int>> all = reads(list);
  for (int i = 0; i < static_cast<int>(list.items.size()); ++i) {
    const Action action = list.items[index(i)].action;
    if (action != Action::constant && action != Action::row && action != Action::value) continue;
    if (!all[index(i)].empty()) weights.emplace_back(-static_cast<int>(all[index(i)].size()), i);
  }
  std::ranges::sort(weights);
  weights.resize(std::min(weights.size(), index(count)));
  std::vector<int> found;
  for (const auto& weight : weights) found.push_back(weight.second);
  return found;
}

}  // namespace hillock::program::jit
