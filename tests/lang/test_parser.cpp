// What the grammar means: literals, precedence, calls, places, and the texts of its errors.
#include "lang/names.hpp"
#include "language.hpp"

using namespace hillock;
using namespace hillock::lang;

TEST_CASE("a number and its unit are one literal that binds tighter than any operator") {
  CHECK(value_of("40 mV") == 40);
  CHECK(value_of("20 pA/10 mV") == 2);
  CHECK(unit_of("20 pA/10 mV") == "nS");
  CHECK(value_of("V/10 mV") == -6.5);
  CHECK(unit_of("V/10 mV") == "1");
  CHECK(value_of("0.07/ms") == 0.07);
  CHECK(unit_of("0.07/ms") == "1/ms");
  CHECK(unit_of("0.7 nS/mV") == "nS/mV");
  CHECK(unit_of("10 mV^2") == "mV^2");
  CHECK(value_of("1 V^2") == 1e6);
  CHECK(unit_of("20 pA ms^0.5") == "pA ms^0.5");
  CHECK(unit_of("2*ms*mV") == "mV ms");
  CHECK(unit_of("3 uA/cm2") == "uA/cm2");
  CHECK(unit_of("3 \u00B5A/cm\u00B2") == "uA/cm2");
  CHECK(value_of("3 \u03BCA") == 3e6);
  CHECK(unit_of("4 / ms") == "1/ms");
  CHECK(unit_of("4 ms^-1") == "1/ms");
  CHECK(value_of("10ms") == value_of("0.01 s"));
  CHECK(value_of("6.3 degC") == 279.45);
  CHECK(value_of("-5 degC") == 268.15);
  CHECK(value_of("T - 5 degC") == doctest::Approx(1.3));
}

TEST_CASE("behind / and * a one-letter name is a variable and no unit") {
  CHECK(unit_of("10 mV/m") == "mV");
  CHECK(value_of("10 mV/m") == 10 / 0.3);
  CHECK(unit_of("10 mV*m") == "mV");
  CHECK(unit_of("1 s") == "ms");
  CHECK(unit_of("2 m") == "um");  // two metres
  CHECK(value_of("6/x") == 3);
}

TEST_CASE("operators bind as in mathematics") {
  CHECK(value_of("1 + 2*3") == 7);
  CHECK(value_of("(1 + 2)*3") == 9);
  CHECK(value_of("10 - 3 - 2") == 5);
  CHECK(value_of("12/3/2") == 2);
  CHECK(value_of("2^3^2") == 512);
  CHECK(value_of("-2^2") == -4);
  CHECK(value_of("(-2)^2") == 4);
  CHECK(value_of("2^-2") == 0.25);
  CHECK(value_of("2*-3") == -6);
  CHECK(value_of("- -3") == 3);
  CHECK(value_of("+3") == 3);
  CHECK(value_of("-m*x") == -0.6);
  CHECK(condition_of("1 < 2 and not 2 < 1"));
  CHECK(condition_of("not 1 < 2 or 1 < 2"));
  CHECK(condition_of("1 < 2 or 1 < 2 and 2 < 1"));
  CHECK_FALSE(condition_of("(1 < 2 or 1 < 2) and 2 < 1"));
  CHECK(condition_of("1 <= 1 and 1 >= 1 and 1 == 1 and 1 != 2 and 2 > 1"));
  CHECK(condition_of("not not V < 0 mV"));
}

TEST_CASE("a condition that met a NaN does not hold, whatever stands around it") {
  for (const char* text : {"0 != log(-1)", "not 0 < log(-1)", "if(log(-1) > 1, 0, 1) > 0",
                           "min(log(-1), 3) < 9", "min(3, log(-1)) < 9", "max(3, log(-1)) > 0"}) {
    CAPTURE(text);
    CHECK_FALSE(condition_of(text));
  }
}

