// Checks what is asked for, and says what the file has instead.
#include "cli/plot/plotted_run.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/shown/trace_bins.hpp"

namespace hillock::cli {
namespace {

using base::UserError;
using record::FrameRange;
using record::ReportInfo;

TimeWindow window_of(const record::RunInfo& info, const PlotRequest& request) {
  const double end = info.end();
  if (!(end > 0))
    throw UserError(info.path + " holds no model time yet", "hillock info says how far the run has come");
  const TimeWindow window{request.start.value_or(0), request.stop.value_or(end)};
  if (window.start < 0)
    throw UserError(
        fmt::format("--start {} ms is before the run, which begins at 0 ms", base::number(window.start)),
        "choose a start from 0 ms on");
  if (window.start >= end)
    throw UserError(fmt::format("--start {} ms is not before the end of {}, {} ms",
                                base::number(window.start), info.path, base::number(end)),
                    "choose an earlier start");
  if (window.stop > end)
    throw UserError(fmt::format("--stop {} ms is after the end of {}, {} ms", base::number(window.stop),
                                info.path, base::number(end)),
                    "choose an earlier stop, or leave it out");
  if (!(window.start < window.stop))
    throw UserError(fmt::format("nothing lies between --start {} ms and --stop {} ms",
                                base::number(window.start), base::number(window.stop)),
                    "choose a stop after the start");
  return window;
}

// Frames at start ... stop; both ends belong to it.
FrameRange frames_within(const ReportInfo& report, TimeWindow window) {
  const double first = std::ceil(window.start / report.interval - 1e-9);
  const double last = std::floor(window.stop / report.interval + 1e-9);
  const auto trusted = static_cast<double>(record::trusted_frames(report));
  if (!(first <= last) || first >= trusted) return {0, 0};
  return {static_cast<std::uint64_t>(first),
          static_cast<std::uint64_t>(std::min(last, trusted - 1) - first) + 1};
}

std::string few(const std::vector<std::int64_t>& neurons) {
  std::vector<std::string> words;
  for (std::size_t k = 0; k < std::min<std::size_t>(neurons.size(), 8); ++k)
    words.push_back(std::to_string(neurons[k]));
  return base::join(words, ", ") + (words.size() < neurons.size() ? ", ..." : "");
}

}  // namespace

PlottedRun::PlottedRun(const std::string& path, PlotRequest request)
    : reader_(path),
      request_(std::move(request)),
      window_(window_of(reader_.info(), request_)),
      chosen_(populations_with(reader_, request_.populations, request_.neurons)) {}

void PlottedRun::narrow(TimeWindow window) {
  PlotRequest request = request_;
  if (!request.start) request.start = window.start;
  if (!request.stop) request.stop = std::min(window.stop, info().end());
  window_ = window_of(info(), request);
}

std::string PlottedRun::name() const { return std::filesystem::path(info().path).filename().string(); }

bool PlottedRun::has_traces(const std::string& population) const {
  return std::ranges::any_of(info().reports, [&](const ReportInfo& report) {
    return report.neurons > 0 && !report.variables.empty() && record::population_of(report) == population;
  });
}

bool PlottedRun::has_spikes(const std::string& population) const {
  return std::ranges::find(info().spikes, population, &record::SpikesInfo::population) != info().spikes.end();
}

std::vector<ShownTraces> PlottedRun::pooled(const std::string& population) const {
  std::vector<ShownTraces> found;
  if (!request_.neurons.empty()) return found;
  const std::vector<std::string>& asked = request_.variables;
  for (const ReportInfo& report : info().reports) {
    if (report.neurons > 0 || record::population_of(report) != population || !(report.interval > 0)) continue;
    for (const ReportInfo::Variable& variable : report.variables) {
      const bool told = variable.name == "rate" && has_spikes(population);
      if (asked.empty() ? told : std::ranges::find(asked, variable.name) == asked.end()) continue;
      const FrameRange frames = frames_within(report, window_);
      if (frames.count > 0) found.push_back({&report, &variable, {}, {0}, 1, frames});
    }
  }
  return found;
}

std::vector<std::string> PlottedRun::chosen(bool (PlottedRun::*has)(const std::string&) const,
                                            const std::string& what) const {
  std::vector<std::string> found;
  for (const std::string& name : chosen_names()) {
    if ((this->*has)(name))
      found.push_back(name);
    else if (!request_.populations.empty())
      throw UserError(fmt::format("{} holds no {} of population '{}'", info().path, what, name),
                      "hillock info says what the file holds");
  }
  if (found.empty())
    throw UserError(fmt::format("{} holds no {}", info().path, what),
                    "hillock info says what the file holds");
  return found;
}

std::vector<std::string> PlottedRun::traced_populations() const {
  return chosen(&PlottedRun::has_traces, "traces of single neurons");
}

std::vector<std::string> PlottedRun::spiking_populations() const {
  return chosen(&PlottedRun::has_spikes, "spikes");
}

int PlottedRun::colour_of(const std::string& population) const {
  const std::vector<std::string>& names = chosen_names();
  return static_cast<int>(std::ranges::find(names, population) - names.begin());
}

std::string PlottedRun::only(const std::vector<std::string>& populations) const {
  if (request_.populations.size() > 1)
    throw UserError(fmt::format("--population names {} populations, and this figure shows one",
                                request_.populations.size()),
                    "name one of them");
  const auto has_all = [&](const std::string& population) {
    const std::vector<std::string> names = variables(population);
    return std::ranges::all_of(request_.variables, [&](const std::string& variable) {
      return std::ranges::find(names, variable) != names.end();
    });
  };
  const auto found = std::ranges::find_if(populations, has_all);
  return found == populations.end() ? populations.front() : *found;
}

std::vector<std::string> PlottedRun::variables(const std::string& population) const {
  std::vector<std::string> names;
  for (const ReportInfo& report : info().reports)
    if (report.neurons > 0 && record::population_of(report) == population)
      for (const ReportInfo::Variable& variable : report.variables) names.push_back(variable.name);
  return names;
}

std::string PlottedRun::variable_of(const std::string& population) const {
  if (!request_.variables.empty()) return request_.variables.front();
  const std::vector<std::string> names = variables(population);
  if (names.empty()) return "V";
  return std::ranges::find(names, "V") != names.end() ? "V" : names.front();
}

ShownTraces PlottedRun::traces(const std::string& population, const std::string& variable, std::size_t most) {
  ShownTraces shown;
  shown.report = reader_.report_of(population, variable);
  if (shown.report == nullptr) {
    const std::vector<std::string> names = variables(population);
    const std::string near = base::did_you_mean(variable, names);
    throw UserError(fmt::format("{} holds no '{}' of single neurons of population '{}'", info().path,
                                variable, population),
                    near.empty() ? base::listed("it has", names) : near);
  }
  shown.variable = &*std::ranges::find(shown.report->variables, variable, &ReportInfo::Variable::name);
  const std::vector<std::int64_t> recorded = reader_.neurons(*shown.report);
  shown.recorded = recorded.size();
  if (request_.neurons.empty())
    for (const std::size_t column : shown_columns(recorded.size(), most)) shown.columns.push_back(column);
  for (const std::int64_t neuron : request_.neurons) {
    const auto found = std::ranges::find(recorded, neuron);
    if (found == recorded.end())
      throw UserError(fmt::format("{} holds no '{}' of neuron {} of population '{}'", info().path, variable,
                                  neuron, population),
                      "it has that of " + few(recorded));
    shown.columns.push_back(static_cast<std::size_t>(found - recorded.begin()));
  }
  if (shown.columns.size() > most)
    throw UserError(fmt::format("--neurons names {} neurons, and this figure shows at most {}",
                                shown.columns.size(), most),
                    "name fewer of them");
  for (const std::size_t column : shown.columns) shown.neurons.push_back(recorded[column]);
  shown.frames = frames_within(*shown.report, window_);
  if (shown.frames.count == 0 || !(shown.report->interval > 0))
    throw UserError(fmt::format("{} holds no '{}' of population '{}' between {} and {}", info().path,
                                variable, population, human_time(window_.start), human_time(window_.stop)),
                    fmt::format("it was recorded every {} ms", base::number(shown.report->interval)));
  return shown;
}

std::uint64_t PlottedRun::count_spikes(const std::string& population) {
  return spikes_within(reader_, population, window_).count;
}

std::optional<record::Spikes> PlottedRun::spikes(const std::string& population, std::uint64_t most) {
  if (count_spikes(population) > most) return std::nullopt;
  return first_spikes(population, most);
}

record::Spikes PlottedRun::first_spikes(const std::string& population, std::uint64_t most) {
  FrameRange range = spikes_within(reader_, population, window_);
  range.count = std::min(range.count, most);
  record::Spikes all = reader_.spikes(population, range);
  if (request_.neurons.empty()) return all;
  record::Spikes some;
  some.neurons = request_.neurons.size();
  for (std::size_t k = 0; k < all.times.size(); ++k) {
    if (!std::ranges::binary_search(request_.neurons, static_cast<std::int64_t>(all.node_ids[k]))) continue;
    some.times.push_back(all.times[k]);
    some.node_ids.push_back(all.node_ids[k]);
  }
  return some;
}

double PlottedRun::time_scale() const { return window_.stop - window_.start >= 2000 ? 0.001 : 1; }

Axis PlottedRun::time_axis() const {
  Axis axis;
  axis.label = time_scale() == 1 ? "time (ms)" : "time (s)";
  axis.range = {window_.start * time_scale(), window_.stop * time_scale()};
  return axis;
}

std::string typeset_unit(std::string unit) {
  if (unit.starts_with('u')) unit.replace(0, 1, "\xC2\xB5");
  if (const std::size_t at = unit.find("cm2"); at != std::string::npos) unit.replace(at, 3, "cm\xC2\xB2");
  return unit;
}

std::string quantity_label(const std::string& name, const std::string& unit) {
  return unit.empty() || unit == "1" ? name : name + " (" + typeset_unit(unit) + ")";
}

std::optional<Range> range_of_y(const std::vector<Panel>& panels) {
  std::optional<Range> range;
  for (const Panel& panel : panels)
    for (const Series& series : panel.series)
      for (const double y : series.y) {
        if (!std::isfinite(y)) continue;
        if (!range) range = {y, y};
        range->low = std::min(range->low, y);
        range->high = std::max(range->high, y);
      }
  return range;
}

}  // namespace hillock::cli
