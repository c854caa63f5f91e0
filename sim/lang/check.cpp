// The dimension check: every sum, comparison and argument of an expression must make physical sense.
#include "lang/check.hpp"

#include <fmt/core.h>

#include <set>
#include <utility>

#include "base/text.hpp"
#include "lang/names.hpp"

namespace hillock::lang {

namespace {

using base::Dimension;
using base::Rational;

// What is known of a node. After an error nothing is known of it, and whatever contains it is not blamed.
enum class Kind { unknown, number, condition };

struct Finding {
  Kind kind = Kind::unknown;
  Dimension dimension;
  std::optional<double>
      constant;  // of dimensionless literals and what they are combined to: exponents need it
};

std::string with_unit(double value, const Dimension& dimension) {
  const std::string unit = dimension.user_unit();
  const std::string number = base::number(value);
  return unit.starts_with("1/") ? number + unit.substr(1) : fmt::format("{} {}", number, unit);
}

std::string mismatch(BinaryOp op, const std::string& left, const std::string& right) {
  if (op == BinaryOp::add) return fmt::format("cannot add {} and {}", left, right);
  if (op == BinaryOp::subtract) return fmt::format("cannot subtract {} from {}", right, left);
  return fmt::format("cannot compare {} with {}", left, right);
}

class Checker {
 public:
  Checker(const Expression& expression, const Scope& scope, base::Diagnostics& diagnostics)
      : nodes_(expression.nodes), scope_(scope), diagnostics_(diagnostics) {}

  std::vector<Finding> run() {
    for (const Node& node : nodes_)
      findings_.push_back(std::visit([&](const auto& kind) { return visit(kind, node); }, node.kind));
    return std::move(findings_);
  }

  bool failed() const { return failed_; }

 private:
  const Finding& at(int node) const { return findings_[static_cast<std::size_t>(node)]; }
  const Node& node(int index) const { return nodes_[static_cast<std::size_t>(index)]; }
  static Finding number(const Dimension& dimension) { return {Kind::number, dimension, std::nullopt}; }
  static Finding condition() { return {Kind::condition, {}, std::nullopt}; }

  Finding error(const Node& node, std::string message, std::string remedy = {}) {
    failed_ = true;
    diagnostics_.error(node.place, std::move(message), std::move(remedy));
    return {};
  }

  // Reports a condition where a number is needed; then the finding counts as unknown.
  Finding as_number(int index) {
    const Finding& finding = at(index);
    if (finding.kind != Kind::condition) return finding;
    return error(node(index), "a condition is used as a number",
                 "write if(condition, a, b) to choose between two");
  }

  // Reports a number where a condition is needed by `who`.
  void as_condition(int index, std::string_view who) {
    const Finding& finding = at(index);
    if (finding.kind == Kind::number)
      error(node(index), fmt::format("{} needs a condition, found {}", who, finding.dimension.describe()),
            "compare it, as in V > 0 mV");
  }

  Finding visit(const Number& literal, const Node& node) const {
    Finding finding = number(node.dimension);
    if (node.dimension.dimensionless()) finding.constant = literal.value;
    return finding;
  }

  Finding visit(const Name& name, const Node& node) {
    if (const std::optional<Dimension> dimension = scope_.dimension_of(name.name)) return number(*dimension);
    failed_ = true;
    if (!undeclared_.insert(name.name).second) return {};
    return error(node, fmt::format("'{}' is not declared", name.name), remedy_for(name.name, node.place));
  }

  std::string remedy_for(const std::string& name, const base::Place& used) const {
    constexpr std::size_t most_listed = 12;
    const std::string near = base::nearest(name, scope_.names);
    if (!near.empty()) {
      const auto place = scope_.places.find(near);
      if (place == scope_.places.end() || place->second.line == 0)
        return fmt::format("did you mean '{}'?", near);
      const base::Place& declared = place->second;
      const bool elsewhere = declared.source != nullptr && declared.source != used.source;
      return fmt::format("did you mean '{}' (declared at {}{}:{})?", near,
                         elsewhere ? declared.source->name + ":" : "", declared.line, declared.column);
    }
    if (is_unit_word(name, 1))
      return fmt::format("a unit follows a number, and is written as '1/ms' behind a '/'");
    if (scope_.names.empty() || scope_.names.size() > most_listed) return {};
    return fmt::format("declared are {}", base::join(scope_.names, ", "));
  }

