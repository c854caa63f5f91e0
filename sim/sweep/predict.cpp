// Runs a stack for a moment.
#include "sweep/predict.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "assemble/assemble.hpp"
#include "base/wall_time.hpp"
#include "parallel/team.hpp"
#include "sweep/collect.hpp"
#include "sweep/fit.hpp"
#include "sweep/stack.hpp"

namespace hillock::sweep {

namespace {

// The first runs of the first points, as far as they can be in one stack.
std::vector<std::unique_ptr<model::Experiment>> first_alike(const config::Template& config,
                                                            const config::SweepSpec& spec,
                                                            const Points& points,
                                                            const record::SweepLayout& layout,
                                                            std::int64_t most) {
  std::vector<std::unique_ptr<model::Experiment>> all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(most); ++i) {
    std::vector<std::vector<config::Assignment>> runs(1);
    if (spec.fit) runs = Fit(*spec.fit, layout.seeds[i]).ask();
    for (std::vector<config::Assignment>& settings : runs) {
      settings.insert(settings.begin(), points.points[i].settings.begin(), points.points[i].settings.end());
      auto experiment = config.variant(settings);
      as_point(*experiment, layout.seeds[i], spec.traces);
      if (!all.empty() && !can_stack(*all.front(), *experiment)) return all;
      all.push_back(std::move(experiment));
    }
  }
  return all;
}

}  // namespace

std::int64_t runs_of_each_point(const config::SweepSpec& spec) {
  if (spec.fit) return spec.fit->runs;
  return spec.search ? spec.search->runs() : 1;
}

std::optional<double> predict_seconds(const config::Template& config, const config::SweepSpec& spec,
                                      const Points& points, const record::SweepLayout& layout,
                                      const RunOptions& options, double budget) {
  try {
    const int threads = options.threads > 0 ? options.threads : parallel::available_processors();
    const auto workers = static_cast<int>(std::clamp<std::int64_t>(layout.points(), 1, threads));
    const auto alike =
        first_alike(config, spec, points, layout, stack_width(config, spec, layout, workers, options));
    std::unique_ptr<model::Experiment> together;
    if (alike.size() > 1) together = stack(alike);
    model::Experiment& experiment = together ? *together : *alike.front();
    experiment.simulation.threads = std::max(1, threads / workers);
    assemble::prepare(experiment, {options.kernels});  // what it writes once is there for all other stacks
    const auto begin = base::Clock::now();
    assemble::Prepared prepared = assemble::prepare(experiment, {options.kernels});
    const double prepare_seconds = base::seconds_since(begin);
    StackRecorder recorder(*alike.front(), std::ssize(alike), prepared, layout);
    const std::int64_t steps = prepared.simulation->grid().steps;
    const auto started = base::Clock::now();
    double seconds = 0;
    const engine::Simulation& simulation = *prepared.simulation;
    const auto ended = [&] { return simulation.step() == steps || simulation.all_stopped(); };
    for (std::int64_t until = 64; seconds < budget && !ended(); until *= 2) {
      prepared.simulation->run_until(std::min(until, steps), recorder);
      seconds = base::seconds_since(started);
    }
    const double run_seconds =
        ended() ? seconds : seconds * static_cast<double>(steps) / static_cast<double>(simulation.step());
    // The candidates of a fit are shared among all threads.
    const double each = static_cast<double>(alike.size()),
                 runs = static_cast<double>(runs_of_each_point(spec)),
                 count = static_cast<double>(layout.points()),
                 turns = spec.fit ? count * runs / each / threads
                                  : std::max(1.0, std::ceil(count / each) / workers) * runs;
    return turns * (prepare_seconds + run_seconds);
  } catch (const base::InternalError&) {
    throw;
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace hillock::sweep
