// `record`: which variables of which neurons, how often, and which spikes.
#include <algorithm>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/connection_record.hpp"
#include "config/record_options.hpp"
#include "config/sections.hpp"
#include "model/recordable.hpp"

namespace hillock::config {
namespace {

using model::PopulationSpec;
using model::RecordSpec;
using model::VariableSpec;

class RecordReader {
 public:
  RecordReader(Reader& reader, const model::Experiment& experiment, int index)
      : reader_(reader),
        experiment_(experiment),
        population_(experiment.populations[static_cast<std::size_t>(index)]),
        names_{"spikes"} {
    record_.population = index;
    const std::vector<model::Recordable> recordables = model::recordables(population_);
    has_rate_ =
        spikes() && std::ranges::find(recordables, "rate", &model::Recordable::name) == recordables.end();
    if (has_rate_) names_.push_back("rate");
    for (const model::Recordable& recordable : recordables) names_.push_back(recordable.name);
  }

  RecordSpec read(const Entry& entry) {
    record_.place = entry.place;
    if (entry.value.is_sequence()) {
      for (const Node& item : entry.value.items) read_word(item);
    } else if (entry.value.is_scalar()) {
      read_word(entry.value);
    } else if (reader_.map(entry.value, "the record of '" + entry.key + "'")) {
      for (const Entry& variable : entry.value.entries) read_entry(variable);
    }
    warn_of_compression();
    return std::move(record_);
  }

 private:
  void warn_of_compression() {
    const auto windowed = [](const VariableSpec& variable) { return variable.around_spikes.has_value(); };
    if (record_.deflate > 0 && std::any_of(record_.variables.begin(), record_.variables.end(), windowed))
      reader_.diagnostics().warning(compress_place_, "what is recorded around spikes is not compressed",
                                    "compress is for traces over the whole run");
  }

  bool spikes() const {
    return population_.model != nullptr && population_.model->spike.kind != model::SpikeRuleKind::none;
  }

  // Of the population's spikes, where no variable of the model has that name.
  bool is_rate(const std::string& name) const { return name == "rate" && has_rate_; }

  void read_word(const Node& node) {
    const std::optional<std::string> word = reader_.word(node, "a variable of '" + population_.name + "'");
    if (!word || !known(*word, node.place)) return;
    if (*word == "spikes") {
      record_.spikes = true;
      return;
    }
    for (const std::string& name : elements(*word))
      if (const auto variable = start_variable(name, node.place)) record_.variables.push_back(*variable);
  }

  // The names that a vector of the model stands for; any other name stands for itself.
  std::vector<std::string> elements(const std::string& name) const {
    const model::Vector* vector = population_.model == nullptr ? nullptr : population_.model->vector(name);
    if (vector == nullptr) return {name};
    std::vector<std::string> all;
    for (int i = 0; i < vector->size; ++i) all.push_back(name + "_" + std::to_string(i));
    return all;
  }

  void read_entry(const Entry& entry) {
    if (entry.key == "dtype") {
      record_.float64 = read_float64(reader_, entry.value);
    } else if (entry.key == "compress") {
      record_.deflate = read_deflate(reader_, entry.value);
      compress_place_ = entry.place;
    } else if (entry.key == "spikes") {
      read_spikes(entry.value);
    } else if (known(entry.key, entry.place)) {
      read_variable(entry);
    }
  }

  bool known(const std::string& name, const base::Place& place) {
    if (population_.model == nullptr) return false;  // reported with the population
    const std::string first = elements(name).front();
    if (std::find(names_.begin(), names_.end(), first) != names_.end()) return true;
    const std::string guess = base::did_you_mean(name, names_);
    reader_.error(place, "population '" + population_.name + "' has no variable " + base::quoted(name),
                  (guess.empty() ? "" : guess + " ") + base::listed("it has", names_));
    return false;
  }

