// Errors: what went wrong, where, and what to do; one exception type per exit code.
#pragma once
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.hpp"

namespace hillock::base {

enum class Severity { error, warning };

// One finding. Its place is copied into text when it is made, so it outlives the Source.
struct Diagnostic {
  std::string file;         // empty: no file
  int line = 0;             // from 1; 0: the whole file
  int column = 0;           // from 1
  int length = 1;           // width of the underline
  std::string source_line;  // the line quoted
  std::string message;      // what was found and what was expected
  std::string remedy;       // what to do, may be empty
  Severity severity = Severity::error;
  int source_offset = 0;  // bytes left out before source_line (very long lines are kept in part)

  bool operator==(const Diagnostic&) const = default;
};

// "file:line:column: error: message", the line, a caret with an underline and the remedy (CONTRIBUTING.md
// shows one), without a line end behind the last line. Long lines are cut around the place; control bytes,
// line breaks in a message included, and bytes that are not UTF-8 are shown as \xNN.
std::string format(const Diagnostic& diagnostic);

// Collects the findings of one pass, so that all errors of a file are reported at once.
class Diagnostics {
 public:
  void error(const Place& place, std::string message, std::string remedy = {});
  // An error from a text such as parse_quantity's `problem`: what is wrong, "; ", what to write.
  void problem(const Place& place, std::string_view problem);
  void add(Diagnostic diagnostic);
  void warning(const Place& place, std::string message, std::string remedy = {});
  std::size_t errors() const;  // how many
  bool has_errors() const { return errors() > 0; }
  const std::vector<Diagnostic>& all() const { return all_; }
  // Throws UserError with all errors, in order of file, line and column, if there are any. What `like:` takes
  // over is read several times: the same finding is reported once.
  void throw_if_errors() const;

 private:
  std::vector<Diagnostic> all_;
};

// Base of all of hillock's exceptions; what() is the whole message to print.
class Error : public std::exception {
 public:
  Error(int exit_code, std::string text) : exit_code_(exit_code), text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
  std::string text_;
};

// The user's mistake in a config, a model or on the command line (exit code 2).
class UserError : public Error {
 public:
  explicit UserError(std::vector<Diagnostic> diagnostics);
  explicit UserError(std::string message, std::string remedy = {});  // a finding without a place
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

// A state that is not finite, or a step size below its minimum (exit code 4).
class NumericsError : public Error {
 public:
  explicit NumericsError(std::string text) : Error(4, std::move(text)) {}
};

// A file that cannot be read or written (exit code 5); control bytes in its path are shown as \xNN.
class IoError : public Error {
 public:
  explicit IoError(std::string_view text);
};

// More memory or disk than there is (exit code 6).
class ResourceError : public Error {
 public:
  explicit ResourceError(std::string_view text);
};

// A defect of hillock itself (exit code 70).
class InternalError : public Error {
 public:
  explicit InternalError(std::string text) : Error(70, "internal error: " + std::move(text)) {}
};

// The candidate nearest to name by swaps, insertions, deletions and replacements of letters (a change of case
// counts half), or empty when none is near enough to be a slip of the pen.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

// "did you mean 'x'?" for the candidate nearest to name, or empty when none is near.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace hillock::base
