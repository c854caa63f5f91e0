// Reads what a fit is fitted to: measures, a trace, spikes.
#include "config/fit_targets.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "config/paths.hpp"
#include "model/recordable.hpp"

namespace hillock::config {

const char* const example_of_targets =
    "write for example to: {features: {cell: {rate: {value: 12 Hz, sd: 1 Hz}}}} or to: {trace: {path: "
    "recording.csv, variable: V, sd: 1 mV}}";

namespace {

bool positive(Reader& reader, const Node& node, const std::string& what, const base::Quantity& quantity) {
  if (quantity.value > 0) return true;
  reader.error(node.place,
               what + " must be positive, got " + base::format_quantity(quantity.value, quantity.dimension));
  return false;
}

class TargetReader {
 public:
  TargetReader(Reader& reader, const model::Experiment& experiment, FitSpec& spec)
      : reader_(reader), experiment_(experiment), spec_(spec) {}

  void read(const Node& to) {
    const std::vector<std::string> keys{"features", "trace", "spikes"};
    reader_.keys(to, "'to'", keys);
    const Node* features = to.find("features");
    const Entry* trace = to.entry("trace");
    const Entry* spikes = to.entry("spikes");
    if (features == nullptr && trace == nullptr && spikes == nullptr)
      return reader_.error(to.place, "'to' needs 'features', 'trace' or 'spikes'", example_of_targets);
    if (features != nullptr && reader_.map(*features, "'features' of 'to'")) {
      for (const Entry& entry : features->entries) read_measures(entry);
      if (features->entries.empty())
        reader_.error(features->place, "'features' of 'to' names nothing", example_of_targets);
    }
    if (trace != nullptr && reader_.map(trace->value, "'trace'")) read_trace(*trace);
    if (spikes != nullptr && reader_.map(spikes->value, "'spikes'")) read_spikes(*spikes);
  }

 private:
  void read_measures(const Entry& entry) {
    if (!population_of(entry.key, entry.place) || !reader_.map(entry.value, base::quoted(entry.key))) return;
    for (const Entry& measure : entry.value.entries)
      if (reader_.map(measure.value, base::quoted(measure.key))) read_measure(entry.key, measure);
  }

  void read_measure(const std::string& population, const Entry& measure) {
    const std::vector<std::string> keys{"value", "sd"};
    reader_.keys(measure.value, base::quoted(measure.key), keys);
    const Node* value = measure.value.find("value");
    const Node* sd = measure.value.find("sd");
    if (value == nullptr || sd == nullptr)
      return reader_.error(
          measure.place,
          base::quoted(measure.key) + " needs 'value', and 'sd', by which its error is divided",
          example_of_targets);
    const auto wanted = reader_.any_quantity(*value, measure.key + ": value");
    if (!wanted) return;
    const auto scale =
        reader_.quantity(*sd, measure.key + ": sd", Accepted({wanted->dimension}, ", as its 'value'"));
    if (scale && positive(reader_, *sd, measure.key + ": sd", *scale))
      spec_.measures.push_back({population, measure.key, *wanted, *scale, measure.place});
  }

  void read_trace(const Entry& entry) {
    const std::size_t before = reader_.diagnostics().errors();
    const Node& node = entry.value;
    const std::vector<std::string> keys{
        "path",       "dataset",  "column", "time_dataset", "time_column", "interval", "unit",
        "population", "variable", "neuron", "start",        "stop",        "clip",     "sd"};
    reader_.keys(node, "'trace'", keys);
    TargetTrace trace;
    trace.column = one_word(node, {"dataset", "column"});
    trace.time_column = one_word(node, {"time_dataset", "time_column"});
    if (const Node* interval = node.find("interval")) {
      if (!trace.time_column.empty())
        reader_.error(interval->place, "'trace' has both 'interval' and a column of times",
                      "leave one of them out");
      trace.interval = read_positive(reader_, *interval, "interval", base::dimension::time).value_or(1);
    }
    if (read_recording(entry, trace) && read_variable(node, trace)) {
      read_unit(node, trace);
      trace.sd = read_positive(reader_, *node.find("sd"), "sd", trace.dimension).value_or(1);
      if (const Node* clip = node.find("clip")) trace.clip = reader_.value(*clip, "clip", trace.dimension);
    }
    if (reader_.diagnostics().errors() == before) spec_.trace = std::move(trace);
  }

  void read_spikes(const Entry& entry) {
    const std::size_t before = reader_.diagnostics().errors();
    const Node& node = entry.value;
    const std::vector<std::string> keys{"path", "population", "neuron", "start", "stop", "tau", "sd"};
    reader_.keys(node, "'spikes'", keys);
    TargetSpikes spikes;
    if (read_recording(entry, spikes)) {
      spikes.sd = read_positive(reader_, *node.find("sd"), "sd", base::dimension::none).value_or(1);
      if (const Node* tau = node.find("tau"))
        spikes.tau = read_positive(reader_, *tau, "tau", base::dimension::time).value_or(1);
    }
    if (reader_.diagnostics().errors() == before) spec_.spikes = std::move(spikes);
  }

