// Spikes are in order of time: bisection finds a window, and the place of a spike says how many came before
// it.
#include "cli/shown/shown_spikes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/plot/ticks.hpp"

namespace hillock::cli {
namespace {

using record::FrameRange;
using record::RunReader;

// The first spike at or after a time (`behind`: after it) of the first `count` ones.
std::uint64_t first_from(RunReader& reader, const std::string& population, std::uint64_t count, double time,
                         bool behind) {
  constexpr std::uint64_t page = 4096;  // read at once when so few are left
  std::uint64_t low = 0, high = count;
  const auto before = [&](double other) { return behind ? other <= time : other < time; };
  while (high - low > page) {
    const std::uint64_t middle = low + (high - low) / 2;
    (before(reader.spikes(population, {middle, 1}).times.front()) ? low : high) = middle;
  }
  const std::vector<double> times = reader.spikes(population, {low, high - low}).times;
  return low + static_cast<std::uint64_t>(std::ranges::partition_point(times, before) - times.begin());
}

double neurons_of(const record::Spikes& spikes) {
  return static_cast<double>(std::max<std::uint64_t>(1, spikes.neurons));
}

// All spikes, and their rates in bins of equal width.
void add_all(RunReader& reader, const std::string& population, FrameRange range, TimeWindow window, int bins,
             ShownSpikes& shown) {
  const double dt = reader.info().dt;
  shown.spikes = reader.spikes(population, range);
  shown.edges = rate_edges(window, dt, bins);
  shown.rates = rates_between(shown.edges, shown.spikes.times, dt, shown.spikes.neurons);
}

// Stretches of spikes from all over the window. Where a stretch begins says how many came before: the rates
// are exact.
void add_some(RunReader& reader, const std::string& population, FrameRange range, TimeWindow window,
              std::uint64_t most, ShownSpikes& shown) {
  constexpr std::uint64_t parts = 100;
  const std::uint64_t each = most / parts;
  shown.edges.push_back(window.start);
  std::uint64_t before = range.first;  // spikes before the last edge
  const auto add_edge = [&](double time, std::uint64_t index) {
    if (time <= shown.edges.back()) return;
    const double found = static_cast<double>(index - before);
    shown.rates.push_back(1000 * found / (time - shown.edges.back()) / neurons_of(shown.spikes));
    shown.edges.push_back(time);
    before = index;
  };
  for (std::uint64_t k = 0; k < parts; ++k) {
    const std::uint64_t index = range.first + range.count / parts * k;
    const record::Spikes part = reader.spikes(population, {index, each});
    shown.spikes.neurons = part.neurons;
    add_edge(part.times.front(), index);
    std::ranges::copy(part.times, std::back_inserter(shown.spikes.times));
    std::ranges::copy(part.node_ids, std::back_inserter(shown.spikes.node_ids));
  }
  const std::uint64_t last = range.first + range.count - 1;
  add_edge(reader.spikes(population, {last, 1}).times.front(), last);
  shown.note = fmt::format("{} stretches of {} spikes out of {} are shown; the rates count all.", parts, each,
                           range.count);
}

}  // namespace

FrameRange spikes_within(RunReader& reader, const std::string& population, TimeWindow window) {
  const auto& recorded = reader.info().spikes;
  const auto found = std::ranges::find(recorded, population, &record::SpikesInfo::population);
  if (found == recorded.end()) return {};
  const std::uint64_t first =
      window.start <= 0 ? 0 : first_from(reader, population, found->trusted, window.start, false);
  const std::uint64_t last = window.stop >= reader.info().end()
                                 ? found->trusted
                                 : first_from(reader, population, found->trusted, window.stop, true);
  return {first, std::max(first, last) - first};
}

std::vector<double> rate_edges(TimeWindow window, double dt, int most) {
  const double span = window.stop - window.start;
  double width = round_step(span / most * (1 - 1e-9));
  const auto is_whole = [&](double steps) { return std::abs(steps - std::round(steps)) < 1e-6 * steps; };
  if (dt > 0) {
    double whole = width;
    while (whole < span && !is_whole(whole / dt)) whole = round_step(1.01 * whole);
    width = whole < span ? whole : dt * std::ceil(width / dt * (1 - 1e-9));
  }
  std::vector<double> edges;
  for (int k = 0; window.start + k * width < window.stop - 1e-6 * width; ++k)
    edges.push_back(window.start + k * width);
  edges.push_back(window.stop);
  return edges;
}

std::vector<double> rates_between(const std::vector<double>& edges, const std::vector<double>& times,
                                  double dt, std::uint64_t neurons) {
  const auto behind = [&](double edge) { return std::ranges::upper_bound(times, edge + 1e-6 * dt); };
  std::vector<double> rates;
  for (std::size_t k = 0; k + 1 < edges.size(); ++k)
    rates.push_back(1000 * static_cast<double>(behind(edges[k + 1]) - behind(edges[k])) /
                    (edges[k + 1] - edges[k]) / static_cast<double>(std::max<std::uint64_t>(1, neurons)));
  return rates;
}

ShownSpikes shown_spikes(RunReader& reader, const std::string& population, TimeWindow window,
                         const SpikeBudget& budget) {
  const FrameRange range = spikes_within(reader, population, window);
  ShownSpikes shown;
  shown.count = range.count;
  if (range.count <= budget.spikes)
    add_all(reader, population, range, window, budget.bins, shown);
  else
    add_some(reader, population, range, window, budget.sampled, shown);
  return shown;
}

}  // namespace hillock::cli
