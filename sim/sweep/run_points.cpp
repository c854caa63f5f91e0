// Workers take windows of points; each window is put into stacks, and the results are stored in order.
#include "sweep/run_points.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "base/wall_time.hpp"
#include "parallel/team.hpp"
#include "sweep/collect.hpp"
#include "sweep/fit.hpp"
#include "sweep/worker.hpp"

namespace hillock::sweep {

namespace {

using record::PointResult;

// What all workers share: which window is next, and the results that wait for those before them.
//
// What precedes what: everything is guarded by `mutex_`; a worker takes a window, runs it without the lock
// and puts its results; the storing thread takes whatever follows what it has stored. A worker that is too
// far ahead of it waits, so that memory is bounded.
class Board {
 public:
  Board(std::int64_t first, std::int64_t points, std::int64_t width, std::int64_t ahead)
      : points_(points), width_(width), ahead_(ahead), begun_(first), stored_(first) {}

  std::optional<Window> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || begun_ >= points_ || begun_ < stored_ + ahead_; });
    if (ended_ || begun_ >= points_) return std::nullopt;
    const Window window{begun_, std::min(points_, begun_ + width_)};
    begun_ = window.end;
    return window;
  }

  void put(const Window& window, std::vector<PointResult> results) {
    const std::lock_guard lock(mutex_);
    finished_[window.first] = std::move(results);
    changed_.notify_all();
  }

  // No further window is given out.
  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  void worker_left() {
    const std::lock_guard lock(mutex_);
    --workers_;
    changed_.notify_all();
  }
  void workers(int count) { workers_ = count; }

  // The results that follow those stored, as far as they are there; waits a moment for some. Nothing if none
  // will come any more.
  std::optional<std::vector<PointResult>> next(std::chrono::milliseconds moment) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, moment, [&] { return finished_.count(stored_) != 0 || workers_ == 0; });
    std::vector<PointResult> results;
    for (auto found = finished_.find(stored_); found != finished_.end(); found = finished_.find(stored_)) {
      stored_ += std::ssize(found->second);
      std::ranges::move(found->second, std::back_inserter(results));
      finished_.erase(found);
    }
    changed_.notify_all();
    if (results.empty() && workers_ == 0) return std::nullopt;
    return results;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::int64_t points_, width_, ahead_;
  std::int64_t begun_, stored_;
  bool ended_ = false;
  int workers_ = 0;
  std::map<std::int64_t, std::vector<PointResult>> finished_;  // by first point
};

// The seed that a point sets, or that of the config: also where it sets none that is valid, and will fail.
std::uint64_t seed_of(const config::Template& config, const Point& point) {
  std::vector<config::Assignment> own;
  for (const config::Assignment& setting : point.settings)
    if (setting.path == "simulation.seed") own.push_back(setting);
  if (!own.empty()) try {
      return config.variant(own)->simulation.seeds.front();
    } catch (const base::UserError&) {
    }
  return config.experiment().simulation.seeds.front();
}

}  // namespace

record::SweepLayout layout_of(const config::Template& config, const config::SweepSpec& spec,
                              std::vector<base::Diagnostic>& warnings) {
  record::SweepLayout layout;
  const auto experiment = config.variant({});
  as_point(*experiment, experiment->simulation.seeds.front(), spec.traces);
  program::KernelOptions quick;
  quick.backend = program::Backend::interpreter;
  const assemble::Prepared prepared = assemble::prepare(*experiment, {quick, false});
  for (const auto* more : {&config.experiment().warnings, &prepared.warnings})
    warnings.insert(warnings.end(), more->begin(), more->end());
  layout.measures = measures_of(*experiment, prepared.analysis);
  if (spec.search) {
    std::vector<Column> searched{{"", spec.search->path, true, spec.search->dimension}};
    name_columns(searched, taken_names(layout));
    layout.measures.insert(layout.measures.begin(),
                           {searched.front().name, unit_of_column(spec.search->dimension),
                            spec.search->path + " at which " +
                                std::string(base::trim(spec.search->until.text)) + " begins to hold"});
  }
  if (spec.fit) {
    const auto columns = columns_of_fit(*spec.fit, taken_names(layout));
    layout.measures.insert(layout.measures.begin(), columns.begin(), columns.end());
  }
  layout.traces = spec.traces;
  if (spec.traces) layout.reports = prepared.layout.reports;
  if (spec.spikes) layout.spikes = prepared.layout.spikes;
  return layout;
}

std::set<std::string> taken_names(const record::SweepLayout& layout) {
  std::set<std::string> taken{"run",  "runs",   "repeat", "seed",    "status",
                              "meta", "spikes", "report", "failures"};
  for (const record::SweepMeasure& measure : layout.measures) taken.insert(measure.name);
  return taken;
}

