// Measures over two parameters, as colours: tiles where the points are a grid, otherwise a dot for each.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/diagnostics.hpp"
#include "base/math.hpp"
#include "cli/plot/plotted_run.hpp"
#include "cli/plot/plotted_sweep.hpp"

namespace hillock::cli {
namespace {

using record::PointStatus;
using record::SweepTable;
using record::SweepVariable;

constexpr std::size_t most_tiles = 90'000, most_panels = 12;

// From where to where each value has its tile: half way to its neighbours, as the axis counts.
std::vector<Range> tiles_of(const SweepAxisView& axis) {
  const auto as_counted = [&](double value) { return axis.logarithmic ? base::log(value) : value; };
  const auto back = [&](double value) { return axis.logarithmic ? base::exp(value) : value; };
  const std::size_t count = axis.values.size();
  std::vector<double> edges(count + 1);
  for (std::size_t k = 1; k < count; ++k)
    edges[k] = (as_counted(axis.values[k - 1]) + as_counted(axis.values[k])) / 2;
  const double first = as_counted(axis.values.front()), last = as_counted(axis.values.back());
  edges.front() = count > 1 ? 2 * first - edges[1] : with_margin({first, first}).low;
  edges.back() = count > 1 ? 2 * last - edges[count - 1] : with_margin({last, last}).high;
  std::vector<Range> tiles;
  for (std::size_t k = 0; k < count; ++k) tiles.push_back({back(edges[k]), back(edges[k + 1])});
  return tiles;
}

// The points at each place of a grid, [y][x].
struct Grid {
  const SweepAxisView &x, &y;
  std::vector<std::vector<std::size_t>> points;
  std::size_t filled = 0;

  Grid(const SweepView& view, const SweepGroup& group) : x(view.axes[0]), y(view.axes[1]) {
    points.resize(x.values.size() * y.values.size());
    for (const std::size_t point : group.points) {
      const double at_x = x.parameter->numbers[point], at_y = y.parameter->numbers[point];
      if (!std::isfinite(at_x) || !std::isfinite(at_y)) continue;
      auto& place = points[y.index(at_y) * x.values.size() + x.index(at_x)];
      filled += place.empty() ? 1 : 0;
      place.push_back(point);
    }
  }
};

// Points that were drawn fill less than half of the places that their values make.
bool is_grid(const SweepView& view, const SweepGroup& group) {
  const std::size_t places = view.axes[0].values.size() * view.axes[1].values.size();
  if (places > 2 * group.points.size()) return false;
  return 2 * Grid(view, group).filled >= places;
}

Series tiles(const SweepTable& table, const SweepVariable& measure, const Grid& grid) {
  const std::vector<Range> wide = tiles_of(grid.x), high = tiles_of(grid.y);
  Series series;
  series.mark = Mark::tiles;
  for (std::size_t k = 0; k < grid.points.size(); ++k) {
    const std::size_t column = k % wide.size(), row = k / wide.size();
    series.x.push_back(grid.x.values[column]);
    series.y.push_back(grid.y.values[row]);
    series.wide.push_back(wide[column]);
    series.high.push_back(high[row]);
    series.value.push_back(mean_of(values_of(table, measure, grid.points[k])));
  }
  return series;
}

Series blots(const SweepTable& table, const SweepVariable& measure, const SweepView& view,
             const SweepGroup& group) {
  Series series;
  series.mark = Mark::blots;
  for (const std::size_t point : group.points) {
    series.x.push_back(view.axes[0].parameter->numbers[point]);
    series.y.push_back(view.axes[1].parameter->numbers[point]);
    series.value.push_back(mean_of(values_of(table, measure, {point})));
  }
  return series;
}

Series crosses(const SweepTable& table, const SweepView& view, const SweepGroup& group) {
  Series series;
  series.mark = Mark::crosses;
  series.colour = ink;
  for (const std::size_t point : group.points) {
    if (table.status[point] != PointStatus::failed) continue;
    series.x.push_back(view.axes[0].parameter->numbers[point]);
    series.y.push_back(view.axes[1].parameter->numbers[point]);
  }
  return series;
}

Axis axis_of(const SweepAxisView& view, bool grid) {
  Axis axis;
  axis.label = quantity_label(view.parameter->name, view.parameter->unit);
  axis.logarithmic = view.logarithmic;
  const std::vector<Range> tiles = tiles_of(view);
  axis.range = {tiles.front().low, tiles.back().high};
  if (!grid && !axis.logarithmic) axis.range = with_margin({view.values.front(), view.values.back()});
  return axis;
}

// All maps of a measure have the same colours for the same values.
Axis bar_of(const SweepTable& table, const SweepVariable& measure, const std::string& group) {
  Axis bar;
  bar.label = quantity_label(measure.name, measure.unit);
  if (!group.empty()) bar.label += ", " + group;
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (std::size_t point = 0; point < table.points(); ++point)
    for (const double value : values_of(table, measure, {point})) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  if (!(range.low <= range.high)) range = {0, 1};
  if (range.low == range.high) range = with_margin(range);
  bar.range = range;
  return bar;
}

}  // namespace

void add_maps(const SweepTable& table, const SweepView& view, Figure& figure) {
  const std::size_t most_groups = std::max<std::size_t>(1, most_panels / view.measures.size());
  const std::size_t groups = std::min(most_groups, view.groups.size());
  const bool grid = is_grid(view, view.groups.front());
  if (const std::size_t places = view.axes[0].values.size() * view.axes[1].values.size();
      grid && places > most_tiles)
    throw base::UserError(fmt::format("{}: a map of {} tiles is more than paper can show, which is {}",
                                      table.head.path, places, most_tiles),
                          "choose one axis with --axis");
  bool holes = false;
  for (const SweepVariable* measure : view.measures)
    for (std::size_t k = 0; k < groups; ++k) {
      const SweepGroup& group = view.groups[k];
      Panel panel;
      panel.x = axis_of(view.axes[0], grid);
      panel.y = axis_of(view.axes[1], grid);
      panel.name = fmt::format("map of {} over {} and {}", measure->name, view.axes[0].parameter->name,
                               view.axes[1].parameter->name);
      const std::string label =
          group.label.empty() || view.apart.empty() ? group.label : view.apart + " " + group.label;
      panel.bar = bar_of(table, *measure, label);
      panel.series.push_back(grid ? tiles(table, *measure, Grid(view, group))
                                  : blots(table, *measure, view, group));
      for (const double value : panel.series.back().value) holes = holes || !std::isfinite(value);
      if (Series failed = crosses(table, view, group); !failed.x.empty())
        panel.series.push_back(std::move(failed));
      figure.panels.push_back(std::move(panel));
    }
  if (table.repeats > 1 && grid) figure.notes.push_back(fmt::format("Means of {} repeats.", table.repeats));
  if (holes) figure.notes.push_back(grid ? "Grey: no value." : "Points without a value are not shown.");
  if (groups < view.groups.size())
    figure.notes.push_back(
        fmt::format("{} of {} maps of each measure are shown.", groups, view.groups.size()));
}

}  // namespace hillock::cli
