// How a dimension is written as a unit, and a value in it.
#pragma once
#include <string>

#include "base/units.hpp"

namespace hillock::base {

// A unit as users write it; value_internal = value_written * 10^power_of_ten (not 0 for lengths only: um,
// inside 10 um).
struct UnitText {
  std::string text;
  Rational power_of_ten;
};

UnitText unit_text(const Dimension& dimension);

// An internal value as number and unit: "20 um", "0.07/ms", "3".
std::string quantity_text(double value, const UnitText& unit);

}  // namespace hillock::base
