// `hillock sweep`: all points of a config's sweep, into one table; goes on where it was left.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "base/wall_time.hpp"
#include "cli/commands.hpp"
#include "cli/kernel_choice.hpp"
#include "cli/provenance.hpp"
#include "cli/signals.hpp"
#include "cli/version.hpp"
#include "config/config.hpp"
#include "config/sweep_section.hpp"
#include "record/output_file.hpp"
#include "record/sweep_file.hpp"
#include "sweep/run_points.hpp"

namespace hillock::cli {
namespace {

namespace fs = std::filesystem;

config::Template read_template(const Arguments& arguments) {
  std::error_code problem;
  const std::string folder = fs::absolute(arguments.path, problem).parent_path().string();
  return config::Template(config::read_text(arguments.path), arguments.path, folder,
                          {arguments.settings, config::default_model_folders(), {}, true});
}

// "amplitude=5 pA": the number of the column, and what its value must be.
void keep_only(const std::string& only, sweep::Points& points) {
  const std::size_t equals = only.find('=');
  if (equals == std::string::npos)
    throw base::UserError("--only " + base::quoted(only) + " has no '='", "write --only 'AXIS=VALUE'");
  const std::string name = only.substr(0, equals),
                    value(base::trim(std::string_view(only).substr(equals + 1)));
  const auto column = std::ranges::find(points.columns, name, &sweep::Column::name);
  if (column == points.columns.end()) {
    std::vector<std::string> names;
    for (const sweep::Column& one : points.columns) names.push_back(one.name);
    const std::string guess = base::did_you_mean(name, names);
    throw base::UserError("--only: the sweep has no parameter " + base::quoted(name),
                          guess.empty() ? base::listed("it has", names) : guess);
  }
  const auto index = static_cast<std::size_t>(column - points.columns.begin());
  std::optional<double> number;
  if (column->numeric) {
    std::string problem;
    const auto quantity = base::parse_quantity(value, &problem);
    if (!quantity) throw base::UserError("--only " + name + ": " + problem);
    if (quantity->dimension != column->dimension)
      throw base::UserError("--only " + name + " needs " + column->dimension.describe() + ", got " +
                            quantity->dimension.describe());
    number = quantity->value;
  }
  std::erase_if(points.points, [&](const sweep::Point& point) {
    const sweep::Label& label = point.labels[index];
    return number ? !(std::abs(label.number - *number) <= 1e-9 * std::abs(*number)) : label.word != value;
  });
  points.grid.clear();
  if (points.points.empty())
    throw base::UserError("--only " + base::quoted(only) + " leaves no point",
                          "take one of the values of the sweep");
}

std::string progress_text(const sweep::Progress& progress, std::int64_t before) {
  const double done = static_cast<double>(progress.done - before),
               left = static_cast<double>(progress.points - progress.done);
  std::string text =
      fmt::format("{:3.0f} %  {} of {} points",
                  100 * static_cast<double>(progress.done) / static_cast<double>(progress.points),
                  progress.done, progress.points);
  if (progress.failed > 0) text += fmt::format(", {} failed", progress.failed);
  if (done > 0)
    text += "  " + human_seconds(progress.wall_seconds * left / done) + " left  " +
            three_digits(done / std::max(progress.wall_seconds, 1e-9)) + " points/s";
  return text;
}

// The points that failed, by reason.
std::string failures_text(const std::string& path) {
  constexpr std::size_t most_reasons = 10, most_points = 5;
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> reasons;
  for (const record::SweepFailure& failure : record::read_failures(path)) {
    const auto known = std::ranges::find(reasons, failure.reason, &decltype(reasons)::value_type::first);
    if (known == reasons.end())
      reasons.push_back({failure.reason, {failure.run}});
    else
      known->second.push_back(failure.run);
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(most_reasons, reasons.size()); ++i) {
    const auto& [reason, runs] = reasons[i];
    std::vector<std::string> numbers;
    for (std::size_t k = 0; k < std::min(most_points, runs.size()); ++k)
      numbers.push_back(std::to_string(runs[k]));
    const std::string more =
        runs.size() > most_points ? fmt::format(" and {} more", runs.size() - most_points) : "";
    text += fmt::format("  {} {}{}: {}\n", runs.size() == 1 ? "point" : "points", base::join(numbers, ", "),
                        more, reason);
  }
  if (reasons.size() > most_reasons)
    text += fmt::format("  and points that failed for {} other reasons; /failures in the file has all\n",
                        reasons.size() - most_reasons);
  return text;
}

class Sweep {
 public:
  Sweep(const Arguments& arguments, Console& console)
      : arguments_(arguments), console_(console), config_(read_template(arguments)) {
    if (config_.sweep() == nullptr && config_.search() == nullptr)
      throw base::UserError(arguments.path + " has no section 'sweep' or 'search'",
                            "hillock run runs it; docs/sweeps.md shows what a sweep looks like");
    base::Diagnostics unheard;  // the template has reported them
    const config::Variables variables = config::read_variables(config_.vars(), unheard);
    const std::uint64_t seed = config_.experiment().simulation.seeds.front();
    if (config_.sweep() != nullptr)
      task_.sweep = config::read_sweep(*config_.sweep(), config_.vars(), config_.experiment().simulation);
    if (config_.search() != nullptr) task_.search = config::read_search(*config_.search(), config_.vars());
    points_ = sweep::all_points(task_.sweep, variables, seed, sweep::taken_names(config_, task_));
    sweep::check_paths(config_, points_, task_.sweep.after);
    if (task_.search) config_.variant(std::vector{task_.search->at(task_.search->to)}, task_.sweep.after);
    for (const std::string& only : arguments.only) keep_only(only, points_);
    layout_ = sweep::layout_of(config_, task_, points_);
    add_facts();
  }

