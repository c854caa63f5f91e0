// `stop_when`: conditions that end a run before its duration, by population.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/text.hpp"
#include "base/time_grid.hpp"
#include "config/condition.hpp"
#include "config/sections.hpp"
#include "lang/check.hpp"
#include "lang/parser.hpp"
#include "model/recordable.hpp"

namespace hillock::config {
namespace {

using model::PopulationSpec;
using model::StopSpec;

constexpr const char* stop_example = "write for example stop_when: {cell: spike_count >= 1}";

// What a condition can say about the spikes of a population.
constexpr std::array<std::string_view, 2> of_spikes{"spike_count", "rate"};
bool is_of_spikes(std::string_view name) { return std::ranges::count(of_spikes, name) > 0; }

class StopReader {
 public:
  StopReader(Reader& reader, const model::Experiment& experiment, const Entry& entry)
      : reader_(reader), simulation_(experiment.simulation), experiment_(experiment), entry_(entry) {}

  // Nothing where it cannot be used, which is reported.
  std::optional<StopSpec> read() {
    const std::size_t before = reader_.diagnostics().errors();
    const std::optional<model::Slice> slice =
        read_slice(reader_, scalar(entry_.key, entry_.place), "stop_when", experiment_);
    if (!slice) return std::nullopt;
    stop_.neurons = *slice;
    population_ = &experiment_.populations[static_cast<std::size_t>(slice->population)];
    if (population_->model == nullptr) return std::nullopt;  // reported with the population
    const Node* condition = &entry_.value;
    if (condition->is_map()) condition = condition_of_map();
    if (condition == nullptr || !read_condition(*condition)) return std::nullopt;
    check_names(*condition);
    read_window();
    read_neurons();
    if (reader_.diagnostics().errors() != before) return std::nullopt;
    describe(*condition);
    return std::move(stop_);
  }

 private:
  const Node* option(std::string_view name) const {
    return entry_.value.is_map() ? entry_.value.find(name) : nullptr;
  }

  const Node* condition_of_map() {
    const std::vector<std::string> keys{"condition", "window", "neurons"};
    const std::size_t before = reader_.diagnostics().errors();
    reader_.keys(entry_.value, "'stop_when' of '" + entry_.key + "'", keys);
    const Node* condition = entry_.value.find("condition");
    if (condition == nullptr && reader_.diagnostics().errors() == before)
      reader_.error(entry_.place, "'stop_when' of '" + entry_.key + "' has no 'condition'",
                    "write for example {condition: rate > 200 Hz, window: 50 ms}");
    return condition;
  }

  bool read_condition(const Node& node) {
    if (!node.is_scalar()) {
      reader_.error(node.place, "what ends a run must be a condition, got " + node.describe(), stop_example);
      return false;
    }
    std::optional<lang::Expression> parsed =
        lang::parse(node.text, node.place, reader_.diagnostics(), node.further);
    if (!parsed) return false;
    stop_.condition = *std::move(parsed);
    collect_names();
    if (!all_known() || !unambiguous(node)) return false;
    lang::Scope scope;
    scope.dimension_of = [&](std::string_view name) { return dimension_of(names_, name); };
    return lang::check_condition(stop_.condition, "'stop_when'", scope, reader_.diagnostics());
  }

  // What can be recorded comes first: only that is listed where a name is unknown.
  void collect_names() {
    names_.clear();
    for (const std::string_view name : of_spikes)
      names_.push_back({std::string(name), name == "rate" ? base::dimension::frequency : base::Dimension{}});
    for (const model::Recordable& one : model::recordables(*population_))
      names_.push_back({one.name, one.dimension});
    listed_ = names_.size();
    for (const model::Parameter& one : population_->model->parameters)
      names_.push_back({one.name, one.dimension});
    names_.push_back({"t", base::dimension::time});
  }

  bool all_known() {
    bool known = true;
    for (const lang::Node& node : stop_.condition.nodes) {
      const auto* name = std::get_if<lang::Name>(&node.kind);
      if (name == nullptr || dimension_of(names_, name->name)) continue;
      std::vector<std::string> names;
      for (const NamedNumber& one : names_) names.push_back(one.name);
      const std::string guess = base::did_you_mean(name->name, names);
      names.resize(listed_);
      reader_.error(node.place,
                    "population '" + population_->name + "' has no variable " + base::quoted(name->name),
                    guess.empty() ? base::listed("it has", names) : guess);
      known = false;
    }
    return known;
  }