TEST_CASE("functions have the values of their definitions") {
  CHECK(value_of("if(V > 0 mV, 1, 2)") == 2);
  CHECK(value_of("min(V, E_L, 5 mV)") == -70);
  CHECK(value_of("max(V, E_L)") == -65);
  CHECK(value_of("abs(V)") == 65);
  CHECK(value_of("sqrt(16)") == 4);
  CHECK(value_of("pow(x, 3)") == 8);
  CHECK(value_of("heaviside(V)") == 0);
  CHECK(value_of("heaviside(0 mV)") == 1);
  CHECK(value_of("exp(0)") == 1);
  CHECK(value_of("log(1)") == 0);
  CHECK(value_of("exprel(0)") == 1);
  CHECK(value_of("floor(2.7)") == 2);
  CHECK(value_of("floor(-2.2)") == -3);
  CHECK(value_of("floor(3)") == 3);
  CHECK(value_of("floor(-1e300)") == -1e300);
  CHECK(value_of("floor(4503599627370495.5)") == 4503599627370495);
  CHECK(value_of("ceil(2.2)") == 3);
  CHECK(value_of("ceil(-2.7)") == -2);
  CHECK(value_of("round(2.5)") == 2);
  CHECK(value_of("round(3.5)") == 4);
  CHECK(value_of("round(-2.6)") == -3);
  CHECK(value_of("sigmoid(0)") == 0.5);
  CHECK(value_of("tanh(0) + sinh(0) + sin(0)") == 0);
  CHECK(value_of("cosh(0) + cos(0)") == 2);
  CHECK(value_of("sin(pi/2)") == doctest::Approx(1).epsilon(1e-15));
}

TEST_CASE("q10 and nernst are lowered to their formulas") {
  CHECK(value_of("q10(3, T, 6.3 degC)") == 1);
  CHECK(value_of("q10(3, 16.3 degC, 6.3 degC)") == doctest::Approx(3).epsilon(1e-12));
  CHECK(printed("q10(3, T, 6.3 degC)") == "3^((T - 279.45 K)/10 K)");
  // R T/F = 26.7267 mV at 37 degC; E_Na with 145 and 12 mM is 66.6 mV (textbook values)
  CHECK(value_of("nernst(1, 145 mM, 12 mM, 37 degC)") == doctest::Approx(66.6).epsilon(1e-3));
  CHECK(value_of("nernst(1, exp(1)*1 mM, 1 mM, 37 degC)") == doctest::Approx(26.726658).epsilon(1e-6));
  CHECK(value_of("nernst(2, exp(1)*1 mM, 1 mM, 37 degC)") == doctest::Approx(26.726658 / 2).epsilon(1e-6));
  CHECK(unit_of("nernst(1, c_out, c_in, T)") == "mV");
}

TEST_CASE("nodes know their columns in the user's line") {
  base::Diagnostics diagnostics;
  const base::Source source{"m.yaml", "\n  dV/dt: (E_L - V)/tau_m"};
  const std::optional<Expression> expression = parse("(E_L - V)/tau_m", {&source, 2, 10, 1}, diagnostics);
  REQUIRE(expression);
  const auto place = [&](int node) { return expression->nodes[static_cast<std::size_t>(node)].place; };
  CHECK(expression->place.column == 10);
  CHECK(expression->place.length == 15);
  CHECK(place(0).column == 11);  // E_L
  CHECK(place(0).length == 3);
  CHECK(place(2).column == 10);  // (E_L - V)
  CHECK(place(2).length == 9);
  CHECK(place(expression->root).length == 15);
  CHECK(place(3).line == 2);  // tau_m
  CHECK(place(3).column == 20);
}

TEST_CASE("numbers that could be read in two ways are refused with the value") {
  CHECK(errors_of("V + 010 mV") ==
        "m.yaml:1:5: error: '010' has a leading zero, which could mean octal\n"
        "   1 | V + 010 mV\n"
        "     |     ^~~ write '10'");
  CHECK(short_error("0x10") == "'0x10' is a hexadecimal number; write it in decimal digits");
  CHECK(short_error("1_000 ms") == "'1_000' contains '_'; write '1000'");
  CHECK(short_error("1e999 ms") == "'1e999' is too large; the largest number is 1.7976931348623157e308");
  CHECK(short_error("1e308 s") == "'1e308 s' is out of the range of numbers");
  CHECK(short_error("1.2.3") == "'1.2.3' is not a number");
  CHECK(errors_of("V + 1,5 mV") ==
        "m.yaml:1:5: error: '1,5' has a decimal comma\n"
        "   1 | V + 1,5 mV\n"
        "     |     ^~~ write '1.5'");
  CHECK(short_error("exp(1,5)") == "exp takes 1 argument, found 2");
  CHECK(short_error("10 msec") == "'msec' is not a unit; did you mean 'ms'?");
  CHECK(short_error("10 MOhms") == "'MOhms' is not a unit; did you mean 'MOhm'?");
  CHECK(short_error("10 M\u03A9") == "'M\u03A9' is not a unit; did you mean 'MOhm'?");
  CHECK(short_error("2 exp(x)") == "'exp' is not a unit; to multiply, write '*' before it");
  CHECK(short_error("10 tau_m") == "'tau_m' is not a unit; to multiply, write '*' before it");
  CHECK(short_error("5 % * x").starts_with(
      "'%' cannot stand in an expression; write a fraction, such as 0.05 for 5 %"));
  CHECK(short_error("5 mV/degC") ==
        "'degC' has its own zero and so stands alone; write K in the unit 'mV/degC'");
  CHECK(short_error("10 mV^V") ==
        "'' in the unit 'mV^V' is not a power; powers are written as 'cm2', 'mV^2' or 'ms^0.5'");
}

