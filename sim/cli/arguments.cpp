// The table of commands with their options, help and examples, read by CLI11.
#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "cli/version.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

constexpr const char* program_summary =
    "Simulates spiking neurons: one YAML file in, spikes and voltages in HDF5 out.";

struct Texts {
  const char *name, *summary, *examples;
};

constexpr Texts run_texts{
    "run", "Simulate a config and write its spikes and traces to HDF5",
    "  hillock run configs/quickstart.yaml\n"
    "  hillock run configs/quickstart.yaml --set inputs.push.amplitude='20 uA/cm2' --out strong.h5 --force"};
constexpr Texts check_texts{"check",
                            "Say what would run, without running it: methods, steps, memory, file size",
                            "  hillock check configs/noisy_lif.yaml\n"
                            "  hillock check configs/noisy_lif.yaml --set simulation.dt='0.5 ms' --json"};
constexpr Texts sweep_texts{
    "sweep", "Run the config at every point of its sweep, and write one table of results to HDF5",
    "  hillock sweep configs/f_i_curve.yaml\n"
    "  hillock sweep configs/f_i_curve.yaml --only 'amplitude=48 uA/cm2' --out one.h5"};
constexpr Texts models_texts{"models",
                             "List the models, or show one: equations, parameters with units, source",
                             "  hillock models\n"
                             "  hillock models configs/models/quadratic.yaml\n"
                             "  hillock models --json"};
constexpr Texts info_texts{"info", "Say what an output file holds and how its run ended",
                           "  hillock info results/quickstart.h5\n"
                           "  hillock info results/quickstart.h5 --json"};
constexpr Texts features_texts{
    "features", "Measure action potentials by eFEL's definitions, and take statistics of the spikes",
    "  hillock features results/quickstart.h5\n"
    "  hillock features results/quickstart.h5 --feature AP_amplitude --feature AP_duration_half_width "
    "--json\n"
    "  hillock features results/quickstart.h5 --start '50 ms' --stop '52 ms' --setting Threshold=-10 --csv\n"
    "  hillock features --list"};
constexpr Texts report_texts{"report",
                             "Draw a run on one page for the browser: traces, spikes, features, config",
                             "  hillock report results/quickstart.h5\n"
                             "  hillock report results/quickstart.h5 --out figure.html"};
constexpr Texts plot_texts{
    "plot",
    "Draw a figure of a run as SVG: traces, raster and rates, phase plane, histogram, gates, f-I curve",
    "  hillock plot results/quickstart.h5 -o figure.svg\n"
    "  hillock plot results/quickstart.h5 --figure phase_plane --dark\n"
    "  hillock plot results/quickstart.h5 --figure trace --neurons 0 --start '50 ms' --stop '80 ms'"};
constexpr Texts recover_texts{"recover", "Make what a killed run left behind a complete file",
                              "  hillock recover results/quickstart.h5.partial"};
constexpr Texts schema_texts{"schema",
                             "Print the JSON Schema of configs, for completion and checks in editors",
                             "  hillock schema > hillock.schema.json"};
constexpr Texts reference_texts{
    "reference", "Write the reference pages (configs, models, commands, features) into a folder",
    "  hillock reference reference"};
constexpr Texts completion_texts{
    "completion", "Print a script that completes commands, options, configs and models in bash",
    "  source <(hillock completion bash)"};
constexpr Texts bench_texts{
    "bench", "Measure a part of hillock on this machine; prints JSON",
    "  hillock bench --list\n"
    "  hillock bench step --set populations.cell.size=65536 --set simulation.duration='1 ms'\n"
    "  hillock bench recording"};

// What CLI11 fills: numbers stay words, because CLI11 would read 010 and 0x10 as numbers.
struct Raw {
  Arguments arguments;
  std::string threads, chunk, stack;
  std::optional<std::string> out;
};

CLI::App& command(CLI::App& app, const Texts& texts) {
  CLI::App& sub = *app.add_subcommand(texts.name, texts.summary);
  sub.group("Commands");
  sub.footer(std::string("Examples:\n") + texts.examples);
  return sub;
}

void add_word(CLI::App& sub, const char* name, std::string& where, const char* type, const char* doc) {
  sub.add_option(name, where, doc)->type_name(type);
}

// May be repeated on the command line.
void add_words(CLI::App& sub, const char* name, std::vector<std::string>& where, const char* type,
               const char* doc) {
  sub.add_option(name, where, doc)->type_name(type)->allow_extra_args(false);
}

void add_settings(CLI::App& sub, Raw& raw) {
  add_words(sub, "--set", raw.arguments.settings, "PATH=VALUE",
            "Replace a value of the config; may be repeated");
}

