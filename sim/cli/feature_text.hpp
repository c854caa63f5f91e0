// The features of a file as table, CSV and JSON, and the list of all features.
#pragma once
#include <span>
#include <string>

#include "cli/feature_facts.hpp"
#include "cli/json.hpp"

namespace hillock::cli {

// For people: statistics and means over action potentials. `chosen`: features were asked for by name, so they
// are shown though there be none.
std::string feature_table(const FileFacts& facts, bool chosen);

// The same of what was measured during a run: only the features and statistics that were asked for.
std::string analysis_table(const PopulationFacts& population, std::span<const std::string> statistics);

// One row for each neuron, one column for each statistic and feature, as means over action potentials.
std::string feature_csv(const FileFacts& facts);

// Everything: all values with their units.
Json feature_json(const FileFacts& facts, const FeatureRequest& request);

// Name, unit and definition of all features, statistics and settings.
std::string feature_list();

// The same as Markdown, for docs.
std::string features_page();

}  // namespace hillock::cli
