// `hillock bench`: how long a step, a start and a recording take here; JSON, for scripts/bench.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "assemble/assemble.hpp"
#include "base/wall_time.hpp"
#include "cli/bench_guard.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/provenance.hpp"
#include "config/config.hpp"
#include "record/output_file.hpp"
#include "record/run_writer.hpp"

extern char** environ;

namespace hillock::cli {
namespace {

using base::Clock;
using base::seconds_since;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

class NoRecorder : public engine::Recorder {
 public:
  void write(engine::FrameBlock) override {}
  void write(engine::SpikeBlock) override {}
  void write(engine::SnippetBlock) override {}
  void advance(double) override {}
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}
};

std::unique_ptr<model::Experiment> load(const std::string& path, bool recording) {
  auto experiment = config::load(path, {{}, config::default_model_folders()});
  if (!recording) experiment->record.clear();
  experiment->simulation.threads = 1;  // two would halve the time of a step where a processor is free
  return experiment;
}

// Seconds of the step loop, writing nothing.
double simulate_only(const model::Experiment& experiment, const program::KernelOptions& kernels = {}) {
  assemble::Prepared prepared = assemble::prepare(experiment, {kernels});
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

// One step of one neuron by each back end, in turn: the whole loop without recording, the fastest of five
// runs.
Json bench_step(const std::string& config) {
  const auto experiment = load(config, false);
  std::int64_t neurons = 0;
  for (const model::PopulationSpec& population : experiment->populations) neurons += population.size;
  const double steps = static_cast<double>(std::max<std::int64_t>(experiment->simulation.steps, 1));
  program::KernelOptions interpreter, native;
  interpreter.backend = program::Backend::interpreter;
  std::array<double, 2> best{1e300, 1e300};
  for (int k = 0; k < 5; ++k) {
    best[0] = std::min(best[0], simulate_only(*experiment, interpreter));
    if (native.backend == program::Backend::jit)
      best[1] = std::min(best[1], simulate_only(*experiment, native));
  }
  Json json;
  json["neurons"] = neurons;
  json["steps"] = experiment->simulation.steps;
  json["interpreter_ns_per_cell_step"] = 1e9 * best[0] / (static_cast<double>(neurons) * steps);
  if (native.backend == program::Backend::jit)
    json["jit_ns_per_cell_step"] = 1e9 * best[1] / (static_cast<double>(neurons) * steps);
  return json;
}

// Recording against not recording and against writing the same bytes, in turn, five times.
Json bench_recording(const std::string& config) {
  const auto silent = load(config, false), recording = load(config, true);
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
Json bench_startup(const std::string& config) {
  const std::string path = scratch_file(".h5");
  std::vector<double> seconds;
  for (int k = 0; k < 20; ++k) {
    std::array<std::string, 7> words{"hillock", "run", config, "--out", path, "--force", "--quiet"};
    std::array<char*, 8> arguments{};
    for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
    const auto start = Clock::now();
    pid_t child = 0;
    int status = 0;
    if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments.data(), environ) != 0 ||
        waitpid(child, &status, 0) != child || status != 0)
      throw base::IoError("hillock run " + config + " did not succeed");
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
  Json (*measure)(const std::string& config);
};

constexpr std::array benchmarks{
    Benchmark{"step", "ns per step of one neuron", "tests/benchmark/squid_512.yaml", bench_step},
    Benchmark{"recording", "10 million samples: seconds that recording adds, and of writing the same bytes",
              "tests/benchmark/record_ten_million.yaml", bench_recording},
    Benchmark{"guard", "the step of a neuron, with its look for values that are not finite and without",
              "tests/benchmark/squid_512.yaml",
              [](const std::string& config) { return bench_guard(*load(config, false)); }},
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
  const std::string config = arguments.config.empty() ? found->config : arguments.config;
  Json json;
  json["benchmark"] = found->name;
  json["config"] = config;
  json["cpu"] = cpu_name();
  json["instructions"] = std::string(program::name(program::best_instruction_set()));
  json["result"] = found->measure(config);
  console.out(json.text() + "\n");
  return 0;
}

}  // namespace hillock::cli
