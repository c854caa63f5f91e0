// Measures over one parameter: the mean of the repeats, and from the lowest to the highest of them.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/math.hpp"
#include "cli/plot/plotted_run.hpp"
#include "cli/plot/plotted_sweep.hpp"

namespace hillock::cli {
namespace {

using record::PointStatus;
using record::SweepTable;
using record::SweepVariable;

constexpr std::size_t most_dotted = 60;  // points of a curve that are dots, too

struct Curve {
  Series band, line, dots;
  bool spread = false;
};

Curve curve_of(const SweepTable& table, const SweepView& view, const SweepVariable& measure,
               const SweepGroup& group, int colour) {
  const SweepAxisView& axis = view.axes.front();
  std::vector<std::vector<std::size_t>> at(axis.values.size());
  for (const std::size_t point : group.points)
    if (const double x = axis.parameter->numbers[point]; std::isfinite(x)) at[axis.index(x)].push_back(point);
  Curve curve;
  curve.band.mark = Mark::band;
  curve.dots.mark = Mark::dots;
  for (std::size_t k = 0; k < at.size(); ++k) {
    if (at[k].empty()) continue;
    const std::vector<double> values = values_of(table, measure, at[k]);
    const double mean = mean_of(values);
    const auto [low, high] = values.empty() ? std::pair(mean, mean)
                                            : std::pair(std::ranges::min(values), std::ranges::max(values));
    curve.spread = curve.spread || low < high;
    for (Series* series : {&curve.band, &curve.line, &curve.dots}) series->x.push_back(axis.values[k]);
    curve.line.y.push_back(mean);
    curve.dots.y.push_back(mean);
    curve.band.y.push_back(high);
    curve.band.low.push_back(low);
  }
  for (Series* series : {&curve.band, &curve.line, &curve.dots}) series->colour = colour;
  (view.curves ? curve.line : curve.dots).label = group.label;
  return curve;
}

Axis x_axis(const SweepAxisView& axis) {
  Axis x;
  x.label = quantity_label(axis.parameter->name, axis.parameter->unit);
  x.logarithmic = axis.logarithmic;
  x.range = {axis.values.front(), axis.values.back()};
  if (axis.logarithmic) {
    const double room = base::pow(x.range.high / x.range.low, 0.03);
    x.range = {x.range.low / room, x.range.high * room};
  } else {
    x.range = with_margin(x.range);
  }
  return x;
}

// Where a point failed, on the ground of the panel.
Series crosses(const SweepTable& table, const SweepAxisView& axis, Range y) {
  Series series;
  series.mark = Mark::crosses;
  series.colour = ink;
  std::vector<double> places;
  for (std::size_t point = 0; point < table.points(); ++point)
    if (table.status[point] == PointStatus::failed) places.push_back(axis.parameter->numbers[point]);
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  series.x = places;
  series.y.assign(places.size(), y.low + 0.02 * (y.high - y.low));
  return series;
}

// As many groups as there are colours, from all over the list.
std::vector<std::size_t> shown_groups(std::size_t count) {
  std::vector<std::size_t> shown;
  const auto most = std::min<std::size_t>(count, colours);
  for (std::size_t k = 0; k < most; ++k) shown.push_back(most < 2 ? 0 : k * (count - 1) / (most - 1));
  return shown;
}

}  // namespace

void add_curves(const SweepTable& table, const SweepView& view, Figure& figure) {
  const SweepAxisView& axis = view.axes.front();
  const std::vector<std::size_t> shown = shown_groups(view.groups.size());
  bool spread = false;
  for (const SweepVariable* measure : view.measures) {
    Panel panel;
    panel.name = measure->name + " over " + axis.parameter->name;
    panel.x = x_axis(axis);
    panel.y.label = quantity_label(measure->name, measure->unit);
    panel.legend = view.apart;
    std::vector<Curve> curves;
    for (std::size_t k = 0; k < shown.size(); ++k)
      curves.push_back(curve_of(table, view, *measure, view.groups[shown[k]], static_cast<int>(k)));
    Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
    for (Curve& curve : curves) {
      for (std::size_t k = 0; k < curve.band.y.size(); ++k)
        if (std::isfinite(curve.band.y[k])) {
          range.low = std::min(range.low, curve.band.low[k]);
          range.high = std::max(range.high, curve.band.y[k]);
        }
      spread = spread || curve.spread;
      const bool dotted = !view.curves || curve.dots.x.size() <= most_dotted;
      if (curve.spread) panel.series.push_back(std::move(curve.band));
      if (view.curves) panel.series.push_back(std::move(curve.line));
      if (dotted) panel.series.push_back(std::move(curve.dots));
    }
    panel.y.range = range.low <= range.high ? with_margin(range) : Range{0, 1};
    if (Series failed = crosses(table, axis, panel.y.range); !failed.x.empty())
      panel.series.push_back(std::move(failed));
    figure.panels.push_back(std::move(panel));
  }
  if (spread)
    figure.notes.push_back(fmt::format("{}: mean of the repeats; band: from the lowest to the highest.",
                                       view.curves ? "Line" : "Dot"));
  if (shown.size() < view.groups.size())
    figure.notes.push_back(fmt::format("{} of {} curves are shown.", shown.size(), view.groups.size()));
}

}  // namespace hillock::cli
