// The dimension check: what makes sense, and the texts of what does not.
#include "language.hpp"

using namespace hillock;
using namespace hillock::lang;

namespace {

// The errors of check_as for a text at the start of line 1.
std::string errors_as(std::string_view text, const base::Dimension& wanted) {
  const base::Source source{"m.yaml", std::string(text)};
  base::Diagnostics diagnostics;
  std::optional<Expression> expression = parse(text, {&source, 1, 1, 1}, diagnostics);
  REQUIRE(expression);
  const bool good = check_as(*expression, wanted, "dV/dt", scope_of(neuron()), diagnostics);
  CHECK(good == diagnostics.all().empty());
  return good ? "none" : all_errors(diagnostics);
}

}  // namespace

TEST_CASE("the equations of the field have the dimensions they should have") {
  CHECK(unit_of("(E_L - V)/tau_m") == "mV/ms");
  CHECK(unit_of("(g_L*(E_L - V) + I - w)/C_m") == "mV/ms");
  CHECK(unit_of("0.1/ms/exprel(-(V + 40 mV)/10 mV)*(1 - m)") == "1/ms");
  CHECK(unit_of("if(V > 0 mV, tau_m, 2*tau_m)") == "ms");
  CHECK(unit_of("sqrt(V^2 + E_L^2)") == "mV");
  CHECK(unit_of("(V/E_L)^m") == "1");
  CHECK(unit_of("tau_m^(1/2)") == "ms^0.5");
  CHECK(unit_of("tau_m^-0.5") == "1/ms^0.5");
  CHECK(unit_of("pow(V, 3)") == "mV^3");
  CHECK(unit_of("heaviside(V - E_L)") == "1");
  CHECK(unit_of("min(V, E_L, 3 mV)") == "mV");
  CHECK(unit_of("abs(-V)") == "mV");
}

TEST_CASE("a sum of different dimensions is refused, both sides shown") {
  CHECK(errors_of("V + tau_m") ==
        "m.yaml:1:1: error: cannot add voltage (mV) and time (ms)\n"
        "   1 | V + tau_m\n"
        "     | ^~~~~~~~~");
  CHECK(short_error("V - 3") == "cannot subtract a pure number from voltage (mV); write '3 mV'");
  CHECK(errors_of("2*(V > 0)") ==
        "m.yaml:1:3: error: cannot compare voltage (mV) with a pure number\n"
        "   1 | 2*(V > 0)\n"
        "     |   ^~~~~~~ write '0 mV'\n"
        "m.yaml:1:3: error: a condition is used as a number\n"
        "   1 | 2*(V > 0)\n"
        "     |   ^~~~~~~ write if(condition, a, b) to choose between two");
  CHECK(short_error("-1.5 < 1/tau_m") ==
        "cannot compare a pure number with frequency (1/ms); write '-1.5/ms'");
  CHECK(short_error("V == I") == "cannot compare voltage (mV) with current (pA)");
  CHECK(short_error("g_L*V + V/tau_m") == "cannot add current (pA) and mV/ms");
}

TEST_CASE("an unknown name is reported once, with the nearest declared one and its place") {
  const base::Source source{"models/neurons/my_lif.yaml",
                            std::string(13, '\n') + "  dV/dt: (E_L - V)/tau_mem + tau_mem\n"};
  base::Diagnostics diagnostics;
  std::optional<Expression> expression =
      parse("(E_L - V)/tau_mem + tau_mem", {&source, 14, 10, 1}, diagnostics);
  REQUIRE(expression);
  Scope scope = scope_of(neuron());
  scope.places["tau_m"] = {&source, 6, 3, 5};
  CHECK_FALSE(check(*expression, scope, diagnostics));
  CHECK(all_errors(diagnostics) ==
        "models/neurons/my_lif.yaml:14:20: error: 'tau_mem' is not declared\n"
        "  14 |   dV/dt: (E_L - V)/tau_mem + tau_mem\n"
        "     |                    ^~~~~~~ did you mean 'tau_m' (declared at 6:3)?");
  CHECK(short_error("v") == "'v' is not declared; did you mean 'V'?");
  CHECK(short_error("5/s") ==
        "'s' is not declared; a unit follows a number, and is written as '1/ms' behind a '/'");
  CHECK(short_error("unheard_of") == "'unheard_of' is not declared");
  const Values two = {{"a", "1"}, {"b", "2"}};
  base::Diagnostics few;
  Expression other = parsed("unheard_of");
  CHECK_FALSE(check(other, scope_of(two), few));
  CHECK(few.all().front().remedy == "declared are a, b");
}

