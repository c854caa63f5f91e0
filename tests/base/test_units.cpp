// Units and quantities: what may be written, exactness, and the texts of errors.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"

using namespace hillock::base;

namespace {

double value_of(std::string_view text) {
  std::string problem;
  const std::optional<Quantity> quantity = parse_quantity(text, &problem);
  CHECK_MESSAGE(quantity, problem);
  return quantity ? quantity->value : std::numeric_limits<double>::quiet_NaN();
}

Dimension dimension_of(std::string_view text) {
  std::string problem;
  const std::optional<Quantity> quantity = parse_quantity(text, &problem);
  CHECK_MESSAGE(quantity, problem);
  return quantity ? quantity->dimension : Dimension{};
}

std::string quantity_problem(std::string_view text) {
  std::string problem = "none";
  CHECK_FALSE(parse_quantity(text, &problem));
  return problem;
}

}  // namespace

TEST_CASE("10ms, 10 ms and 0.01 s are equal to the bit") {
  CHECK(value_of("10ms") == 10.0);
  CHECK(value_of("10 ms") == 10.0);
  CHECK(value_of("0.01 s") == 10.0);
  CHECK(value_of("1e4 us") == 10.0);
  CHECK(value_of("0.3 s") == 300.0);
  CHECK(value_of("0.0001 s") == 0.1);
  CHECK(value_of("-0.065 V") == -65.0);
  CHECK(value_of("0.1 nA") == 100.0);
  CHECK(value_of("0.7 nS/mV") == 0.7);
}

TEST_CASE("every unit converts to ms, mV, pA, nS, pF, 10 um, K and mM") {
  const std::vector<std::pair<const char*, double>> expected = {{"1 s", 1e3},
                                                                {"1 V", 1e3},
                                                                {"1 A", 1e12},
                                                                {"1 S", 1e9},
                                                                {"1 F", 1e12},
                                                                {"1 MOhm", 1e-3},
                                                                {"1 Ohm", 1e-9},
                                                                {"1 um", 0.1},
                                                                {"1 m", 1e5},
                                                                {"1 cm", 1e3},
                                                                {"1 Hz", 1e-3},
                                                                {"1 K", 1},
                                                                {"1 M", 1e3},
                                                                {"1 uM", 1e-3},
                                                                {"1 fC", 1},
                                                                {"1 pC", 1e3},
                                                                {"1 uA/cm2", 1},
                                                                {"1 mS/cm^2", 1},
                                                                {"1 uF/cm\u00B2", 1},
                                                                {"1 kHz", 1},
                                                                {"1 1/ms", 1},
                                                                {"1/ms", 1},
                                                                {"0.07/ms", 0.07},
                                                                {"1 nF", 1e3},
                                                                {"1 GOhm", 1},
                                                                {"1 fS", 1e-6},
                                                                {"1 ks", 1e6},
                                                                {"1000 um2", 10},
                                                                {"1 um^2", 0.01},
                                                                {"1 mV*ms", 1},
                                                                {"1 \u00B5A", 1e6},
                                                                {"1 \u03BCA", 1e6},
                                                                {"1 mol/m3", 1},
                                                                {"1 mV^2", 1},
                                                                {"1 mV^-1", 1},
                                                                {"20 pA ms^0.5", 20},
                                                                {"3", 3},
                                                                {"1 A / m2", 0.1 * 1e3},
                                                                {"1 S cm^-2", 1e3},
                                                                {"1 pA ^ 2", 1}};
  for (const auto& each : expected) {
    const auto& text = std::get<0>(each);
    const auto& value = std::get<1>(each);
    CAPTURE(text);
    CHECK(value_of(text) == value);
  }
}

TEST_CASE("dimensions follow from the units") {
  CHECK(dimension_of("1 uA/cm2") == dimension::current_density);
  CHECK(dimension_of("1 uF/cm2") == dimension::capacitance_density);
  CHECK(dimension_of("1 mS/cm2") == dimension::conductance_density);
  CHECK(dimension_of("1 mV/ms") == dimension::voltage_rate);
  CHECK(dimension_of("1 nS mV") == dimension::current);
  CHECK(dimension_of("1 nS*mV/pF*ms") == dimension::voltage);
  CHECK(dimension_of("1 GOhm pF") == dimension::time);
  CHECK(dimension_of("1 Hz") == dimension::frequency);
  CHECK(dimension_of("1 mol/m3") == dimension::concentration);
  CHECK(dimension_of("1/ms^0.5") == pow(dimension::time, {-1, 2}));
  CHECK(dimension_of("12").dimensionless());
}

