// `vars` and the expressions over them.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "base/text.hpp"
#include "config/reader.hpp"
#include "lang/check.hpp"
#include "lang/evaluate.hpp"
#include "lang/names.hpp"
#include "lang/parser.hpp"

namespace hillock::config {

std::optional<lang::Expression> parse_after_equals(const Node& node, base::Diagnostics& diagnostics) {
  const int behind = static_cast<int>(node.text.find('=')) + 1;
  base::Place place = node.place;
  place.column += behind;
  place.length = std::max(1, place.length - behind);
  std::vector<lang::Stretch> further = node.further;
  for (lang::Stretch& stretch : further) stretch.offset -= behind;
  const std::string_view text = std::string_view(node.text).substr(static_cast<std::size_t>(behind));
  return lang::parse(text, place, diagnostics, further);
}

namespace {

lang::Scope scope_of(const Variables& variables) {
  lang::Scope scope;
  scope.dimension_of = [&variables](std::string_view name) -> std::optional<base::Dimension> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second.dimension);
  };
  for (const auto& [name, quantity] : variables) scope.names.push_back(name);
  return scope;
}

std::optional<base::Quantity> evaluate_over(lang::Expression& expression, const Variables& variables,
                                            base::Diagnostics& diagnostics) {
  for (const std::string& name : lang::names_of(expression)) {
    const auto used = variables.find(name);
    if (used != variables.end() && std::isnan(used->second.value))
      return std::nullopt;  // its own error has been reported
  }
  const std::optional<base::Dimension> dimension = lang::check(expression, scope_of(variables), diagnostics);
  if (!dimension) return std::nullopt;
  if (expression.nodes[static_cast<std::size_t>(expression.root)].condition) {
    diagnostics.error(expression.place, "a number is needed, got a condition", "write if(condition, a, b)");
    return std::nullopt;
  }
  const double value = lang::evaluate(
      expression, [&](std::string_view name) { return variables.at(std::string(name)).value; });
  if (!std::isfinite(value)) {
    diagnostics.error(expression.place, "the value of this expression is not finite", "does it divide by 0?");
    return std::nullopt;
  }
  return base::Quantity{value, *dimension};
}

// Evaluates each variable after those that it uses.
class VariableOrder {
 public:
  VariableOrder(const Node& vars, base::Diagnostics& diagnostics) : vars_(vars), diagnostics_(diagnostics) {}

  Variables evaluate_all() {
    for (const Entry& entry : vars_.entries) evaluate(entry);
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    for (const Entry& entry : vars_.entries) done_.emplace(entry.key, base::Quantity{unknown, {}});
    return std::move(done_);
  }

 private:
  void evaluate(const Entry& entry) {
    if (!seen_.insert(entry.key).second) return;
    if (const std::string problem = lang::name_problem(entry.key); !problem.empty())
      diagnostics_.error(entry.place, problem);
    if (is_expression(entry.value)) return evaluate_expression(entry);
    if (!entry.value.is_scalar()) {
      diagnostics_.error(entry.value.place,
                         "'" + entry.key + "' must be one value, got " + entry.value.describe(),
                         "vars hold numbers with their units, as in 'w: 6 nS'");
      return;
    }
    std::string problem;
    const std::optional<base::Quantity> quantity =
        base::parse_quantity(base::trim(entry.value.text), &problem);
    if (quantity)
      done_[entry.key] = *quantity;
    else
      diagnostics_.error(entry.value.place, entry.key + ": " + problem,
                         "vars hold numbers with their units, as in 'w: 6 nS'");
  }

  void evaluate_expression(const Entry& entry) {
    std::optional<lang::Expression> expression = parse_after_equals(entry.value, diagnostics_);
    if (!expression) return;
    open_.push_back(entry.key);
    bool usable = true;
    for (const std::string& name : lang::names_of(*expression)) {
      const Entry* used = vars_.entry(name);
      if (used == nullptr) continue;  // reported by the check
      if (const auto found = std::find(open_.begin(), open_.end(), name); found != open_.end()) {
        std::vector<std::string> circle(found, open_.end());
        circle.push_back(name);
        diagnostics_.error(entry.value.place,
                           "vars define each other in a circle: " + base::join(circle, " -> "),
                           "give one of them a value");
        usable = false;
      } else {
        evaluate(*used);
        usable = usable && done_.count(name) != 0;
      }
    }
    open_.pop_back();
    if (!usable) return;
    if (const std::optional<base::Quantity> quantity = evaluate_over(*expression, done_, diagnostics_))
      done_[entry.key] = *quantity;
  }

  const Node& vars_;
  base::Diagnostics& diagnostics_;
  Variables done_;
  std::set<std::string> seen_;
  std::vector<std::string> open_;
};

}  // namespace

std::optional<base::Quantity> Reader::expression(const Node& node) {
  std::optional<lang::Expression> expression = parse_after_equals(node, diagnostics_);
  if (!expression) return std::nullopt;
  return evaluate_over(*expression, variables_, diagnostics_);
}

Variables read_variables(const Node* vars, base::Diagnostics& diagnostics) {
  if (vars == nullptr) return {};
  const Variables none;
  if (!Reader(diagnostics, none).map(*vars, "vars")) return {};
  return VariableOrder(*vars, diagnostics).evaluate_all();
}

}  // namespace hillock::config
