// Text that a user wrote, and places in it: what every diagnostic points at.
#pragma once
#include <string>
#include <string_view>

namespace hillock::base {

// A file (or another text, such as a --set argument) as read, with the name shown in messages.
struct Source {
  std::string name;
  std::string text;

  // The line with this number (from 1) without its line end; empty outside the text.
  std::string_view line(int number) const;
};

// A stretch of one line of a Source. The Source must outlive the Place; line 0 means no place is known.
struct Place {
  const Source* source = nullptr;
  int line = 0;    // from 1
  int column = 0;  // from 1, in bytes
  int length = 1;  // in bytes
};

}  // namespace hillock::base
