// Which function does which command, and what becomes of exceptions.
#include "cli/command_line.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"

namespace hillock::cli {
namespace {

// Ends the program at once, in whatever thread: where there is no memory nothing may need some on the way
// out, and the library that writes the file does not survive an exception. The file stays as it was last
// flushed.
[[noreturn]] void out_of_memory() {
  static std::atomic_flag said;
  while (said.test_and_set()) ::pause();  // another thread is on its way out
  constexpr std::string_view text = "error: out of memory\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  ::_exit(6);
}

int dispatch(int argc, char** argv, Console& console) {
  static const std::map<std::string, int (*)(const Arguments&, Console&)> commands = {
      {"run", run},         {"sweep", sweep},       {"check", check},         {"models", models},
      {"info", info},       {"features", features}, {"report", report},       {"plot", plot},
      {"recover", recover}, {"schema", schema},     {"reference", reference}, {"completion", completion},
      {"bench", bench},
  };
  const Arguments arguments = parse_arguments(argc, argv);
  if (!arguments.print.empty()) {
    console.out(arguments.print);
    console.check_output();
    return 0;
  }
  const int code = commands.at(arguments.command)(arguments, console);
  if (arguments.command != "run" && arguments.command != "sweep") console.check_output();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that left and a file at its size limit are errors of `write`, which are reported or harmless.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::set_new_handler(out_of_memory);
  Console console;
  try {
    return dispatch(argc, argv, console);
  } catch (const base::UserError& error) {
    console.message(error.what());
    return error.exit_code();
  } catch (const base::Error& error) {
    console.message("error: " + std::string(error.what()));
    return error.exit_code();
  } catch (const std::bad_alloc&) {
    out_of_memory();
  } catch (const std::exception& error) {
    console.message("error: internal error: " + std::string(error.what()));
    return 70;
  }
}

}  // namespace hillock::cli
