// What a text must be before a YAML parser may see it.
#pragma once
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/source.hpp"

namespace hillock::config {

// Reports bytes that no text has, text that is not UTF-8, and tabs before the first word of a line. Returns
// whether the text can be parsed.
bool check_text(const base::Source& source, std::string_view what, base::Diagnostics& diagnostics);

}  // namespace hillock::config
