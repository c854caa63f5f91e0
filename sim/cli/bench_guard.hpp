// The benchmark of the guard: what it costs to look at every state of every step for values that are not
// finite.
#pragma once
#include "cli/json.hpp"
#include "model/experiment.hpp"

namespace hillock::cli {

// For each kind of kernel the steps of a run with guards and without, in turn; the median of the ratios.
Json bench_guard(const model::Experiment& experiment);

}  // namespace hillock::cli
