// The times of a spike rule, its hold and its interval, held against the step grid.
#pragma once
#include <cstdint>
#include <string>

#include "base/diagnostics.hpp"
#include "model/experiment.hpp"
#include "model/value_table.hpp"

namespace hillock::assemble {

// Reports holds that are negative or, unless spike times are interpolated, no multiple of dt, and intervals
// between decisions that are not positive, no multiple of dt or not the same for all neurons. `values`: of
// the neuron's parameters; `owner` is named in messages. Returns the interval in steps, 0 where the rule has
// none.
std::int64_t check_rule_times(const model::SimulationSpec& simulation, const model::PopulationSpec& spec,
                              const model::ValueTable& values, const std::string& owner,
                              base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
