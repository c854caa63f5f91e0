// How often each interval between successive spikes of a neuron occurs.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/spike_statistics.hpp"
#include "base/diagnostics.hpp"
#include "cli/console.hpp"
#include "cli/plot/figures.hpp"

namespace hillock::cli {
namespace {

constexpr std::uint64_t most_intervals = 2'000'000;  // spikes of a population
constexpr double most_interval_bins = 70;            // half of it at least

// The intervals of all neurons, ascending, ms.
std::vector<double> intervals_of(PlottedRun& run, const std::string& population, Figure& figure) {
  const record::Spikes spikes = run.first_spikes(population, most_intervals);
  if (const std::uint64_t all = run.count_spikes(population); all > most_intervals)
    figure.notes.push_back(fmt::format("{}: intervals of the first {} of {} spikes in the window.",
                                       population, most_intervals, all));
  std::map<std::uint64_t, double> last;
  std::vector<double> intervals;
  for (std::size_t k = 0; k < spikes.times.size(); ++k) {
    const auto [before, first] = last.try_emplace(spikes.node_ids[k], spikes.times[k]);
    if (!first) intervals.push_back(spikes.times[k] - before->second);
    before->second = spikes.times[k];
  }
  std::ranges::sort(intervals);
  return intervals;
}

// Shares of the intervals in bins from 0 on, per cent.
Series histogram_of(const std::vector<double>& intervals, double bin, double end) {
  Series series;
  const auto bins = static_cast<std::size_t>(std::llround(end / bin));
  std::vector<std::size_t> counts(bins);
  for (const double interval : intervals)
    if (const double k = std::floor(interval / bin); k >= 0 && k < static_cast<double>(bins))
      ++counts[static_cast<std::size_t>(k)];
  for (std::size_t k = 0; k <= bins; ++k) series.x.push_back(static_cast<double>(k) * bin);
  for (const std::size_t count : counts)
    series.y.push_back(100 * static_cast<double>(count) / static_cast<double>(intervals.size()));
  return series;
}

double mean_of(const std::vector<double>& intervals) {
  double sum = 0;
  for (const double interval : intervals) sum += interval;
  return sum / static_cast<double>(intervals.size());
}

std::string summary_of(const std::string& population, const std::vector<double>& intervals) {
  std::string text = fmt::format("{}: {}, mean {} ms", population,
                                 counted(static_cast<std::int64_t>(intervals.size()), "interval"),
                                 three_digits(mean_of(intervals)));
  if (const auto cv = analysis::cv(intervals)) text += fmt::format(", CV {:.2f}", *cv);
  return text;
}

}  // namespace

void add_interval_histogram(PlottedRun& run, Figure& figure) {
  std::vector<std::pair<std::string, std::vector<double>>> groups;
  double longest = 0, nearly_longest = 0;
  for (const std::string& population : run.spiking_populations()) {
    std::vector<double> intervals = intervals_of(run, population, figure);
    if (intervals.empty()) continue;
    longest = std::max(longest, intervals.back());
    nearly_longest = std::max(nearly_longest, intervals[(intervals.size() - 1) * 995 / 1000]);
    groups.emplace_back(population, std::move(intervals));
  }
  if (groups.empty())
    throw base::UserError(
        run.info().path + ": there are no intervals, as no neuron has two spikes in this window",
        "choose a longer window, other populations or neurons");
  // A few very long intervals would press all others into the first bins.
  const double shown = longest > 2 * nearly_longest ? nearly_longest : longest;
  if (!(shown > 0))
    throw base::UserError(run.info().path + ": all intervals between spikes are 0 ms",
                          "hillock info says what the file holds");
  const double bin = round_step(shown / most_interval_bins);
  const double end = bin * (std::floor(shown / bin) + 2);
  Panel panel;
  panel.name = "histogram of the intervals between spikes";
  panel.x.label = "interval (ms)";
  panel.x.range = {0, end};
  panel.y.label = "intervals (%)";
  std::size_t outside = 0;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const auto& [population, intervals] = groups[k];
    Series series = histogram_of(intervals, bin, end);
    series.mark = groups.size() == 1 ? Mark::area : Mark::stairs;
    series.colour = static_cast<int>(k);
    if (groups.size() > 1) series.label = population;
    panel.series.push_back(std::move(series));
    outside += static_cast<std::size_t>(intervals.end() - std::ranges::lower_bound(intervals, end));
    if (groups.size() == 1) {
      Series mean;
      mean.mark = Mark::rule;
      mean.colour = 1;
      mean.label = "mean";
      mean.x = {mean_of(intervals)};
      panel.series.push_back(std::move(mean));
    }
    figure.notes.push_back(summary_of(population, intervals) + ".");
  }
  panel.y.range = {0, 1.08 * range_of_y({panel})->high};
  if (outside > 0)
    figure.notes.push_back(fmt::format("Not shown: {} of more than {} ms, up to {} ms.",
                                       counted(static_cast<std::int64_t>(outside), "interval"),
                                       three_digits(end), three_digits(longest)));
  figure.panels.push_back(std::move(panel));
}

}  // namespace hillock::cli
