// The parts of the schema that describe a sweep.
#pragma once
#include "cli/schema_values.hpp"

namespace hillock::cli {

// What a parameter of a sweep may be: values, a range, a law, cases.
Json sweep_values();
// The word under `combine`, and what may stand under `keep`.
Json combinations();
Json kept_of_points();

}  // namespace hillock::cli
