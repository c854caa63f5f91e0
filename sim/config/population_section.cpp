// `populations`: how many neurons of which model, with which parameters, initial values and receptors.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "config/composition.hpp"
#include "config/distances.hpp"
#include "config/sections.hpp"
#include "config/value_laws.hpp"
#include "lang/names.hpp"
#include "model/recordable.hpp"
#include "model/value_table.hpp"

namespace hillock::config {
namespace {

using model::Model;
using model::NamedValues;
using model::PopulationSpec;
using model::ReceptorSpec;

constexpr std::int64_t most_neurons = 1'000'000'000'000;

std::vector<std::string> names_of(const std::vector<model::Parameter>& parameters) {
  std::vector<std::string> names;
  for (const model::Parameter& parameter : parameters) names.push_back(parameter.name);
  return names;
}

std::vector<std::string> names_of(const std::vector<model::State>& states) {
  std::vector<std::string> names;
  for (const model::State& state : states) names.push_back(state.name);
  return names;
}

class PopulationReader {
 public:
  PopulationReader(Reader& reader, Library& library, const model::Experiment& experiment)
      : reader_(reader), library_(library), experiment_(experiment) {}

  PopulationSpec read(const Entry& entry) {
    PopulationSpec population;
    population.name = entry.key;
    population.place = entry.place;
    reader_.name(entry.key, entry.place, "a population");
    if (!reader_.map(entry.value, "population '" + entry.key + "'")) return population;
    const std::vector<std::string> keys{"like", "size",      "model",     "params",
                                        "init", "receptors", "positions", "method"};
    reader_.keys(entry.value, "population '" + entry.key + "'", keys);
    if (const Node* node = entry.value.find("size"))
      population.size = reader_.whole(*node, "size", 0, most_neurons).value_or(1);
    if (const Node* node = entry.value.find("method")) population.method = read_method(reader_, *node);
    context_ = {population.size, "neurons of '" + population.name + "'", experiment_.folder};
    const Node* model = entry.value.find("model");
    if (model == nullptr && entry.value.broken) return population;
    if (model == nullptr)
      reader_.error(entry.place, "population '" + entry.key + "' has no 'model'",
                    "write for example 'model: NAME'; `hillock models` lists the names");
    else
      population.model = library_.find(*model, model::Kind::neuron);
    if (population.model == nullptr) return population;
    unreadable_.clear();
    if (const Node* node = entry.value.find("params"))
      read_params(*node, *population.model, population.params);
    check_missing(*population.model, population.params, entry.place);
    if (const Node* node = entry.value.find("init")) read_init(*node, population);
    check_rules(*population.model, population.params, population.init, "population '" + entry.key + "'",
                entry.place);
    if (const Node* node = entry.value.find("positions"))
      population.positions = read_positions(reader_, *node, population);
    read_receptors(with_defaults(entry, *population.model), population);
    check_recordables(population);
    return population;
  }

 private:
  void read_params(const Node& node, const Model& model, NamedValues& to) {
    if (!reader_.map(node, "'params'")) return;
    for (const Entry& entry : node.entries)
      read_param(entry, model, "a parameter of '" + model.name + "'", "it has", names_of(model.parameters),
                 to);
  }

  // One parameter; a vector takes a list with a value for each element.
  void read_param(const Entry& entry, const Model& model, const std::string& what,
                  const std::string& known_word, const std::vector<std::string>& known, NamedValues& to) {
    if (const model::Parameter* parameter = model.parameter(entry.key)) {
      read_one(entry.value, entry.key, parameter->dimension, to);
      return;
    }
    if (const model::Vector* vector = model.vector(entry.key);
        vector != nullptr && model.parameter(entry.key + "_0") != nullptr) {
      return read_vector(entry, *vector, model.parameter(entry.key + "_0")->dimension, to);
    }
    unknown(entry, what, known_word, known);
  }

  void unknown(const Entry& entry, const std::string& what, const std::string& known_word,
               const std::vector<std::string>& known) {
    const std::string guess = base::did_you_mean(entry.key, known);
    reader_.error(
        entry.place, base::quoted(entry.key) + " is not " + what,
        (guess.empty() ? "" : guess + " ") + base::listed(known.empty() ? "it has" : known_word, known));
  }

  void read_one(const Node& node, const std::string& name, const base::Dimension& dimension,
                NamedValues& to) {
    if (const auto values = read_values(reader_, node, name, dimension, context_))
      to[name] = *values;
    else
      unreadable_.insert(name);
  }