void add_json(CLI::App& sub, Raw& raw) { sub.add_flag("--json", raw.arguments.json, "Print JSON"); }

void add_path(CLI::App& sub, Raw& raw, const char* name, const char* doc, bool required = true) {
  sub.add_option(name, raw.arguments.path, doc)->type_name("")->required(required);
}

void add_kernels(CLI::App& sub, Raw& raw) {
  sub.add_option("--chunk", raw.chunk,
                 "Neurons the interpreter computes at a time, a multiple of 8; results do not depend on it")
      ->type_name("N");
  sub.add_option("--backend", raw.arguments.backend,
                 "auto, jit (native code written at the start) or interpreter; results do not depend on it")
      ->type_name("NAME");
  sub.add_option("--instructions", raw.arguments.instructions,
                 "auto, generic, avx2 or avx512; results do not depend on it")
      ->type_name("SET");
}

void add_run(CLI::App& app, Raw& raw) {
  CLI::App& run = command(app, run_texts);
  add_path(run, raw, "CONFIG", "The YAML file to simulate");
  add_settings(run, raw);
  run.add_option("--out", raw.out,
                 "Where to write (default results/NAME.h5, replaced when the run is complete)")
      ->type_name("FILE");
  run.add_flag("--force", raw.arguments.force, "Replace the file that --out names");
  run.add_option(
         "--threads", raw.threads,
         "Number of threads, or auto: as many as are fastest (default: simulation.threads of the config, or "
         "auto); results do not depend on it")
      ->type_name("N");
  run.add_flag("--profile", raw.arguments.profile,
               "Print where the time went, for each population; the file has it under /meta");
  run.add_flag("--quiet", raw.arguments.quiet,
               "Print nothing but warnings and errors, and what --profile asks for");
  add_kernels(run, raw);
}

void add_sweep(CLI::App& app, Raw& raw) {
  CLI::App& sweep = command(app, sweep_texts);
  add_path(sweep, raw, "CONFIG", "The YAML file with a section 'sweep'");
  add_settings(sweep, raw);
  add_words(sweep, "--only", raw.arguments.only, "AXIS=VALUE",
            "Only the points with this value of a parameter of the sweep; may be repeated");
  sweep
      .add_option("--out", raw.out,
                  "Where to write (default results/NAME.sweep.h5, replaced when the sweep is complete)")
      ->type_name("FILE");
  sweep.add_flag("--force", raw.arguments.force,
                 "Begin anew instead of going on with FILE.partial, and replace the file that --out names");
  sweep
      .add_option("--threads", raw.threads,
                  "Number of threads (default: as many as there are processors); results do not depend on it")
      ->type_name("N");
  sweep
      .add_option("--stack", raw.stack,
                  "Neurons of points that are put together, 1: none are; results do not depend on it")
      ->type_name("N");
  sweep.add_flag("--retry-failed", raw.arguments.retry_failed,
                 "Run the points anew that failed, and keep all others");
  sweep.add_flag("--quiet", raw.arguments.quiet, "Print nothing but warnings and errors");
  add_kernels(sweep, raw);
}

void add_features(CLI::App& app, Raw& raw) {
  CLI::App& features = command(app, features_texts);
  Arguments& arguments = raw.arguments;
  add_path(features, raw, "FILE", "An output file, complete or partial", false);
  add_words(features, "--population", arguments.populations, "NAME", "Only this population; may be repeated");
  add_word(features, "--neurons", arguments.neurons, "LIST", "Only these neurons: 0..9, or 0,5,7");
  add_words(features, "--feature", arguments.features, "NAME", "Only this feature; may be repeated");
  add_word(features, "--start", arguments.start, "TIME",
           "Start of the stimulus and of the statistics (default as the file says)");
  add_word(features, "--stop", arguments.stop, "TIME", "Their end");
  add_words(features, "--setting", arguments.feature_settings, "NAME=VALUE",
            "A setting of eFEL's, such as Threshold=-10; may be repeated");
  add_word(features, "--bin", arguments.bin, "TIME",
           "Width of the bins that spikes are counted in (default 5 ms)");
  features.add_flag("--csv", arguments.csv, "Print CSV: a row per neuron, means over its action potentials");
  features.add_flag("--json", arguments.json, "Print JSON: all values");
  features.add_flag("--list", arguments.list,
                    "List features, statistics and settings with units and definitions");
}

