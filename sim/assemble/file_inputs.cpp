// Inputs whose times and values stand in files: sampled currents and listed spikes.
#include "assemble/file_inputs.hpp"

#include <fmt/format.h>

#include <cmath>

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

}  // namespace

void read_samples(const model::Experiment& experiment, const model::InputSpec& input, engine::InputData& data,
                  const FileReaders& readers) {
  const std::string path = word(input, "path");
  const std::string column = word(input, "dataset").empty() ? word(input, "column") : word(input, "dataset");
  std::string time = word(input, "time_dataset");
  if (time.empty()) time = word(input, "time_column");
  std::vector<double> values = readers.column(path, column), times;
  for (double& value : values) value *= scale_of(input);
  const double run = experiment.simulation.duration;
  double covered = run;  // samples with times of their own last until the next, the last until the end
  if (!time.empty()) {
    times = readers.column(path, time);
    if (word(input, "interpolate") == "linear" && !times.empty())
      covered = times.back() + experiment.simulation.dt;
  } else {
    const double interval = data.value("interval"), start = data.has("start") ? data.value("start") : 0;
    for (std::size_t k = 0; k < values.size(); ++k)
      times.push_back(start + static_cast<double>(k) * interval);
    covered = start + static_cast<double>(values.size()) * interval;
  }
  if (times.size() != values.size())
    throw base::UserError(
        fmt::format("input '{}', {}: {} times but {} values", input.name, path, times.size(), values.size()),
        "give one time for each value");
  check_times(input, times, true);
  if (covered < run - 1e-9 * experiment.simulation.dt)
    throw base::UserError(
        in_file(input, values.size() - 1,
                fmt::format("the current ends at {:.12g} ms, the run at {:.12g} ms", covered, run)),
        "add rows, with 0 where no current flows, or shorten the run");
  data.lists["times"] = std::move(times);
  data.lists["values"] = std::move(values);
}

bool names_neurons(const model::InputSpec& input) {
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
