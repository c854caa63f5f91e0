// What `hillock sweep` would run: the points of a config and what its file is made of.
#pragma once
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "config/config.hpp"
#include "record/sweep_file.hpp"
#include "sweep/points.hpp"

namespace hillock::cli {

// Reads CONFIG with its section `sweep`, if it has one. Throws UserError with all findings.
config::Template read_template(const Arguments& arguments);

struct SweepPlan {
  sweep::Points points;
  record::SweepLayout layout;
  std::vector<base::Diagnostic> warnings;  // of the config as it stands
};

// The points of a config that has a section `sweep`; with --only those that it leaves. Throws UserError.
SweepPlan plan_sweep(const config::Template& config, const std::vector<std::string>& only);

// The points that failed, by reason, one per line.
std::string failures_text(const std::vector<record::SweepFailure>& failures);

}  // namespace hillock::cli
