// Candidates are ranked; the strategy knows nothing of errors.
#include "sweep/fit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hillock::sweep {

namespace {

constexpr double first_width = 0.3;      // of the ranges: the minimum is thought to lie within some of these
constexpr double finest_width = 1e-6;    // of the ranges: then a descent has settled
constexpr double flat = 1e-9;            // of the error: differences that count as none
constexpr std::int64_t most_empty = 10;  // generations without a run that could be compared

// Into [0, 1], as if its ends were mirrors.
double reflected(double place) {
  const double turn = std::abs(std::remainder(place, 2.0));
  return std::min(turn, 1.0);
}

}  // namespace

// Errors of spiking neurons are rugged: more candidates than is usual for few parameters, which fill the
// lanes of a kernel.
std::int64_t first_candidates(const config::FitSpec& spec) {
  constexpr std::int64_t fewest = 16;
  if (spec.candidates > 0) return spec.candidates;
  return std::max(fewest, CmaEs::usual_candidates(spec.parameters.size()));
}

std::vector<record::SweepMeasure> columns_of_fit(const config::FitSpec& fit,
                                                 const std::set<std::string>& taken) {
  std::set<std::string> all = taken;
  std::vector<record::SweepMeasure> others{
      {"error", "1", "root of the mean square of the deviations from the target, each in its sd"},
      {"evaluations", "1", "how many runs the fit took"},
      {"generations", "1", "how many generations of candidates the fit took"},
      {"converged", "1", "1: the error fell to the tolerance, or the steps became too small to lower it"}};
  if (fit.spikes)
    others.push_back(
        {coincidence_column, "1", "coincidence factor of the spikes with those of the target, within 2 ms"});
  for (const record::SweepMeasure& one : others) all.insert(one.name);
  std::vector<Column> columns;
  for (const config::FittedParameter& parameter : fit.parameters)
    columns.push_back({"", parameter.path, true, parameter.dimension});
  name_columns(columns, all);
  std::vector<record::SweepMeasure> measures;
  for (const Column& column : columns)
    measures.push_back({column.name, unit_of_column(column.dimension), column.path + " as fitted"});
  measures.insert(measures.end(), others.begin(), others.end());
  return measures;
}

void check_fit(const config::Template& config, const Points& points) {
  if (!config.sweep()->fit) return;
  std::optional<base::UserError> refused;
  for (const std::vector<config::Assignment>& candidate : Fit(*config.sweep()->fit, 1).ask()) {
    std::vector<config::Assignment> settings = points.points.front().settings;
    settings.insert(settings.end(), candidate.begin(), candidate.end());
    try {
      config.variant(settings, config.sweep()->after);
      return;
    } catch (const base::UserError& error) {
      if (!refused) refused = error;
    }
  }
  throw *refused;
}

Fit::Fit(const config::FitSpec& spec, std::uint64_t seed) : spec_(spec), seed_(seed) { descend(); }

double Fit::error() const {
  const bool usable = best_ && best_->deviation->missing == 0;
  return usable ? best_->deviation->error : std::numeric_limits<double>::infinity();
}

// The first descent begins in the middle, the others anywhere.
void Fit::descend() {
  const auto stream = base::Stream::of(seed_, fmt::format("search.fit.{}", descents_));
  std::vector<double> start(spec_.parameters.size(), 0.5);
  if (descents_ > 0)
    for (std::size_t d = 0; d < start.size(); ++d)
      start[d] = base::Stream::of(seed_, "search.fit").uniform(static_cast<std::uint64_t>(descents_), d);
  std::int64_t candidates = first_candidates(spec_);
  for (std::int64_t k = 0; k < descents_; ++k) candidates *= 2;
  strategy_.emplace(std::move(start), first_width, candidates, stream);
  errors_.clear();
  ++descents_;
}

std::vector<std::vector<config::Assignment>> Fit::ask() {
  places_ = strategy_->ask();
  std::vector<std::vector<config::Assignment>> all;
  for (std::vector<double>& place : places_) {
    std::ranges::transform(place, place.begin(), reflected);
    all.push_back(spec_.at(place));
  }
  return all;
}

void Fit::tell(std::vector<Tried> tried) {
  std::vector<std::size_t> order(tried.size());
  std::iota(order.begin(), order.end(), 0);
  const auto better = [&](std::size_t a, std::size_t b) {
    const auto &one = tried[a].deviation, &other = tried[b].deviation;
    return one && (!other || *one < *other);
  };
  std::ranges::stable_sort(order, better);
  strategy_->tell(order);
  runs_ += std::ssize(tried);
  ++generations_;
  for (const Tried& one : tried)
    if (!one.deviation && reason_.empty()) reason_ = one.result.reason;
  Tried& first = tried[order.front()];
  const std::optional<Deviation> found = first.deviation;
  if (found && (!best_ || *found < *best_->deviation)) {
    best_ = std::move(first);
    best_place_ = places_[order.front()];
  }
  end_generation(found);
}

void Fit::end_generation(const std::optional<Deviation>& best) {
  const bool usable = best && best->missing == 0;
  errors_.push_back(usable ? best->error : std::numeric_limits<double>::infinity());
  if (error() <= spec_.tolerance) {
    over_ = converged_ = true;
  } else if (!best_ && generations_ >= most_empty) {
    over_ = true;
  } else if (settled()) {
    converged_ = true;
    const std::int64_t next = 2 * strategy_->candidates();
    over_ = descents_ > spec_.restarts || runs_ + next > spec_.runs;
    if (!over_) descend();
  } else {
    over_ = runs_ + strategy_->candidates() > spec_.runs;
    if (over_) converged_ = false;
  }
}

// Its candidates have come together, or have all been as good for as long as the tutorial says (B.3).
bool Fit::settled() const {
  if (strategy_->width() < finest_width || strategy_->degenerate()) return true;
  const std::size_t generations =
      10 + 30 * spec_.parameters.size() / static_cast<std::size_t>(strategy_->candidates());
  if (errors_.size() < generations) return false;
  const auto [least, most] =
      std::minmax_element(errors_.end() - static_cast<std::ptrdiff_t>(generations), errors_.end());
  return std::isfinite(*most) && *most - *least <= flat * *most;
}

record::PointResult Fit::result() && {
  record::PointResult result;
  result.status = record::PointStatus::failed;
  if (!best_) {
    result.reason = fmt::format("all {} runs failed, the first one: {}", runs_, reason_);
    return result;
  }
  if (best_->deviation->missing > 0) {
    result.reason =
        fmt::format("none of {} runs had a value of everything that is compared with the target", runs_);
    return result;
  }
  result = std::move(best_->result);
  auto to = result.measures.begin();
  for (std::size_t i = 0; i < spec_.parameters.size(); ++i) {
    const config::FittedParameter& parameter = spec_.parameters[i];
    *to++ = in_unit_of_column(parameter.value(best_place_[i]), parameter.dimension);
  }
  *to++ = best_->deviation->error;
  *to++ = static_cast<double>(runs_);
  *to++ = static_cast<double>(generations_);
  *to = converged_ ? 1 : 0;
  return result;
}

}  // namespace hillock::sweep
