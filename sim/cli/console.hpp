// The one place that prints: results to stdout, messages to stderr, and the progress line of a terminal.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace hillock::cli {

class Console {
 public:
  // Opens /dev/null in the place of a closed stdin, stdout or stderr, so that no file of ours gets its
  // number.
  Console();

  // Prints to stdout. A failure is remembered; see check_output.
  void out(std::string_view text);
  // Prints to stderr a message that stands on lines of its own; the progress line makes room for it. Failures
  // are of no consequence.
  void message(std::string_view text);
  void warning(const base::Diagnostic& warning);

  // Shows the progress line on a terminal (nothing otherwise), cut to its width; an empty text takes it away.
  void progress(std::string_view text);
  bool shows_progress() const { return terminal_; }

  // Throws IoError if stdout did not take everything; a reader that left (`| head`) is no failure. For the
  // commands whose result is what they print.
  void check_output() const;

 private:
  bool terminal_ = false;  // stderr is one
  bool progress_shown_ = false;
  int out_error_ = 0;  // errno
};

// "12.3 kB", "4.5 GB": bytes with three digits.
std::string human_bytes(double bytes);

// "0.31 s", "2 min 5 s", "3 h 20 min".
std::string human_seconds(double seconds);

// Model time in ms as users write it: "200 ms", "2.5 s".
std::string human_time(double ms);

// A number with three significant digits: "0.0123", "45.6", "1230".
std::string three_digits(double value);

using base::counted;

}  // namespace hillock::cli
