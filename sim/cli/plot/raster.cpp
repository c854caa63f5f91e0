// Spikes of all neurons over time, populations above one another, and their rates.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/diagnostics.hpp"
#include "cli/console.hpp"
#include "cli/plot/figures.hpp"

namespace hillock::cli {
namespace {

constexpr std::uint64_t most_raster_spikes = 2'000'000;     // spikes of a population
constexpr std::uint64_t most_sampled = 200'000;             // of more than that
constexpr std::size_t most_drawn = 30'000;                  // of all populations
constexpr std::size_t fewest_rows = 20;                     // that thinning leaves
constexpr int most_rate_bins = 100, fewest_rate_bins = 20;  // of the rates

// A population on paper: its neurons first, first + 1, ... or those that were chosen.
struct Group {
  std::string name;
  ShownSpikes shown;
  std::vector<std::int64_t> chosen;
  std::int64_t first = 0;
  std::size_t rows = 1;
  std::size_t stride = 1;  // of the rows that are drawn

  std::size_t row_of(std::uint64_t id) const {
    const auto neuron = static_cast<std::int64_t>(id);
    if (chosen.empty()) return static_cast<std::size_t>(neuron - first);
    return static_cast<std::size_t>(std::ranges::lower_bound(chosen, neuron) - chosen.begin());
  }
};

// So many that the rates of a few spikes are not a comb.
int bins_of(PlottedRun& run, const std::vector<std::string>& populations) {
  std::uint64_t spikes = 0;
  for (const std::string& population : populations) spikes += run.count_spikes(population);
  return static_cast<int>(std::clamp<std::uint64_t>(spikes / 20, fewest_rate_bins, most_rate_bins));
}

Group group_of(PlottedRun& run, const std::string& population, int bins) {
  Group group;
  group.name = population;
  group.chosen = run.request().neurons;
  if (group.chosen.empty()) {
    group.shown =
        shown_spikes(run.reader(), population, run.window(), {most_raster_spikes, most_sampled, bins});
    const auto& ids = group.shown.spikes.node_ids;
    const std::uint64_t known = group.shown.spikes.neurons;
    std::uint64_t last = known > 0 ? known - 1 : 0;
    if (!ids.empty()) {
      const auto [low, high] = std::ranges::minmax(ids);
      if (high > last) group.first = static_cast<std::int64_t>(low);  // not all neurons are recorded
      last = std::max(last, high);
    }
    group.rows = static_cast<std::size_t>(last) + 1 - static_cast<std::size_t>(group.first);
    return group;
  }
  auto spikes = run.spikes(population, most_raster_spikes);
  if (!spikes)
    throw base::UserError(
        fmt::format("{}: more than {} spikes of population '{}' lie in this window, too many "
                    "to choose neurons from",
                    run.info().path, most_raster_spikes, population),
        "choose a shorter one with --start and --stop, or leave --neurons out");
  group.shown.spikes = *std::move(spikes);
  group.shown.count = group.shown.spikes.times.size();
  group.rows = group.chosen.size();
  const double dt = run.info().dt;
  group.shown.edges = rate_edges(run.window(), dt, bins);
  group.shown.rates = rates_between(group.shown.edges, group.shown.spikes.times, dt, group.rows);
  return group;
}

// Leaves out rows, not stretches of time, so that what happens at one time stays together.
void thin(Group& group, std::size_t most, Figure& figure) {
  const std::size_t spikes = group.shown.spikes.times.size();
  if (spikes > most)
    group.stride = std::min((spikes + most - 1) / most, std::max<std::size_t>(1, group.rows / fewest_rows));
  if (!group.shown.note.empty()) figure.notes.push_back(group.name + ": " + group.shown.note);
  if (group.stride > 1)
    figure.notes.push_back(fmt::format("{}: one in {} of {} neurons is drawn; the rates count all.",
                                       group.name, group.stride, group.rows));
}

Series strokes_of(const Group& group, std::size_t row, double scale) {
  Series series;
  series.mark = Mark::bars;
  series.height = 0.8 * static_cast<double>(group.stride);
  for (std::size_t k = 0; k < group.shown.spikes.times.size(); ++k) {
    const std::size_t own = group.row_of(group.shown.spikes.node_ids[k]);
    if (own % group.stride != 0) continue;
    series.x.push_back(group.shown.spikes.times[k] * scale);
    series.y.push_back(static_cast<double>(row + own));
  }
  return series;
}

// The rows by the neurons' numbers, or by the populations' names where there are several.
void label_rows(const std::vector<Group>& groups, double total, Axis& axis) {
  axis.range = {-0.5, total - 0.5};
  axis.whole = true;
  if (groups.size() > 1) {
    axis.label = "";
    axis.ticks.emplace();
    double row = 0;
    for (const Group& group : groups) {
      axis.ticks->values.push_back(row + (static_cast<double>(group.rows) - 1) / 2);
      axis.ticks->labels.push_back(group.name);
      row += static_cast<double>(group.rows);
    }
    return;
  }
  const Group& group = groups.front();
  axis.label = "neuron";
  if (!group.chosen.empty()) {
    constexpr std::size_t most = 10;
    axis.ticks.emplace();
    for (std::size_t k = 0; k < group.rows; k += (group.rows + most - 1) / most) {
      axis.ticks->values.push_back(static_cast<double>(k));
      axis.ticks->labels.push_back(std::to_string(group.chosen[k]));
    }
  } else if (group.first > 0) {  // round numbers of neurons, at their rows
    const auto first = static_cast<double>(group.first);
    axis.ticks = round_ticks(first - 0.5, first + total - 0.5, 6, true);
    for (double& value : axis.ticks->values) value -= first;
  }
}

Panel rates_of(PlottedRun& run, const std::vector<Group>& groups) {
  Panel panel;
  panel.name = "rate over time";
  panel.share = 0.4;
  panel.x = run.time_axis();
  panel.y.label = "rate (Hz)";
  panel.y.most_ticks = 4;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    Series series;
    series.mark = groups.size() == 1 ? Mark::area : Mark::stairs;
    series.colour = run.colour_of(groups[k].name);
    if (groups.size() > 1) series.label = groups[k].name;
    for (const double edge : groups[k].shown.edges) series.x.push_back(edge * run.time_scale());
    series.y = groups[k].shown.rates;
    panel.series.push_back(std::move(series));
  }
  const std::optional<Range> range = range_of_y({panel});
  panel.y.range = {0, range && range->high > 0 ? 1.08 * range->high : 1};
  return panel;
}

}  // namespace