TEST_CASE("functions of pure numbers refuse dimensions") {
  CHECK(errors_of("exp(V)") ==
        "m.yaml:1:5: error: exp needs a pure number, found voltage (mV)\n"
        "   1 | exp(V)\n"
        "     |     ^ divide it by a value in mV");
  for (const char* function : {"log", "tanh", "sinh", "cosh", "sin", "cos", "sigmoid", "exprel"}) {
    CAPTURE(function);
    CHECK(short_error(std::string(function) + "(tau_m)") ==
          std::string(function) + " needs a pure number, found time (ms); divide it by a value in ms");
  }
  CHECK(short_error("min(V, tau_m)") == "min cannot choose between voltage (mV) and time (ms)");
  CHECK(short_error("max(V, 0)") == "max cannot choose between voltage (mV) and a pure number; write '0 mV'");
  CHECK(short_error("if(V > 0 mV, V, tau_m)") == "if cannot choose between voltage (mV) and time (ms)");
  CHECK(short_error("nernst(1, c_out, V, T)") ==
        "log needs a pure number, found mM/mV; divide it by a value in mM/mV");
  CHECK(short_error("q10(3, T, 6)") == "cannot subtract a pure number from temperature (K); write '6 K'");
}

TEST_CASE("powers of dimensions take constant rational exponents only") {
  CHECK(short_error("V^m") ==
        "a power of voltage (mV) needs a constant, rational exponent; write a number such as 2 or 0.5, or "
        "divide the base by a "
        "value in its unit");
  CHECK(short_error("V^pi") ==
        "a power of voltage (mV) needs a constant, rational exponent; write a number such as 2 or 0.5, or "
        "divide the base by a "
        "value in its unit");
  CHECK(short_error("m^V") == "an exponent must be a pure number, found voltage (mV)");
  CHECK(short_error("((V^64)^64)^64") == "the powers of units here are too large");
  CHECK(short_error("V^1e5") == "the powers of units here are too large");
  CHECK(unit_of("m^0.123") == "1");
}

TEST_CASE("conditions and numbers do not mix") {
  CHECK(short_error("V > 0 mV and m") ==
        "'and' needs a condition, found a pure number; compare it, as in V > 0 mV");
  CHECK(short_error("not V") == "'not' needs a condition, found voltage (mV); compare it, as in V > 0 mV");
  CHECK(short_error("if(V, 1, 2)") == "if needs a condition, found voltage (mV); compare it, as in V > 0 mV");
  CHECK(short_error("-(V > 0 mV)") ==
        "a condition is used as a number; write if(condition, a, b) to choose between two");
  CHECK(short_error("exp(m > 1)") ==
        "a condition is used as a number; write if(condition, a, b) to choose between two");
}

TEST_CASE("all errors of an expression are reported, and none twice") {
  CHECK(errors_of("exp(V) + log(tau_m)*foo + (V + I)*exp(bar)") ==
        "m.yaml:1:5: error: exp needs a pure number, found voltage (mV)\n"
        "   1 | exp(V) + log(tau_m)*foo + (V + I)*exp(bar)\n"
        "     |     ^ divide it by a value in mV\n"
        "m.yaml:1:14: error: log needs a pure number, found time (ms)\n"
        "   1 | exp(V) + log(tau_m)*foo + (V + I)*exp(bar)\n"
        "     |              ^~~~~ divide it by a value in ms\n"
        "m.yaml:1:21: error: 'foo' is not declared\n"
        "   1 | exp(V) + log(tau_m)*foo + (V + I)*exp(bar)\n"
        "     |                     ^~~\n"
        "m.yaml:1:27: error: cannot add voltage (mV) and current (pA)\n"
        "   1 | exp(V) + log(tau_m)*foo + (V + I)*exp(bar)\n"
        "     |                           ^~~~~~~\n"
        "m.yaml:1:39: error: 'bar' is not declared\n"
        "   1 | exp(V) + log(tau_m)*foo + (V + I)*exp(bar)\n"
        "     |                                       ^~~");
}

TEST_CASE("the whole must have the dimension its key asks for") {
  CHECK(errors_as("(E_L - V)/tau_m", base::dimension::voltage_rate) == "none");
  CHECK(errors_as("V", base::dimension::voltage_rate) ==
        "m.yaml:1:1: error: dV/dt needs mV/ms, found voltage (mV)\n"
        "   1 | V\n"
        "     | ^");
  CHECK(errors_as("-65", base::dimension::voltage) ==
        "m.yaml:1:1: error: dV/dt needs voltage (mV), found a pure number\n"
        "   1 | -65\n"
        "     | ^~~ write '-65 mV'");
  CHECK(errors_as("V > E_L", base::dimension::voltage) ==
        "m.yaml:1:1: error: dV/dt needs voltage (mV), found a condition\n"
        "   1 | V > E_L\n"
        "     | ^~~~~~~ write if(condition, a, b) to choose between two");
  base::Diagnostics diagnostics;
  Expression number = parsed("V");
  CHECK_FALSE(check_condition(number, "'when'", scope_of(neuron()), diagnostics));
  CHECK(diagnostics.all().front().message == "'when' needs a condition, found voltage (mV)");
  Expression condition = parsed("V > E_L");
  CHECK(check_condition(condition, "'when'", scope_of(neuron()), diagnostics));
}

TEST_CASE("every node knows its dimension after the check") {
  const Expression expression = checked("(E_L - V)/tau_m > 1 mV/ms");
  std::string all;
  for (const Node& node : expression.nodes)
    all += (node.condition ? "condition" : node.dimension.unit()) + " ";
  CHECK(all == "mV mV mV ms mV/ms mV/ms condition ");
}
