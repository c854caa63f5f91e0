// `hillock sweep`: all points of a config's sweep, into one table; goes on where it was left.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "base/wall_time.hpp"
#include "cli/commands.hpp"
#include "cli/kernel_choice.hpp"
#include "cli/provenance.hpp"
#include "cli/signals.hpp"
#include "cli/sweep_plan.hpp"
#include "record/output_file.hpp"
#include "sweep/run_points.hpp"

namespace hillock::cli {
namespace {

using Start = record::SweepFile::Start;

std::string progress_text(const sweep::Progress& progress, std::int64_t before) {
  const double done = static_cast<double>(progress.done - before),
               left = static_cast<double>(progress.points - progress.done);
  std::string text =
      fmt::format("{:3.0f} %  {} of {} points",
                  100 * static_cast<double>(progress.done) / static_cast<double>(progress.points),
                  progress.done, progress.points);
  if (progress.runs > 0) text += fmt::format(", {} runs, lowest error {:.3g}", progress.runs, progress.error);
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  if (done > 0)
    text += "  " + human_seconds(progress.wall_seconds * left / done) + " left  " +
            three_digits(done / std::max(progress.wall_seconds, 1e-9)) + " points/s";
  return text;
}

// What a part of the points has in its name, beside that of all of them: ".tau_m=10ms".
std::string only_text(const std::vector<std::string>& only) {
  std::string text;
  for (std::string one : only) {
    std::erase(one, ' ');
    std::ranges::replace(one, '/', '_');
    text += "." + one;
  }
  return text;
}

class Sweep {
 public:
  Sweep(const Arguments& arguments, Console& console)
      : arguments_(arguments), console_(console), config_(read_template(arguments)) {
    if (!config_.sweep())
      throw base::UserError(arguments.path + " has no section 'sweep' or 'search'",
                            "hillock run runs it; docs/sweeps.md shows what a sweep looks like");
    if (arguments.force && arguments.retry_failed)
      throw base::UserError("--force begins anew, --retry-failed keeps what is done",
                            "leave one of them out");
    plan_ = plan_sweep(config_, arguments.only);
    explicit_out_ = !arguments.out.empty();
    path_ = explicit_out_ ? arguments.out
                          : "results/" + config_.experiment().name + only_text(arguments.only) + ".sweep.h5";
    partial_ = path_ + ".partial";
    options_.kernels = kernel_options(arguments);
    options_.threads = arguments.threads.value_or(0);
    if (arguments.stack > 0) options_.most_stacked = arguments.stack;
  }

  // A retry takes what is done from the complete file and runs the other points into a new one, which takes
  // its place at the end: so what is not complete is completed first.
  int run() {
    const bool left = !arguments_.force && record::is_sweep(partial_);
    const bool retried = left && record::is_retry(partial_);
    const bool retries = arguments_.retry_failed || retried;
    const bool completes_first = retries && left && !retried;
    record::check_output(path_, explicit_out_, arguments_.force || (retries && !completes_first));
    say_why_interpreted(arguments_, options_.kernels, console_);
    for (const base::Diagnostic& warning : plan_.warnings) console_.warning(warning);
    if (!config_.experiment().connection_record.empty())
      console_.message(
          "note: a sweep keeps nothing of connections; hillock run records their edges and weights");
    if (completes_first) {
      const Pass first = pass(Start::resume, false);
      if (!first.complete) return interrupted(first);
    }
    if (!retries && !left && is_there()) return already();
    if (!retries) return ended(pass(left ? Start::resume : Start::anew, false));
    if (!record::is_sweep(path_) && retried)
      throw base::UserError(partial_ + " is of a retry, and what it takes over, " + path_ + ", is not there",
                            "move it back, or begin anew with --force");
    if (!record::is_sweep(path_))
      throw base::UserError(path_ + " is no sweep of which points could have failed",
                            "hillock sweep without --retry-failed runs all points");
    if (!retried && record::read_failures(path_).empty()) {
      if (!arguments_.quiet) console_.out(base::printable(path_) + ": no point has failed\n");
      return 0;
    }
    return ended(pass(retried ? Start::resume : Start::anew, true));
  }

