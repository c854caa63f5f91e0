// Points are put into stacks; a stack that fails is halved until the point is found that fails.
#include "sweep/worker.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "lang/evaluate.hpp"
#include "parallel/team.hpp"
#include "sweep/fit.hpp"
#include "sweep/stack.hpp"

namespace hillock::sweep {

using record::PointResult;
using record::PointStatus;

namespace {

using Experiments = std::vector<std::unique_ptr<model::Experiment>>;
using PlacedExperiments = std::vector<std::pair<std::size_t, std::unique_ptr<model::Experiment>>>;

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

}  // namespace

std::vector<config::NamedNumber> measured_names(const record::SweepLayout& layout) {
  std::vector<config::NamedNumber> names;
  for (const record::SweepMeasure& measure : layout.measures)
    names.push_back({measure.name, unit_of(measure).dimension});
  names.erase(names.begin());  // what is searched for
  return names;
}

class Worker::Work {
 public:
  Work(const config::Template& config, const config::SweepSpec& spec, const Points& points,
       const record::SweepLayout& layout, const record::SweepFile& file, const RunOptions& options,
       Transients& transients, Fitting* fitting, int threads)
      : config_(config),
        spec_(spec),
        search_(spec.search),
        points_(points),
        layout_(layout),
        file_(file),
        options_(options),
        transients_(transients),
        fitting_(fitting),
        most_(most_in_stack(config, spec, layout, options)),
        threads_(fitting == nullptr ? threads : 1),
        team_(fitting == nullptr ? 1 : threads),
        structures_(static_cast<std::size_t>(team_.size())) {
    if (search_) condition_ = config::condition_of(*search_, measured_names(layout));
  }

  // The results of a window; nothing if it was interrupted.
  std::optional<std::vector<PointResult>> run(const Window& window) {
    if (fitting_ != nullptr) return fit(window);
    return search_ ? bisect(window) : run_at(window, {});
  }

 private:
  // One run of a point, with further settings where something is searched for.
  struct Trial {
    std::int64_t point = 0;
    std::vector<config::Assignment> settings;
    Tried tried;
  };

  // `searched`: for each point of the window a value of what is searched for, if anything is.
  std::optional<std::vector<PointResult>> run_at(const Window& window, const std::vector<double>& searched) {
    std::vector<Trial> trials;
    for (std::int64_t i = window.first; i < window.end; ++i) {
      if (file_.known(i)) continue;  // the file takes its result over
      Trial& trial = trials.emplace_back();
      trial.point = i;
      if (!searched.empty())
        trial.settings = {search_->at(searched[static_cast<std::size_t>(i - window.first)])};
    }
    if (!run_all(trials, structures_.front())) return std::nullopt;
    std::vector<PointResult> results(static_cast<std::size_t>(window.size()));
    for (Trial& trial : trials)
      results[static_cast<std::size_t>(trial.point - window.first)] = std::move(trial.tried.result);
    return results;
  }

  // False if it was interrupted.
  bool run_all(std::span<Trial> trials, assemble::Structure& structure) {
    PlacedExperiments left;
    for (std::size_t place = 0; place < trials.size(); ++place) {
      try {
        left.emplace_back(place, experiment(trials[place]));
      } catch (const base::UserError& error) {
        trials[place].tried.result = failed(reason_of(error));
      }
    }
    while (!left.empty()) {
      std::vector<std::size_t> places;
      Experiments stack;
      take_alike(left, places, stack);
      if (!run_stack(trials, places, stack, structure)) return false;
    }
    return true;
  }

