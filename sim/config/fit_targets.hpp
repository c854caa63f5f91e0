// What a fit is fitted to: `to` of `search: fit`.
#pragma once
#include <optional>
#include <string>

#include "config/fit_section.hpp"

namespace hillock::config {

// What could stand there, for messages.
extern const char* const example_of_targets;

// Findings go to the reader's diagnostics.
void read_targets(Reader& reader, const Node& to, const model::Experiment& experiment, FitSpec& fit);

// A quantity above 0.
std::optional<double> read_positive(Reader& reader, const Node& node, const std::string& what,
                                    const base::Dimension& dimension);

}  // namespace hillock::config
