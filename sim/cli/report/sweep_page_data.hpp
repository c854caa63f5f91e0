// What the page of `hillock report` shows of a sweep's file.
#pragma once
#include <string>

#include "cli/json.hpp"

namespace hillock::cli {

// The table, its failures and provenance, in the form that sweep.js reads; of very long tables the first
// points. Throws IoError.
Json sweep_page_data(const std::string& path);

}  // namespace hillock::cli
