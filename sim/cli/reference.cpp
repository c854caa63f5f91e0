// `hillock reference`: the reference pages of docs/, printed from the tables that the program itself works
// by.
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/config_keys.hpp"
#include "cli/feature_text.hpp"
#include "cli/shipped_models.hpp"
#include "model/input_types.hpp"
#include "record/output_file.hpp"

namespace hillock::cli {
namespace {

constexpr const char* printed =
    "Printed by `hillock reference`; edit the program or the model files instead of this page.\n";

// A cell of a table: no line breaks, bars quoted.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '|' ? "\\|" : c == '\n' ? " " : std::string(1, c);
  return result;
}

std::string code(const std::string& text) { return text.empty() ? "" : "`" + cell(text) + "`"; }

std::string key_table() {
  std::string text = "| key | takes | default | meaning |\n|---|---|---|---|\n";
  for (const ConfigKey& key : config_keys())
    text += fmt::format("| `{}` | {} | {} | {} |\n", key.path, describe(key.form),
                        key.required ? "required" : code(key.default_value), cell(key.doc));
  return text;
}

std::string takes(const model::FieldType& field) {
  using model::FieldKind;
  const auto plain = [&]() -> std::string {
    switch (field.kind) {
      case FieldKind::current:
        return "a current in the unit of the input, or in pA";
      case FieldKind::current_root:
        return "such a current times the root of a time, e.g. 20 pA ms^0.5";
      case FieldKind::quantity:
        return field.dimension.dimensionless() ? "a number" : "a " + field.dimension.name();
      case FieldKind::weight:
        return "a weight in the unit of the receptor";
      case FieldKind::list_current:
        return "a list of currents";
      case FieldKind::list_quantity:
        return "a list (" + field.dimension.name() + ")";
      case FieldKind::expression:
        return "an expression of t";
      case FieldKind::text:
        return "a word";
      case FieldKind::flag:
        return "true or false";
      case FieldKind::whole:
        return "a whole number";
      case FieldKind::potential:
        return "a potential";
      case FieldKind::list_potential:
        return "a list of potentials";
      case FieldKind::resistance:
        return "a resistance";
    }
    return "";
  };
  return plain() + (field.per_neuron ? "; may differ per neuron" : "");
}

std::string input_sections() {
  std::string text;
  for (const model::InputType& type : model::input_types()) {
    text += fmt::format(
        "\n### {}\n\n{}. Goes into {}.\n\n| field | takes | default | meaning |\n|---|---|---|---|\n",
        type.name, type.summary,
        type.spikes ? "a `receptor` of the target" : "a `site` of the target (its first input if left out)");
    for (const model::FieldType& field : type.fields)
      text += fmt::format("| `{}` | {} | {} | {}{} |\n", field.name, takes(field),
                          field.required ? "required" : code(field.default_value), cell(field.doc),
                          field.on_grid ? "; on the grid" : "");
  }
  return text;
}

constexpr const char* values_section = R"(
## Values

A value with a dimension is a number with its unit, `-65 mV`. A value that begins with `=` is an expression over `vars`, `= 2 * w`.
Where a value may differ per neuron, each of these stands for it:

| form | meaning |
|---|---|
| `-65 mV` | the same for all neurons |
| `[-65 mV, -60 mV]` | one for each neuron |
| `{linspace: [-65 mV, -60 mV]}` | evenly spaced from the first neuron to the last |
| `{uniform: [-65 mV, -60 mV]}` | drawn between the two |
| `{normal: [-65 mV, 2 mV]}` | drawn, mean and standard deviation |
| `{lognormal: [1 nS, 0.5]}` | drawn, median and standard deviation of the logarithm |
| `{exponential: 10 ms}` | drawn, mean |
| `{file: values.csv, column: V, unit: mV}` | a column of a CSV file; `dataset` instead of `column` for HDF5 |

`min` and `max` beside a drawn law truncate it: `{normal: [-65 mV, 2 mV], min: -70 mV}`. Each draw depends on the seed, on what is
drawn and on the index of the neuron, and on nothing else.

## Methods

`auto`, `exact`, `exponential_euler`, `euler`, `midpoint`, `rk4`, `dopri5`, `cash_karp54`, `fehlberg78`, `euler_maruyama` take fixed steps of dt.
`{adaptive: {rtol: 1e-6, atol: 1e-6, max_step: 0.1 ms, min_step: 1e-10 ms}}` chooses its steps for each neuron by the estimated error (dopri5); all
four options may be left out, and then `method: adaptive` is enough. `hillock check` says which method each population gets, and why.
)";

constexpr const char* records_section = R"(
## Records