  int run() {
    const auto begin = base::Clock::now();
    const bool explicit_out = !arguments_.out.empty();
    path_ = explicit_out ? arguments_.out : "results/" + config_.experiment().name + ".sweep.h5";
    record::check_output(path_, explicit_out, arguments_.force);
    sweep::RunOptions options;
    options.kernels = kernel_options(arguments_);
    say_why_interpreted(arguments_, options.kernels, console_);
    for (const base::Diagnostic& warning : config_.experiment().warnings) console_.warning(warning);
    const bool left = !arguments_.force && record::is_sweep(path_ + ".partial");
    SignalWatch signals;
    record::SweepFile file(path_, left ? record::SweepFile::Start::resume : record::SweepFile::Start::anew,
                           !explicit_out || arguments_.force, layout_);
    signals.save_first();
    before_ = file.next();
    if (left && !arguments_.quiet)
      console_.message(fmt::format("note: {}.partial holds {} of {} points; the others are run", path_,
                                   before_, layout_.points()));
    options.threads = arguments_.threads.value_or(0);
    if (arguments_.stack > 0) options.most_stacked = arguments_.stack;
    options.stop = &signals.stop();
    if (!arguments_.quiet && console_.shows_progress())
      options.progress = [this](const sweep::Progress& progress) {
        console_.progress(progress_text(progress, before_));
      };
    try {
      const bool complete = sweep::run_points(config_, task_, points_, layout_, file, options);
      console_.progress({});
      const double seconds = base::seconds_since(begin);
      const std::int64_t done = file.next(), failures = file.failures();
      file.finish(complete ? "complete" : "interrupted",
                  {{"wall_simulate_s", seconds}, {"peak_rss_bytes", peak_memory_bytes()}});
      return complete ? end(done, failures, seconds) : interrupted(done, signals.signal());
    } catch (const base::IoError& error) {
      if (!file.broken()) throw;
      console_.message("error: " + std::string(error.what()));
      _exit(error.exit_code());  // HDF5 must not tidy up after a failed write
    }
  }

 private:
  void add_facts() {
    engine::RunFacts& facts = layout_.facts;
    facts.texts["config"] = config_.experiment().text;
    facts.texts["models"] = model_sources(config_.experiment());
    facts.words["hillock_version"] = version;
    facts.words["cpu"] = cpu_name();
    facts.seed = config_.experiment().simulation.seeds.front();
    facts.duration = config_.experiment().simulation.duration;
    facts.dt = config_.experiment().simulation.dt;
  }

  int end(std::int64_t done, std::int64_t failures, double seconds) {
    if (failures > 0)
      console_.message(
          fmt::format("error: {} of {} points failed:\n{}", failures, done, failures_text(path_)));
    if (!arguments_.quiet)
      console_.out(fmt::format("{}: {} in {}{}\n", base::printable(path_), counted(done, "point"),
                               human_seconds(seconds),
                               before_ > 0 ? fmt::format(", {} of them before", before_) : ""));
    return failures > 0 ? 4 : 0;
  }

  int interrupted(std::int64_t done, int signal) {
    console_.message(
        fmt::format("interrupted after {} of {} points: they are in {}.partial; the same command "
                    "goes on with the others",
                    done, layout_.points(), base::printable(path_)));
    return 128 + signal;
  }

  const Arguments& arguments_;
  Console& console_;
  config::Template config_;
  sweep::Task task_;
  sweep::Points points_;
  record::SweepLayout layout_;
  std::string path_;
  std::int64_t before_ = 0;
};

}  // namespace

int sweep(const Arguments& arguments, Console& console) { return Sweep(arguments, console).run(); }

}  // namespace hillock::cli