  std::optional<VariableSpec> start_variable(const std::string& name, const base::Place& place) {
    const auto same = [&](const VariableSpec& other) { return other.name == name; };
    if (std::any_of(record_.variables.begin(), record_.variables.end(), same)) {
      reader_.error(place, "'" + name + "' is recorded twice", "remove one of the two");
      return std::nullopt;
    }
    VariableSpec variable;
    variable.name = name;
    variable.place = place;
    variable.neurons = all_neurons(population_);
    if (is_rate(name)) variable.pooling = model::Pooling::rate;
    const model::SimulationSpec& simulation = experiment_.simulation;
    if (is_rate(name) && simulation.dt > 0 && simulation.steps == 0 && simulation.duration == 0 &&
        reader_.diagnostics().errors() == 0)
      reader_.error(place, "'rate' needs a run that lasts, and duration is 0 ms: it has no bin",
                    "leave 'rate' out, or lengthen 'duration'");
    return variable;
  }

  void read_spikes(const Node& node) {
    if (!node.is_map()) {
      record_.spikes = reader_.flag(node, "spikes").value_or(false);
      return;
    }
    const std::vector<std::string> keys{"neurons"};
    reader_.keys(node, "'spikes'", keys);
    record_.spikes = true;
    const Node* neurons = node.find("neurons");
    if (neurons == nullptr || (neurons->is_scalar() && neurons->text == "all")) return;
    record_.spike_neurons = read_neurons(reader_, *neurons, population_);
  }

  void read_variable(const Entry& entry) {
    VariableSpec options;
    options.neurons = all_neurons(population_);
    const bool everything = entry.value.is_scalar() && entry.value.text == "true";
    if (!everything && reader_.map(entry.value, "'" + entry.key + "'")) {
      std::vector<std::string> keys{"neurons", "every"};
      if (!is_rate(entry.key)) keys.insert(keys.end(), {"mean", "sum", "around_spikes"});
      reader_.keys(entry.value, "'" + entry.key + "'", keys);
      if (const Node* node = entry.value.find("neurons"))
        options.neurons = read_neurons(reader_, *node, population_);
      if (const Node* node = entry.value.find("every"))
        options.every = read_every(reader_, *node, experiment_.simulation);
      if (!is_rate(entry.key)) {
        read_pooling(entry.value, entry.key, options);
        if (const Node* node = entry.value.find("around_spikes")) read_window(*node, entry, options);
      }
    }
    if (is_rate(entry.key)) options.pooling = model::Pooling::rate;
    for (const std::string& name : elements(entry.key)) {
      if (!start_variable(name, entry.place)) continue;
      options.name = name;
      options.place = entry.place;
      record_.variables.push_back(options);
    }
  }

  void read_pooling(const Node& map, const std::string& name, VariableSpec& options) {
    const Node *mean = map.find("mean"), *sum = map.find("sum");
    if (mean != nullptr && reader_.flag(*mean, "mean").value_or(false))
      options.pooling = model::Pooling::mean;
    if (sum == nullptr || !reader_.flag(*sum, "sum").value_or(false)) return;
    if (options.pooling == model::Pooling::mean)
      reader_.error(sum->place, "'" + name + "' cannot be both, a mean and a sum",
                    "remove one: the sum is the mean times the number of neurons");
    options.pooling = model::Pooling::sum;
  }

  void read_window(const Node& node, const Entry& variable, VariableSpec& options) {
    const std::vector<std::string> keys{"before", "after"};
    if (!reader_.map(node, "'around_spikes'")) return;
    reader_.keys(node, "'around_spikes'", keys);
    model::SpikeWindow& window = options.around_spikes.emplace();
    window.before = read_side(node, "before", options.every);
    window.after = read_side(node, "after", options.every);
    check_window(node, variable, options);
  }

