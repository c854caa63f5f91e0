// Printing from the tree, and random texts through the whole of the language.
#include <algorithm>
#include <random>
#include <type_traits>

#include "language.hpp"

using namespace hillock;
using namespace hillock::lang;

namespace {

struct Subtree {
  const Expression& expression;
  int root;
  const Node& node() const { return expression.nodes[static_cast<std::size_t>(root)]; }
  Subtree child(int index) const { return {expression, index}; }
};

// Whether two trees are equal but for places and for the order in which their nodes are listed.
bool same_tree(const Subtree& a, const Subtree& b) {
  if (a.node().kind.index() != b.node().kind.index() || a.node().dimension != b.node().dimension)
    return false;
  const auto kind_of_b = [&](const auto& kind) {
    return std::get<std::remove_cvref_t<decltype(kind)>>(b.node().kind);
  };
  const auto same = [&](int left, int right) { return same_tree(a.child(left), b.child(right)); };
  if (const Number* number = std::get_if<Number>(&a.node().kind))
    return number->value == kind_of_b(*number).value;
  if (const Name* name = std::get_if<Name>(&a.node().kind)) return name->name == kind_of_b(*name).name;
  if (const Negate* negate = std::get_if<Negate>(&a.node().kind))
    return same(negate->operand, kind_of_b(*negate).operand);
  if (const Not* negation = std::get_if<Not>(&a.node().kind))
    return same(negation->operand, kind_of_b(*negation).operand);
  if (const Binary* binary = std::get_if<Binary>(&a.node().kind)) {
    const Binary other = kind_of_b(*binary);
    return binary->op == other.op && same(binary->left, other.left) && same(binary->right, other.right);
  }
  const Call& call = std::get<Call>(a.node().kind);
  const Call other = kind_of_b(call);
  return call.function == other.function && std::equal(call.arguments.begin(), call.arguments.end(),
                                                       other.arguments.begin(), other.arguments.end(), same);
}

bool same_tree(const Expression& a, const Expression& b) { return same_tree({a, a.root}, {b, b.root}); }

std::string random_bytes(std::mt19937_64& bits) {
  std::string text(bits() % 60, '\0');
  for (char& c : text) c = static_cast<char>(bits());
  return text;
}

// Random pieces of the language itself get far deeper into the parser than random bytes.
std::string random_pieces(std::mt19937_64& bits) {
  static const std::vector<std::string> pieces = {
      "V",    "E_L", "tau_m", "m",      "1",  "2.5", "10 mV",   "3/ms", "(",       ")",       "+",      "-",
      "*",    "/",   "^",     "<",      ">=", "==",  "and",     "or",   "not ",    ",",       "exp(",   "if(",
      "min(", " ",   "pA",    "ms^0.5", "2",  "0",   "-5 degC", "q10(", "nernst(", "\u00B5A", "\u00B2", "cm2",
      ".5",   "1e3", "xi",    "e",      "//", "%",   "\"",      "\xff", "\n",      "mV/K",    "1,5"};
  std::string text;
  for (std::size_t i = bits() % (1 + bits() % 20); i > 0; --i)
    text += pieces[bits() % pieces.size()] + (bits() % 3 == 0 ? " " : "");
  return text;
}

// A well-formed expression of numbers.
std::string random_expression(std::mt19937_64& bits, int depth) {
  static const std::vector<std::string> leaves = {"x",
                                                  "m",
                                                  "2",
                                                  "0.3",
                                                  "1e-3",
                                                  "(V/10 mV)",
                                                  "(10 ms/tau_m)",
                                                  "(20 mV/(V - E_L))",
                                                  "(nernst(1, 2, 3, T)/1 mV)"};
  static const std::vector<std::string> operators = {" + ", " - ", "*", "/", "^"};
  static const std::vector<std::string> calls = {"exp(", "tanh(", "sigmoid(",   "-(",    "-",
                                                 "(",    "abs(",  "heaviside(", "floor("};
  if (depth == 0 || bits() % 5 == 0) return leaves[bits() % leaves.size()];
  const std::string left = random_expression(bits, depth - 1);
  const std::string right = random_expression(bits, depth - 1);
  switch (bits() % 4) {
    case 0: {
      const std::string& call = calls[bits() % calls.size()];
      return call + left + (call.back() == '(' ? ")" : "");
    }
    case 1:
      return "if(" + left + " < " + right + " or not " + right + " >= m and m == x, " + left + ", " + right +
             ")";
    case 2:
      return "(" + left + operators[bits() % operators.size()] + right + ")";
    default:
      return left + operators[bits() % operators.size()] + right;
  }
}

}  // namespace