  // The rules of the model about values that stand in the config, whatever else is wrong with it; those about
  // values that are drawn or read from files are checked when these are known.
  void check_rules(const Model& model, const NamedValues& params, const NamedValues& init,
                   const std::string& owner, const base::Place& place) {
    model::ValueTable table(model, params, context_.neurons, owner, place);
    table.resolve_written(unreadable_, reader_.diagnostics());
    table.check_requirements(reader_.diagnostics());
    table.check_initial_values(model::written_values(init), init, reader_.diagnostics());
  }

  void read_vector(const Entry& entry, const model::Vector& vector, const base::Dimension& dimension,
                   NamedValues& to) {
    const bool single = !entry.value.is_sequence();
    if (!single && static_cast<int>(entry.value.items.size()) != vector.size) {
      reader_.error(entry.value.place,
                    entry.key + " has " + std::to_string(entry.value.items.size()) +
                        (entry.value.items.size() == 1 ? " value" : " values") + " for the " +
                        std::to_string(vector.size) + " elements of this vector",
                    "give one value for all, or one for each element");
      for (int i = 0; i < vector.size; ++i) unreadable_.insert(entry.key + "_" + std::to_string(i));
      return;
    }
    for (int i = 0; i < vector.size; ++i) {
      const Node& item = single ? entry.value : entry.value.items[static_cast<std::size_t>(i)];
      read_one(item, entry.key + "_" + std::to_string(i), dimension, to);
    }
  }

  // A parameter without a default must be given.
  void check_missing(const Model& model, const NamedValues& given, const base::Place& place) {
    for (const model::Parameter& parameter : model.parameters)
      if (!parameter.default_value && given.count(parameter.name) == 0)
        reader_.error(
            place,
            "parameter '" + parameter.name + "' of '" + model.name + "' has no default, so it must be given",
            "write 'params: {" + parameter.name + ": ...}' with " + parameter.dimension.describe());
  }

  void read_init(const Node& node, PopulationSpec& population) {
    if (node.is_scalar() && node.text == "rest") {
      population.init_rest = true;
      return;
    }
    if (!node.is_map() && !node.is_null()) {
      reader_.error(node.place, "'init' must be a map or 'rest', got " + node.describe(),
                    "write for example 'init: {V: -60 mV}'");
      return;
    }
    read_states(node.entries, *population.model, population.init);
  }

  void read_states(const std::vector<Entry>& entries, const Model& model, NamedValues& to) {
    for (const Entry& entry : entries) {
      if (const model::State* state = model.state(entry.key)) {
        read_one(entry.value, entry.key, state->dimension, to);
      } else if (const model::Vector* vector = model.vector(entry.key);
                 vector != nullptr && model.state(entry.key + "_0") != nullptr) {
        read_vector(entry, *vector, model.state(entry.key + "_0")->dimension, to);
      } else {
        unknown(entry, "a state of '" + model.name + "'", "its states", names_of(model.states));
      }
    }
  }

  // The receptors of the model, and over them those of the config. One of another model has nothing of the
  // model's.
  static Node with_defaults(const Entry& population, const Model& model) {
    const Node* given = population.value.find("receptors");
    if (model.receptors.empty() && given != nullptr) return *given;
    Node all;
    all.kind = NodeKind::map;
    all.place = population.place;
    for (const model::DefaultReceptor& receptor : model.receptors) {
      const Node* own = given == nullptr ? nullptr : given->find(receptor.name);
      const Node* own_model = own == nullptr ? nullptr : own->find("model");
      if (own_model != nullptr && own_model->text != receptor.model) continue;
      Node map;
      map.kind = NodeKind::map;
      map.place = receptor.place;
      map.entries.push_back({"model", receptor.model_place, scalar(receptor.model, receptor.model_place)});
      if (!receptor.into.empty())
        map.entries.push_back({"into", receptor.into_place, scalar(receptor.into, receptor.into_place)});
      for (const model::DefaultReceptor::Parameter& one : receptor.params)
        map.entries.push_back({one.name, one.place, scalar(one.value, one.place)});
      all.entries.push_back({receptor.name, receptor.place, std::move(map)});
    }
    if (given != nullptr) merge(all, *given);
    return all;
  }