  // Names of the population come before those of its model.
  bool unambiguous(const Node& node) {
    for (const std::string_view name : of_spikes) {
      if (!lang::depends_on(stop_.condition, name) ||
          std::ranges::count(names_, name, &NamedNumber::name) == 1)
        continue;
      reader_.error(node.place,
                    "model '" + population_->model->name + "' has a '" + std::string(name) +
                        "' of its own: here the name is that of the spikes of the population",
                    "rename it in the model");
      return false;
    }
    return true;
  }

  // A condition speaks of the spikes of all neurons, or of one neuron at a time.
  void check_names(const Node& node) {
    const std::vector<std::string> used = lang::names_of(stop_.condition);
    const auto of_neuron = std::ranges::find_if(
        used, [](const std::string& name) { return !is_of_spikes(name) && name != "t"; });
    const auto spikes = std::ranges::find_if(used, is_of_spikes);
    stop_.of_spikes = of_neuron == used.end();
    if (used.empty())
      return reader_.error(node.place, "this condition names nothing that changes during a run",
                           stop_example);
    if (spikes == used.end()) return;
    if (of_neuron != used.end())
      return reader_.error(node.place,
                           "'" + *spikes + "' is of all neurons together, '" + *of_neuron +
                               "' of each: they cannot stand in one condition",
                           "write one entry for each; the first that holds ends the run");
    if (population_->model->spike.kind == model::SpikeRuleKind::none)
      reader_.error(node.place,
                    "model '" + population_->model->name + "' of '" + population_->name + "' has no spikes",
                    "write a condition on its variables");
  }

  void read_window() {
    const bool wanted = lang::depends_on(stop_.condition, "rate");
    const Node* node = option("window");
    if (wanted && node == nullptr)
      return reader_.error(stop_.condition.place,
                           "'rate' needs a 'window', the time over which spikes are counted",
                           "write for example {condition: rate > 200 Hz, window: 50 ms}");
    if (node == nullptr) return;
    if (!wanted)
      return reader_.error(node->place, "'window' is that of 'rate', which this condition does not name",
                           "remove it");
    const std::optional<double> window = reader_.value(*node, "window", base::dimension::time);
    if (!window || !(simulation_.dt > 0)) return;
    if (*window <= 0)
      return reader_.error(node->place, "window must be positive, got " + base::format_time(*window));
    if (!check_on_grid(reader_, *window, simulation_, node->place, "window")) return;
    stop_.window = *base::TimeGrid{simulation_.dt, 0}.step_of(*window);
    if (stop_.window > simulation_.steps)
      reader_.error(node->place,
                    "the window (" + base::format_time(*window) + ") is longer than the run (" +
                        base::format_time(simulation_.duration) + "): no rate would ever be known",
                    "shorten 'window', or lengthen 'duration'");
  }

  void read_neurons() {
    const Node* node = option("neurons");
    if (node == nullptr) return;
    const std::vector<std::string> choices{"any", "all"};
    stop_.all = reader_.choice(*node, "neurons", choices) == "all";
    if (stop_.of_spikes)
      reader_.error(node->place,
                    "'neurons' is for conditions on variables: this one is of all neurons together",
                    "remove it");
  }

  void describe(const Node& condition) {
    stop_.text = entry_.key + ": " + std::string(base::trim(condition.text));
    if (stop_.window > 0) stop_.text += ", window " + option("window")->text;
    if (stop_.all) stop_.text += ", all neurons";
  }

  Reader& reader_;
  const model::SimulationSpec& simulation_;
  const model::Experiment& experiment_;
  const Entry& entry_;
  const PopulationSpec* population_ = nullptr;
  std::vector<NamedNumber> names_;
  std::size_t listed_ = 0;
  StopSpec stop_;
};

}  // namespace

void read_stop_when(Reader& reader, const Node& root, model::Experiment& experiment) {
  const Entry* section = root.entry("stop_when");
  if (section == nullptr) return;
  if (section->value.is_scalar() || section->value.is_sequence())
    return reader.error(
        section->value.place,
        "'stop_when' must be a map of populations and conditions, got " + section->value.describe(),
        stop_example);
  if (!reader.map(section->value, "'stop_when'")) return;
  if (section->value.entries.empty())
    return reader.error(section->place, "'stop_when' is empty", stop_example);
  for (const Entry& entry : section->value.entries)
    if (std::optional<StopSpec> stop = StopReader(reader, experiment, entry).read())
      experiment.stops.push_back(*std::move(stop));
}

}  // namespace hillock::config