| key | takes | default | meaning |
|---|---|---|---|
| `spikes` | true, false or {neurons: ...} | false | whether spikes are recorded, and whose |
| `rate` | true, or a map with `neurons` and `every` | | spikes per neuron and second (Hz) in each bin of `every`: the frame at t counts the spikes at t < spike <= t + every |
| `dtype` | float32 or float64 | `float32` | number type of the traces |
| `compress` | 0 to 9 | `0` | level of compression of the traces; libsonata reads uncompressed files only |
| any variable | true, or a map | | a state or derived quantity of the model, `I` (all that flows in), `I_syn` (the sum of the receptors), `g_NAME` and `I_NAME` of receptor NAME |
| `VARIABLE.neurons` | all, 0..99, 3 or [0, 5] | `all` | whose |
| `VARIABLE.every` | a time, on the grid | `dt` | interval between frames; the first is at 0 |
| `VARIABLE.mean` | true or false | false | the mean over the population instead of single neurons |
| `VARIABLE.sum` | true or false | false | the sum over the population instead of single neurons |
| `VARIABLE.around_spikes` | {before: a time, after: a time} | | record only from `before` to `after` each spike of a neuron, its own values; both are multiples of `every`, which is counted from the spike |

`record: {cell: [V, spikes]}` is short for both with their defaults.
)";

constexpr const char* analysis_section = R"(
## Analysis

`analysis: {cell: [AP_amplitude, mean_frequency, rate]}` is short for `features` and `statistics` with the defaults of everything else. Their
names, units and definitions, and the settings with their defaults, are in the [feature reference](features.md).
)";

std::string config_page() {
  return std::string("# Config reference\n\n") + printed +
         "\n## Keys\n\n`NAME` stands for a name of your choice.\n\n" + key_table() + values_section +
         "\n## Inputs\n\nEvery input has a `type` and a `target`: a population, some neurons of it such as "
         "`cell 0..99` (both ends included), or a list of "
         "these. `like: NAME` takes the fields of another input. An input acts for start <= t < stop.\n" +
         input_sections() + records_section + analysis_section;
}

std::string models_page() {
  std::string text = std::string("# Model reference\n\n") + printed;
  const ModelShelf shelf = shipped_models();
  for (const model::Kind kind : {model::Kind::neuron, model::Kind::receptor}) {
    text += kind == model::Kind::neuron ? "\n## Neurons\n" : "\n## Receptors\n";
    for (const model::Model& model : shelf.models)
      if (model.kind == kind)
        text += fmt::format("\n### {}\n\n```text\n{}```\n", model.name, model::model_page(model));
  }
  return text;
}

// Commands whose examples need a killed run, another shell or minutes.
bool shown_only(const std::string& command) {
  return command == "recover" || command == "completion" || command == "bench";
}

std::string commands_page() {
  std::string text = std::string("# Command reference\n\n") + printed +
                     "\nExit codes: 0 done; 2 a mistake in a config, a model or on the command line; 4 a "
                     "state that is not finite; 5 a file that cannot be "
                     "read or written; 6 not enough memory or disk; 70 a defect of hillock; 130 and 143 "
                     "ended by SIGINT and SIGTERM.\n";
  for (const CommandText& command : command_texts()) {
    text += fmt::format("\n## hillock {}\n\n{}.\n\n```text\n{}\n```\n\n| | |\n|---|---|\n", command.name,
                        command.summary, command.usage);
    for (const OptionText& option : command.options)
      text += fmt::format("| `{}` | {} |\n", option.name, cell(option.doc));
    std::string examples;
    for (std::size_t begin = command.examples.find('\n'); begin != std::string::npos;) {
      const std::size_t end = command.examples.find('\n', begin + 1);
      examples +=
          std::string(base::trim(std::string_view(command.examples).substr(begin + 1, end - begin - 1))) +
          "\n";
      begin = end;
    }
    text += fmt::format("\n```{}\n{}```\n", shown_only(command.name) ? "text" : "sh", examples);
  }
  return text;
}

void write_page(const std::string& folder, const std::string& name, const std::string& text) {
  const std::string path = folder + "/" + name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw base::IoError(path + ": " + record::system_text(errno));
}

}  // namespace

int reference(const Arguments& arguments, Console& console) {
  const std::string models = models_page();  // first: it is what may be missing
  std::error_code problem;
  std::filesystem::create_directories(arguments.path, problem);
  if (problem) throw base::IoError(arguments.path + ": " + record::system_text(problem.value()));
  write_page(arguments.path, "config.md", config_page());
  write_page(arguments.path, "models.md", models);
  write_page(arguments.path, "commands.md", commands_page());
  write_page(arguments.path, "features.md",
             std::string("# Feature reference\n\n") + printed + features_page());
  console.out(arguments.path + ": config.md, models.md, commands.md, features.md\n");
  return 0;
}

}  // namespace hillock::cli
