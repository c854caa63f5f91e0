// Places times on the step grid and finds the piece that acts.
#include "engine/inputs/window.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/inputs/fields.hpp"

namespace hillock::engine {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double last_step = 9007199254740992.0;  // 2^53: no run is that long

void keep_inside_run(std::vector<double>& edges, const base::TimeGrid& grid) {
  std::erase_if(edges, [&](double time) { return time <= 0 || time >= grid.duration(); });
}

}  // namespace

Edge::Edge(double time, const base::TimeGrid& grid) {
  const double step = std::floor(time / grid.dt);
  if (!(std::fabs(step) < last_step)) {
    finite_ = false;
    step_ = time < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    return;
  }
  if (const auto on_grid = grid.step_of(time)) {
    step_ = *on_grid;
    return;
  }
  step_ = static_cast<std::int64_t>(step);
  rest_ = time - grid.time(step_);
  tolerance_ = 1e-9 * grid.dt;
}

Window::Window(const InputData& data)
    : Window(number_or(data, "start", 0), number_or(data, "stop", infinity), data.grid) {}

Window::Window(double start, double stop, const base::TimeGrid& grid)
    : grid_(grid), start_(start, grid), stop_(stop, grid) {}

std::vector<double> Window::edges() const {
  std::vector<double> found;
  for (const Edge& edge : {start_, stop_})
    if (edge.finite()) found.push_back(edge.time(grid_));
  keep_inside_run(found, grid_);
  return found;
}

Pieces::Pieces(const std::vector<double>& times, const base::TimeGrid& grid) : grid_(grid) {
  begins_.reserve(times.size());
  for (const double time : times) begins_.emplace_back(time, grid);
}

std::ptrdiff_t Pieces::find(std::int64_t step, double offset) const {
  const auto next = std::partition_point(begins_.begin(), begins_.end(),
                                         [&](const Edge& edge) { return edge.reached(step, offset); });
  return next - begins_.begin() - 1;
}

std::vector<double> Pieces::edges() const {
  std::vector<double> found;
  for (const Edge& edge : begins_)
    if (edge.finite()) found.push_back(edge.time(grid_));
  keep_inside_run(found, grid_);
  return found;
}

std::vector<double> merged(std::vector<double> first, const std::vector<double>& second) {
  first.insert(first.end(), second.begin(), second.end());
  std::sort(first.begin(), first.end());
  first.erase(std::unique(first.begin(), first.end()), first.end());
  return first;
}

}  // namespace hillock::engine
