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
#include "sweep/stack.hpp"

namespace hillock::sweep {

namespace {

using record::PointResult;
using record::PointStatus;

using Experiments = std::vector<std::unique_ptr<model::Experiment>>;

// Points first .. end - 1, which one worker runs.
struct Window {
  std::int64_t first = 0, end = 0;
  std::int64_t size() const { return end - first; }
};

PointResult failed(std::string reason) {
  PointResult result;
  result.status = PointStatus::failed;
  result.reason = std::move(reason);
  return result;
}

// The first finding of an error in one line.
std::string reason_of(const base::Error& error) {
  if (const auto* user = dynamic_cast<const base::UserError*>(&error);
      user != nullptr && !user->diagnostics().empty()) {
    const base::Diagnostic& first = user->diagnostics().front();
    return first.message + (first.remedy.empty() ? "" : "; " + first.remedy);
  }
  std::string text = error.what();
  std::ranges::replace(text, '\n', ' ');
  return text;
}

// What all workers share: which window is next, and the results that wait for those before them.
//
// What precedes what: everything is guarded by `mutex_`; a worker takes a window, runs it without the lock and
// puts its results; the storing thread takes whatever follows what it has stored. A worker that is too far
// ahead of it waits, so that memory is bounded.
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

class Worker {
 public:
  Worker(const config::Template& config, const config::SweepSpec& spec, const Points& points,
         const record::SweepLayout& layout, const record::SweepFile& file, const RunOptions& options,
         int threads)
      : config_(config),
        spec_(spec),
        points_(points),
        layout_(layout),
        file_(file),
        options_(options),
        threads_(threads) {}

  // The results of a window; nothing if it was interrupted.
  std::optional<std::vector<PointResult>> run(const Window& window) {
    results_.assign(static_cast<std::size_t>(window.size()), {});
    std::vector<std::pair<std::size_t, std::unique_ptr<model::Experiment>>> left;
    for (std::int64_t i = window.first; i < window.end; ++i) {
      const auto place = static_cast<std::size_t>(i - window.first);
      if (file_.known(i)) continue;  // the file takes its result over
      try {
        left.emplace_back(place, experiment(static_cast<std::size_t>(i)));
      } catch (const base::UserError& error) {
        results_[place] = failed(reason_of(error));
      }
    }
    while (!left.empty()) {
      std::vector<std::size_t> places;
      Experiments stack;
      take_alike(left, places, stack);
      if (!run_stack(places, stack)) return std::nullopt;
    }
    return std::move(results_);
  }

 private:
  std::unique_ptr<model::Experiment> experiment(std::size_t point) const {
    auto experiment = config_.variant(points_.points[point].settings);
    experiment->simulation.seeds = {layout_.seeds[point]};
    record_for_sweep(*experiment, spec_.traces);
    return experiment;
  }

  // Moves the first point and all that can be stacked with it.
  void take_alike(std::vector<std::pair<std::size_t, std::unique_ptr<model::Experiment>>>& left,
                  std::vector<std::size_t>& places, Experiments& stack) const {
    std::vector<std::pair<std::size_t, std::unique_ptr<model::Experiment>>> others;
    for (auto& [place, one] : left) {
      if (stack.empty() || (options_.most_stacked > 0 && can_stack(*stack.front(), *one))) {
        places.push_back(place);
        stack.push_back(std::move(one));
      } else {
        others.emplace_back(place, std::move(one));
      }
    }
    left = std::move(others);
  }

  // What fails for one of them is found by halves: so the others get the bits that they have without it, and
  // the reason is that of the point on its own.
  bool run_stack(std::span<const std::size_t> places, std::span<std::unique_ptr<model::Experiment>> points) {
    if (options_.stop != nullptr && options_.stop->load()) return false;
    try {
      return run_once(places, points);
    } catch (const base::InternalError&) {
      throw;
    } catch (const base::Error& error) {
      if (points.size() == 1) {
        results_[places.front()] = failed(reason_of(error));
        return true;
      }
    }
    const std::size_t half = points.size() / 2;
    return run_stack(places.first(half), points.first(half)) &&
           run_stack(places.subspan(half), points.subspan(half));
  }

  bool run_once(std::span<const std::size_t> places, std::span<std::unique_ptr<model::Experiment>> points) {
    std::unique_ptr<model::Experiment> together;
    if (points.size() > 1) together = stack(points);
    model::Experiment& experiment = together ? *together : *points.front();
    experiment.simulation.threads = threads_;
    assemble::Prepared prepared = assemble::prepare(experiment, {options_.kernels});
    check_traces(prepared, std::ssize(points));
    StackRecorder recorder(*points.front(), std::ssize(points), prepared, layout_);
    engine::RunOptions options;
    options.stop = options_.stop;
    const engine::RunResult result = prepared.simulation->run(recorder, options);
    if (result.end != engine::RunEnd::complete) return false;
    std::vector<PointResult> results = recorder.results(prepared.simulation->time());
    for (std::size_t k = 0; k < results.size(); ++k) results_[places[k]] = std::move(results[k]);
    return true;
  }

  // Traces of all points lie in one array.
  void check_traces(const assemble::Prepared& prepared, std::int64_t points) const {
    if (!spec_.traces) return;
    const auto& own = prepared.layout.reports;
    const bool same = std::ranges::equal(own, layout_.reports, [&](const auto& a, const auto& b) {
      return a.group == b.group && a.frames == b.frames && a.interval == b.interval &&
             a.variables.size() == b.variables.size() &&
             a.values_per_frame() == b.values_per_frame() * (a.mean ? 1 : points);
    });
    if (!same)
      throw base::UserError("its traces have other times, neurons or variables than those of the config",
                            "keep the traces of points with the same times and neurons only");
  }