  // One side of the window, in steps.
  std::int64_t read_side(const Node& window, const std::string& key, std::int64_t every) {
    const Node* node = window.find(key);
    if (node == nullptr) {
      reader_.error(window.place,
                    "'around_spikes' needs '" + key + "', how long its window reaches " +
                        (key == "before" ? "back from" : "on from") + " a spike",
                    "write for example around_spikes: {before: 2 ms, after: 5 ms}");
      return 0;
    }
    const std::optional<double> side = reader_.value(*node, key, base::dimension::time);
    const double dt = experiment_.simulation.dt;
    if (!side || !(dt > 0)) return 0;
    if (*side < 0) {
      reader_.error(node->place, key + " must not be negative, got " + base::format_time(*side));
      return 0;
    }
    if (!check_on_grid(reader_, *side, experiment_.simulation, node->place, key)) return 0;
    const std::int64_t steps = *base::TimeGrid{dt, 0}.step_of(*side);
    if (steps % every == 0) return steps;
    const std::int64_t below = steps / every * every;
    reader_.error(node->place,
                  key + " (" + shown(steps) + ") is not a multiple of every (" + shown(every) + ")",
                  "the nearest are " + shown(below) + " and " + shown(below + every));
    return 0;
  }

  // The time of so many steps, as one would write it.
  std::string shown(std::int64_t steps) const {
    const base::TimeGrid grid{experiment_.simulation.dt, 0};
    return base::format_quantity(grid.neighbours((static_cast<double>(steps) + 0.5) * grid.dt).first,
                                 base::dimension::time);
  }

  // What a window around spikes does not go with.
  void check_window(const Node& node, const Entry& variable, const VariableSpec& options) {
    const std::string name = "'" + variable.key + "'";
    if (options.pooled()) {
      const std::string word = options.pooling == model::Pooling::mean ? "mean" : "sum";
      reader_.error(node.place,
                    name + " cannot be a " + word + " around spikes: each neuron has spikes of its own",
                    "remove '" + word + "' or 'around_spikes'");
    }
    if (population_.model != nullptr && !spikes())
      reader_.error(node.place,
                    "model '" + population_.model->name + "' of '" + population_.name +
                        "' has no spikes, so nothing would be recorded around them",
                    "remove 'around_spikes'");
    const std::vector<std::string> taken{"timestamps", "node_ids", "sampled_at", "offset"};
    if (std::find(taken.begin(), taken.end(), elements(variable.key).front()) != taken.end())
      reader_.error(variable.place,
                    name +
                        " cannot be recorded around spikes: in that part of the file this name means "
                        "something else",
                    "rename it in the model");
    const model::SimulationSpec& simulation = experiment_.simulation;
    const std::int64_t length = options.around_spikes->before + options.around_spikes->after;
    if (simulation.dt > 0 && simulation.steps > 0 && length >= simulation.steps)
      reader_.error(node.place,
                    "the window around spikes (" + shown(length) + ") must be shorter than the run (" +
                        base::format_time(simulation.duration) + "), or none fits into it",
                    "shorten 'before' or 'after', or lengthen 'duration'");
  }

  Reader& reader_;
  const model::Experiment& experiment_;
  const PopulationSpec& population_;
  std::vector<std::string> names_;
  bool has_rate_ = false;
  RecordSpec record_;
  base::Place compress_place_;
};

}  // namespace

void read_record(Reader& reader, const Node& root, model::Experiment& experiment) {
  const Node* section = root.find("record");
  if (section == nullptr || !reader.map(*section, "'record'")) return;
  std::vector<std::string> names;
  for (const PopulationSpec& population : experiment.populations) names.push_back(population.name);
  for (const Entry& entry : section->entries) {
    const auto found = std::find(names.begin(), names.end(), entry.key);
    if (found != names.end()) {
      experiment.record.push_back(
          RecordReader(reader, experiment, static_cast<int>(found - names.begin())).read(entry));
    } else if (entry.key == "connections") {
      read_connection_records(reader, root, entry, experiment);
    } else {
      const std::string guess = base::did_you_mean(entry.key, names);
      reader.error(entry.place, "record: there is no population " + base::quoted(entry.key),
                   guess.empty() ? base::listed("there are", names) : guess);
    }
  }
}

}  // namespace hillock::config