  void read_receptors(const Node& node, PopulationSpec& population) {
    if (!reader_.map(node, "'receptors'")) return;
    for (const Entry& entry : node.entries) {
      reader_.name(entry.key, entry.place, "a receptor");
      if (!reader_.map(entry.value, "receptor '" + entry.key + "'")) continue;
      ReceptorSpec receptor;
      receptor.name = entry.key;
      receptor.place = entry.place;
      const Node* model = entry.value.find("model");
      if (model == nullptr)
        reader_.error(entry.place, "receptor '" + entry.key + "' has no 'model'",
                      of_the_model(entry.key, *population.model) +
                          "write for example {model: NAME}; `hillock models` lists the names");
      else
        receptor.model = library_.find(*model, model::Kind::receptor);
      if (receptor.model == nullptr) continue;
      unreadable_.clear();
      read_receptor_keys(entry.value, receptor);
      check_rules(*receptor.model, receptor.params, receptor.init,
                  "receptor '" + entry.key + "' of population '" + population.name + "'", entry.place);
      if (choose_site(entry.value, population, receptor)) check_fit(entry, *population.model, receptor);
      population.receptors.push_back(std::move(receptor));
    }
  }

  // Which receptors the model brings, and which is meant.
  static std::string of_the_model(const std::string& name, const Model& model) {
    std::vector<std::string> names;
    for (const model::DefaultReceptor& receptor : model.receptors) names.push_back(receptor.name);
    if (names.empty()) return "";
    const std::string guess = base::did_you_mean(name, names);
    return (guess.empty() ? "" : guess + " ") +
           base::listed(
               base::quoted(model.name) + (names.size() == 1 ? " has the receptor" : " has the receptors"),
               names) +
           "; ";
  }

  void read_receptor_keys(const Node& map, ReceptorSpec& receptor) {
    const Model& model = *receptor.model;
    const std::vector<std::string> own{"model", "into", "params", "init"};
    for (const Entry& entry : map.entries) {
      if (entry.key == "params")
        read_params(entry.value, model, receptor.params);
      else if (entry.key == "init" && reader_.map(entry.value, "'init'"))
        read_states(entry.value.entries, model, receptor.init);
      else if (std::find(own.begin(), own.end(), entry.key) == own.end()) {
        std::vector<std::string> known = names_of(model.parameters);
        known.insert(known.end(), own.begin(), own.end());
        read_param(entry, model, "a parameter of '" + model.name + "' nor a key of a receptor", "valid keys",
                   known, receptor.params);
      }
    }
    check_missing(model, receptor.params, receptor.place);
  }

  bool choose_site(const Node& map, const PopulationSpec& population, ReceptorSpec& receptor) {
    const std::vector<model::InputSite>& sites = population.model->inputs;
    std::vector<std::string> names;
    for (const model::InputSite& site : sites) names.push_back(site.name);
    if (const Node* into = map.find("into")) {
      const std::optional<std::string> word = reader_.choice(*into, "'into'", names);
      receptor.site = word.value_or("");
      return word.has_value();
    }
    if (!sites.empty()) {
      receptor.site = sites.front().name;
      return true;
    }
    if (receptor.model->current.empty()) return true;  // it moves V itself
    reader_.error(receptor.place, "receptor '" + receptor.name + "' gives a current, but model '" +
                                      population.model->name + "' has no input");
    return false;
  }

  // The receptor's current must be what the site takes, or pA where the site has an area; V must be what it
  // works on.
  void check_fit(const Entry& entry, const Model& neuron, const ReceptorSpec& receptor) {
    const Model& model = *receptor.model;
    const model::InputSite* site = neuron.input(receptor.site);
    if (site != nullptr && !model.current.empty()) {
      const bool by_area = !site->area.empty() && model.current_dimension == base::dimension::current;
      if (model.current_dimension != site->dimension && !by_area)
        reader_.error(entry.place,
                      "receptor '" + entry.key + "' gives " + model.current_dimension.describe() +
                          ", but input '" + site->name + "' of '" + neuron.name + "' takes " +
                          site->dimension.describe(),
                      "use a receptor model whose current is in " + site->dimension.unit());
    }
    const std::string potential = site == nullptr ? "V" : site->V;
    const bool assigns_V = std::any_of(model.on_spike.begin(), model.on_spike.end(),
                                       [](const model::Definition& d) { return d.name == "V"; });
    const model::State* state = neuron.state(potential);
    const model::Definition* derived = neuron.derived_quantity(potential);
    if (assigns_V && state == nullptr) {
      reader_.error(entry.place,
                    "receptor '" + entry.key + "' makes V jump, but '" + potential + "' is not a state of '" +
                        neuron.name + "'",
                    "use a receptor with a current");
      return;
    }
    const base::Dimension dimension = state != nullptr     ? state->dimension
                                      : derived != nullptr ? derived->dimension
                                                           : base::dimension::voltage;
    if ((assigns_V || uses_V(model)) && dimension != base::dimension::voltage)
      reader_.error(entry.place, "receptor model '" + model.name + "' works on a voltage (mV), but " +
                                     potential + " of '" + neuron.name + "' is " + dimension.describe());
  }