  Finding visit(const Negate& negate, const Node&) {
    Finding finding = as_number(negate.operand);
    if (finding.constant) finding.constant = -*finding.constant;
    return finding;
  }

  Finding visit(const Not& negation, const Node&) {
    as_condition(negation.operand, "'not'");
    return condition();
  }

  Finding visit(const Binary& binary, const Node& node) {
    if (binary.op == BinaryOp::logical_and || binary.op == BinaryOp::logical_or) {
      const std::string_view who = binary.op == BinaryOp::logical_and ? "'and'" : "'or'";
      as_condition(binary.left, who);
      as_condition(binary.right, who);
      return condition();
    }
    const Finding left = as_number(binary.left);
    const Finding right = as_number(binary.right);
    if (binary.op == BinaryOp::power) return raised(left, right, node);
    if (binary.op == BinaryOp::multiply || binary.op == BinaryOp::divide)
      return scaled(binary.op, left, right, node);
    const bool comparing = binary.op >= BinaryOp::less;
    if (left.kind == Kind::number && right.kind == Kind::number && left.dimension != right.dimension) {
      error(node, mismatch(binary.op, left.dimension.describe(), right.dimension.describe()),
            missing_unit(binary.left, binary.right));
      return comparing ? condition() : Finding{};
    }
    if (comparing) return condition();
    Finding result = left.kind == Kind::number ? left : right;
    result.constant = combined(binary.op, left.constant, right.constant);
    return result;
  }

  static std::optional<double> combined(BinaryOp op, std::optional<double> a, std::optional<double> b) {
    if (!a || !b) return std::nullopt;
    if (op == BinaryOp::add) return *a + *b;
    if (op == BinaryOp::subtract) return *a - *b;
    return op == BinaryOp::multiply ? *a * *b : *a / *b;
  }

  // The remedy where one of two sides is a literal without the unit of the other.
  std::string missing_unit(int left, int right) const {
    for (const auto& [literal, other] : {std::pair(left, right), std::pair(right, left)}) {
      const std::optional<double> value = at(literal).constant;
      const bool plain = std::holds_alternative<Number>(node(literal).kind) ||
                         std::holds_alternative<Negate>(node(literal).kind);
      if (value && plain) return fmt::format("write '{}'", with_unit(*value, at(other).dimension));
    }
    return {};
  }

  Finding scaled(BinaryOp op, const Finding& left, const Finding& right, const Node& node) {
    if (left.kind != Kind::number || right.kind != Kind::number) return {};
    const bool product = op == BinaryOp::multiply;
    Finding result = number(product ? left.dimension * right.dimension : left.dimension / right.dimension);
    if (!base::is_manageable(result.dimension)) return error(node, "the powers of units here are too large");
    result.constant = combined(op, left.constant, right.constant);
    return result;
  }

  Finding raised(const Finding& base, const Finding& exponent, const Node& node) {
    if (exponent.kind == Kind::number && !exponent.dimension.dimensionless())
      return error(node,
                   fmt::format("an exponent must be a pure number, found {}", exponent.dimension.describe()));
    if (base.kind != Kind::number || exponent.kind != Kind::number) return {};
    if (base.dimension.dimensionless()) return number({});
    const std::optional<Rational> power =
        exponent.constant ? Rational::from_double(*exponent.constant) : std::nullopt;
    if (!power)
      return error(
          node, fmt::format("a power of {} needs a constant, rational exponent", base.dimension.describe()),
          "write a number such as 2 or 0.5, or divide the base by a value in its unit");
    return powered(base.dimension, *power, node);
  }

  Finding powered(const Dimension& dimension, Rational power, const Node& node) {
    constexpr double largest = 4096;
    const bool small = power.value() <= largest && power.value() >= -largest;
    Finding result = number(small ? pow(dimension, power) : Dimension{});
    if (!small || !base::is_manageable(result.dimension))
      return error(node, "the powers of units here are too large");
    return result;
  }

