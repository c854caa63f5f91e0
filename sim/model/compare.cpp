// In what two experiments differ.
#include "model/compare.hpp"

#include <algorithm>

#include "lang/print.hpp"
#include "model/input_types.hpp"

namespace hillock::model {

namespace {

bool same_method(const Method& a, const Method& b) {
  return a.kind == b.kind && a.rtol == b.rtol && a.atol == b.atol && a.max_step == b.max_step &&
         a.min_step == b.min_step;
}

bool same_names(const NamedValues& a, const NamedValues& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.first == y.first; });
}

// A model that several configs name may have been read by each.
bool same_model(const Model& a, const Model& b) {
  return &a == &b || (a.name == b.name && a.path == b.path && a.text == b.text);
}

bool same_receptor(const ReceptorSpec& a, const ReceptorSpec& b) {
  return a.name == b.name && same_model(*a.model, *b.model) && a.site == b.site;
}

bool same_field(const Field& a, const Field& b, bool equal) {
  if (a.index() != b.index()) return false;
  if (const auto* values = std::get_if<Values>(&a)) {
    const Values& other = std::get<Values>(b);
    return equal ? same_values(*values, other) : values->dimension == other.dimension;
  }
  if (!equal) return true;
  if (const auto* expression = std::get_if<lang::Expression>(&a))
    return lang::print(*expression) == lang::print(std::get<lang::Expression>(b));  // with the values of vars
  if (const auto* word = std::get_if<std::string>(&a)) return *word == std::get<std::string>(b);
  return std::get<bool>(a) == std::get<bool>(b);
}

bool same_slice(const Slice& a, const Slice& b) {
  return a.population == b.population && a.first == b.first && a.last == b.last;
}

bool same_variable(const VariableSpec& a, const VariableSpec& b) {
  return a.name == b.name && a.neurons == b.neurons && a.every == b.every && a.pooling == b.pooling &&
         a.around_spikes == b.around_spikes;
}

bool same_file(const std::optional<EdgeFileSpec>& a, const std::optional<EdgeFileSpec>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->path == b->path && a->source == b->source && a->target == b->target &&
         a->population == b->population;
}

bool same_function(const std::optional<PairFunction>& a, const std::optional<PairFunction>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return lang::print(a->expression) == lang::print(b->expression);
}

}  // namespace

bool same_values(const Values& a, const Values& b) {
  return a.law == b.law && a.numbers == b.numbers && a.lower == b.lower && a.upper == b.upper &&
         a.file == b.file && a.dataset == b.dataset && a.file_scale == b.file_scale &&
         a.dimension == b.dimension;
}

bool same_simulation(const SimulationSpec& a, const SimulationSpec& b) {
  return a.duration == b.duration && a.dt == b.dt && a.steps == b.steps && same_method(a.method, b.method) &&
         a.interpolated == b.interpolated;
}

bool same_structure(const PopulationSpec& a, const PopulationSpec& b) {
  const bool same_methods =
      a.method.has_value() == b.method.has_value() && (!a.method || same_method(*a.method, *b.method));
  return a.name == b.name && a.size == b.size && same_model(*a.model, *b.model) &&
         a.init_rest == b.init_rest && same_methods && same_positions(a.positions, b.positions) &&
         std::ranges::equal(a.receptors, b.receptors, same_receptor);
}

bool same_names(const PopulationSpec& a, const PopulationSpec& b) {
  const auto of_receptor = [](const ReceptorSpec& x, const ReceptorSpec& y) {
    return same_names(x.params, y.params) && same_names(x.init, y.init);
  };
  return same_names(a.params, b.params) && same_names(a.init, b.init) &&
         std::ranges::equal(a.receptors, b.receptors, of_receptor);
}

bool same_role(const InputSpec& a, const InputSpec& b) {
  return a.name == b.name && a.type == b.type && a.receptor == b.receptor && a.site == b.site &&
         std::ranges::equal(a.targets, b.targets, same_slice);
}

bool same_fields(const InputSpec& a, const InputSpec& b,
                 const std::function<bool(const std::string& name)>& equal) {
  return std::ranges::equal(a.fields, b.fields, [&](const auto& x, const auto& y) {
    return x.first == y.first && same_field(x.second, y.second, equal(x.first));
  });
}

bool is_per_neuron(const std::string& type, const std::string& field) {
  const auto& fields = input_type(type)->fields;
  const auto found = std::ranges::find(fields, field, &FieldType::name);
  return found != fields.end() && found->per_neuron;
}

bool same_positions(const std::optional<PositionSpec>& a, const std::optional<PositionSpec>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->kind == b->kind && a->grid == b->grid && a->extent == b->extent && a->list == b->list &&
         a->periodic == b->periodic;
}

bool same_connection(const ConnectionSpec& a, const ConnectionSpec& b) {
  return same_wiring(a, b) && same_values(a.weight, b.weight) && same_function(a.weight_at, b.weight_at);
}

bool same_wiring(const ConnectionSpec& a, const ConnectionSpec& b) {
  return a.name == b.name && std::ranges::equal(a.sources, b.sources, same_slice) &&
         std::ranges::equal(a.targets, b.targets, same_slice) && a.receptor == b.receptor &&
         a.rule == b.rule && a.probability == b.probability && a.number == b.number && a.pairs == b.pairs &&
         same_file(a.file, b.file) && a.autapses == b.autapses && a.multapses == b.multapses &&
         same_values(a.delay, b.delay) && same_function(a.delay_at, b.delay_at) &&
         same_function(a.probability_at, b.probability_at) && a.within == b.within &&
         a.transmit == b.transmit;
}

bool same_record(const RecordSpec& a, const RecordSpec& b) {
  return a.population == b.population && a.spikes == b.spikes && a.spike_neurons == b.spike_neurons &&
         a.float64 == b.float64 && std::ranges::equal(a.variables, b.variables, same_variable);
}

bool same_connection_record(const ConnectionRecordSpec& a, const ConnectionRecordSpec& b) {
  return a.connection == b.connection && a.edges == b.edges && a.weight == b.weight && a.float64 == b.float64;
}

bool same_analysis(const AnalysisSpec& a, const AnalysisSpec& b) {
  return a.population == b.population && a.features == b.features && a.statistics == b.statistics &&
         a.neurons == b.neurons && a.start == b.start && a.stop == b.stop && a.bin == b.bin &&
         a.settings == b.settings;
}

bool same_stop(const StopSpec& a, const StopSpec& b) {
  return same_slice(a.neurons, b.neurons) && lang::print(a.condition) == lang::print(b.condition) &&
         a.all == b.all && a.window == b.window;
}

}  // namespace hillock::model