  static bool uses_V(const Model& model) {
    const auto uses = [](const model::Definition& d) { return lang::depends_on(d.expression, "V"); };
    return lang::depends_on(model.current, "V") ||
           std::any_of(model.equations.begin(), model.equations.end(), uses) ||
           std::any_of(model.derived.begin(), model.derived.end(), uses);
  }

  // Two things of one name could not be told apart in the output. The neuron model's come first, and are
  // different.
  void check_recordables(const PopulationSpec& population) {
    std::map<std::string, model::Recordable> seen;
    for (const model::Recordable& recordable : model::recordables(population)) {
      const auto [first, added] = seen.emplace(recordable.name, recordable);
      if (added) continue;
      const bool of_receptor = recordable.receptor >= 0;
      const base::Place place =
          of_receptor ? population.receptors[static_cast<std::size_t>(recordable.receptor)].place
                      : population.place;
      reader_.error(place,
                    "'" + recordable.name + "' stands for two things in population '" + population.name +
                        "': " + model::describe(first->second, population) + " and " +
                        model::describe(recordable, population),
                    of_receptor ? "rename the receptor" : "rename one of the two");
    }
  }

  Reader& reader_;
  Library& library_;
  const model::Experiment& experiment_;
  ValueContext context_;
  std::set<std::string> unreadable_;  // parameters and states whose values were wrong
};

}  // namespace

void read_populations(Reader& reader, const Node& root, Library& library, model::Experiment& experiment) {
  const Node* section = root.find("populations");
  if (section == nullptr || section->is_null() || (section->is_map() && section->entries.empty())) {
    reader.error(section == nullptr ? root.place : section->place, "the config has no 'populations'",
                 "write for example 'populations: {cell: {model: NAME}}'");
    return;
  }
  if (!reader.map(*section, "'populations'")) return;
  for (const Entry& entry : section->entries)
    experiment.populations.push_back(PopulationReader(reader, library, experiment).read(entry));
}

std::optional<model::Slice> read_slice(Reader& reader, const Node& node, std::string_view what,
                                       const model::Experiment& experiment) {
  const std::optional<std::string> text = reader.word(node, what);
  if (!text) return std::nullopt;
  const std::size_t blank = text->find(' ');
  const std::string name = text->substr(0, blank);
  std::vector<std::string> names;
  for (const PopulationSpec& population : experiment.populations) names.push_back(population.name);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    const std::string guess = base::did_you_mean(name, names);
    const bool part = std::ranges::count(names, name.substr(0, name.find('['))) > 0;
    reader.error(node.place, std::string(what) + ": there is no population " + base::quoted(name),
                 part            ? "a part of a population is written 'exc 0..99', both ends included"
                 : guess.empty() ? base::listed("there are", names)
                                 : guess);
    return std::nullopt;
  }
  model::Slice slice;
  slice.population = static_cast<int>(found - names.begin());
  const std::int64_t size = experiment.populations[static_cast<std::size_t>(slice.population)].size;
  slice.last = size - 1;
  if (blank == std::string::npos) return slice;
  std::string part = text->substr(blank + 1);
  if (part.find("..") == std::string::npos) part += ".." + part;  // a single neuron
  const auto range = reader.range(part, node.place, what);
  if (!range) return std::nullopt;
  if (range->second >= size) {
    reader.error(node.place,
                 std::string(what) + ": neuron " + std::to_string(range->second) + " is not in '" + name +
                     "', which has " + std::to_string(size) + " neurons",
                 size > 0 ? "they are counted from 0 to " + std::to_string(size - 1) : "");
    return std::nullopt;
  }
  slice.first = range->first;
  slice.last = range->second;
  return slice;
}

}  // namespace hillock::config
