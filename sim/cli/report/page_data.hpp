// What the page of `hillock report` shows of a file: no more of it than a screen can use.
#pragma once
#include <string>

#include "cli/json.hpp"

namespace hillock::cli {

// Traces as minima and maxima of bins, spikes, rates, features and provenance, in the form that page.js
// reads. Of large files only a part is read, and the page says which. Throws IoError.
Json page_data(const std::string& path);

}  // namespace hillock::cli
