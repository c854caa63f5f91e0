// Runs a stack for a moment.
#include "sweep/predict.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "assemble/assemble.hpp"
#include "base/wall_time.hpp"
#include "parallel/team.hpp"
#include "sweep/collect.hpp"
#include "sweep/stack.hpp"

namespace hillock::sweep {

namespace {

// The first points, as far as they can be in one stack.
std::vector<std::unique_ptr<model::Experiment>> first_alike(const config::Template& config,
                                                            const config::SweepSpec& spec,
                                                            const Points& points,
                                                            const record::SweepLayout& layout,
                                                            std::int64_t most) {
  std::vector<std::unique_ptr<model::Experiment>> all;
  for (std::size_t i = 0; i < static_cast<std::size_t>(most); ++i) {
    auto experiment = config.variant(points.points[i].settings);
    as_point(*experiment, layout.seeds[i], spec.traces);
    if (!all.empty() && !can_stack(*all.front(), *experiment)) break;
    all.push_back(std::move(experiment));
  }
  return all;
}

}  // namespace

std::optional<double> predict_seconds(const config::Template& config, const config::SweepSpec& spec,
                                      const Points& points, const record::SweepLayout& layout,
                                      const RunOptions& options, double budget) {
  try {
    const int threads = options.threads > 0 ? options.threads : parallel::available_processors();
    const auto workers = static_cast<int>(std::clamp<std::int64_t>(layout.points(), 1, threads));
    const auto alike =
        first_alike(config, spec, points, layout, stack_width(config, layout, workers, options));
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
    for (std::int64_t until = 64; seconds < budget && prepared.simulation->step() < steps; until *= 2) {
      prepared.simulation->run_until(std::min(until, steps), recorder);
      seconds = base::seconds_since(started);
    }
    const double run_seconds =
        seconds * static_cast<double>(steps) / static_cast<double>(prepared.simulation->step());
    const double stacks = std::ceil(static_cast<double>(layout.points()) / static_cast<double>(alike.size()));
    return std::max(1.0, stacks / workers) * (prepare_seconds + run_seconds);
  } catch (const base::InternalError&) {
    throw;
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace hillock::sweep
