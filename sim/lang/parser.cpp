// From the text of an expression to its tree: precedence climbing over the tokens.
#include "lang/parser.hpp"

#include <fmt/core.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "lang/lexer.hpp"
#include "lang/names.hpp"

namespace hillock::lang {

namespace {

// How tightly the operators bind; `not` stands between and and the comparisons.
constexpr int not_level = 3;
constexpr int comparison_level = 4;
constexpr int unary_level = 7;

struct Operator {
  std::string_view symbol;
  BinaryOp op;
  int level;
};

constexpr std::array<Operator, 12> operators = {{{"or", BinaryOp::logical_or, 1},
                                                 {"and", BinaryOp::logical_and, 2},
                                                 {"<", BinaryOp::less, comparison_level},
                                                 {"<=", BinaryOp::less_equal, comparison_level},
                                                 {">", BinaryOp::greater, comparison_level},
                                                 {">=", BinaryOp::greater_equal, comparison_level},
                                                 {"==", BinaryOp::equal, comparison_level},
                                                 {"!=", BinaryOp::not_equal, comparison_level},
                                                 {"+", BinaryOp::add, 5},
                                                 {"-", BinaryOp::subtract, 5},
                                                 {"*", BinaryOp::multiply, 6},
                                                 {"/", BinaryOp::divide, 6}}};

const Operator* find_operator(const Token& token) {
  if (token.kind != TokenKind::symbol) return nullptr;
  for (const Operator& candidate : operators)
    if (candidate.symbol == token.text) return &candidate;
  return nullptr;
}

// Each function returns the index of its node, or nothing after an error.
class Parser {
 public:
  using Index = std::optional<int>;

  Parser(std::vector<Token> tokens, const Written& written, base::Diagnostics& diagnostics)
      : tokens_(std::move(tokens)), written_(written), diagnostics_(diagnostics) {}

  std::optional<std::vector<Node>> run() {
    const Index root = binary(1);
    if (!root) return std::nullopt;
    if (current().kind == TokenKind::end) return std::move(nodes_);
    unexpected();
    return std::nullopt;
  }

 private:
  const Token& current() const { return tokens_[next_]; }
  bool is_symbol(std::string_view symbol) const {
    return current().kind == TokenKind::symbol && current().text == symbol;
  }
  base::Place place_of(const Token& token) const {
    return written_.at(token.offset, static_cast<int>(token.text.size()));
  }

  std::nullopt_t error(const base::Place& place, std::string message, std::string remedy = {}) {
    diagnostics_.error(place, std::move(message), std::move(remedy));
    return std::nullopt;
  }

  std::nullopt_t missing_value() {
    const Token& token = current();
    if (token.kind == TokenKind::end)
      return error(place_of(token), "the expression ends where a value is missing");
    return error(place_of(token), "a value is missing before " + base::quoted(token.text));
  }

  // A token at which the expression cannot go on.
  std::nullopt_t unexpected() {
    const Token& token = current();
    if (token.text == "," && decimal_comma()) return std::nullopt;
    std::string remedy;
    if (token.text == ")") remedy = "there is no '(' to it";
    if (token.kind == TokenKind::number || token.kind == TokenKind::name || token.text == "(")
      remedy = "write an operator before it, such as '*'";
    return error(place_of(token), "unexpected " + base::quoted(token.text), std::move(remedy));
  }

  // Whether the comma stands between the digits of 1,5; then that is the error.
  bool decimal_comma() {
    if (next_ == 0 || next_ + 1 >= tokens_.size()) return false;
    const Token& before = tokens_[next_ - 1];
    const Token& after = tokens_[next_ + 1];
    const bool between_numbers = before.kind == TokenKind::number && after.kind == TokenKind::number;
    const int end = before.offset + static_cast<int>(before.text.size());
    if (!between_numbers || end != current().offset || after.offset != end + 1) return false;
    const base::Place place =
        written_.at(before.offset, static_cast<int>(before.text.size() + 1 + after.digits.size()));
    error(place, base::quoted(fmt::format("{},{}", before.text, after.digits)) + " has a decimal comma",
          "write " + base::quoted(fmt::format("{}.{}", before.text, after.digits)));
    return true;
  }

  int add(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<int>(nodes_.size()) - 1;
  }
  base::Place& place(int node) { return nodes_[static_cast<std::size_t>(node)].place; }

  // From the start of one place to the end of another; underlines end with their line.
  static base::Place span(const base::Place& from, const base::Place& to) {
    constexpr int to_line_end = 1 << 20;
    base::Place all = from;
    all.length = to.line == from.line ? to.column + to.length - from.column : to_line_end;
    return all;
  }