TEST_CASE("text that is meant for a compiler or a shell is refused, quoted") {
  CHECK(errors_of("v > 1\"); system(\"touch pwned") ==
        "m.yaml:1:6: error: '\"' cannot stand in an expression\n"
        "   1 | v > 1\"); system(\"touch pwned\n"
        "     |      ^ take the quotes away, or put them around the whole expression\n"
        "m.yaml:1:8: error: ';' cannot stand in an expression\n"
        "   1 | v > 1\"); system(\"touch pwned\n"
        "     |        ^ write one expression per line\n"
        "m.yaml:1:17: error: '\"' cannot stand in an expression\n"
        "   1 | v > 1\"); system(\"touch pwned\n"
        "     |                 ^ take the quotes away, or put them around the whole expression");
  CHECK(short_error("#include x") ==
        "'#' cannot stand in an expression; comments stand outside of expressions, behind ' #'");
  CHECK(short_error("V // w") == "'//' cannot stand in an expression; divide with a single '/'");
  CHECK(short_error("V /* w") ==
        "'/*' cannot stand in an expression; comments stand outside of expressions, behind ' #'");
  CHECK(
      short_error("V \\ w") ==
      "'\\' cannot stand in an expression; expressions have numbers with units, names, functions, + - * / ^, "
      "comparisons, and, or, not");
  CHECK(short_error("V ?\?/ w") ==
        "'?\?' cannot stand in an expression; write if(condition, a, b) to choose");
  CHECK(short_error("%:include")
            .starts_with("'%' cannot stand in an expression; write a fraction, such as 0.05 for 5 %"));
  CHECK(short_error("tau\n_m") ==
        "a line break cannot stand in an expression; write each expression on one line");
  CHECK(short_error(std::string_view("V\0", 2)) ==
        "the control byte \\x00 cannot stand in an expression; take it away");
  CHECK(short_error("V \xff") == "the byte \\xFF is not UTF-8; save the file as UTF-8");
}

TEST_CASE("operators of other languages are refused with ours") {
  CHECK(short_error("x**2") == "'**' cannot stand in an expression; write '^' for a power");
  CHECK(short_error("x && m") == "'&&' cannot stand in an expression; write 'and'");
  CHECK(short_error("!x") == "'!' cannot stand in an expression; write 'not'");
  CHECK(short_error("x = 2") == "'=' cannot stand in an expression; write '==' to compare");
  CHECK(short_error("x \u2212 2") == "'\u2212' (U+2212) cannot stand in an expression; write '-'");
  CHECK(short_error("x \u2265 2") == "'\u2265' (U+2265) cannot stand in an expression; write '>='");
}

TEST_CASE("letters that only look like ASCII are refused with their code") {
  CHECK(errors_of("2*\u0410_L") ==
        "m.yaml:1:3: error: '\u0410' (U+0410) cannot stand in an expression\n"
        "   1 | 2*\u0410_L\n"
        "     |   ^ names consist of the letters A-Z and a-z, digits and '_'");
  CHECK(short_error("\u00B5_m") ==
        "'\u00B5' (U+00B5) cannot stand in an expression; the micro sign stands in units only, behind a "
        "number");
}

TEST_CASE("names are ASCII, at most 100 letters, without two leading underscores") {
  CHECK(short_error("__x") == "'__x' starts with two underscores; names start with a letter");
  CHECK(short_error(std::string(101, 'a')) == "a name of 101 characters; the limit is 100");
  CHECK(names_of(parsed(std::string(100, 'a'))).front().size() == 100);
  CHECK(names_of(parsed("int + main*std - _x")) == std::vector<std::string>{"int", "main", "std", "_x"});
}