TEST_CASE("an expression is printed with the brackets it needs and no others") {
  CHECK(printed("((E_L-V))/(tau_m)") == "(E_L - V)/tau_m");
  CHECK(printed("a-(b-c)") == "a - (b - c)");
  CHECK(printed("(a-b)-c") == "a - b - c");
  CHECK(printed("a/(b*c)") == "a/(b*c)");
  CHECK(printed("(a*b)/c") == "a*b/c");
  CHECK(printed("(a^b)^c") == "(a^b)^c");
  CHECK(printed("a^(b^c)") == "a^b^c");
  CHECK(printed("-(a^2)") == "-a^2");
  CHECK(printed("(-a)^2") == "(-a)^2");
  CHECK(printed("a^(-2)") == "a^-2");
  CHECK(printed("-(a+b)*c") == "-(a + b)*c");
  CHECK(printed("-(a*b)") == "-(a*b)");
  CHECK(printed("a + -b") == "a + -b");
  CHECK(printed("not(a<b)and(c>=d or e==f)") == "not a < b and (c >= d or e == f)");
  CHECK(printed("if( V>0mV ,1,exp( x ) )") == "if(V > 0 mV, 1, exp(x))");
  CHECK(printed("pow(x, 2)") == "x^2");
}

TEST_CASE("literals are printed in the unit of their dimension") {
  CHECK(printed("0.01 s + 1 nA*2") == "10 ms + 1000 pA*2");
  CHECK(printed("70 Hz") == "0.07/ms");
  CHECK(printed("20 um") == "20 um");
  CHECK(printed("(10 mV)^2") == "(10 mV)^2");
  CHECK(printed("10 mV^2") == "10 mV^2");
  CHECK(printed("(1 mV/1 K)*3 mV K^-2") == "1 mV/1 K*3 mV K^-2");
  CHECK(printed("2 ms^-1 K^-1/x") == "2 K^-1/ms/x");
}

TEST_CASE("a literal whose digits alone are out of range is printed and read where its value is not") {
  CHECK(printed("18 m61") == "1.8e367 um61");
  CHECK(printed(printed("18 m61")) == "1.8e367 um61");
  CHECK(evaluate(checked("1.8e367 um61"), value_of_name) == evaluate(checked("18 m61"), value_of_name));
  CHECK(printed("6 M66") == "6 fmol^66/um^198");  // um198 would be a name
  CHECK(evaluate(checked("2e-330 m61"), value_of_name) == 2e-25);
}

TEST_CASE("the names of an expression are listed once, in order") {
  CHECK(names_of(parsed("b + a*b - exp(c)")) == std::vector<std::string>{"b", "a", "c"});
  CHECK(depends_on(parsed("b + a"), "a"));
  CHECK_FALSE(depends_on(parsed("b + aa"), "a"));
}

TEST_CASE("what is printed parses to the same tree and value") {
  std::mt19937_64 bits(5);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = random_expression(bits, 3);
    CAPTURE(text);
    const Expression first = checked(text);
    const std::string again = print(first);
    CAPTURE(again);
    const Expression second = checked(again);
    CHECK(same_tree(first, second));
    CHECK(print(second) == again);
    const double value = evaluate(first, value_of_name);
    const double value_again = evaluate(second, value_of_name);
    CHECK((value == value_again || (value != value && value_again != value_again)));
  }
}

TEST_CASE("no text can break the parser, and what it refuses it explains at a place inside the text") {
  std::mt19937_64 bits(7);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = i % 3 == 0 ? random_bytes(bits) : random_pieces(bits);
    const base::Source source{"m.yaml", text};
    base::Diagnostics diagnostics;
    std::optional<Expression> expression = parse(text, {&source, 1, 1, 1}, diagnostics);
    REQUIRE(expression.has_value() == diagnostics.all().empty());
    if (expression) {
      ++accepted;
      REQUIRE(same_tree(*expression, parsed(print(*expression))));
      const bool good = check(*expression, scope_of(neuron()), diagnostics).has_value();
      REQUIRE(good == diagnostics.all().empty());
    }
    for (const base::Diagnostic& diagnostic : diagnostics.all()) {
      REQUIRE(!base::format(diagnostic).empty());
      REQUIRE((diagnostic.column >= 1 && diagnostic.column <= static_cast<int>(text.size()) + 1));
    }
  }
  CHECK(accepted > 500);
}
