// Paths that a config names: relative to its folder, and under it.
#pragma once
#include <optional>
#include <string>

#include "base/diagnostics.hpp"

namespace hillock::config {

// Whether the word for a model is the path of one's own; else it is the name of a shipped one.
bool is_path(const std::string& word);

// The absolute path of a file under `folder` (links followed); reports paths that lead out of it.
std::optional<std::string> inside(const std::string& path, const std::string& folder,
                                  const base::Place& place, base::Diagnostics& diagnostics);

// The same for a file that must be there to be read.
std::optional<std::string> data_file(const std::string& path, const std::string& folder,
                                     const base::Place& place, base::Diagnostics& diagnostics);

}  // namespace hillock::config
