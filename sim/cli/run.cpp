// `hillock run`: from a config to a file, with everything that may happen on the way.
#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <numeric>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "base/wall_time.hpp"
#include "cli/commands.hpp"
#include "cli/feature_text.hpp"
#include "cli/free_disk.hpp"
#include "cli/kernel_choice.hpp"
#include "cli/profile_text.hpp"
#include "cli/provenance.hpp"
#include "cli/signals.hpp"
#include "config/config.hpp"
#include "engine/edges.hpp"
#include "network/population.hpp"
#include "record/output_file.hpp"
#include "record/run_info.hpp"
#include "record/run_writer.hpp"

namespace hillock::cli {
namespace {

using base::Clock;
using base::seconds_since;
using engine::RunEnd;

std::string progress_text(const engine::Progress& progress, double dt) {
  const double done =
      static_cast<double>(progress.step) / static_cast<double>(std::max<std::int64_t>(progress.steps, 1));
  const double model_ms = static_cast<double>(progress.step) * dt;
  std::string text = fmt::format("{:3.0f} %  {:.0f} of {:.0f} ms", 100 * done, model_ms,
                                 static_cast<double>(progress.steps) * dt);
  if (progress.step > 0) {
    text += "  " + human_seconds(progress.wall_seconds * (1 - done) / done) + " left";
    text += "  real-time factor " + three_digits(1000 * progress.wall_seconds / model_ms);
  }
  return text;
}

// One run after everything was prepared.
class Run {
 public:
  Run(const Arguments& arguments, Console& console, SignalWatch& signals, const std::string& path,
      assemble::Prepared& prepared, double dt)
      : arguments_(arguments),
        console_(console),
        signals_(signals),
        path_(path),
        prepared_(prepared),
        dt_(dt) {}

  int execute(bool replace, Clock::time_point start) {
    start_ = start;
    signals_.save_first();  // before there is a file that a signal could leave empty
    record::RunWriter writer(path_, replace, prepared_.layout);
    numbers_["wall_build_s"] = seconds_since(start_);
    try {
      engine::hand_over_edges(prepared_.simulation->network(), prepared_.layout.edges, dt_, &signals_.stop(),
                              [&](engine::EdgeBlock block) { writer.write(std::move(block)); });
      return simulate(writer);
    } catch (const base::IoError& error) {
      if (!writer.hdf5_failed()) throw;
      console_.message("error: " + std::string(error.what()));
      _exit(error.exit_code());  // HDF5 must not tidy up after a failed write
    }
  }

 private:
  int simulate(record::RunWriter& writer) {
    engine::RunOptions options;
    options.stop = &signals_.stop();
    if (!arguments_.quiet && console_.shows_progress())
      options.progress = [this](const engine::Progress& progress) {
        console_.progress(progress_text(progress, dt_));
      };
    options.profile = arguments_.profile;
    const auto begin = Clock::now();
    assemble::AnalysingRecorder recorder(writer, prepared_.analysis);
    try {
      result_ = prepared_.simulation->run(recorder, options);
    } catch (const base::NumericsError& error) {
      result_.simulate_seconds = seconds_since(begin);
      result_.profile = prepared_.simulation->profile(result_.simulate_seconds);
      add_numbers();
      write_analysis(recorder.analysis(), writer);
      return fail(writer, error);
    }
    console_.progress({});
    add_numbers();
    write_analysis(recorder.analysis(), writer);
    writer.finish(result_.end, prepared_.simulation->time(),
                  result_.end == RunEnd::interrupted ? signal_name() : stopped_by(), numbers_);
    return end();
  }

  // What was measured of the part that ran goes into the file, and is kept for the report at the end.
  void write_analysis(const assemble::Analysis& analysis, record::RunWriter& writer) {
    const auto facts = analysis.facts(prepared_.simulation->time());
    for (std::size_t p = 0; p < facts.size(); ++p) {
      writer.write(assemble::table_of(analysis.plans()[p], facts[p]));
      analysis_text_ += analysis_table(facts[p], analysis.plans()[p].statistics);
    }
  }

  void add_numbers() {
    const double simulate_seconds = result_.simulate_seconds;
    const double model_seconds = prepared_.simulation->time() / 1000;
    numbers_["wall_simulate_s"] = simulate_seconds;
    numbers_["real_time_factor"] = model_seconds > 0 ? simulate_seconds / model_seconds : 0;
    numbers_["peak_rss_bytes"] = peak_memory_bytes();
    numbers_["threads"] = prepared_.simulation->threads();
    if (arguments_.profile) numbers_.merge(profile_numbers(result_.profile, populations()));
  }

  std::vector<std::string> populations() const {
    std::vector<std::string> names;
    for (const assemble::PopulationSummary& population : prepared_.populations)
      names.push_back(population.name);
    return names;
  }

  std::string profile_text() const {
    if (!arguments_.profile) return {};
    const double build = numbers_.at("wall_build_s");
    const double closing = seconds_since(start_) - build - result_.simulate_seconds;
    return profile_table(result_.profile, populations(), build, closing);
  }