  Finding visit(const Call& call, const Node& node) {
    const std::string& function = call.function;
    if (function == "if") return chosen(call, node);
    if (function == "min" || function == "max") return common(call, 0, node);
    const int argument = call.arguments.at(0);
    const Finding finding = as_number(argument);
    if (function == "abs" || function == "sum") return {finding.kind, finding.dimension, std::nullopt};
    if (function == "sqrt")
      return finding.kind == Kind::number ? powered(finding.dimension, {1, 2}, node) : Finding{};
    if (function != "heaviside" && finding.kind == Kind::number && !finding.dimension.dimensionless())
      error(this->node(argument),
            fmt::format("{} needs a pure number, found {}", function, finding.dimension.describe()),
            fmt::format("divide it by a value in {}", finding.dimension.user_unit()));
    return number({});
  }

  Finding chosen(const Call& call, const Node& node) {
    as_condition(call.arguments.at(0), "if");
    return common(call, 1, node);
  }

  // The dimension that all arguments from `first` on share.
  Finding common(const Call& call, std::size_t first, const Node& node) {
    Finding result;
    int known = -1;
    for (std::size_t i = first; i < call.arguments.size(); ++i) {
      const int argument = call.arguments[i];
      const Finding finding = as_number(argument);
      if (finding.kind != Kind::number) continue;
      if (result.kind == Kind::number && result.dimension != finding.dimension)
        return error(node,
                     fmt::format("{} cannot choose between {} and {}", call.function,
                                 result.dimension.describe(), finding.dimension.describe()),
                     missing_unit(known, argument));
      result = number(finding.dimension);
      known = argument;
    }
    return result;
  }

  const std::vector<Node>& nodes_;
  const Scope& scope_;
  base::Diagnostics& diagnostics_;
  std::vector<Finding> findings_;
  std::set<std::string> undeclared_;
  bool failed_ = false;
};

const Node& root_of(const Expression& expression) {
  return expression.nodes[static_cast<std::size_t>(expression.root)];
}

// "write '5 mV'" where the whole expression is a bare number and a dimension is wanted.
std::string remedy_for_number(const Expression& expression, const Dimension& wanted) {
  const Node& root = root_of(expression);
  const Number* number = std::get_if<Number>(&root.kind);
  double sign = 1;
  if (const Negate* negate = std::get_if<Negate>(&root.kind)) {
    number = std::get_if<Number>(&expression.nodes[static_cast<std::size_t>(negate->operand)].kind);
    sign = -1;
  }
  if (number == nullptr || !root.dimension.dimensionless()) return {};
  return fmt::format("write '{}'", with_unit(sign * number->value, wanted));
}

}  // namespace

std::optional<Dimension> check(Expression& expression, const Scope& scope, base::Diagnostics& diagnostics) {
  if (expression.empty()) throw base::InternalError("an empty expression is checked");
  Checker checker(expression, scope, diagnostics);
  const std::vector<Finding> findings = checker.run();
  if (checker.failed()) return std::nullopt;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    expression.nodes[i].dimension = findings[i].dimension;
    expression.nodes[i].condition = findings[i].kind == Kind::condition;
  }
  return root_of(expression).dimension;
}

bool check_as(Expression& expression, const Dimension& wanted, std::string_view what, const Scope& scope,
              base::Diagnostics& diagnostics) {
  const std::optional<Dimension> found = check(expression, scope, diagnostics);
  if (!found) return false;
  if (root_of(expression).condition) {
    diagnostics.error(expression.place,
                      fmt::format("{} needs {}, found a condition", what, wanted.describe()),
                      "write if(condition, a, b) to choose between two");
    return false;
  }
  if (*found == wanted) return true;
  diagnostics.error(expression.place,
                    fmt::format("{} needs {}, found {}", what, wanted.describe(), found->describe()),
                    remedy_for_number(expression, wanted));
  return false;
}

bool check_condition(Expression& expression, std::string_view what, const Scope& scope,
                     base::Diagnostics& diagnostics) {
  const std::optional<Dimension> found = check(expression, scope, diagnostics);
  if (!found) return false;
  if (root_of(expression).condition) return true;
  diagnostics.error(expression.place, fmt::format("{} needs a condition, found {}", what, found->describe()),
                    "compare it, as in V > 0 mV");
  return false;
}

}  // namespace hillock::lang
