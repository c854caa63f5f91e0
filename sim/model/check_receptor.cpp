// What a receptor must be: arrivals of one step are summed first, so a spike may only add c * weight.
#include <algorithm>
#include <optional>
#include <vector>

#include "model/checks.hpp"

namespace hillock::model {
namespace {

using lang::Binary;
using lang::BinaryOp;
using lang::Expression;

const lang::Node& node_at(const Expression& expression, int index) {
  return expression.nodes[static_cast<std::size_t>(index)];
}

// How a node grows with the weight: 0 independent of it, 1 proportional to it, nothing otherwise.
std::vector<std::optional<int>> degrees_in_weight(const Expression& expression) {
  std::vector<std::optional<int>> degrees;
  const auto at = [&](int index) { return degrees[static_cast<std::size_t>(index)]; };
  const auto of_binary = [&](const Binary& binary) -> std::optional<int> {
    const std::optional<int> left = at(binary.left), right = at(binary.right);
    if (!left || !right) return std::nullopt;
    switch (binary.op) {
      case BinaryOp::add:
      case BinaryOp::subtract:
        return *left == *right ? left : std::nullopt;
      case BinaryOp::multiply:
        return *left + *right <= 1 ? std::optional(*left + *right) : std::nullopt;
      case BinaryOp::divide:
        return *right == 0 ? left : std::nullopt;
      default:
        return *left == 0 && *right == 0 ? left : std::nullopt;
    }
  };
  const auto of_call = [&](const lang::Call& call) -> std::optional<int> {
    const bool independent = std::all_of(call.arguments.begin(), call.arguments.end(),
                                         [&](int argument) { return at(argument) == std::optional(0); });
    if (independent) return 0;
    const bool choice = call.function == "if" && at(call.arguments[0]) == std::optional(0) &&
                        at(call.arguments[1]) == at(call.arguments[2]);
    return choice ? at(call.arguments[1]) : std::nullopt;
  };
  for (const lang::Node& node : expression.nodes) {
    std::optional<int> degree = 0;
    if (const auto* name = std::get_if<lang::Name>(&node.kind))
      degree = name->name == "weight" ? 1 : 0;
    else if (const auto* negate = std::get_if<lang::Negate>(&node.kind))
      degree = at(negate->operand);
    else if (const auto* negation = std::get_if<lang::Not>(&node.kind))
      degree = at(negation->operand);
    else if (const auto* binary = std::get_if<Binary>(&node.kind))
      degree = of_binary(*binary);
    else if (const auto* call = std::get_if<lang::Call>(&node.kind))
      degree = of_call(*call);
    degrees.push_back(degree);
  }
  return degrees;
}

// Whether the part below a node uses only the weight and what is constant.
bool constant_beside_weight(const Expression& expression, int index, const Symbols& symbols) {
  std::vector<int> open{index};
  while (!open.empty()) {
    const lang::Node& node = node_at(expression, open.back());
    open.pop_back();
    if (const auto* name = std::get_if<lang::Name>(&node.kind)) {
      const Symbol* symbol = symbols.find(name->name);
      if (symbol == nullptr || (symbol->kind != SymbolKind::weight && !symbol->constant)) return false;
    } else if (const auto* negate = std::get_if<lang::Negate>(&node.kind)) {
      open.push_back(negate->operand);
    } else if (const auto* negation = std::get_if<lang::Not>(&node.kind)) {
      open.push_back(negation->operand);
    } else if (const auto* binary = std::get_if<Binary>(&node.kind)) {
      open.insert(open.end(), {binary->left, binary->right});
    } else if (const auto* call = std::get_if<lang::Call>(&node.kind)) {
      open.insert(open.end(), call->arguments.begin(), call->arguments.end());
    }
  }
  return true;
}

// x + c*weight, c*weight + x or x - c*weight, with c of parameters alone.
bool adds_to_itself(const Definition& assignment, const Symbols& symbols) {
  const Expression& expression = assignment.expression;
  const auto* sum = std::get_if<Binary>(&node_at(expression, expression.root).kind);
  if (sum == nullptr || (sum->op != BinaryOp::add && sum->op != BinaryOp::subtract)) return false;
  const std::vector<std::optional<int>> degrees = degrees_in_weight(expression);
  const auto is_itself = [&](int index) {
    const auto* name = std::get_if<lang::Name>(&node_at(expression, index).kind);
    return name != nullptr && name->name == assignment.name;
  };
  const auto is_step = [&](int index) {
    return degrees[static_cast<std::size_t>(index)] == std::optional(1) &&
           constant_beside_weight(expression, index, symbols);
  };
  return (is_itself(sum->left) && is_step(sum->right)) ||
         (sum->op == BinaryOp::add && is_itself(sum->right) && is_step(sum->left));
}

}  // namespace

void check_receptor(Model& model, Symbols& symbols, base::Diagnostics& diagnostics) {
  constexpr Allowed at_spike{true, false, true};
  if (model.weight_min) symbols.check_as(*model.weight_min, model.weight, "'min' of the weight", {});
  const std::size_t findings = diagnostics.all().size();
  check_assignments(model.on_spike, "on_spike", model, at_spike, symbols, diagnostics);
  const bool understood = diagnostics.all().size() == findings;
  for (const Definition& assignment : model.on_spike) {
    if (!understood || assignment.expression.empty() || adds_to_itself(assignment, symbols)) continue;
    diagnostics.error(
        assignment.expression.place,
        "on_spike must add a multiple of the weight to '" + assignment.name +
            "', because the spikes that arrive in one step are summed first",
        "write '" + assignment.name + ": " + assignment.name + " + c * weight', with c of parameters only");
  }
  if (model.on_spike.empty() && model.current.empty())
    diagnostics.error(model.place,
                      "the receptor has neither on_spike nor current, so a spike would change nothing",
                      "write for example 'current: weight'");
  if (model.current.empty()) return;
  const Allowed in_current{true, false, model.states.empty()};
  if (const auto found = symbols.check(model.current, "'current'", in_current))
    model.current_dimension = *found;
}

}  // namespace hillock::model
