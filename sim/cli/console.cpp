// Prints without stdio and without locales; a closed or full stream never ends the program.
#include "cli/console.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/text.hpp"
#include "record/output_file.hpp"

namespace hillock::cli {
namespace {

// Writes everything; returns the errno of the failure, or 0.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// Three significant digits, never as 1e+03.
std::string digits(double value) {
  const double magnitude = std::fabs(value);
  const int decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

}  // namespace

Console::Console() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
      const int opened = open("/dev/null", O_RDWR);  // the lowest free number, which is this one
      if (opened >= 0 && opened != descriptor) close(opened);
    }
  terminal_ = isatty(STDERR_FILENO) == 1;
}

void Console::out(std::string_view text) {
  if (const int error = write_all(STDOUT_FILENO, text); error != 0 && out_error_ == 0) out_error_ = error;
}

void Console::message(std::string_view text) {
  progress({});
  std::string line(text);
  if (!line.empty() && line.back() != '\n') line += '\n';
  write_all(STDERR_FILENO, line);
}

void Console::warning(const base::Diagnostic& warning) { message(base::format(warning)); }

void Console::progress(std::string_view text) {
  if (!terminal_ || (text.empty() && !progress_shown_)) return;
  std::string line = "\r";
  line += text.substr(0, std::max<std::size_t>(terminal_columns(), 2) - 1);
  line += "\x1b[K";
  write_all(STDERR_FILENO, line);
  progress_shown_ = !text.empty();
}

void Console::check_output() const {
  if (out_error_ != 0 && out_error_ != EPIPE)
    throw base::IoError("the standard output cannot be written: " + record::system_text(out_error_));
}

std::string human_bytes(double bytes) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t k = 0;
  while (bytes >= 999.5 && k + 1 < std::size(units)) {
    bytes /= 1000;
    ++k;
  }
  return digits(k == 0 ? std::nearbyint(bytes) : bytes) + " " + units[k];
}

std::string human_seconds(double seconds) {
  if (seconds < 99.5) return digits(seconds) + " s";
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 48 * 3600) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  return fmt::format("{} d {} h", whole / 86400, whole % 86400 / 3600);
}

std::string human_time(double ms) {
  // Twelve digits: times are multiples of dt, and 34 * 0.1 is not 3.4.
  return ms >= 1000 ? fmt::format("{:.12g} s", ms / 1000) : fmt::format("{:.12g} ms", ms);
}

std::string three_digits(double value) {
  if (value != 0 && std::fabs(value) < 0.1) return fmt::format("{:.3g}", value);
  return digits(value);
}

}  // namespace hillock::cli
