// `hillock bench`: how long a step, a start and a recording take here; JSON, for scripts/bench.
#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "assemble/assemble.hpp"
#include "base/wall_time.hpp"
#include "cli/bench_guard.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/median.hpp"
#include "cli/provenance.hpp"
#include "config/config.hpp"
#include "record/output_file.hpp"
#include "record/run_writer.hpp"

extern char** environ;

namespace hillock::cli {
namespace {

using base::Clock;
using base::seconds_since;

class NoRecorder : public engine::Recorder {
 public:
  void write(engine::FrameBlock) override {}
  void write(engine::SpikeBlock) override {}
  void write(engine::SnippetBlock) override {}
  void write(engine::WeightColumns) override {}
  void write(engine::WeightBlock) override {}
  void advance(double) override {}
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}
};

// A config, and what replaces values in it (--set).
struct Case {
  std::string config;
  std::vector<std::string> settings;
};

std::unique_ptr<model::Experiment> load(const Case& one, bool recording) {
  auto experiment = config::load(one.config, {one.settings, config::default_model_folders()});
  if (!recording) {
    experiment->record.clear();
    experiment->connection_record.clear();
  }
  experiment->simulation.threads = 1;  // two would halve the time of a step where a processor is free
  return experiment;
}

// Seconds of the step loop, writing nothing.
double simulate_only(const model::Experiment& experiment) {
  assemble::Prepared prepared = assemble::prepare(experiment);
  NoRecorder recorder;
  return prepared.simulation->run(recorder).simulate_seconds;
}

// Seconds from the first step to the file's final name, the file on the disk.
double simulate_and_record(const model::Experiment& experiment, const std::string& path) {
  assemble::Prepared prepared = assemble::prepare(experiment);
  add_facts(prepared.layout.facts, experiment, prepared, {});
  const auto start = Clock::now();
  record::RunWriter writer(path, true, prepared.layout);
  const engine::RunResult result = prepared.simulation->run(writer);
  writer.finish(result.end, prepared.simulation->time(), "", {});
  return seconds_since(start);
}

// Seconds that writing and fsyncing this many bytes takes in the same folder.
double write_bytes(const std::string& path, std::int64_t bytes) {
  const std::vector<char> block(std::size_t{1} << 20, 'x');
  const auto start = Clock::now();
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool fine = file >= 0;
  for (std::int64_t left = bytes; fine && left > 0;) {
    const ssize_t written = ::write(
        file, block.data(),
        static_cast<std::size_t>(std::min<std::int64_t>(left, static_cast<std::int64_t>(block.size()))));
    fine = written > 0;
    left -= written;
  }
  fine = fine && fsync(file) == 0;
  if (file >= 0) close(file);
  if (!fine) throw base::IoError(path + ": the bytes for comparison cannot be written");
  return seconds_since(start);
}

std::string scratch_file(const char* ending) { return fmt::format(".hillock-bench-{}{}", getpid(), ending); }

// ns of one step of one neuron: the loop without recording, in the fastest twentieth of the run. A short
// piece finds a moment that other processes leave alone.
double fastest_piece(const model::Experiment& experiment, std::int64_t neurons,
                     const program::KernelOptions& kernels) {
  constexpr std::int64_t pieces = 20;
  const std::int64_t steps = experiment.simulation.steps;
  assemble::Prepared prepared = assemble::prepare(experiment, {kernels});
  NoRecorder recorder;
  double best = std::numeric_limits<double>::infinity();
  for (std::int64_t piece = 0; piece < pieces; ++piece) {
    const std::int64_t begin = steps * piece / pieces, end = steps * (piece + 1) / pieces;
    const double seconds = prepared.simulation->run_until(end, recorder).simulate_seconds;
    const double cell_steps = static_cast<double>(neurons) * static_cast<double>(end - begin);
    if (cell_steps > 0) best = std::min(best, 1e9 * seconds / cell_steps);
  }
  return best;
}

// One step of one neuron by each back end.
Json bench_step(const Case& one) {
  const auto experiment = load(one, false);
  std::int64_t neurons = 0;
  for (const model::PopulationSpec& population : experiment->populations) neurons += population.size;
  program::KernelOptions interpreter, native;
  interpreter.backend = program::Backend::interpreter;
  Json json;
  json["neurons"] = neurons;
  json["steps"] = experiment->simulation.steps;
  json["interpreter_ns_per_cell_step"] = fastest_piece(*experiment, neurons, interpreter);
  if (native.backend == program::Backend::jit)
    json["jit_ns_per_cell_step"] = fastest_piece(*experiment, neurons, native);
  return json;
}

// Recording against not recording and against writing the same bytes, in turn, five times.
Json bench_recording(const Case& one) {
  const auto silent = load(one, false), recording = load(one, true);
  const std::string path = scratch_file(".h5"), raw = scratch_file(".raw");
  std::vector<double> without, with, added, writing, ratios;
  std::int64_t bytes = 0;
  for (int k = 0; k < 5; ++k) {
    without.push_back(simulate_only(*silent));
    with.push_back(simulate_and_record(*recording, path));
    struct stat found {};
    if (stat(path.c_str(), &found) == 0) bytes = found.st_size;
    writing.push_back(write_bytes(raw, bytes));
    added.push_back(with.back() - without.back());
    ratios.push_back(added.back() / writing.back());
    unlink(path.c_str());
    unlink(raw.c_str());
  }
  Json json;
  json["bytes"] = bytes;
  json["seconds_without_recording"] = median(without);
  json["seconds_with_recording"] = median(with);
  json["seconds_added"] = median(added);
  json["seconds_of_fsynced_write"] = median(writing);
  json["added_over_write"] = median(ratios);
  return json;
}

// `hillock run CONFIG` from start to exit, as a process of its own, twenty times.
Json bench_startup(const Case& one) {
  const std::string path = scratch_file(".h5");
  std::vector<std::string> words{"hillock", "run", one.config, "--out", path, "--force", "--quiet"};
  for (const std::string& setting : one.settings) words.insert(words.end(), {"--set", setting});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<double> seconds;
  for (int k = 0; k < 20; ++k) {
    const auto start = Clock::now();
    pid_t child = 0;
    int status = 0;
    if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0)
      throw base::IoError("hillock run " + one.config + " did not succeed");
    seconds.push_back(seconds_since(start));
  }
  unlink(path.c_str());
  Json json;
  json["runs"] = static_cast<std::int64_t>(seconds.size());
  json["seconds_median"] = median(seconds);
  json["seconds_slowest"] = *std::max_element(seconds.begin(), seconds.end());
  return json;
}

