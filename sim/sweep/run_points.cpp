// Workers take windows of points; each window is put into stacks, and the results are stored in order.
#include "sweep/run_points.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <utility>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/wall_time.hpp"
#include "lang/evaluate.hpp"
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
  std::vector<std::string> lines;
  std::istringstream text(error.what());
  for (std::string line; std::getline(text, line);) lines.emplace_back(base::trim(line));
  return base::join(lines, "; ");
}

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

// What all points of one seed have in common before their values hold: run once, where `after` is given.
struct Transient {
  engine::Snapshot snapshot;
  Blocks blocks;
};

// The transients of all seeds; several threads may ask at once, and wait for one another.
class Transients {
 public:
  // `run`: makes the transient, or nothing if it was interrupted; may throw.
  const Transient* of(std::uint64_t seed, const std::function<std::unique_ptr<Transient>()>& run) {
    const std::lock_guard lock(mutex_);
    Known& known = by_seed_[seed];
    if (known.failure) std::rethrow_exception(known.failure);
    if (known.transient) return known.transient.get();
    try {
      known.transient = run();
    } catch (...) {
      known.failure = std::current_exception();
      throw;
    }
    return known.transient.get();
  }

 private:
  struct Known {
    std::unique_ptr<Transient> transient;
    std::exception_ptr failure;
  };
  std::mutex mutex_;
  std::map<std::uint64_t, Known> by_seed_;
};

base::Unit unit_of(const record::SweepMeasure& measure) {
  return base::parse_unit(measure.unit).value_or(base::Unit{});
}

// What a condition may speak of.
std::vector<config::MeasuredName> measured_names(const record::SweepLayout& layout) {
  std::vector<config::MeasuredName> names;
  for (const record::SweepMeasure& measure : layout.measures)
    names.push_back({measure.name, unit_of(measure).dimension});
  return names;
}

class Worker {
 public:
  Worker(const config::Template& config, const Task& task, const Points& points,
         const record::SweepLayout& layout, const RunOptions& options, Transients& transients, int threads)
      : config_(config),
        spec_(task.sweep),
        search_(task.search),
        points_(points),
        layout_(layout),
        options_(options),
        transients_(transients),
        threads_(threads) {
    if (search_) condition_ = config::condition_of(*search_, measured_names(layout));
  }

  // The results of a window; nothing if it was interrupted.
  std::optional<std::vector<PointResult>> run(const Window& window) {
    return search_ ? bisect(window) : run_at(window, {});
  }