  const config::Template& config_;
  const config::SweepSpec& spec_;
  const Points& points_;
  const record::SweepLayout& layout_;
  const record::SweepFile& file_;
  const RunOptions& options_;
  int threads_;
  std::vector<PointResult> results_;
};

// Bytes that a point holds while it runs: traces, for the analysis and to be kept.
double bytes_of_point(const record::SweepLayout& layout, const std::vector<assemble::AnalysisPlan>& plans) {
  double bytes = 0;
  for (const assemble::AnalysisPlan& plan : plans) bytes += plan.bytes();
  for (const engine::ReportLayout& report : layout.reports)
    bytes += static_cast<double>(report.frames * report.values_per_frame()) *
             static_cast<double>(report.variables.size()) * 8;
  return bytes;
}

std::unique_ptr<model::Experiment> as_swept(const config::Template& config, bool traces) {
  auto experiment = config.variant({});
  record_for_sweep(*experiment, traces);
  return experiment;
}

}  // namespace

std::int64_t stack_width(const config::Template& config, const record::SweepLayout& layout, int workers,
                          const RunOptions& options) {
  constexpr double most_bytes = 256e6;
  std::int64_t neurons = 1;
  for (const model::PopulationSpec& population : config.experiment().populations) neurons += population.size;
  const std::int64_t stacked = std::max<std::int64_t>(1, options.most_stacked / std::max<std::int64_t>(1, neurons - 1));
  const std::int64_t share = (layout.points() + 2 * workers - 1) / (2 * workers);
  const auto experiment = as_swept(config, !layout.reports.empty());
  const double bytes =
      assemble::analysis_bytes(*experiment) + bytes_of_point(layout, {});
  const auto fitting = static_cast<std::int64_t>(most_bytes / std::max(bytes, 1.0));
  const std::int64_t width = std::min({stacked, share, std::max<std::int64_t>(1, fitting)});
  return width < 8 ? std::max<std::int64_t>(1, width) : width / 8 * 8;
}

namespace {

// The config as its points are run, with what is known of all of them.
assemble::Prepared prepare_swept(const model::Experiment& experiment) {
  program::KernelOptions quick;
  quick.backend = program::Backend::interpreter;
  return assemble::prepare(experiment, {quick});
}

}  // namespace

std::set<std::string> taken_names(const config::Template& config) {
  std::set<std::string> taken{"run", "repeat", "seed", "status", "meta", "spikes", "report", "failures"};
  const auto experiment = as_swept(config, false);
  for (const record::SweepMeasure& measure : measures_of(*experiment, prepare_swept(*experiment).analysis))
    taken.insert(measure.name);
  return taken;
}

record::SweepLayout layout_of(const config::Template& config, const config::SweepSpec& spec,
                              const Points& points) {
  record::SweepLayout layout;
  const auto experiment = as_swept(config, spec.traces);
  const assemble::Prepared prepared = prepare_swept(*experiment);
  layout.measures = measures_of(*experiment, prepared.analysis);
  layout.reports = prepared.layout.reports;
  if (!spec.traces) layout.reports.clear();
  if (spec.spikes) layout.spikes = prepared.layout.spikes;
  layout.grid = points.grid;
  const std::uint64_t seed = config.experiment().simulation.seeds.front();
  for (std::size_t c = 0; c < points.columns.size(); ++c) {
    const Column& column = points.columns[c];
    record::SweepColumn& to = layout.columns.emplace_back();
    to.name = column.name;
    to.path = column.path;
    to.unit = column.dimension.unit();
    for (const Point& point : points.points) {
      if (column.numeric)
        to.numbers.push_back(point.labels[c].number);
      else
        to.words.push_back(point.labels[c].word);
    }
  }
  const auto seeds = std::ranges::find(points.columns, "simulation.seed", &Column::path);
  for (const Point& point : points.points) {
    const bool given = seeds != points.columns.end() && seeds->numeric;
    const std::uint64_t own =
        given ? config.variant(point.settings)->simulation.seeds.front() : seed;
    layout.seeds.push_back(own + point.repeat);
    if (spec.repeat > 1) layout.repeats.push_back(static_cast<std::int64_t>(point.repeat));
  }
  return layout;
}

bool run_points(const config::Template& config, const config::SweepSpec& spec, const Points& points,
                const record::SweepLayout& layout, record::SweepFile& file, const RunOptions& options) {
  const auto begin = base::Clock::now();
  const std::int64_t left = layout.points() - file.next();
  const int threads = options.threads > 0 ? options.threads : parallel::available_processors();
  const auto workers = static_cast<int>(std::clamp<std::int64_t>(left, 1, threads));
  const std::int64_t width = stack_width(config, layout, workers, options);
  Board board(file.next(), layout.points(), width, std::max<std::int64_t>(64, 4 * width * workers));
  board.workers(workers);
  const auto work = [&] {
    Worker worker(config, spec, points, layout, file, options, std::max(1, threads / workers));
    while (const std::optional<Window> window = board.take()) {
      std::optional<std::vector<PointResult>> results = worker.run(*window);
      if (!results) break;
      board.put(*window, std::move(*results));
    }
  };
  const auto store = [&] {
    while (auto results = board.next(std::chrono::milliseconds(100))) {
      file.append(std::move(*results));
      if (options.progress)
        options.progress({file.next(), file.failures(), layout.points(), base::seconds_since(begin)});
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