  std::string signal_name() const { return signals_.signal() == SIGTERM ? "SIGTERM" : "SIGINT"; }

  // The condition that ended the run, if one did.
  std::string stopped_by() const {
    const std::optional<engine::Stopped> stopped = prepared_.simulation->stopped();
    return stopped ? stopped->by : "";
  }

  std::string stopped_text() const {
    const std::string by = stopped_by();
    if (by.empty()) return "";
    const base::TimeGrid& grid = prepared_.simulation->grid();
    return fmt::format("  stop_when ended it at {} of {}: {}\n", human_time(prepared_.simulation->time()),
                       human_time(grid.time(grid.steps)), by);
  }

  // A state that is not finite: the trace up to there is kept.
  int fail(record::RunWriter& writer, const base::NumericsError& error) {
    const double time = prepared_.simulation->time();
    writer.finish(RunEnd::failed, time, error.what(), numbers_);
    console_.message(fmt::format("error: {}\n  what was recorded up to {} is in {}.partial", error.what(),
                                 human_time(time), base::printable(path_)));
    console_.out(profile_text());
    return error.exit_code();
  }

  int end() {
    const std::int64_t spikes =
        std::accumulate(result_.spike_counts.begin(), result_.spike_counts.end(), std::int64_t{0});
    const std::string time = human_time(prepared_.simulation->time());
    if (result_.end == RunEnd::interrupted) {
      console_.message(fmt::format("interrupted at {} ({}): what was recorded up to there is in {}.partial",
                                   time, signal_name(), base::printable(path_)));
      console_.out(profile_text());
      return 128 + signals_.signal();
    }
    if (!arguments_.quiet)
      console_.out(fmt::format("{}: {}, {} in {} (real-time factor {})\n", base::printable(path_),
                               counted(spikes, "spike"), time, human_seconds(numbers_["wall_simulate_s"]),
                               three_digits(numbers_["real_time_factor"])) +
                   stopped_text() + analysis_text_);
    console_.out(profile_text());
    return 0;
  }

  const Arguments& arguments_;
  Console& console_;
  SignalWatch& signals_;
  const std::string& path_;
  assemble::Prepared& prepared_;
  double dt_;  // ms
  Clock::time_point start_{};
  engine::RunResult result_;
  std::map<std::string, double> numbers_;
  std::string analysis_text_;
};

// Who asks for more threads than there are blocks of neurons gets fewer.
void say_fewer_threads(int asked, int taken, Console& console) {
  if (asked > taken)
    console.message(fmt::format("note: {} run, not {}: threads share the neurons in blocks of {}",
                                counted(taken, "thread"), asked, network::range_block));
}

// What a run that did not end has left of the time it recorded is replaced only where that was asked for, or
// where the name is hillock's own choice, and then not without a word.
void check_left_behind(const std::string& path, bool explicit_out, const Arguments& arguments,
                       Console& console) {
  const std::string partial = path + ".partial";
  if (arguments.force || !std::filesystem::exists(partial)) return;
  double until = 0;  // ms
  try {
    until = record::read_info(partial).recorded_until;
  } catch (const base::IoError&) {  // nothing in it can be read
  }
  if (until <= 0) return;
  const std::string left = fmt::format("{} holds {} of a run that did not end", partial, human_time(until));
  if (explicit_out)
    throw base::IoError(left + "; hillock recover " + partial + " keeps them, --force replaces them");
  console.message("note: " + left + "; it is replaced");
}

}  // namespace

int run(const Arguments& arguments, Console& console) {
  const auto start = Clock::now();
  SignalWatch signals;
  const auto experiment = config::load(arguments.path, {arguments.settings, config::default_model_folders()});
  if (arguments.threads) experiment->simulation.threads = *arguments.threads;
  const bool explicit_out = !arguments.out.empty();
  const std::string path = explicit_out ? arguments.out : "results/" + experiment->name + ".h5";
  std::error_code none;
  if (std::filesystem::equivalent(path, arguments.path, none))
    throw base::UserError("--out " + path + " is the config itself",
                          "write for instance --out results/" + experiment->name + ".h5");
  record::check_output(path, explicit_out, arguments.force);
  check_left_behind(path, explicit_out, arguments, console);

  assemble::Options options{kernel_options(arguments)};
  say_why_interpreted(arguments, options.kernels, console);
  assemble::Prepared prepared = assemble::prepare(*experiment, options);
  for (const std::string& note : experiment->notes) console.message("note: " + note);
  for (const base::Diagnostic& warning : experiment->warnings) console.warning(warning);
  for (const base::Diagnostic& warning : prepared.warnings) console.warning(warning);
  say_fewer_threads(experiment->simulation.threads, prepared.simulation->threads(), console);
  check_free_disk(path, prepared.estimate.file_bytes);
  add_facts(prepared.layout.facts, *experiment, prepared, options.kernels);
  return Run(arguments, console, signals, path, prepared, experiment->simulation.dt)
      .execute(!explicit_out || arguments.force, start);
}

}  // namespace hillock::cli
