// What a broken rule of value says.
#include <algorithm>

#include "base/text.hpp"
#include "model/model.hpp"

namespace hillock::model {

std::string describe_violation(const Requirement& requirement,
                               const std::function<double(std::string_view)>& value_of) {
  std::vector<std::string> values;
  for (const std::string& name : lang::names_of(requirement.expression)) {
    const auto uses = [&](const lang::Node& node) {
      const auto* found = std::get_if<lang::Name>(&node.kind);
      return found != nullptr && found->name == name;
    };
    const auto node =
        std::find_if(requirement.expression.nodes.begin(), requirement.expression.nodes.end(), uses);
    values.push_back(name + " is " + base::format_quantity(value_of(name), node->dimension));
  }
  constexpr std::size_t longest_rule = 200;
  return base::shortened(requirement.expression.text, longest_rule) + " does not hold" +
         (values.empty() ? "" : ": " + base::join(values, ", "));
}

}  // namespace hillock::model