void add_points(const config::Template& config, const config::SweepSpec& spec, const Points& points,
                record::SweepLayout& layout) {
  if (spec.search) config::condition_of(*spec.search, measured_names(layout));  // says what is wrong with it
  if (spec.fit) Target(*spec.fit, config.experiment(), layout);                 // says what is wrong with it
  layout.grid = points.grid;
  for (std::size_t c = 0; c < points.columns.size(); ++c) {
    const Column& column = points.columns[c];
    record::SweepColumn& to = layout.columns.emplace_back();
    to.name = column.name;
    to.path = column.path;
    to.unit = unit_of_column(column.dimension);
    for (const Point& point : points.points) {
      if (column.numeric)
        to.numbers.push_back(in_unit_of_column(point.labels[c].number, column.dimension));
      else
        to.words.push_back(point.labels[c].word);
    }
  }
  for (const Point& point : points.points) {
    layout.seeds.push_back(seed_of(config, point) + point.repeat);
    if (spec.repeat > 1) layout.repeats.push_back(static_cast<std::int64_t>(point.repeat));
  }
}

std::int64_t most_in_stack(const config::Template& config, const config::SweepSpec& spec,
                           const record::SweepLayout& layout, const RunOptions& options) {
  constexpr double most_bytes = 256e6;
  std::int64_t neurons = 0;
  for (const model::PopulationSpec& population : config.experiment().populations) neurons += population.size;
  // A point holds its traces while it runs: for the analysis, to be compared with a target, and to be kept.
  double bytes = assemble::analysis_bytes(config.experiment());
  if (spec.fit && spec.fit->trace) bytes += 8 * static_cast<double>(config.experiment().simulation.steps);
  for (const engine::ReportLayout& report : layout.reports)
    bytes += static_cast<double>(report.frames * report.values_per_frame()) *
             static_cast<double>(report.variables.size()) * 8;
  const std::int64_t stacked = options.most_stacked / std::max<std::int64_t>(1, neurons),
                     fitting = static_cast<std::int64_t>(most_bytes / std::max(bytes, 1.0));
  return std::max<std::int64_t>(1, std::min(stacked, fitting));
}

std::int64_t stack_width(const config::Template& config, const config::SweepSpec& spec,
                         const record::SweepLayout& layout, int workers, const RunOptions& options) {
  const std::int64_t most = most_in_stack(config, spec, layout, options);
  if (spec.fit)
    return std::clamp<std::int64_t>(most / first_candidates(*spec.fit), 1,
                                    (layout.points() + workers - 1) / workers);
  const std::int64_t share = (layout.points() + 2 * workers - 1) / (2 * workers),
                     width = std::max<std::int64_t>(1, std::min(most, share));
  return width < 8 ? width : width / 8 * 8;
}

bool run_points(const config::Template& config, const config::SweepSpec& spec, const Points& points,
                const record::SweepLayout& layout, record::SweepFile& file, const RunOptions& options) {
  const auto begin = base::Clock::now();
  const std::int64_t left = layout.points() - file.next();
  const int threads = options.threads > 0 ? options.threads : parallel::available_processors();
  const auto workers = static_cast<int>(std::clamp<std::int64_t>(left, 1, threads));
  const std::int64_t width = stack_width(config, spec, layout, workers, options);
  Board board(file.next(), layout.points(), width, std::max<std::int64_t>(64, 4 * width * workers));
  board.workers(workers);
  Transients transients;
  std::optional<Fitting> fitting;
  if (spec.fit) fitting.emplace(Target(*spec.fit, config.experiment(), layout));
  Fitting* const fits = fitting ? &*fitting : nullptr;
  const auto work = [&] {
    Worker worker(config, spec, points, layout, file, options, transients, fits,
                  std::max(1, threads / workers));
    while (const std::optional<Window> window = board.take()) {
      std::optional<std::vector<PointResult>> results = worker.run(*window);
      if (!results) {
        board.end();  // others may wait for this window to be stored
        break;
      }
      board.put(*window, std::move(*results));
    }
  };
  const auto store = [&] {
    while (auto results = board.next(std::chrono::milliseconds(100))) {
      file.append(std::move(*results));
      if (!options.progress) continue;
      Progress progress{file.next(), file.failures(), layout.points(), base::seconds_since(begin)};
      if (fitting) {
        progress.runs = fitting->runs;
        progress.error = fitting->error;
      }
      options.progress(progress);
    }
  };
  parallel::Team team(workers + 1);
  team.run([&](int index) {
    try {
      index == 0 ? store() : work();
    } catch (...) {
      board.end();
      if (index > 0) board.worker_left();
      throw;
    }
    if (index > 0) board.worker_left();
  });
  return file.next() == layout.points();
}

}  // namespace hillock::sweep