TEST_CASE("the place of a syntax error is where the text goes wrong") {
  CHECK(errors_of("(V + 1 mV") ==
        "m.yaml:1:1: error: '(' is not closed\n"
        "   1 | (V + 1 mV\n"
        "     | ^ write ')' where it ends");
  CHECK(errors_of("V + ") ==
        "m.yaml:1:5: error: the expression ends where a value is missing\n"
        "   1 | V + \n"
        "     |     ^");
  CHECK(short_error("V)") == "unexpected ')'; there is no '(' to it");
  CHECK(short_error("V E_L") == "unexpected 'E_L'; write an operator before it, such as '*'");
  CHECK(short_error("x(V)").starts_with("'x' is not a function; functions are exp log sqrt"));
  CHECK(short_error("2 (x)") == "unexpected '('; write an operator before it, such as '*'");
  CHECK(short_error("V * / x") == "a value is missing before '/'");
  CHECK(short_error("exp()") == "exp takes 1 argument, found 0");
  CHECK(short_error("min(x)") == "min takes at least 2 arguments, found 1");
  CHECK(short_error("min(x,)") == "a value is missing before ')'");
  CHECK(short_error("exp + 1") == "'exp' is a function; write its arguments: exp(...)");
  CHECK(short_error("V + mV") == "'mV' is a unit; a unit follows a number: '1 mV'");
  CHECK(short_error("ex(x)") == "'ex' is not a function; did you mean 'exp'?");
  CHECK(short_error("1 < x < 3") == "comparisons cannot be chained; join two of them with 'and'");
  CHECK(short_error("x + not x") ==
        "'not' cannot follow an operator that binds tighter; put 'not ...' into brackets");
  CHECK(short_error("  ") == "an expression is missing");
  CHECK(short_error("") == "an expression is missing");
}

TEST_CASE("texts that are too long or nested too deeply are refused without trouble") {
  const std::string brackets = "an expression nested more than 200 deep; give parts of it names";
  CHECK(short_error(std::string(1'000'000, 'x')) ==
        "an expression of 1000000 bytes; the limit is 100000; give parts of it names");
  CHECK(short_error(std::string(100'000, '(') + "1" + std::string(100'000, ')')) ==
        "an expression of 200001 bytes; the limit is 100000; give parts of it names");
  CHECK(short_error(std::string(49'000, '(') + "1" + std::string(49'000, ')')) == brackets);
  CHECK(short_error(std::string(90'000, '-') + "1") == brackets);
  std::string powers = "x";
  std::string negations = "x > 1";
  std::string sum = "x";
  for (int i = 0; i < 20'000; ++i) {
    powers += "^x";
    negations.insert(0, "not ");
    sum += "+x";
  }
  CHECK(short_error(powers) == brackets);
  CHECK(short_error(negations) == brackets);
  CHECK(value_of(sum) == 2 * 20'001);
  CHECK(print(parsed(sum)).size() == 3 * 40'000 / 2 + 20'001);
  CHECK(value_of(std::string(199, '(') + "1" + std::string(199, ')')) == 1);
}

TEST_CASE("a line of garbage gives ten errors at most") {
  base::Diagnostics diagnostics;
  CHECK_FALSE(parse(std::string(1000, '#'), {nullptr, 1, 1, 1}, diagnostics));
  CHECK(diagnostics.all().size() == 10);
}

TEST_CASE("reserved names say what they are") {
  CHECK(reserved_reason("mV") == "'mV' is a unit");
  CHECK(reserved_reason("cm2") == "'cm2' is a unit");
  CHECK(reserved_reason("degC") == "'degC' is a unit");
  CHECK(reserved_reason("exp") == "'exp' is a function");
  CHECK(reserved_reason("t") == "'t' is the time");
  CHECK(reserved_reason("dt") == "'dt' is the time step");
  CHECK(reserved_reason("pi") == "'pi' is the number 3.14159...");
  CHECK(reserved_reason("I") == "'I' is the input of a neuron");
  CHECK(reserved_reason("weight") == "'weight' is the weight of an arriving spike");
  CHECK(reserved_reason("xi") == "'xi' is white noise");
  CHECK(reserved_reason("xi_a") == "'xi_a' is white noise");
  CHECK(reserved_reason("and") == "'and' is an operator");
  for (const char* name :
       {"V", "m", "h", "n", "s", "A", "tau_m", "C_m", "int", "main", "std", "m2", "T", "w", "xie", "msx"}) {
    CAPTURE(name);
    CHECK_FALSE(reserved(name));
  }
  CHECK(is_noise("xi"));
  CHECK(is_noise("xi_b"));
  CHECK_FALSE(is_noise("xin"));
  CHECK(name_problem("I/O") ==
        "'I/O' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start "
        "with a digit");
  CHECK(name_problem("exp") == "'exp' is a function; choose another name");
  CHECK(name_problem("__x") == "'__x' starts with two underscores; names start with a letter");
  CHECK(name_problem("V_th").empty());
}