  // The file, and whose recording it is; whether that neuron is there.
  bool read_recording(const Entry& entry, TargetRecording& recording) {
    const Node& node = entry.value;
    recording.place = entry.place;
    const Node* path = node.find("path");
    if (path == nullptr || node.find("sd") == nullptr) {
      reader_.error(
          entry.place,
          base::quoted(entry.key) + " needs 'path', its file, and 'sd', by which differences are divided",
          example_of_targets);
      return false;
    }
    recording.file_place = path->place;
    if (const auto word = reader_.word(*path, "path"))
      if (const auto file = data_file(*word, experiment_.folder, path->place, reader_.diagnostics()))
        recording.path = *file;
    read_window(node, recording);
    if (const Node* population = node.find("population")) {
      const auto word = reader_.word(*population, "population");
      const auto index = word ? population_of(*word, population->place) : std::nullopt;
      if (!index) return false;
      recording.population = *index;
    } else if (experiment_.populations.size() != 1) {
      reader_.error(entry.place, base::quoted(entry.key) + " needs 'population': the config has several",
                    base::listed("they are", population_names()));
      return false;
    }
    const std::int64_t size = population(recording).size;
    if (const Node* neuron = node.find("neuron"))
      recording.neuron = reader_.whole(*neuron, "neuron", 0, std::max<std::int64_t>(0, size - 1)).value_or(0);
    return population(recording).model != nullptr;  // that has been reported with the population
  }

  void read_window(const Node& node, TargetRecording& recording) {
    const double duration = experiment_.simulation.duration;
    recording.stop = duration;
    const Node* start = node.find("start");
    const Node* stop = node.find("stop");
    if (start != nullptr) recording.start = reader_.value(*start, "start", base::dimension::time).value_or(0);
    if (stop != nullptr)
      recording.stop = reader_.value(*stop, "stop", base::dimension::time).value_or(duration);
    if (!(duration > 0) ||
        (0 <= recording.start && recording.start < recording.stop && recording.stop <= duration))
      return;
    reader_.error(stop != nullptr    ? stop->place
                  : start != nullptr ? start->place
                                     : recording.place,
                  "what is compared from " + base::format_time(recording.start) + " to " +
                      base::format_time(recording.stop) + " is no part of the run of " +
                      base::format_time(duration),
                  "let 'start' come before 'stop', and both lie in the run");
  }

  bool read_variable(const Node& node, TargetTrace& trace) {
    const Node* variable = node.find("variable");
    trace.variable = variable == nullptr ? "V" : reader_.word(*variable, "variable").value_or("V");
    std::vector<std::string> names;
    for (const model::Recordable& one : model::recordables(population(trace))) {
      names.push_back(one.name);
      if (one.name == trace.variable) trace.dimension = one.dimension;
    }
    if (std::ranges::find(names, trace.variable) != names.end()) return true;
    reader_.error(
        variable == nullptr ? trace.place : variable->place,
        "population '" + population(trace).name + "' has no variable " + base::quoted(trace.variable),
        base::listed("it has", names));
    return false;
  }

  void read_unit(const Node& node, TargetTrace& trace) {
    const Node* unit = node.find("unit");
    const auto word = unit == nullptr ? std::nullopt : reader_.word(*unit, "unit");
    std::string problem;
    const auto parsed = base::parse_unit(word.value_or(trace.dimension.unit()), &problem);
    trace.unit = parsed.value_or(base::Unit{});  // a number without dimension has none that could be read
    if (!word) return;
    if (!parsed)
      reader_.error(unit->place, "unit: " + problem);
    else if (parsed->dimension != trace.dimension)
      reader_.error(unit->place, "unit: " + base::quoted(trace.variable) + " is " +
                                     trace.dimension.describe() + ", got " + parsed->dimension.describe());
  }

  // The word under one of two keys that stand for each other.
  std::string one_word(const Node& node, const std::array<const char*, 2>& keys) {
    const Node* first = node.find(keys[0]);
    const Node* second = node.find(keys[1]);
    if (first != nullptr && second != nullptr)
      reader_.error(second->place, std::string("'trace' has both '") + keys[0] + "' and '" + keys[1] + "'",
                    "leave one of them out");
    const Node* given = first != nullptr ? first : second;
    return given == nullptr ? "" : reader_.word(*given, first != nullptr ? keys[0] : keys[1]).value_or("");
  }

  const model::PopulationSpec& population(const TargetRecording& recording) const {
    return experiment_.populations[static_cast<std::size_t>(recording.population)];
  }

  std::vector<std::string> population_names() const {
    std::vector<std::string> names;
    for (const model::PopulationSpec& population : experiment_.populations) names.push_back(population.name);
    return names;
  }

  std::optional<int> population_of(const std::string& name, const base::Place& place) {
    const std::vector<std::string> names = population_names();
    const auto found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<int>(found - names.begin());
    const std::string guess = base::did_you_mean(name, names);
    reader_.error(place, "there is no population " + base::quoted(name),
                  guess.empty() ? base::listed("there are", names) : guess);
    return std::nullopt;
  }

  Reader& reader_;
  const model::Experiment& experiment_;
  FitSpec& spec_;
};

}  // namespace

std::optional<double> read_positive(Reader& reader, const Node& node, const std::string& what,
                                    const base::Dimension& dimension) {
  const auto found = reader.value(node, what, dimension);
  if (!found || !positive(reader, node, what, {*found, dimension})) return std::nullopt;
  return found;
}

void read_targets(Reader& reader, const Node& to, const model::Experiment& experiment, FitSpec& fit) {
  TargetReader(reader, experiment, fit).read(to);
}

}  // namespace hillock::config
