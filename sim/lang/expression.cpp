// What an expression depends on.
#include "lang/expression.hpp"

#include <algorithm>
#include <set>

namespace hillock::lang {

std::vector<std::string> names_of(const Expression& expression) {
  std::vector<std::string> names;
  std::set<std::string_view> seen;
  for (const Node& node : expression.nodes) {
    const Name* const name = std::get_if<Name>(&node.kind);
    if (name != nullptr && seen.insert(name->name).second) names.push_back(name->name);
  }
  return names;
}

bool depends_on(const Expression& expression, std::string_view name) {
  return std::any_of(expression.nodes.begin(), expression.nodes.end(), [&](const Node& node) {
    const Name* const found = std::get_if<Name>(&node.kind);
    return found != nullptr && found->name == name;
  });
}

}  // namespace hillock::lang
