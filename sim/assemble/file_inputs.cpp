// Inputs whose times and values stand in files: sampled currents and listed spikes.
#include "assemble/file_inputs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "base/text.hpp"

namespace hillock::assemble {

namespace {

std::string word(const model::InputSpec& input, const std::string& field) {
  const auto found = input.fields.find(field);
  if (found == input.fields.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : *text;
}

// Internal units per number of the file.
double scale_of(const model::InputSpec& input) {
  const std::string unit = word(input, "unit");
  const auto parsed = unit.empty() ? std::nullopt : base::parse_unit(unit);
  return parsed ? base::to_internal("1", *parsed).value_or(1) : 1;
}

std::string in_file(const model::InputSpec& input, std::size_t entry, const std::string& what) {
  return fmt::format("input '{}', {}: entry {}: {}", input.name, word(input, "path"), entry + 1, what);
}

// Whether the numbers are SONATA's own: an HDF5 file whose data sets the config does not name.
bool is_sonata(const model::InputSpec& input) {
  const std::string path = word(input, "path");
  return (path.ends_with(".h5") || path.ends_with(".hdf5")) && word(input, "timestamps") == "timestamps" &&
         word(input, "node_ids").empty();
}

void check_times(const model::InputSpec& input, const std::vector<double>& times, bool ascending) {
  for (std::size_t k = 0; k < times.size(); ++k) {
    if (!(times[k] >= 0) || std::isinf(times[k]))
      throw base::UserError(
          in_file(input, k, fmt::format("the time {} ms is not a time of the run", base::number(times[k]))),
          "times begin at 0 ms");
    if (ascending && k > 0 && !(times[k] > times[k - 1]))
      throw base::UserError(in_file(input, k,
                                    fmt::format("time {} ms does not come after {} ms",
                                                base::number(times[k]), base::number(times[k - 1]))),
                            "sort the rows by time, each time once");
  }
}

std::string column_name(const model::InputSpec& input) {
  return word(input, "dataset").empty() ? word(input, "column") : word(input, "dataset");
}

std::string time_name(const model::InputSpec& input) {
  return word(input, "time_dataset").empty() ? word(input, "time_column") : word(input, "time_dataset");
}

// When the values of a file begin, and until when the last lasts (ms).
struct Course {
  std::vector<double> times;
  double until = std::numeric_limits<double>::infinity();
};

Course course_of(const model::Experiment& experiment, const model::InputSpec& input, std::size_t count,
                 const engine::InputData& data, const FileReaders& readers) {
  const std::string path = word(input, "path"), time = time_name(input);
  Course course;
  if (!time.empty()) {
    course.times = readers.column(path, time);
    if (word(input, "interpolate") == "linear" && !course.times.empty())
      course.until = course.times.back() + experiment.simulation.dt;
  } else {
    const double interval = data.value("interval"), start = data.has("start") ? data.value("start") : 0;
    for (std::size_t k = 0; k < count; ++k) course.times.push_back(start + static_cast<double>(k) * interval);
    course.until = start + static_cast<double>(count) * interval;
  }
  if (course.times.size() != count)
    throw base::UserError(
        fmt::format("input '{}', {}: {} times but {} values", input.name, path, course.times.size(), count),
        "give one time for each value");
  check_times(input, course.times, true);
  return course;
}

// The columns of a text file without that of the time, or those of a data set.
record::Columns columns_of(const model::InputSpec& input, const FileReaders& readers) {
  record::Columns columns = readers.columns(word(input, "path"), word(input, "dataset"));
  const std::string time = word(input, "time_column");
  if (time.empty()) return columns;
  readers.column(word(input, "path"), time);  // throws where there is none of this name or number
  auto column = std::ranges::find(columns.names, time) - columns.names.begin();
  if (column == std::ssize(columns.names)) {  // a number from 1, or a data set of its own
    std::int64_t number = 0;
    const char* const last = time.data() + time.size();
    const auto [end, problem] = std::from_chars(time.data(), last, number);
    if (problem != std::errc() || end != last) return columns;
    column = number - 1;
  }
  columns.names.erase(columns.names.begin() + column);
  columns.values.erase(columns.values.begin() + column);
  return columns;
}

}  // namespace

void read_samples(const model::Experiment& experiment, const model::InputSpec& input, engine::InputData& data,
                  const FileReaders& readers) {
  std::vector<double> values = readers.column(word(input, "path"), column_name(input));
  for (double& value : values) value *= scale_of(input);
  Course course = course_of(experiment, input, values.size(), data, readers);
  const double run = experiment.simulation.duration;
  if (course.until < run - 1e-9 * experiment.simulation.dt)
    throw base::UserError(
        in_file(input, values.size() - 1,
                fmt::format("the current ends at {:.12g} ms, the run at {:.12g} ms", course.until, run)),
        "add rows, with 0 where no current flows, or shorten the run");
  data.lists["times"] = std::move(course.times);
  data.lists["values"] = std::move(values);
}

bool has_course(const model::InputSpec& input) {
  return input.type == "poisson" && !word(input, "path").empty();
}

void read_rates(const model::Experiment& experiment, const model::InputSpec& input, std::int64_t targets,
                engine::InputData& data, const FileReaders& readers) {
  const std::string path = word(input, "path");
  const bool each = data.flags.at("per_target");
  const record::Columns columns =
      each ? columns_of(input, readers)
           : record::Columns{{column_name(input)}, {readers.column(path, column_name(input))}};
  if (each && std::ssize(columns.values) != targets)
    throw base::UserError(
        fmt::format("input '{}', {}: {} of rates for {}", input.name, path,
                    base::counted(std::ssize(columns.values), "column"), base::counted(targets, "target")),
        "give one column for each target, in the order of the targets");
  const std::size_t rows = columns.values.empty() ? 0 : columns.values.front().size();
  Course course = course_of(experiment, input, rows, data, readers);
  const double run = experiment.simulation.duration;
  const double end = data.has("stop") ? std::min(data.value("stop"), run) : run;
  if (course.until < end - 1e-9 * experiment.simulation.dt)
    throw base::UserError(in_file(input, rows - 1,
                                  fmt::format("the rates end at {:.12g} ms, and are needed until {:.12g} ms",
                                              course.until, end)),
                          "add rows, with 0 where there are no spikes, or give 'stop'");
  data.lists["times"] = std::move(course.times);
  std::vector<double>& values = data.lists["values"];
  values.reserve(rows * columns.values.size());
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t c = 0; c < columns.values.size(); ++c) {
      const double rate = columns.values[c][row] * scale_of(input);
      if (!(rate >= 0))
        throw base::UserError(
            in_file(input, row,
                    fmt::format("the rate {} {} in column {} is negative",
                                base::number(columns.values[c][row]), word(input, "unit"), columns.names[c])),
            "a rate is 0 or more");
      values.push_back(rate);
    }
}

bool names_neurons(const model::InputSpec& input) {
  if (has_course(input)) return std::get<bool>(input.fields.at("per_target"));
  return input.type == "spike_file" && (is_sonata(input) || !word(input, "node_ids").empty());
}

void read_spike_file(const model::Experiment& experiment, const model::InputSpec& input,
                     engine::InputData& data, const FileReaders& readers, base::Diagnostics& diagnostics) {
  const std::string path = word(input, "path");
  std::vector<double> times, neurons;
  if (is_sonata(input)) {
    readers.spikes(path, "", times, neurons);
  } else {
    times = readers.column(path, word(input, "timestamps"));
    for (double& time : times) time *= scale_of(input);
    if (const std::string name = word(input, "node_ids"); !name.empty()) neurons = readers.column(path, name);
  }
  check_times(input, times, false);
  if (!neurons.empty() && neurons.size() != times.size())
    throw base::UserError(fmt::format("input '{}', {}: {} times but {} node ids", input.name, path,
                                      times.size(), neurons.size()),
                          "give one node id for each time");
  for (std::size_t k = 0; k < neurons.size(); ++k)
    if (!(neurons[k] >= 0 && neurons[k] < static_cast<double>(data.neurons)) ||
        neurons[k] != std::floor(neurons[k]))
      throw base::UserError(in_file(input, k, fmt::format("there is no neuron {}", base::number(neurons[k]))),
                            fmt::format("the population has neurons 0 to {}", data.neurons - 1));
  if (!experiment.simulation.interpolated) {
    std::size_t off_grid = 0;
    for (const double time : times) off_grid += data.grid.step_of(time) ? 0 : 1;
    if (off_grid > 0)
      diagnostics.warning(input.place,
                          fmt::format("input '{}': {} of {} spikes in {} are not at multiples of dt = {} ms",
                                      input.name, off_grid, times.size(), path, base::number(data.grid.dt)),
                          "each arrives at the next grid point");
  }
  data.lists["times"] = std::move(times);
  if (!neurons.empty()) data.lists["node_ids"] = std::move(neurons);
}

}  // namespace hillock::assemble
