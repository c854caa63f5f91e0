// How much room texts take, as far as it can be known without the font.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace hillock::cli {

// The width of a text in pt, in a sans-serif font of this size: that of Helvetica's digits for each
// character.
double text_width(std::string_view text, double size);

// The text in lines of at most this width (pt), broken at spaces; a word that is longer has its own.
std::vector<std::string> wrapped(std::string_view text, double width, double size);

// The text, its middle replaced by an ellipsis where it is wider than this (pt).
std::string fitting(std::string_view text, double width, double size);

}  // namespace hillock::cli