TEST_CASE("fractional powers of units other than ms take a correctly rounded factor") {
  CHECK(value_of("1 s^0.5") == 31.622776601683795);
  CHECK(value_of("1 V^0.5") == 31.622776601683795);
  CHECK(value_of("4 s^-0.5") == 4 * 3.1622776601683795 / 100);
  CHECK(value_of("1 s^0.25") == 5.623413251903491);
}

TEST_CASE("degC becomes kelvin, exactly rounded, and stands alone") {
  CHECK(value_of("6.3 degC") == 279.45);
  CHECK(value_of("-0.15 degC") == 273.0);
  CHECK(value_of("1e1 degC") == 283.15);
  CHECK(value_of("-273.15 degC") == 0.0);
  CHECK(value_of("36.123456789012345678 degC") == doctest::Approx(309.273456789012345));
  CHECK(dimension_of("6.3 degC") == dimension::temperature);
  CHECK(quantity_problem("1 mV/degC") ==
        "'degC' has its own zero and so stands alone; write K in the unit 'mV/degC'");
}

TEST_CASE("what is no unit is refused with the nearest one") {
  CHECK(quantity_problem("10 msec") == "'msec' is not a unit; did you mean 'ms'?");
  CHECK(quantity_problem("10 sec") == "'sec' is not a unit; did you mean 's'?");
  CHECK(quantity_problem("10 seconds") == "'seconds' is not a unit; did you mean 's'?");
  CHECK(quantity_problem("10 MOhms") == "'MOhms' is not a unit; did you mean 'MOhm'?");
  CHECK(quantity_problem("10 M\u03A9") == "'M\u03A9' is not a unit; did you mean 'MOhm'?");
  CHECK(quantity_problem("10 umho") == "'umho' is not a unit; did you mean 'uS'?");
  CHECK(quantity_problem("10 mv") == "'mv' is not a unit; did you mean 'mV'?");
  CHECK(quantity_problem("10 millivolts") == "'millivolts' is not a unit; did you mean 'mV'?");
  CHECK(quantity_problem("10 hz") == "'hz' is not a unit; did you mean 'Hz'?");
  CHECK(quantity_problem("6.3 \u00B0C") == "'\u00B0C' is not a unit; did you mean 'degC'?");
  CHECK(quantity_problem("1 micron") == "'micron' is not a unit; did you mean 'um'?");
  CHECK(quantity_problem("1 uA/cm2/furlong") ==
        "'furlong' is not a unit; units are s V A S F Ohm m Hz K M C mol, with prefixes f p n u m c k M G, "
        "and degC");
  CHECK(quantity_problem("5 %") == "'%' is not a unit; write a fraction, such as 0.05 for 5 %");
}

TEST_CASE("a malformed unit is refused with what is wrong in it") {
  CHECK(quantity_problem("1 mV/") == "the unit 'mV/' ends where a unit is missing");
  CHECK(quantity_problem("1 mV/(ms pA)") ==
        "unexpected '(' in the unit 'mV/(ms pA)'; units are written as 'mV', 'uA/cm2' or 'pA ms^0.5'");
  CHECK(quantity_problem("1 mV//ms") ==
        "unexpected '/' in the unit 'mV//ms'; units are written as 'mV', 'uA/cm2' or 'pA ms^0.5'");
  CHECK(quantity_problem("1 mV^x") ==
        "'' in the unit 'mV^x' is not a power; powers are written as 'cm2', 'mV^2' or 'ms^0.5'");
  CHECK(quantity_problem("1 mV^5000") ==
        "'5000' in the unit 'mV^5000' is not a power; powers are written as 'cm2', 'mV^2' or 'ms^0.5'");
  CHECK(quantity_problem("1 mV^0") ==
        "'0' in the unit 'mV^0' is not a power; powers are written as 'cm2', 'mV^2' or 'ms^0.5'");
  CHECK(quantity_problem("1 " + std::string(200, 'm')) == "a unit of 200 characters is too long");
  CHECK(quantity_problem(
            "1 s^.015625 s^.0158730158730159 s^.0163934426229508 s^.0169491525423729 s^.0175438596491228") ==
        "the powers in the unit 's^.015625 s^.0158730158730159 s^.0163934426229508 s^.0169491525423729 "
        "s^.0175438596491228' are too large");
}

