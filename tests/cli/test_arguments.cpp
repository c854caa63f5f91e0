// What stands on the command line, and the texts of what must not.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "cli/arguments.hpp"

namespace hillock::cli {
namespace {

Arguments parse(std::vector<const char*> words) {
  words.insert(words.begin(), "hillock");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

std::string refusal(std::vector<const char*> words) {
  try {
    parse(std::move(words));
  } catch (const base::UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("options of run arrive as they were written") {
  const Arguments found = parse({"run", "a.yaml", "--set", "x.list=[1 ms, 2 ms]", "--set=y=-65 mV", "--out",
                                 "b.h5", "--force", "--threads", "2", "--chunk", "64", "--instructions",
                                 "avx2", "--backend", "interpreter", "--profile", "--quiet"});
  CHECK(found.command == "run");
  CHECK(found.path == "a.yaml");
  CHECK(found.settings == std::vector<std::string>{"x.list=[1 ms, 2 ms]", "y=-65 mV"});
  CHECK(found.out == "b.h5");
  CHECK(found.force);
  CHECK(found.quiet);
  CHECK(found.profile);
  CHECK(found.threads == 2);
  CHECK(found.chunk == 64);
  CHECK(found.instructions == "avx2");
  CHECK(found.backend == "interpreter");
}

TEST_CASE("a misspelt command gets a suggestion") {
  CHECK(refusal({"rnu", "a.yaml"}) == "error: 'rnu' is not a command of hillock\n  did you mean 'run'?");
}

TEST_CASE("a word that is near no command gets the list of commands") {
  CHECK(refusal({"frobnicate"}) ==
        "error: 'frobnicate' is not a command of hillock\n"
        "  the commands are: run, check, models, info, features, report, plot, recover, schema, reference, "
        "completion, bench");
}

TEST_CASE("no command at all gets the list of commands") {
  CHECK(refusal({}) ==
        "error: no command is given\n"
        "  the commands are: run, check, models, info, features, report, plot, recover, schema, reference, "
        "completion, bench");
}

TEST_CASE("a misspelt option gets a suggestion from the options of its command") {
  CHECK(refusal({"run", "a.yaml", "--froce"}) ==
        "error: '--froce' is not an option of hillock run\n  did you mean '--force'?");
  CHECK(refusal({"recover", "a.h5.partial", "--threads=2"}) ==
        "error: '--threads' is not an option of hillock recover\n  its options are: --help, -h, --force");
  CHECK(refusal({"--versoin"}) ==
        "error: '--versoin' is not an option of hillock\n  did you mean '--version'?");
}

TEST_CASE("a missing or surplus argument is named") {
  CHECK(refusal({"run"}) ==
        "error: hillock run needs CONFIG\n  The YAML file to simulate; see hillock run --help");
  CHECK(refusal({"run", "a.yaml", "b.yaml"}) ==
        "error: 'b.yaml' is one argument too many for hillock run\n  see hillock run --help");
  CHECK(refusal({"run", "a.yaml", "--set"}) ==
        "error: --set needs PATH=VALUE\n  Replace a value of the config; may be repeated; see hillock run "
        "--help");
}

TEST_CASE("numbers have one reading: no octal, hexadecimal, fraction or sign slips through") {
  const std::string expected =
      " is not a whole number from 1 to 4096\n  write for instance --threads 8, or --threads auto";
  for (const char* word : {"010", "0x10", "2.5", "0", "-1", "1e9", "two", "4097", ""})
    if (*word != '\0')
      CHECK(refusal({"run", "a.yaml", "--threads", word}) ==
            "error: --threads " + std::string(word) + expected);
  CHECK(parse({"run", "a.yaml", "--threads", "4096"}).threads == 4096);
}

TEST_CASE("the number of threads may be left to hillock, whatever the config says") {
  CHECK(parse({"run", "a.yaml", "--threads", "auto"}).threads == 0);
  CHECK(parse({"run", "a.yaml"}).threads == std::nullopt);
}

TEST_CASE("an output without a name is refused") {
  CHECK(refusal({"run", "a.yaml", "--out", ""}) ==
        "error: --out needs the name of a file\n  write for instance --out results/run.h5");
}

TEST_CASE("a chunk that vectors do not divide is refused") {
  CHECK(refusal({"run", "a.yaml", "--chunk", "12"}) ==
        "error: --chunk 12 is not a multiple of 8\n  write for instance --chunk 256");
}

TEST_CASE("an unknown set of instructions or back end is refused with the known ones") {
  CHECK(refusal({"run", "a.yaml", "--backend", "gpu"}) ==
        "error: --backend gpu is not known\n  write one of: auto, jit, interpreter");
  CHECK(refusal({"run", "a.yaml", "--instructions", "sse"}) ==
        "error: --instructions sse is not known\n  write one of: auto, generic, avx2, avx512");
}

TEST_CASE("help and version are texts to print") {
  CHECK(parse({"--version"}).print.starts_with("hillock "));
  for (const CommandText& command : command_texts()) {
    CAPTURE(command.name);
    const std::string help = parse({command.name.c_str(), "--help"}).print;
    CHECK(help.find("Usage: hillock " + command.name) != std::string::npos);
    CHECK(help.find("Examples:\n  ") != std::string::npos);
    CHECK(help.find("hillock " + command.name) != std::string::npos);
  }
}

TEST_CASE("every option has a sentence of explanation") {
  for (const CommandText& command : command_texts())
    for (const OptionText& option : command.options) {
      CAPTURE(command.name);
      CAPTURE(option.name);
      CHECK(!option.doc.empty());
    }
}

}  // namespace
}  // namespace hillock::cli