void add_plot(CLI::App& app, Raw& raw) {
  CLI::App& plot = command(app, plot_texts);
  Arguments& arguments = raw.arguments;
  add_path(plot, raw, "FILE", "An output file, complete or partial");
  add_word(plot, "--figure", arguments.figure, "NAME",
           "overview (default), trace, phase_plane, raster, isi_histogram, gates or fi");
  add_words(plot, "--population", arguments.populations, "NAME", "Only this population; may be repeated");
  add_words(plot, "--variable", arguments.variables, "NAME",
            "This variable (default V; gates: all without a unit); may be repeated. phase_plane: the first "
            "against the second; fi: over the mean of it instead of the currents of the config. Of a sweep: "
            "this measure");
  add_words(
      plot, "--axis", arguments.axes, "NAME",
      "Of a sweep: over this parameter; given twice, a map (default: over all, if they are one or two)");
  add_word(plot, "--neurons", arguments.neurons, "LIST", "Only these neurons: 0..9, or 0,5,7");
  add_word(plot, "--start", arguments.start, "TIME",
           "Where the figure begins (default 0 ms; fi: the stimulus)");
  add_word(plot, "--stop", arguments.stop, "TIME", "Where it ends");
  add_word(plot, "--width", arguments.width, "LENGTH",
           "Width on paper (default '180 mm' or '89 mm', as the figure needs)");
  add_word(plot, "--height", arguments.height, "LENGTH", "Height on paper (default as the figure needs)");
  plot.add_flag("--dark", arguments.dark, "Light on dark, for slides");
  plot.add_option("--out,-o", raw.out,
                  "Where to write, also -o (default: FILE with the ending .svg, replaced)")
      ->type_name("FIGURE");
  plot.add_flag("--force", arguments.force, "Replace the file that --out names");
}

void add_others(CLI::App& app, Raw& raw) {
  CLI::App& check = command(app, check_texts);
  add_path(check, raw, "CONFIG", "The YAML file to check");
  add_settings(check, raw);
  add_json(check, raw);
  CLI::App& models = command(app, models_texts);
  add_path(models, raw, "MODEL", "The name of a shipped model, or the path of a model file", false);
  add_json(models, raw);
  CLI::App& info = command(app, info_texts);
  add_path(info, raw, "FILE", "An output file, complete or partial");
  add_json(info, raw);
  add_features(app, raw);
  CLI::App& report = command(app, report_texts);
  add_path(report, raw, "FILE", "An output file, complete or partial");
  report.add_option("--out", raw.out, "Where to write (default: FILE with the ending .html, replaced)")
      ->type_name("PAGE");
  report.add_flag("--force", raw.arguments.force, "Replace the file that --out names");
  add_plot(app, raw);
  CLI::App& recover = command(app, recover_texts);
  add_path(recover, raw, "FILE.partial", "What the killed run left behind");
  recover.add_flag("--force", raw.arguments.force, "Replace the complete file of that name");
  command(app, schema_texts);
  CLI::App& reference = command(app, reference_texts);
  add_path(reference, raw, "FOLDER", "Where the pages go; it is made if need be");
  CLI::App& completion = command(app, completion_texts);
  add_path(completion, raw, "SHELL", "bash");
  CLI::App& bench = command(app, bench_texts);
  add_path(bench, raw, "NAME", "The benchmark to run", false);
  bench.add_flag("--list", raw.arguments.list, "List the benchmarks");
  bench.add_option("--config", raw.arguments.config, "The config to run instead of the benchmark's own")
      ->type_name("CONFIG");
  add_settings(bench, raw);
}

void build(CLI::App& app, Raw& raw) {
  app.name("hillock");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("hillock ") + version, "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  app.footer(
      "Examples:\n  hillock run configs/quickstart.yaml\n  hillock check configs/quickstart.yaml\n"
      "  hillock models\n\nhillock COMMAND --help says more about a command.");
  app.get_formatter()->column_width(30);
  app.get_formatter()->label("REQUIRED", "");
  app.get_formatter()->label("Positionals", "Arguments");
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  add_run(app, raw);
  add_sweep(app, raw);
  add_others(app, raw);
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> option_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
  }
  return words;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates,
                       const std::string& what) {
  const std::string near = base::did_you_mean(word, candidates);
  return near.empty() ? what + ": " + base::join(candidates, ", ") : near;
}

