// A child process with a time limit, and a pipe for its error text.
#include "record/apart.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <new>
#include <string_view>

#include "base/diagnostics.hpp"
#include "record/output_file.hpp"

namespace hillock::record {

using base::IoError;

namespace {

// Ten seconds and one more for each 10 MB.
rlim_t seconds_for(const std::string& path) {
  struct stat found {};
  return 10 + (::stat(path.c_str(), &found) == 0 ? static_cast<rlim_t>(found.st_size) / 10000000 : 0);
}

void limit_child(const std::string& path) {
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU, SIGALRM, SIGINT, SIGTERM})
    ::signal(fault, SIG_DFL);
  const rlim_t seconds = seconds_for(path);
  const rlimit time{seconds, seconds + 1}, no_core{0, 0};
  ::setrlimit(RLIMIT_CPU, &time);
  ::setrlimit(RLIMIT_CORE, &no_core);
}

void write_text(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string read_pipe(int descriptor) {
  std::string text;
  std::array<char, 4096> part;
  for (;;) {
    const ssize_t count = ::read(descriptor, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(count));
  }
}

// What the C library or a sanitizer says of a crash is no message for users; the parent has its own.
void silence_child() {
  if (const int nowhere = ::open("/dev/null", O_WRONLY); nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void run_child(const std::string& path, const std::function<void()>& work, int answer) {
  limit_child(path);
  silence_child();
  std::set_new_handler(
      nullptr);  // what a damaged file claims to hold may be more than memory does: work() says so
  try {
    work();
    ::_exit(0);
  } catch (const std::exception& error) {
    write_text(answer, error.what());
  } catch (...) {
    write_text(answer, path + " cannot be read");
  }
  ::_exit(1);
}

}  // namespace

void run_apart(const std::string& path, const std::function<void()>& work) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw IoError(path + ": " + system_text(errno) + " (while reading it)");
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    run_child(path, work, pipe[1]);
  }
  const int error = errno;
  ::close(pipe[1]);
  const std::string text = child > 0 ? read_pipe(pipe[0]) : "";
  ::close(pipe[0]);
  if (child < 0) throw IoError(path + ": " + system_text(error) + " (while reading it)");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (WIFEXITED(status) && !text.empty()) throw IoError(text);
  if (WIFEXITED(status)) throw IoError(path + " is damaged: the HDF5 library gives up on it");
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU || signal == SIGKILL) throw IoError(path + " is damaged: reading it finds no end");
  throw IoError(path + " is damaged: the HDF5 library crashes on it");
}

}  // namespace hillock::record