TEST_CASE("a quantity with a bad number is refused with the value and what to write") {
  CHECK(quantity_problem("1,5 mV") == "'1,5' has a decimal comma; write '1.5'");
  CHECK(quantity_problem("010 mV") == "'010' has a leading zero, which could mean octal; write '10'");
  CHECK(quantity_problem("0x10 mV") == "'0x10' is a hexadecimal number; write it in decimal digits");
  CHECK(quantity_problem("1_000 ms") == "'1_000' contains '_'; write '1000'");
  CHECK(quantity_problem("1e999 ms") == "'1e999' is too large; the largest number is 1.7976931348623157e308");
  CHECK(quantity_problem("1e308 s") == "'1e308 s' is out of the range of numbers");
  CHECK(quantity_problem(".nan") == "'.nan' is not a finite number");
  CHECK(quantity_problem("inf mV") == "'inf' is not a finite number");
  CHECK(quantity_problem("yes") == "'yes' is not a number");
  CHECK(quantity_problem("mV") == "'mV' is not a number");
  CHECK(quantity_problem("") == "a number is missing");
}

TEST_CASE("dimensions are named and written as the field does") {
  CHECK(dimension::voltage.describe() == "voltage (mV)");
  CHECK(dimension::frequency.describe() == "frequency (1/ms)");
  CHECK(dimension::conductance_density.describe() == "conductance density (mS/cm2)");
  CHECK(dimension::capacitance_density.unit() == "uF/cm2");
  CHECK(dimension::voltage_rate.describe() == "mV/ms");
  CHECK(dimension::none.describe() == "a pure number");
  CHECK(dimension::none.unit() == "1");
  CHECK(dimension::length.unit() == "10 um");
  CHECK(dimension::length.user_unit() == "um");
  CHECK(dimension::area.unit() == "100 um2");
  CHECK(dimension_of("1 nS/mV").unit() == "nS/mV");
  CHECK(dimension_of("1 pA/ms").unit() == "pA/ms");
  CHECK(dimension_of("1 pA ms^0.5").unit() == "pA ms^0.5");
  CHECK(dimension_of("1/ms^0.5").unit() == "1/ms^0.5");
  CHECK(dimension_of("1 Ohm cm").unit() == "MOhm cm");
  CHECK(dimension_of("1 Ohm cm2").unit() == "kOhm cm2");
  CHECK(dimension_of("1 um2/ms").user_unit() == "um2/ms");
  CHECK(dimension_of("1 mM/ms").unit() == "mM/ms");
  CHECK(dimension_of("1/ms/mV").unit() == "1/mV/ms");
  CHECK(dimension_of("1 C/mol").unit() == "fC/fmol");
}

TEST_CASE("what unit() and format_quantity print reads back to the same bits") {
  const std::vector<std::string> units = {"mV",     "ms",     "pA",       "um",   "um2",       "uA/cm2",
                                          "mS/cm2", "uF/cm2", "nS/mV",    "1/ms", "pA ms^0.5", "mM",
                                          "Ohm cm", "um2/ms", "K",        "mV^2", "C/mol",     "1/s/mV",
                                          "nS ms",  "mol/s",  "mM/ms/pA", "1/um", "mV/ms^2",   "Hz"};
  std::mt19937_64 bits(2);
  for (const std::string& unit : units) {
    const Dimension dimension = dimension_of("1 " + unit);
    CAPTURE(unit);
    CAPTURE(dimension.unit());
    for (int i = 0; i < 200; ++i) {
      const double value =
          std::ldexp(std::uniform_real_distribution<double>(-1, 1)(bits), static_cast<int>(bits() % 60) - 30);
      const std::string text = format_quantity(value, dimension);
      CAPTURE(text);
      CHECK(value_of(text) == value);
      CHECK(dimension_of(text) == dimension);
    }
    if (dimension.exponents[3].numerator == 0)
      CHECK(parse_unit(dimension.unit())->power_of_ten == Rational{0, 1});
  }
  CHECK(format_quantity(-65, dimension::voltage) == "-65 mV");
  CHECK(format_quantity(2, dimension::length) == "20 um");
  CHECK(format_quantity(0.07, dimension::frequency) == "0.07/ms");
  CHECK(format_quantity(3, dimension::none) == "3");
}

TEST_CASE("fractions are kept in lowest terms and refuse what does not fit") {
  CHECK(Rational::of(6, -4) == Rational{-3, 2});
  CHECK(Rational{1, 2} + Rational{1, 3} == Rational{5, 6});
  CHECK(Rational::from_double(0.5) == Rational{1, 2});
  CHECK(Rational::from_double(-1.0 / 3) == Rational{-1, 3});
  CHECK(Rational::from_double(0.3) == Rational{3, 10});
  CHECK_FALSE(Rational::from_double(3.14159265));
  CHECK_FALSE(Rational::from_double(std::numeric_limits<double>::quiet_NaN()));
  CHECK_THROWS_AS(Rational::of(1, 0), InternalError);
  CHECK_THROWS_AS(Rational::of(std::int64_t{1} << 40), InternalError);
}