  // All fits of the window at once: generation by generation their candidates are run together, each thread
  // taking some of them.
  std::optional<std::vector<PointResult>> fit(const Window& window) {
    std::vector<std::pair<std::int64_t, Fit>> fits;
    for (std::int64_t i = window.first; i < window.end; ++i)
      if (!file_.known(i)) fits.emplace_back(i, Fit(*spec_.fit, layout_.seeds[static_cast<std::size_t>(i)]));
    const auto running = [](const auto& one) { return !one.second.over(); };
    while (std::ranges::any_of(fits, running)) {
      std::vector<Trial> trials;
      for (auto& [point, fit] : fits)
        if (!fit.over())
          for (std::vector<config::Assignment>& settings : fit.ask())
            trials.push_back({point, std::move(settings), {}});
      std::atomic<bool> whole = true;
      team_.run([&](int index) {
        const std::size_t parts = static_cast<std::size_t>(team_.size()),
                          part = static_cast<std::size_t>(index), first = trials.size() * part / parts,
                          end = trials.size() * (part + 1) / parts;
        if (!run_all(std::span(trials).subspan(first, end - first), structures_[part])) whole = false;
      });
      if (!whole) return std::nullopt;
      tell(trials, fits);
    }
    std::vector<PointResult> results(static_cast<std::size_t>(window.size()));
    for (auto& [point, fit] : fits)
      results[static_cast<std::size_t>(point - window.first)] = std::move(fit).result();
    return results;
  }