  int add_binary(BinaryOp op, int left, int right) {
    return add({Binary{op, left, right}, span(place(left), place(right)), {}, false});
  }

  Index binary(int lowest) {
    Index left = operand(lowest);
    bool compared = false;
    while (left) {
      const Operator* const found = find_operator(current());
      if (found == nullptr || found->level < lowest) break;
      const bool comparison = found->level == comparison_level;
      if (comparison && compared)
        return error(place_of(current()), "comparisons cannot be chained", "join two of them with 'and'");
      ++next_;
      const Index right = binary(found->level + 1);
      if (!right) return std::nullopt;
      left = add_binary(found->op, *left, *right);
      compared = comparison;
    }
    return left;
  }

  // A value with the signs, `not` and powers that belong to it. All nesting passes through here.
  Index operand(int lowest) {
    if (depth_ >= deepest_nesting)
      return error(place_of(current()),
                   fmt::format("an expression nested more than {} deep", deepest_nesting),
                   "give parts of it names");
    ++depth_;
    Index result;
    if (is_symbol("not")) {
      result = negation(lowest);
    } else if (is_symbol("-")) {
      result = minus();
    } else if (is_symbol("+")) {
      ++next_;
      result = operand(unary_level);
    } else {
      result = power();
    }
    --depth_;
    return result;
  }

  Index negation(int lowest) {
    const Token& token = current();
    if (lowest > not_level)
      return error(place_of(token), "'not' cannot follow an operator that binds tighter",
                   "put 'not ...' into brackets");
    ++next_;
    const Index value = binary(not_level);
    if (!value) return std::nullopt;
    return add({Not{*value}, span(place_of(token), place(*value)), {}, true});
  }

  Index minus() {
    const Token& sign = current();
    ++next_;
    if (current().kind == TokenKind::number && current().unit.celsius) return below_zero_celsius(sign);
    const Index value = operand(unary_level);
    if (!value) return std::nullopt;
    return add({Negate{*value}, span(place_of(sign), place(*value)), {}, false});
  }

  // -5 degC is 268.15 K: here the sign belongs to the number.
  Index below_zero_celsius(const Token& sign) {
    const Token& token = tokens_[next_++];
    const std::optional<double> value = base::to_internal(fmt::format("-{}", token.digits), token.unit);
    return add({Number{value.value_or(token.value)}, span(place_of(sign), place_of(token)),
                token.unit.dimension, false});
  }

  Index power() {
    const Index base = primary();
    if (!base || !is_symbol("^")) return base;
    ++next_;
    const Index exponent = operand(unary_level);
    if (!exponent) return std::nullopt;
    return add_binary(BinaryOp::power, *base, *exponent);
  }

  Index primary() {
    const Token& token = current();
    if (token.kind == TokenKind::number) {
      ++next_;
      return add({Number{token.value}, place_of(token), token.unit.dimension, false});
    }
    if (token.kind == TokenKind::name) return name();
    if (!is_symbol("(")) return missing_value();
    ++next_;
    const Index inner = binary(1);
    if (!inner || !close(token)) return std::nullopt;
    place(*inner) = span(place_of(token), place_of(tokens_[next_ - 1]));
    return inner;
  }

  // Passes the ')' to an '('; false after an error.
  bool close(const Token& open) {
    if (is_symbol(")")) {
      ++next_;
      return true;
    }
    if (current().kind == TokenKind::end) {
      error(place_of(open), "'(' is not closed", "write ')' where it ends");
    } else {
      unexpected();
    }
    return false;
  }

  Index name() {
    const Token& token = current();
    ++next_;
    if (is_symbol("(")) return call(token);
    if (token.text == "pi") return add({Number{3.14159265358979323846}, place_of(token), {}, false});
    if (find_function(token.text) != nullptr)
      return error(place_of(token), fmt::format("'{}' is a function", token.text),
                   fmt::format("write its arguments: {}(...)", token.text));
    if (is_unit_word(token.text, 2))
      return error(place_of(token), fmt::format("'{}' is a unit", token.text),
                   fmt::format("a unit follows a number: '1 {}'", token.text));
    return add({Name{std::string(token.text)}, place_of(token), {}, false});
  }

  Index call(const Token& token) {
    const Token& open = current();
    const Function* const function = find_function(token.text);
    if (function == nullptr) return unknown_function(token);
    ++next_;
    std::vector<int> arguments;
    while (!is_symbol(")") || !arguments.empty()) {
      const Index argument = binary(1);
      if (!argument) return std::nullopt;
      arguments.push_back(*argument);
      if (!is_symbol(",")) break;
      ++next_;
    }
    if (!close(open)) return std::nullopt;
    const base::Place whole = span(place_of(token), place_of(tokens_[next_ - 1]));
    const int count = static_cast<int>(arguments.size());
    if (count < function->fewest_arguments ||
        (function->most_arguments >= 0 && count > function->most_arguments))
      return wrong_count(*function, count, whole);
    return lowered(token.text, std::move(arguments), whole);
  }

