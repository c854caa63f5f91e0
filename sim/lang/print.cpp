// Expressions as text, printed from the tree.
#include "lang/print.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/units.hpp"

namespace hillock::lang {

namespace {

// How tightly a text binds; a text goes into brackets where something tighter is needed.
enum class Level { disjunction, conjunction, negation, comparison, sum, product, sign, power, atom };

struct Text {
  std::string text;
  Level level = Level::atom;
};

struct Symbol {
  std::string_view text;
  Level level;
};

Symbol symbol_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::add:
      return {" + ", Level::sum};
    case BinaryOp::subtract:
      return {" - ", Level::sum};
    case BinaryOp::multiply:
      return {"*", Level::product};
    case BinaryOp::divide:
      return {"/", Level::product};
    case BinaryOp::power:
      return {"^", Level::power};
    case BinaryOp::less:
      return {" < ", Level::comparison};
    case BinaryOp::less_equal:
      return {" <= ", Level::comparison};
    case BinaryOp::greater:
      return {" > ", Level::comparison};
    case BinaryOp::greater_equal:
      return {" >= ", Level::comparison};
    case BinaryOp::equal:
      return {" == ", Level::comparison};
    case BinaryOp::not_equal:
      return {" != ", Level::comparison};
    case BinaryOp::logical_and:
      return {" and ", Level::conjunction};
    case BinaryOp::logical_or:
      return {" or ", Level::disjunction};
  }
  return {"", Level::atom};
}

// A literal. Behind '/' the language takes only units of two letters or more into it, so "mV/K" becomes "mV
// K^-1".
std::string literal(double value, const base::Dimension& dimension) {
  std::string text = base::format_quantity(value, dimension);
  const std::size_t kelvin = text.find("/K");
  if (kelvin == std::string::npos) return text;
  const std::size_t end = std::min(text.find('/', kelvin + 1), text.size());
  const std::string written = text.substr(kelvin + 2, end - kelvin - 2);  // "" or "^2"
  const std::string power = written.empty() ? "1" : written.substr(1);
  return fmt::format("{} K^-{}{}", text.substr(0, kelvin), power, text.substr(end));
}

std::string bracketed(Text text, Level lowest) {
  return text.level < lowest ? fmt::format("({})", text.text) : std::move(text.text);
}

class Printer {
 public:
  explicit Printer(const Expression& expression) : nodes_(expression.nodes), texts_(nodes_.size()) {}

  std::string print(int root) {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      texts_[i] = std::visit([&](const auto& kind) { return visit(kind, nodes_[i]); }, nodes_[i].kind);
    return std::move(texts_[static_cast<std::size_t>(root)].text);
  }

 private:
  // Each node has one parent, so its text moves there; the left side grows in place and keeps long sums
  // linear in time.
  std::string take(int node, Level lowest) {
    return bracketed(std::move(texts_[static_cast<std::size_t>(node)]), lowest);
  }

  Text visit(const Number& number, const Node& node) const {
    return {literal(number.value, node.dimension), number.value < 0 ? Level::sign : Level::atom};
  }
  Text visit(const Name& name, const Node&) const { return {name.name, Level::atom}; }
  Text visit(const Negate& negate, const Node&) {
    return {fmt::format("-{}", take(negate.operand, Level::sign)), Level::sign};
  }
  Text visit(const Not& inverse, const Node&) {
    return {fmt::format("not {}", take(inverse.operand, Level::negation)), Level::negation};
  }

  Text visit(const Call& call, const Node&) {
    std::string text = call.function;
    for (const int argument : call.arguments) {
      text += argument == call.arguments.front() ? "(" : ", ";
      text += take(argument, Level::disjunction);
    }
    text += ')';
    return {std::move(text), Level::atom};
  }

  // Sums and products associate to the left, comparisons not at all, powers to the right (and -1 needs no
  // brackets there).
  Text visit(const Binary& binary, const Node&) {
    const Symbol symbol = symbol_of(binary.op);
    const bool is_power = binary.op == BinaryOp::power;
    const Level tighter = static_cast<Level>(static_cast<int>(symbol.level) + 1);
    const Node& left_node = nodes_[static_cast<std::size_t>(binary.left)];
    const bool literal_base =
        is_power && std::holds_alternative<Number>(left_node.kind) && !left_node.dimension.dimensionless();
    std::string text =
        take(binary.left, symbol.level == Level::comparison || is_power ? tighter : symbol.level);
    if (literal_base) text = fmt::format("({})", text);  // 10 mV^2 would be a square of mV
    text += symbol.text;
    text += take(binary.right, is_power ? Level::sign : tighter);
    return {std::move(text), symbol.level};
  }

  const std::vector<Node>& nodes_;
  std::vector<Text> texts_;
};

}  // namespace

std::string print(const Expression& expression) {
  return expression.empty() ? std::string() : Printer(expression).print(expression.root);
}

}  // namespace hillock::lang
