// The parts of the schema that name features, statistics and the settings of features.
#pragma once
#include "cli/schema_values.hpp"

namespace hillock::cli {

// A name, a list of names, or all: of features, of statistics of spikes, of either.
Json feature_names();
Json statistic_names();
Json measured_names();

// A map of settings, each with its unit.
Json feature_settings(SchemaValues& values);

}  // namespace hillock::cli