  std::nullopt_t unknown_function(const Token& token) {
    std::vector<std::string> names;
    for (const Function& function : functions()) names.emplace_back(function.name);
    std::string remedy = base::did_you_mean(token.text, names);
    if (remedy.empty())
      remedy = fmt::format("functions are {}; to multiply, write '*'", base::join(names, " "));
    return error(place_of(token), fmt::format("'{}' is not a function", token.text), std::move(remedy));
  }

  std::nullopt_t wrong_count(const Function& function, int count, const base::Place& whole) {
    const int wanted = function.fewest_arguments;
    const std::string_view least = function.most_arguments < 0 ? "at least " : "";
    return error(whole, fmt::format("{} takes {}{} argument{}, found {}", function.name, least, wanted,
                                    wanted == 1 ? "" : "s", count));
  }

  // Calls of functions that are short for formulas become these formulas.
  int lowered(std::string_view function, std::vector<int> arguments, const base::Place& whole) {
    int result = -1;
    if (function == "pow") {
      result = add_binary(BinaryOp::power, arguments[0], arguments[1]);
    } else if (function == "q10") {
      result = q10(arguments, whole);
    } else if (function == "nernst") {
      result = nernst(arguments, whole);
    } else {
      return add({Call{std::string(function), std::move(arguments)}, whole, {}, false});
    }
    place(result) = whole;
    return result;
  }

  int formula(BinaryOp op, int left, int right, const base::Place& whole) {
    return add({Binary{op, left, right}, whole, {}, false});
  }

  // The factor by which a rate grows from the reference temperature: q^((T - T_ref)/(10 K)).
  int q10(const std::vector<int>& arguments, const base::Place& whole) {
    const int difference = formula(BinaryOp::subtract, arguments[1], arguments[2], whole);
    const int ten = add({Number{10}, whole, base::dimension::temperature, false});
    const int exponent = formula(BinaryOp::divide, difference, ten, whole);
    return formula(BinaryOp::power, arguments[0], exponent, whole);
  }

  // Nernst 1888: E = R T/(z F) log(c_out/c_in), with R and F of the SI of 2019; R/F in mV/K.
  int nernst(const std::vector<int>& arguments, const base::Place& whole) {
    constexpr double gas_constant = 8.314462618;      // J/(mol K)
    constexpr double faraday_constant = 96485.33212;  // C/mol
    const int factor = add({Number{1000 * gas_constant / faraday_constant}, whole,
                            base::dimension::voltage / base::dimension::temperature, false});
    const int scaled = formula(BinaryOp::multiply, factor, arguments[3], whole);
    const int per_charge = formula(BinaryOp::divide, scaled, arguments[0], whole);
    const int ratio = formula(BinaryOp::divide, arguments[1], arguments[2], whole);
    const int logarithm = add({Call{"log", {ratio}}, whole, {}, false});
    return formula(BinaryOp::multiply, per_charge, logarithm, whole);
  }

  std::vector<Token> tokens_;
  const Written& written_;
  base::Diagnostics& diagnostics_;
  std::size_t next_ = 0;
  int depth_ = 0;
  std::vector<Node> nodes_;
};

}  // namespace

std::optional<Expression> parse(std::string_view text, const base::Place& start,
                                base::Diagnostics& diagnostics, std::span<const Stretch> further) {
  const Written written{start, further};
  const base::Place whole = written.at(0, static_cast<int>(std::min<std::size_t>(text.size(), 1U << 30)));
  if (text.size() > longest_expression) {
    diagnostics.error(whole, fmt::format("an expression of {} bytes", text.size()),
                      fmt::format("the limit is {}; give parts of it names", longest_expression));
    return std::nullopt;
  }
  if (base::trim(text).empty()) {
    diagnostics.error(whole, "an expression is missing");
    return std::nullopt;
  }
  std::optional<std::vector<Token>> tokens = tokenize(text, written, diagnostics);
  if (!tokens) return std::nullopt;
  std::optional<std::vector<Node>> nodes = Parser(std::move(*tokens), written, diagnostics).run();
  if (!nodes) return std::nullopt;
  const int root = static_cast<int>(nodes->size()) - 1;
  return Expression{std::move(*nodes), root, std::string(text), whole};
}

}  // namespace hillock::lang