  // `trials`: those of one fit after the other.
  void tell(std::vector<Trial>& trials, std::vector<std::pair<std::int64_t, Fit>>& fits) {
    auto trial = trials.begin();
    for (auto& [point, fit] : fits) {
      std::vector<Tried> tried;
      for (; trial != trials.end() && trial->point == point; ++trial)
        tried.push_back(std::move(trial->tried));
      if (tried.empty()) continue;
      const std::int64_t more = std::ssize(tried);
      fit.tell(std::move(tried));
      fitting_->add(more, fit.error());
    }
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
      if ((*found)[i].status == PointStatus::done)
        (*found)[i].measures.front() = in_unit_of_column(with[i], search_->dimension);
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
      return scale_of(*found) * result.measures[static_cast<std::size_t>(found - layout_.measures.begin())];
    });
  }

  std::unique_ptr<model::Experiment> experiment(const Trial& trial) const {
    const auto point = static_cast<std::size_t>(trial.point);
    std::vector<config::Assignment> settings = points_.points[point].settings;
    settings.insert(settings.end(), trial.settings.begin(), trial.settings.end());
    auto experiment = config_.variant(settings, spec_.after);
    prepare_point(*experiment, layout_.seeds[point]);
    return experiment;
  }

  void prepare_point(model::Experiment& experiment, std::uint64_t seed) const {
    as_point(experiment, seed, spec_.traces);
    if (fitting_ != nullptr) fitting_->target.record(experiment);
  }

  // Moves the first point and all that can be stacked with it.
  void take_alike(PlacedExperiments& left, std::vector<std::size_t>& places, Experiments& stack) const {
    PlacedExperiments others;
    for (auto& [place, one] : left) {
      if (stack.empty() || (std::ssize(stack) < most_ && can_stack(*stack.front(), *one))) {
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
  bool run_stack(std::span<Trial> trials, std::span<const std::size_t> places,
                 std::span<std::unique_ptr<model::Experiment>> points, assemble::Structure& structure) {
    if (options_.stop != nullptr && options_.stop->load()) return false;
    try {
      return run_once(trials, places, points, structure);
    } catch (const base::InternalError&) {
      throw;
    } catch (const base::Error& error) {
      if (points.size() == 1) {
        trials[places.front()].tried.result = failed(reason_of(error));
        return true;
      }
    }
    const std::size_t half = points.size() / 2;
    return run_stack(trials, places.first(half), points.first(half), structure) &&
           run_stack(trials, places.subspan(half), points.subspan(half), structure);
  }

  bool run_once(std::span<Trial> trials, std::span<const std::size_t> places,
                std::span<std::unique_ptr<model::Experiment>> points, assemble::Structure& structure) {
    std::unique_ptr<model::Experiment> together;
    if (points.size() > 1) together = stack(points);
    model::Experiment& experiment = together ? *together : *points.front();
    experiment.simulation.threads = threads_;
    assemble::Prepared prepared = assemble::prepare(experiment, {options_.kernels, true, &structure});
    check_results(*points.front(), prepared);
    StackRecorder recorder(*points.front(), std::ssize(points), prepared, layout_);
    if (spec_.after > 0 && !begin_with_transients(points, recorder, *prepared.simulation)) return false;
    engine::RunOptions options;
    options.stop = options_.stop;
    const engine::RunResult result = prepared.simulation->run(recorder, options);
    if (result.end != engine::RunEnd::complete) return false;
    std::vector<Observed> observed;
    for (std::size_t k = 0; fitting_ != nullptr && k < points.size(); ++k)
      observed.push_back(fitting_->target.observed(recorder, k, *prepared.simulation));
    std::vector<PointResult> results = recorder.results(*prepared.simulation);
    for (std::size_t k = 0; k < results.size(); ++k) {
      Tried& tried = trials[places[k]].tried;
      tried.result = std::move(results[k]);
      if (fitting_ != nullptr)
        tried.deviation =
            fitting_->target.judge(tried.result.measures, observed[k], experiment.simulation.dt);
    }
    structure.keep(experiment, *prepared.simulation);
    return true;
  }

  // The run up to the time from which the values of the points hold.
  std::unique_ptr<Transient> run_transient(std::uint64_t seed) const {
    const auto experiment = config_.variant({});
    prepare_point(*experiment, seed);
    experiment->simulation.threads = threads_;
    const assemble::Prepared prepared = assemble::prepare(*experiment, {options_.kernels});
    BlockKeeper recorder;
    engine::RunOptions options;
    options.stop = options_.stop;
    const engine::RunResult result = prepared.simulation->run_until(spec_.after, recorder, options);
    if (result.end != engine::RunEnd::complete) return nullptr;
    check_goes_on(*prepared.simulation);
    return std::make_unique<Transient>(Transient{prepared.simulation->snapshot(), recorder.blocks()});
  }

  // A run that ends in the transient would be the same for all points.
  void check_goes_on(const engine::Simulation& simulation) const {
    const std::optional<engine::Stopped> stopped = simulation.stopped();
    if (!stopped) return;
    const std::string after = base::format_time(simulation.grid().time(spec_.after));
    throw base::UserError("stop_when (" + stopped->by + ") ends the run at " +
                              base::format_time(stopped->time) +
                              ", before the values of the points hold from " + after + " on (after)",
                          "let it hold later, for example with t > " + after);
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
      all->stops.insert(all->stops.end(), own->snapshot.stops.begin(), own->snapshot.stops.end());
    }
    simulation.restore(*all);
    return true;
  }

  // What the points give must have a place in the table.
  void check_results(const model::Experiment& one, const assemble::Prepared& prepared) const {
    if (!std::ranges::equal(one.populations, config_.experiment().populations, {},
                            &model::PopulationSpec::name, &model::PopulationSpec::name))
      throw base::UserError("its populations have other names than those of the config",
                            "vary what the populations are, not which there are");
    for (const record::SweepMeasure& measure : measures_of(one, prepared.analysis)) {
      const auto known = std::ranges::find(layout_.measures, measure.name, &record::SweepMeasure::name);
      if (known == layout_.measures.end())
        throw base::UserError("it measures " + base::quoted(measure.name) + ", which the config does not",
                              "name it in the 'analysis' of the config");
      if (known->unit != measure.unit)
        throw base::UserError("it measures " + base::quoted(measure.name) + " in " + measure.unit +
                                  ", the config in " + known->unit,
                              "vary models whose input has one unit, or leave it out");
    }
  }

  const config::Template& config_;
  const config::SweepSpec& spec_;
  const std::optional<config::SearchSpec>& search_;
  lang::Expression condition_;
  const Points& points_;
  const record::SweepLayout& layout_;
  const record::SweepFile& file_;
  const RunOptions& options_;
  Transients& transients_;
  Fitting* fitting_;
  std::int64_t most_;                            // in a stack
  int threads_;                                  // of a simulation
  parallel::Team team_;                          // runs stacks of a fit side by side
  std::vector<assemble::Structure> structures_;  // of the points that each of its threads runs
};

Worker::Worker(const config::Template& config, const config::SweepSpec& spec, const Points& points,
               const record::SweepLayout& layout, const record::SweepFile& file, const RunOptions& options,
               Transients& transients, Fitting* fitting, int threads)
    : work_(std::make_unique<Work>(config, spec, points, layout, file, options, transients, fitting,
                                   threads)) {}

Worker::~Worker() = default;

std::optional<std::vector<PointResult>> Worker::run(const Window& window) { return work_->run(window); }

}  // namespace hillock::sweep
