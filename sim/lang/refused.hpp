// Characters that no expression has, and what was probably meant by them.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace hillock::lang {

struct Refused {
  std::size_t length = 0;  // bytes to pass over; 0: the text there is not refused
  std::string message;
  std::string remedy;
};

// What is refused at a position where no name and no number starts.
Refused refused_at(std::string_view text, std::size_t position);

// Letters and signs beyond ASCII that stand in units (micro, ohm, degree), so that messages quote a unit as a
// whole.
bool is_unit_sign(char32_t code);

}  // namespace hillock::lang
