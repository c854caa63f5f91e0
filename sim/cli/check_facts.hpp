// What `hillock check` finds out about a config, as JSON.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "assemble/assemble.hpp"
#include "cli/json.hpp"
#include "model/experiment.hpp"

namespace hillock::cli {

// Severity, file, line, column, length, message and remedy.
Json json_of(const base::Diagnostic& diagnostic);

// "exc, inh 0..99".
std::string slices_text(const std::vector<model::Slice>& slices, const model::Experiment& experiment);

// What was found while reading and while preparing.
std::vector<base::Diagnostic> warnings_of(const model::Experiment& experiment,
                                          const assemble::Prepared& prepared);

// Of a config that can be run: what would run.
Json check_facts(const model::Experiment& experiment, const assemble::Prepared& prepared);

// Of one that cannot: what is wrong with it.
Json check_failed(const std::string& path, std::span<const base::Diagnostic> diagnostics);

}  // namespace hillock::cli
