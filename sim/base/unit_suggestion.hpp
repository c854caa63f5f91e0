// What a word that is no unit was meant to be.
#pragma once
#include <string>
#include <string_view>

namespace hillock::base {

// "'msec' is not a unit; did you mean 'ms'?", or the list of units where none is near.
std::string unit_problem(std::string_view word);

}  // namespace hillock::base
