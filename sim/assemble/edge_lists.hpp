// Connections whose pairs, and as a rule weights and delays, stand in a file.
#pragma once
#include <vector>

#include "assemble/population_builder.hpp"

namespace hillock::assemble {

// The same connection with the pairs, weights and delays of its file as lists. What does not fit is reported
// with its row: neurons that are not there, weights below the minimum of their target's receptor, delays that
// are no multiple of dt. Throws IoError.
model::ConnectionSpec read_edge_list(const model::ConnectionSpec& spec, const model::Experiment& experiment,
                                     const std::vector<BuiltPopulation>& built,
                                     base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
