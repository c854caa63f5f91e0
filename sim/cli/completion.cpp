// `hillock completion bash`: a script that knows commands, options, configs and models.
#include <fmt/core.h>

#include "analysis/features.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/plot/figures.hpp"

namespace hillock::cli {
namespace {

template <class Texts>
std::string names_of(const Texts& texts) {
  std::vector<std::string> names;
  for (const auto& text : texts) names.emplace_back(text.name);
  return base::join(names, " ");
}

// What completes the argument of a command that is no option.
std::string arguments_of(const std::string& command) {
  if (command == "run" || command == "check" || command == "sweep") return "_hillock_files yaml \"$word\"";
  if (command == "models")
    return "COMPREPLY=($(compgen -W \"$(hillock models 2>/dev/null | cut -d' ' -f1)\" -- \"$word\")); "
           "_hillock_files yaml \"$word\"";
  if (command == "info" || command == "report")
    return "_hillock_files h5 \"$word\"; _hillock_files partial \"$word\"";
  if (command == "features")
    return fmt::format(
        "case ${{COMP_WORDS[COMP_CWORD-1]}} in --feature) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")) ;; "
        "--setting) compopt -o nospace 2>/dev/null; COMPREPLY=($(compgen -S = -W \"{}\" -- \"$word\")) ;; "
        "*) _hillock_files h5 \"$word\"; _hillock_files partial \"$word\" ;; esac",
        names_of(analysis::features()), names_of(analysis::setting_texts()));
  if (command == "plot")
    return fmt::format(
        "case ${{COMP_WORDS[COMP_CWORD-1]}} in --figure) COMPREPLY=($(compgen -W \"{}\" -- \"$word\")) ;; "
        "--out|-o) _hillock_files svg \"$word\" ;; "
        "*) _hillock_files h5 \"$word\"; _hillock_files partial \"$word\" ;; esac",
        names_of(figure_kinds()));
  if (command == "recover") return "_hillock_files partial \"$word\"";
  if (command == "completion") return "COMPREPLY=(bash)";
  if (command == "reference") return "COMPREPLY+=($(compgen -d -- \"$word\"))";
  return ":";
}

constexpr const char* head =
    R"(# Completes hillock's commands, options, configs and models in bash. Printed by: hillock completion bash
_hillock_files() {  # files with this ending, and folders
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -X "!*.$1" -- "$2") $(compgen -d -- "$2"))
}
_hillock() {
  local word=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
)";

}  // namespace

int completion(const Arguments& arguments, Console& console) {
  if (arguments.path != "bash")
    throw base::UserError("'" + arguments.path + "' is not a shell that hillock knows",
                          "write: hillock completion bash");
  std::vector<std::string> names;
  std::string cases;
  for (const CommandText& command : command_texts()) {
    names.push_back(command.name);
    std::vector<std::string> options;
    for (const OptionText& option : command.options)
      options.insert(options.end(), option.words.begin(), option.words.end());
    cases += fmt::format(
        "    {})\n      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); else {}; "
        "fi ;;\n",
        command.name, base::join(options, " "), arguments_of(command.name));
  }
  console.out(head);
  console.out(
      fmt::format("  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"{} --help --version\" "
                  "-- \"$word\"))\n    return\n  fi\n",
                  base::join(names, " ")));
  console.out("  case ${COMP_WORDS[1]} in\n" + cases + "  esac\n}\ncomplete -F _hillock hillock\n");
  return 0;
}

}  // namespace hillock::cli