 private:
  struct Pass {
    bool complete = false;
    std::int64_t done = 0, before = 0;  // points in the file at the end, and without those that were run
    double seconds = 0;
    int signal = 0;
  };

  // Whether the file of hillock's own choice holds all points of this very sweep.
  bool is_there() const {
    if (explicit_out_ || arguments_.force || !record::is_sweep(path_)) return false;
    try {
      return record::SweepSource(path_, plan_.layout).complete();
    } catch (const base::IoError&) {
      return false;  // of another config, or damaged: it is replaced
    }
  }

  int already() {
    const auto failures = record::read_failures(path_);
    if (!arguments_.quiet)
      console_.out(fmt::format("{}: all {} are there{}; --force runs them anew\n", base::printable(path_),
                               counted(plan_.layout.points(), "point"),
                               failures.empty() ? "" : fmt::format(", {} of them failed", failures.size())));
    return failures.empty() ? 0 : 4;
  }

  Pass pass(Start start, bool retry) {
    const auto begin = base::Clock::now();
    SignalWatch signals;
    signals.save_first();
    std::unique_ptr<record::SweepSource> source;
    if (retry) source = std::make_unique<record::SweepSource>(path_, plan_.layout);
    record::SweepFile file(path_, start, !explicit_out_ || arguments_.force || retry, plan_.layout,
                           std::move(source));
    Pass pass;
    pass.before = plan_.layout.points() - file.to_run();
    if ((retry || start == Start::resume) && !arguments_.quiet)
      console_.message(fmt::format("note: {} holds {} of {} points; the others are run",
                                   base::printable(start == Start::anew ? path_ : partial_), pass.before,
                                   plan_.layout.points()));
    options_.stop = &signals.stop();
    if (!arguments_.quiet && console_.shows_progress())
      options_.progress = [this, first = file.next()](const sweep::Progress& progress) {
        console_.progress(progress_text(progress, first));
      };
    try {
      pass.complete =
          sweep::run_points(config_, *config_.sweep(), plan_.points, plan_.layout, file, options_);
      console_.progress({});
      pass.seconds = base::seconds_since(begin);
      pass.done = file.next();
      pass.signal = signals.signal();
      file.finish(pass.complete ? "complete" : "interrupted",
                  {{"wall_simulate_s", pass.seconds}, {"peak_rss_bytes", peak_memory_bytes()}});
      return pass;
    } catch (const base::IoError& error) {
      if (!file.broken()) throw;
      console_.message("error: " + std::string(error.what()));
      _exit(error.exit_code());  // HDF5 must not tidy up after a failed write
    }
  }

  int ended(const Pass& pass) {
    if (!pass.complete) return interrupted(pass);
    const auto failures = record::read_failures(path_);
    if (!failures.empty())
      console_.message(fmt::format("error: {} of {} points failed:\n{}", failures.size(), pass.done,
                                   failures_text(failures)));
    if (!arguments_.quiet)
      console_.out(fmt::format("{}: {} in {}{}\n", base::printable(path_), counted(pass.done, "point"),
                               human_seconds(pass.seconds),
                               pass.before > 0 ? fmt::format(", {} of them before", pass.before) : ""));
    return failures.empty() ? 0 : 4;
  }

  int interrupted(const Pass& pass) {
    console_.message(
        fmt::format("interrupted after {} of {} points: they are in {}; the same command "
                    "goes on with the others",
                    pass.done, plan_.layout.points(), base::printable(partial_)));
    return 128 + pass.signal;
  }

  const Arguments& arguments_;
  Console& console_;
  config::Template config_;
  SweepPlan plan_;
  sweep::RunOptions options_;
  bool explicit_out_ = false;
  std::string path_, partial_;
};

}  // namespace

int sweep(const Arguments& arguments, Console& console) { return Sweep(arguments, console).run(); }

}  // namespace hillock::cli