struct Benchmark {
  const char *name, *summary, *config;
  Json (*measure)(const Case& one);
};

constexpr std::array benchmarks{
    Benchmark{"step", "ns per step of one neuron", "tests/benchmark/step_squid.yaml", bench_step},
    Benchmark{"recording", "10 million samples: seconds that recording adds, and of writing the same bytes",
              "tests/benchmark/record_ten_million.yaml", bench_recording},
    Benchmark{"guard", "the steps of a run, with the look for values that are not finite and without",
              "tests/benchmark/step_squid.yaml",
              [](const Case& one) { return bench_guard(*load(one, false)); }},
    Benchmark{"startup", "seconds of hillock run from start to exit", "configs/quickstart.yaml",
              bench_startup},
};

}  // namespace

int bench(const Arguments& arguments, Console& console) {
  std::vector<std::string> names;
  for (const Benchmark& one : benchmarks) {
    if (arguments.list) console.out(fmt::format("{:12}{} ({})\n", one.name, one.summary, one.config));
    names.push_back(one.name);
  }
  if (arguments.list) return 0;
  const auto found = std::find_if(benchmarks.begin(), benchmarks.end(),
                                  [&](const Benchmark& one) { return one.name == arguments.path; });
  if (found == benchmarks.end()) {
    const std::string near = base::did_you_mean(arguments.path, names);
    throw base::UserError(
        arguments.path.empty() ? "hillock bench needs a NAME" : "'" + arguments.path + "' is not a benchmark",
        near.empty() ? "see hillock bench --list" : near);
  }
  if (arguments.config.empty() && !std::filesystem::exists(found->config))
    throw base::UserError(fmt::format("{}, the config of '{}', is not here", found->config, found->name),
                          "name a config with --config, or call it in the folder of hillock's source");
  const Case one{arguments.config.empty() ? found->config : arguments.config, arguments.settings};
  Json json;
  json["benchmark"] = found->name;
  json["config"] = one.config;
  json["cpu"] = cpu_name();
  json["instructions"] = std::string(program::name(program::best_instruction_set()));
  json["result"] = found->measure(one);
  console.out(json.text() + "\n");
  return 0;
}

}  // namespace hillock::cli