 private:
  // `searched`: for each point of the window a value of what is searched for, if anything is.
  std::optional<std::vector<PointResult>> run_at(const Window& window, const std::vector<double>& searched) {
    results_.assign(static_cast<std::size_t>(window.size()), {});
    std::vector<std::pair<std::size_t, std::unique_ptr<model::Experiment>>> left;
    for (std::int64_t i = window.first; i < window.end; ++i) {
      const auto place = static_cast<std::size_t>(i - window.first);
      try {
        const std::optional<double> value = searched.empty() ? std::nullopt : std::optional(searched[place]);
        left.emplace_back(place, experiment(static_cast<std::size_t>(i), value));
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

  // All points of the window at once: of each the ends come together until they are as near as is asked for.
  // The condition does not hold at `without`, and holds at `with`, whose results are the point's.
  std::optional<std::vector<PointResult>> bisect(const Window& window) {
    const auto size = static_cast<std::size_t>(window.size());
    std::vector<double> without(size, search_->from), with(size, search_->to);
    auto at_from = run_at(window, without);
    if (!at_from) return std::nullopt;
    auto found = run_at(window, with);
    if (!found) return std::nullopt;
    for (std::size_t i = 0; i < size; ++i) check_ends((*at_from)[i], (*found)[i]);
    while (!found_all(without, with, *found)) {
      std::vector<double> middle(size);
      for (std::size_t i = 0; i < size; ++i) middle[i] = without[i] + (with[i] - without[i]) / 2;
      auto between = run_at(window, middle);
      if (!between) return std::nullopt;
      for (std::size_t i = 0; i < size; ++i) {
        if ((*found)[i].status != PointStatus::done) continue;
        PointResult& now = (*between)[i];
        if (now.status != PointStatus::done || holds(now)) {
          with[i] = middle[i];
          (*found)[i] = std::move(now);
        } else {
          without[i] = middle[i];
        }
      }
    }
    for (std::size_t i = 0; i < size; ++i)
      if ((*found)[i].status == PointStatus::done) (*found)[i].measures.front() = with[i];
    return found;
  }

  bool found_all(const std::vector<double>& without, const std::vector<double>& with,
                 const std::vector<PointResult>& found) const {
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i].status == PointStatus::done && std::abs(with[i] - without[i]) > search_->tolerance)
        return false;
    return true;
  }

  void check_ends(const PointResult& at_from, PointResult& at_to) const {
    const auto shown = [&](double value) { return base::format_quantity(value, search_->dimension); };
    const std::string condition = base::quoted(std::string(base::trim(search_->until.text)));
    if (at_from.status != PointStatus::done)
      at_to = failed(at_from.reason);
    else if (at_to.status == PointStatus::done && holds(at_from))
      at_to = failed(condition + " holds at 'from' already, " + shown(search_->from) + "; begin lower");
    else if (at_to.status == PointStatus::done && !holds(at_to))
      at_to = failed(condition + " does not hold at 'to', " + shown(search_->to) + "; end higher");
  }

  bool holds(const PointResult& result) const {
    return lang::evaluate_condition(condition_, [&](std::string_view name) {
      const auto found = std::ranges::find(layout_.measures, name, &record::SweepMeasure::name);
      const double scale = base::to_internal("1", unit_of(*found)).value_or(1);  // a rate is measured in Hz
      return scale * result.measures[static_cast<std::size_t>(found - layout_.measures.begin())];
    });
  }

  std::unique_ptr<model::Experiment> experiment(std::size_t point, std::optional<double> searched) const {
    std::vector<config::Assignment> settings = points_.points[point].settings;
    if (searched) settings.push_back(search_->at(*searched));
    auto experiment = config_.variant(settings, spec_.after);
    as_point(*experiment, layout_.seeds[point]);
    return experiment;
  }

  void as_point(model::Experiment& experiment, std::uint64_t seed) const {
    experiment.simulation.seeds = {seed};
    record_for_sweep(experiment, spec_.traces);
    for (const model::Change& change : experiment.changes) as_point(*change.then, seed);
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
    if (spec_.after > 0 && !begin_with_transients(points, recorder, *prepared.simulation)) return false;
    engine::RunOptions options;
    options.stop = options_.stop;
    const engine::RunResult result = prepared.simulation->run(recorder, options);
    if (result.end != engine::RunEnd::complete) return false;
    std::vector<PointResult> results = recorder.results(prepared.simulation->time());
    for (std::size_t k = 0; k < results.size(); ++k) results_[places[k]] = std::move(results[k]);
    return true;
  }

  // The run up to the time from which the values of the points hold.
  std::unique_ptr<Transient> run_transient(std::uint64_t seed) const {
    const auto experiment = config_.variant({});
    as_point(*experiment, seed);
    experiment->simulation.threads = threads_;
    const assemble::Prepared prepared = assemble::prepare(*experiment, {options_.kernels});
    BlockKeeper recorder;
    engine::RunOptions options;
    options.stop = options_.stop;
    const engine::RunResult result = prepared.simulation->run_until(spec_.after, recorder, options);
    if (result.end != engine::RunEnd::complete) return nullptr;
    return std::make_unique<Transient>(Transient{prepared.simulation->snapshot(), recorder.blocks()});
  }

  // The stack goes on from what its points have in common. False if it was interrupted.
  bool begin_with_transients(std::span<const std::unique_ptr<model::Experiment>> points,
                             StackRecorder& recorder, engine::Simulation& simulation) {
    std::optional<engine::Snapshot> all;
    for (std::size_t k = 0; k < points.size(); ++k) {
      const std::uint64_t seed = points[k]->simulation.seeds.front();
      const Transient* own = transients_.of(seed, [&] { return run_transient(seed); });
      if (own == nullptr) return false;
      recorder.begin_with(k, own->blocks);
      if (!all) {
        all = own->snapshot;
        continue;
      }
      for (std::size_t p = 0; p < all->populations.size(); ++p)
        for (std::size_t a = 0; a < all->populations[p].size(); ++a) {
          std::vector<double>& values = all->populations[p][a].values;
          const std::vector<double>& more = own->snapshot.populations[p][a].values;
          values.insert(values.end(), more.begin(), more.end());
        }
    }
    simulation.restore(*all);
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
  const std::optional<config::SearchSpec>& search_;
  lang::Expression condition_;
  const Points& points_;
  const record::SweepLayout& layout_;
  const RunOptions& options_;
  Transients& transients_;
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

// How many points a window has: wide enough for the lanes, narrow enough for the threads and the memory.
std::int64_t window_width(const config::Template& config, const record::SweepLayout& layout, int workers,
                          const RunOptions& options) {
  constexpr double most_bytes = 256e6;
  std::int64_t neurons = 1;
  for (const model::PopulationSpec& population : config.experiment().populations) neurons += population.size;
  const std::int64_t stacked =
      std::max<std::int64_t>(1, options.most_stacked / std::max<std::int64_t>(1, neurons - 1));
  const std::int64_t share = (layout.points() + 2 * workers - 1) / (2 * workers);
  const auto experiment = as_swept(config, !layout.reports.empty());
  const double bytes = assemble::analysis_bytes(*experiment) + bytes_of_point(layout, {});
  const auto fitting = static_cast<std::int64_t>(most_bytes / std::max(bytes, 1.0));
  const std::int64_t width = std::min({stacked, share, std::max<std::int64_t>(1, fitting)});
  return width < 8 ? std::max<std::int64_t>(1, width) : width / 8 * 8;
}

}  // namespace

namespace {

// The config as its points are run, with what is known of all of them.
assemble::Prepared prepare_swept(const model::Experiment& experiment) {
  program::KernelOptions quick;
  quick.backend = program::Backend::interpreter;
  return assemble::prepare(experiment, {quick});
}

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

std::set<std::string> taken_names(const config::Template& config, const Task& task) {
  std::set<std::string> taken{"run", "repeat", "seed", "status", "meta", "spikes", "report", "failures"};
  if (task.search) taken.insert(end_of_path(task.search->path, 1));
  const auto experiment = as_swept(config, false);
  for (const record::SweepMeasure& measure : measures_of(*experiment, prepare_swept(*experiment).analysis))
    taken.insert(measure.name);
  return taken;
}

record::SweepLayout layout_of(const config::Template& config, const Task& task, const Points& points) {
  const config::SweepSpec& spec = task.sweep;
  record::SweepLayout layout;
  const auto experiment = as_swept(config, spec.traces);
  const assemble::Prepared prepared = prepare_swept(*experiment);
  layout.measures = measures_of(*experiment, prepared.analysis);
  if (task.search) {
    layout.measures.insert(layout.measures.begin(),
                           {end_of_path(task.search->path, 1), task.search->dimension.unit(),
                            task.search->path + " at which " +
                                std::string(base::trim(task.search->until.text)) + " begins to hold"});
    config::condition_of(*task.search, measured_names(layout));  // says what is wrong before anything is run
  }
  layout.reports = prepared.layout.reports;
  if (!spec.traces) layout.reports.clear();
  if (spec.spikes) layout.spikes = prepared.layout.spikes;
  layout.grid = points.grid;
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
  for (const Point& point : points.points) {
    const std::uint64_t own = seed_of(config, point);
    layout.seeds.push_back(own + point.repeat);
    if (spec.repeat > 1) layout.repeats.push_back(static_cast<std::int64_t>(point.repeat));
  }
  return layout;
}

bool run_points(const config::Template& config, const Task& task, const Points& points,
                const record::SweepLayout& layout, record::SweepFile& file, const RunOptions& options) {
  const auto begin = base::Clock::now();
  const std::int64_t left = layout.points() - file.next();
  const int threads = options.threads > 0 ? options.threads : parallel::available_processors();
  const auto workers = static_cast<int>(std::clamp<std::int64_t>(left, 1, threads));
  const std::int64_t width = window_width(config, layout, workers, options);
  Board board(file.next(), layout.points(), width, std::max<std::int64_t>(64, 4 * width * workers));
  board.workers(workers);
  Transients transients;
  const auto work = [&] {
    Worker worker(config, task, points, layout, options, transients, std::max(1, threads / workers));
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
