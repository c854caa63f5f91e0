// What may stand on the command line, and what stood there.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace hillock::cli {

struct Arguments {
  std::string command;
  std::string path;  // CONFIG, FILE, FOLDER; the name of a model, shell or benchmark; empty if not given
  std::vector<std::string> settings;  // --set PATH=VALUE
  std::string out;                    // --out; empty: hillock's choice
  bool force = false, quiet = false, json = false, csv = false, list = false;
  std::optional<int> threads;  // none: as the config says; 0: auto
  bool profile = false;
  int stack = 0;                  // --stack of sweep; 0: as many as are fast
  std::vector<std::string> only;  // --only AXIS=VALUE of sweep
  int chunk = 0;                  // neurons; 0: the interpreter's own
  std::string instructions = "auto", backend = "auto";
  std::string config;  // --config of bench
  // of features and plot; times as written, with their unit
  std::vector<std::string> populations, features, feature_settings;
  std::string neurons, start, stop, bin;
  // of plot
  std::vector<std::string> variables, axes;
  std::string figure = "overview", width, height;
  bool dark = false;
  std::string print;  // a help text or the version: to be printed instead of running a command
};

// Parses argv[1] ... Throws UserError, with a suggestion for a misspelt command or option.
Arguments parse_arguments(int argc, const char* const* argv);

// One command or option as the parser knows it, for the reference and for completion.
struct OptionText {
  std::string name;                // "--set PATH=VALUE", "CONFIG"
  std::vector<std::string> words;  // "--set"; none for a positional argument
  std::string doc;
};
struct CommandText {
  std::string name, summary, usage, examples;
  std::vector<OptionText> options;
};
std::vector<CommandText> command_texts();

}  // namespace hillock::cli