// What CLI11 could not place, in our words.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty())
    throw UserError("no command is given", "the commands are: " + base::join(names_of_commands(app), ", "));
  const CLI::App& sub = *chosen.front();
  const std::string help = "hillock " + sub.get_name() + " --help";
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> extra = app.remaining(true);
    const std::string word = extra.empty() ? std::string() : extra.front();
    const std::string name = word.substr(0, word.find('='));
    if (word.starts_with("-"))
      throw UserError("'" + name + "' is not an option of hillock " + sub.get_name(),
                      suggestion(name, option_words(sub), "its options are"));
    throw UserError("'" + word + "' is one argument too many for hillock " + sub.get_name(), "see " + help);
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    for (const CLI::Option* option : sub.get_options())
      if (option->get_required() && option->count() == 0)
        throw UserError("hillock " + sub.get_name() + " needs " + option->get_name(),
                        option->get_description() + "; see " + help);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    for (const CLI::Option* option : sub.get_options())
      if (std::string_view(error.what()).starts_with(option->get_name() + ":"))
        throw UserError(option->get_name() + " needs " + option->get_type_name(),
                        option->get_description() + "; see " + help);
  throw UserError(std::string(error.what()), "see " + help);
}

// The first word is a command, or an option of hillock itself.
void check_command(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2) return;
  const std::string word = argv[1];
  if (word.starts_with("-")) {
    const std::vector<std::string> words = option_words(app);
    if (std::find(words.begin(), words.end(), word) == words.end())
      throw UserError("'" + word + "' is not an option of hillock",
                      suggestion(word, words, "its options are"));
    return;
  }
  const std::vector<std::string> names = names_of_commands(app);
  if (std::find(names.begin(), names.end(), word) == names.end())
    throw UserError("'" + word + "' is not a command of hillock",
                    suggestion(word, names, "the commands are"));
}

int whole_number(const std::string& option, const std::string& word, int least, int most,
                 const std::string& or_else = "") {
  const auto value = base::parse_number(word);
  if (!value || *value < least || *value > most || *value != static_cast<int>(*value))
    throw UserError(option + " " + word + " is not a whole number from " + std::to_string(least) + " to " +
                        std::to_string(most),
                    "write for instance " + option + " " + std::to_string(std::max(least, 8)) + or_else);
  return static_cast<int>(*value);
}

void check_word(const std::string& option, const std::string& word, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) == known.end())
    throw UserError(option + " " + word + " is not known", "write one of: " + base::join(known, ", "));
}

Arguments checked(Raw raw) {
  Arguments& arguments = raw.arguments;
  if (raw.out && raw.out->empty())
    throw UserError("--out needs the name of a file", "write for instance --out results/run.h5");
  arguments.out = raw.out.value_or("");
  if (raw.threads == "auto")
    arguments.threads = 0;
  else if (!raw.threads.empty())
    arguments.threads = whole_number("--threads", raw.threads, 1, 4096, ", or --threads auto");
  if (!raw.stack.empty()) arguments.stack = whole_number("--stack", raw.stack, 1, 1 << 20);
  if (!raw.chunk.empty()) {
    arguments.chunk = whole_number("--chunk", raw.chunk, 8, 1 << 20);
    if (arguments.chunk % 8 != 0)
      throw UserError("--chunk " + raw.chunk + " is not a multiple of 8", "write for instance --chunk 256");
  }
  check_word("--instructions", arguments.instructions, {"auto", "generic", "avx2", "avx512"});
  check_word("--backend", arguments.backend, {"auto", "jit", "interpreter"});
  return std::move(arguments);
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv) {
  CLI::App app{program_summary};
  Raw raw;
  build(app, raw);
  check_command(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    raw.arguments.print = chosen.empty() ? app.help() : chosen.front()->help("hillock");
    return raw.arguments;
  } catch (const CLI::CallForVersion& text) {
    raw.arguments.print = std::string(text.what()) + "\n";
    return raw.arguments;
  } catch (const CLI::ParseError& error) {
    refuse(app, error);
  }
  raw.arguments.command = app.get_subcommands().front()->get_name();
  return checked(std::move(raw));
}

std::vector<CommandText> command_texts() {
  CLI::App app{program_summary};
  Raw raw;
  build(app, raw);
  std::vector<CommandText> texts;
  for (const CLI::App* sub : app.get_subcommands({})) {
    CommandText text{
        sub->get_name(), sub->get_description(), "hillock " + sub->get_name(), sub->get_footer(), {}};
    for (const CLI::Option* option : sub->get_options()) {
      OptionText found{option->get_name(), {}, option->get_description()};
      for (const std::string& name : option->get_lnames()) found.words.push_back("--" + name);
      if (!option->nonpositional()) {
        text.usage += option->get_required() ? " " + found.name : " [" + found.name + "]";
      } else if (!option->get_type_name().empty() && option->get_items_expected_max() > 0) {
        found.name = found.words.front() + " " + option->get_type_name();
      } else {
        found.name = found.words.front();
      }
      text.options.push_back(std::move(found));
    }
    if (text.options.size() > 1 && !text.options.back().words.empty()) text.usage += " [OPTIONS]";
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace hillock::cli
