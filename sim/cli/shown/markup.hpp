// Texts of users in HTML and XML.
#pragma once
#include <string>
#include <string_view>

namespace hillock::cli {

// The text as content or in a quoted attribute: &, <, > and quotes escaped; what XML does not allow (control
// bytes, bytes that are not UTF-8) as \xNN.
std::string markup(std::string_view text);

}  // namespace hillock::cli