void add_raster(PlottedRun& run, Figure& figure) {
  std::vector<Group> groups;
  const std::vector<std::string> populations = run.spiking_populations();
  const int bins = bins_of(run, populations);
  for (const std::string& population : populations) groups.push_back(group_of(run, population, bins));
  std::size_t total = 0;
  for (Group& group : groups) {
    thin(group, most_drawn / groups.size(), figure);
    total += group.rows;
  }
  Panel panel;
  panel.name = "spikes of each neuron over time";
  panel.x = run.time_axis();
  panel.joined = true;
  panel.share = std::clamp(static_cast<double>(total) / 20, 0.4, 1.0);
  if (groups.size() == 1) panel.side = groups.front().name;
  label_rows(groups, static_cast<double>(total), panel.y);
  std::size_t row = 0;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    Series series = strokes_of(groups[k], row, run.time_scale());
    series.colour = run.colour_of(groups[k].name);
    panel.series.push_back(std::move(series));
    row += groups[k].rows;
  }
  figure.panels.push_back(std::move(panel));
  figure.panels.push_back(rates_of(run, groups));
  if (std::ranges::all_of(groups, [](const Group& group) { return group.shown.note.empty(); }))
    figure.notes.push_back(fmt::format("Rates in bins of {} ms.",
                                       three_digits(groups.front().shown.edges[1] - run.window().start)));
}

}  // namespace hillock::cli
