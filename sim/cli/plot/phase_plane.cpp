// One variable of a neuron against another, or its rate of change against itself.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/trace.hpp"
#include "base/diagnostics.hpp"
#include "cli/console.hpp"
#include "cli/plot/figures.hpp"
#include "cli/plot/origin.hpp"
#include "cli/shown/trace_bins.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

constexpr std::uint64_t most_frames = 30'000;                  // browsers take seconds for longer curves
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;  // read of the file for each variable
constexpr std::uint64_t most_spikes = 2'000'000;

// All frames in the window, as many as can be drawn.
std::vector<double> values_read(PlottedRun& run, const ShownTraces& shown, Figure& figure) {
  const std::uint64_t most =
      std::clamp<std::uint64_t>(most_bytes / frame_bytes(*shown.report, *shown.variable), 2, most_frames);
  record::FrameRange frames = shown.frames;
  if (frames.count > most) {
    frames.count = most;
    const std::string note =
        fmt::format("Drawn up to {}; --start and --stop choose another stretch.",
                    human_time(static_cast<double>(frames.first + most - 1) * shown.report->interval));
    if (std::ranges::find(figure.notes, note) == figure.notes.end()) figure.notes.push_back(note);
  }
  return run.reader().columns(*shown.report, shown.variable->name, shown.columns, frames).front();
}

bool is_reset(PlottedRun& run, const std::string& population, Figure& figure) {
  try {
    const Origin origin = origin_of(run, population);
    const auto& spec = origin.experiment->populations[static_cast<std::size_t>(origin.population)];
    return !spec.model->spike.reset.empty();
  } catch (const UserError&) {
    figure.notes.push_back(
        "If the model has a reset, it is drawn as a line: the file's config is not readable.");
    return false;
  }
}

// The first frame after each reset, counted from the first one drawn. Nothing moves along the line to it.
std::vector<std::size_t> frames_after_resets(PlottedRun& run, const std::string& population,
                                             const ShownTraces& shown, std::size_t count, Figure& figure) {
  std::vector<std::size_t> found;
  if (!is_reset(run, population, figure)) return found;
  const auto spikes = run.has_spikes(population) ? run.spikes(population, most_spikes) : std::nullopt;
  if (!spikes) {
    figure.notes.push_back(
        run.has_spikes(population)
            ? fmt::format("Resets are drawn as lines: there are more than {} spikes.", most_spikes)
            : "Resets are drawn as lines: no spikes were recorded.");
    return found;
  }
  for (std::size_t k = 0; k < spikes->times.size(); ++k) {
    if (static_cast<std::int64_t>(spikes->node_ids[k]) != shown.neurons.front()) continue;
    const double frame =
        std::ceil(spikes->times[k] / shown.report->interval - 1e-6) - static_cast<double>(shown.frames.first);
    if (frame < 1 || frame >= static_cast<double>(count)) continue;
    const auto after = static_cast<std::size_t>(frame);
    if (found.empty() || found.back() < after) found.push_back(after);
  }
  return found;
}

// With a gap before each of the frames.
std::vector<double> broken(const std::vector<double>& values, const std::vector<std::size_t>& frames) {
  std::vector<double> parts;
  std::size_t begin = 0;
  for (const std::size_t frame : frames) {
    parts.insert(parts.end(), values.begin() + static_cast<std::ptrdiff_t>(begin),
                 values.begin() + static_cast<std::ptrdiff_t>(frame));
    parts.push_back(std::nan(""));
    begin = frame;
  }
  parts.insert(parts.end(), values.begin() + static_cast<std::ptrdiff_t>(begin), values.end());
  return parts;
}

// Of each stretch between resets by itself; a stretch of a single value has no slope.
std::vector<double> slopes_of(const std::vector<double>& values, double interval,
                              const std::vector<std::size_t>& resets, const std::string& path,
                              const std::string& variable) {
  if (values.size() < 2)
    throw UserError(fmt::format("{}: one value of '{}' lies in this window, and a rate of change takes two",
                                path, variable),
                    "choose a longer window");
  std::vector<double> slopes(values.size(), std::nan(""));
  std::vector<std::size_t> ends = resets;
  ends.push_back(values.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    std::vector<double> time(end - begin);
    for (std::size_t k = 0; k < time.size(); ++k) time[k] = static_cast<double>(k) * interval;
    const std::vector<double> part(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                   values.begin() + static_cast<std::ptrdiff_t>(end));
    const analysis::Trace trace{time, part};
    for (std::size_t k = 0; k < time.size() && time.size() > 1; ++k) slopes[begin + k] = trace.slope(k);
    begin = end;
  }
  return slopes;
}

std::optional<Range> range_of(const std::vector<double>& values) {
  Panel panel;
  panel.series.emplace_back().y = values;
  return range_of_y({panel});
}

}  // namespace

void add_phase_plane(PlottedRun& run, Figure& figure) {
  const std::string population = run.only(run.traced_populations());
  if (run.request().variables.size() > 2)
    throw UserError(fmt::format("--variable names {} variables, and a phase plane has two",
                                run.request().variables.size()),
                    "name one (against its rate of change) or two");
  const std::string x_name = run.variable_of(population);
  const ShownTraces across = run.traces(population, x_name, 1);
  std::vector<double> x = values_read(run, across, figure), y;
  std::vector<std::size_t> resets = frames_after_resets(run, population, across, x.size(), figure);
  Panel panel;
  panel.x.label = quantity_label(x_name, across.variable->unit);
  if (run.request().variables.size() == 2) {
    const std::string& y_name = run.request().variables[1];
    const ShownTraces up = run.traces(population, y_name, 1);
    if (up.report->interval != across.report->interval || up.neurons != across.neurons)
      throw UserError(
          fmt::format("'{}' and '{}' of population '{}' were not recorded for one neuron at the same "
                      "times",
                      x_name, y_name, population),
          "record them with the same `neurons` and `every`, or choose with --neurons");
    y = values_read(run, up, figure);
    const std::size_t both = std::min(x.size(), y.size());
    x.resize(both);
    y.resize(both);
    std::erase_if(resets, [&](std::size_t frame) { return frame >= both; });
    panel.y.label = quantity_label(y_name, up.variable->unit);
  } else {
    y = slopes_of(x, across.report->interval, resets, run.info().path, x_name);
    panel.y.label = across.variable->unit == "1"
                        ? fmt::format("d{}/dt (1/ms)", x_name)
                        : quantity_label("d" + x_name + "/dt", across.variable->unit + "/ms");
  }
  x = broken(x, resets);
  y = broken(y, resets);
  const std::optional<Range> x_range = range_of(x), y_range = range_of(y);
  if (!x_range || !y_range)
    throw UserError(fmt::format("{}: no value of '{}' of population '{}' in this window is a number",
                                run.info().path, x_name, population),
                    "choose another window, variable or neurons");
  panel.name = fmt::format("phase plane of neuron {} of {}", across.neurons.front(), population);
  panel.x.range = with_margin(*x_range);
  panel.y.range = with_margin(*y_range);
  panel.y.most_ticks = 8;
  Series start{Mark::dots, 1, "start", {x.front()}, {y.front()}};
  panel.series.push_back(
      {Mark::line, 0, fmt::format("{} {}", population, across.neurons.front()), std::move(x), std::move(y)});
  panel.series.push_back(std::move(start));
  figure.panels.push_back(std::move(panel));
}

}  // namespace hillock::cli
