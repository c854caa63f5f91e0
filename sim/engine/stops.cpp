// Conditions that end a run: counts spikes and neurons after each step.
#include "engine/stops.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/part.hpp"

namespace hillock::engine {

Stops::Stops(const std::vector<StopPlan>& plans, std::vector<std::int64_t> sizes, std::int64_t points,
             base::TimeGrid grid)
    : plans_(plans), sizes_(std::move(sizes)), grid_(grid) {
  StopState start;
  start.spikes.resize(plans.size());
  points_.assign(static_cast<std::size_t>(points), start);
  running_ = points;
  count_.resize(points_.size());
  for (const StopPlan& plan : plans) {
    auto& evaluator = evaluators_.emplace_back();
    if (!plan.of_spikes) continue;
    evaluator.emplace(*plan.of_spikes);
    evaluator->set_parameters({});
  }
}

void Stops::set(const std::vector<StopState>& points) {
  for (std::size_t k = 0; k < points_.size(); ++k) points_[k] = points[k % points.size()];
  running_ = std::ranges::count(points_, -1, &StopState::step);
}

bool Stops::look(std::int64_t step, const Parts& parts) {
  for (std::size_t stop = 0; stop < plans_.size(); ++stop)
    plans_[stop].of_spikes ? look_at_spikes(stop, step, parts) : look_at_neurons(stop, step, parts);
  return all_stopped();
}

// The first condition of several that hold is the one that is named.
void Stops::end(StopState& point, std::size_t stop, std::int64_t step) {
  if (point.step >= 0) return;
  point.step = step;
  point.stop = stop;
  --running_;
}

std::int64_t Stops::point_of(const StopPlan& plan, std::int64_t neuron) const {
  const std::int64_t size = sizes_[static_cast<std::size_t>(plan.population)], own = neuron % size;
  return own < plan.first || own > plan.last ? -1 : neuron / size;
}

// Counts the spikes of this step, which are the last of each part.
void Stops::take_spikes(std::size_t stop, std::int64_t step, const Parts& parts) {
  const StopPlan& plan = plans_[stop];
  count_.assign(points_.size(), 0);
  for (const auto& part : parts) {
    const auto& [spikes, steps] = part->spikes(static_cast<std::size_t>(plan.population));
    if (steps.empty() || steps.back().step != step - 1) continue;
    for (std::size_t i = steps.size() < 2 ? 0 : steps[steps.size() - 2].end; i < steps.back().end; ++i)
      if (const std::int64_t point = point_of(plan, static_cast<std::int64_t>(spikes[i].neuron)); point >= 0)
        ++count_[static_cast<std::size_t>(point)];
  }
}

bool Stops::move_window(const StopPlan& plan, std::int64_t step, std::int64_t count,
                        StopState::Spikes& spikes) {
  auto& [total, in_window, recent, first] = spikes;
  const std::int64_t before = in_window;
  const std::size_t gone = first;
  if (count > 0) recent.emplace_back(step, count);
  in_window += count;
  for (; first < recent.size() && recent[first].first <= step - plan.window; ++first)
    in_window -= recent[first].second;
  const bool moved = in_window != before || first != gone;
  if (2 * first > recent.size()) {
    recent.erase(recent.begin(), recent.begin() + static_cast<std::ptrdiff_t>(first));
    first = 0;
  }
  return moved;
}

// A rate that is not known yet is no number, and what compares it does not hold.
bool Stops::holds(std::size_t stop, std::int64_t step, const StopState::Spikes& spikes) {
  const StopPlan& plan = plans_[stop];
  const auto neurons = static_cast<double>(plan.last - plan.first + 1);
  const double rate = plan.window == 0 || step < plan.window
                          ? std::numeric_limits<double>::quiet_NaN()
                          : static_cast<double>(spikes.in_window) / (neurons * grid_.time(plan.window));
  const std::array<double, 3> values{static_cast<double>(spikes.count), rate, grid_.time(step)};
  std::array<bool, 1> found{};
  evaluators_[stop]->run({}, found, values);
  return found[0];
}

// Evaluated where what it is made of has changed, and where a rate is known for the first time.
void Stops::look_at_spikes(std::size_t stop, std::int64_t step, const Parts& parts) {
  const StopPlan& plan = plans_[stop];
  take_spikes(stop, step, parts);
  for (std::size_t k = 0; k < points_.size(); ++k) {
    StopState::Spikes& spikes = points_[k].spikes[stop];
    spikes.count += count_[k];
    const bool moved = plan.window > 0 && move_window(plan, step, count_[k], spikes);
    if (moved || count_[k] > 0 || plan.of_time || step == 1 || step == plan.window)
      if (holds(stop, step, spikes)) end(points_[k], stop, step);
  }
}

void Stops::look_at_neurons(std::size_t stop, std::int64_t step, const Parts& parts) {
  const StopPlan& plan = plans_[stop];
  count_.assign(points_.size(), 0);
  for (const auto& part : parts)
    for (const std::int64_t neuron : part->holding(stop))
      if (const std::int64_t point = point_of(plan, neuron); point >= 0)
        ++count_[static_cast<std::size_t>(point)];
  for (std::size_t k = 0; k < points_.size(); ++k)
    if (count_[k] > 0 && (!plan.all || count_[k] == plan.last - plan.first + 1)) end(points_[k], stop, step);
}

}  // namespace hillock::engine
