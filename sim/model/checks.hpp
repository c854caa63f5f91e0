// The parts of check_model: vectors, equations, the spike rule, a receptor's events.
#pragma once
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "model/model.hpp"
#include "model/symbols.hpp"

namespace hillock::model {

// Replaces each vector (parameter, state, derived quantity) by its elements name_0, name_1, ..., the
// equations and assignments of vectors by one for each element, and sum(expression of vectors) by a sum.
void expand_vectors(Model& model, base::Diagnostics& diagnostics);

// Assignments at an event (reset, on_spike): to states (and V, where a receptor may change it), each of its
// dimension.
void check_assignments(std::vector<Definition>& assignments, std::string_view what, const Model& model,
                       const Allowed& allowed, Symbols& symbols, base::Diagnostics& diagnostics);

void check_spike_rule(Model& model, Symbols& symbols, base::Diagnostics& diagnostics);

// Weight, on_spike and current of a receptor.
void check_receptor(Model& model, Symbols& symbols, base::Diagnostics& diagnostics);

}  // namespace hillock::model
