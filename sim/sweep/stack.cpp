// What makes points alike, and how they are put together.
#include "sweep/stack.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "lang/print.hpp"
#include "model/input_types.hpp"

namespace hillock::sweep {

namespace {

using model::Experiment;
using model::Field;
using model::InputSpec;
using model::NamedValues;
using model::PopulationSpec;
using model::RecordSpec;
using model::Values;

bool same_values(const Values& a, const Values& b) {
  return a.law == b.law && a.numbers == b.numbers && a.lower == b.lower && a.upper == b.upper &&
         a.file == b.file && a.dataset == b.dataset && a.file_scale == b.file_scale &&
         a.dimension == b.dimension;
}

bool same_method(const std::optional<model::Method>& a, const std::optional<model::Method>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->kind == b->kind && a->rtol == b->rtol && a->atol == b->atol && a->max_step == b->max_step &&
         a->min_step == b->min_step;
}

bool same_names(const NamedValues& a, const NamedValues& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.first == y.first; });
}

bool same_receptor(const model::ReceptorSpec& a, const model::ReceptorSpec& b) {
  return a.name == b.name && a.model == b.model && a.site == b.site && same_names(a.params, b.params) &&
         same_names(a.init, b.init);
}

bool same_population(const PopulationSpec& a, const PopulationSpec& b) {
  return a.name == b.name && a.size == b.size && a.model == b.model && a.init_rest == b.init_rest &&
         same_method(a.method, b.method) && same_names(a.params, b.params) && same_names(a.init, b.init) &&
         std::ranges::equal(a.receptors, b.receptors, same_receptor);
}

// Whether each target has a value of its own of this field.
bool per_neuron(const std::string& type, const std::string& name) {
  const auto& fields = model::input_type(type)->fields;
  const auto found = std::ranges::find(fields, name, &model::FieldType::name);
  return found != fields.end() && found->per_neuron;
}

bool same_field(const Field& a, const Field& b, bool varies) {
  if (a.index() != b.index()) return false;
  if (const auto* values = std::get_if<Values>(&a)) {
    const Values& other = std::get<Values>(b);
    return varies ? values->dimension == other.dimension : same_values(*values, other);
  }
  if (const auto* expression = std::get_if<lang::Expression>(&a))
    return lang::print(*expression) == lang::print(std::get<lang::Expression>(b));  // with the values of vars
  if (const auto* word = std::get_if<std::string>(&a)) return *word == std::get<std::string>(b);
  return std::get<bool>(a) == std::get<bool>(b);
}

bool same_slice(const model::Slice& a, const model::Slice& b) {
  return a.population == b.population && a.first == b.first && a.last == b.last;
}

bool same_input(const InputSpec& a, const InputSpec& b) {
  return a.name == b.name && a.type == b.type && a.receptor == b.receptor && a.site == b.site &&
         std::ranges::equal(a.targets, b.targets, same_slice) &&
         std::ranges::equal(a.fields, b.fields, [&](const auto& x, const auto& y) {
           return x.first == y.first && same_field(x.second, y.second, per_neuron(a.type, x.first));
         });
}

bool same_variable(const model::VariableSpec& a, const model::VariableSpec& b) {
  return a.name == b.name && a.neurons == b.neurons && a.every == b.every && a.mean == b.mean &&
         a.around_spikes == b.around_spikes;
}

// A mean over the neurons of a stack would be one over all its points.
bool has_mean(const RecordSpec& record) {
  return std::ranges::any_of(record.variables, [](const model::VariableSpec& v) { return v.mean; });
}

bool same_record(const RecordSpec& a, const RecordSpec& b) {
  return !has_mean(a) && a.population == b.population && a.spikes == b.spikes && a.spike_neurons == b.spike_neurons &&
         a.float64 == b.float64 && std::ranges::equal(a.variables, b.variables, same_variable);
}

bool same_analysis(const model::AnalysisSpec& a, const model::AnalysisSpec& b) {
  return a.population == b.population && a.features == b.features && a.statistics == b.statistics &&
         a.neurons == b.neurons && a.start == b.start && a.stop == b.stop && a.bin == b.bin &&
         a.settings == b.settings;
}

// The values of all points: one value if that is what all have.
Values stacked(const std::vector<const Values*>& points) {
  const Values& first = *points.front();
  const bool alike = std::ranges::all_of(points, [&](const Values* values) {
    return values->law == model::Law::constant && same_values(*values, first);
  });
  if (alike) return first;
  Values all;
  all.law = model::Law::stacked;
  all.dimension = first.dimension;
  all.place = first.place;
  for (const Values* values : points) all.points.push_back(*values);
  return all;
}

using Points = std::span<const std::unique_ptr<Experiment>>;

NamedValues stacked(const Points& points,
                    const std::function<const NamedValues&(const Experiment&)>& of) {
  NamedValues all;
  for (const auto& [name, values] : of(*points.front())) {
    std::vector<const Values*> each;
    for (const auto& point : points) each.push_back(&of(*point).at(name));
    all[name] = stacked(each);
  }
  return all;
}

PopulationSpec stacked_population(const Points& points, std::size_t p) {
  PopulationSpec all = points.front()->populations[p];
  all.size *= std::ssize(points);
  all.params = stacked(points, [p](const Experiment& e) -> const NamedValues& { return e.populations[p].params; });
  all.init = stacked(points, [p](const Experiment& e) -> const NamedValues& { return e.populations[p].init; });
  for (std::size_t r = 0; r < all.receptors.size(); ++r) {
    all.receptors[r].params = stacked(
        points, [=](const Experiment& e) -> const NamedValues& { return e.populations[p].receptors[r].params; });
    all.receptors[r].init = stacked(
        points, [=](const Experiment& e) -> const NamedValues& { return e.populations[p].receptors[r].init; });
  }
  return all;
}

InputSpec stacked_input(const Points& points, std::size_t i) {
  const Experiment& first = *points.front();
  InputSpec all = first.inputs[i];
  all.targets.clear();
  for (std::int64_t k = 0; k < std::ssize(points); ++k)
    for (model::Slice slice : first.inputs[i].targets) {
      const std::int64_t offset = k * first.populations[slice.population].size;
      slice.first += offset;
      slice.last += offset;
      all.targets.push_back(slice);
    }
  for (auto& [name, field] : all.fields) {
    if (!std::holds_alternative<Values>(field) || !per_neuron(all.type, name)) continue;
    std::vector<const Values*> each;
    for (const auto& point : points) each.push_back(&std::get<Values>(point->inputs[i].fields.at(name)));
    field = stacked(each);
  }
  return all;
}

std::vector<std::int64_t> repeated(const std::vector<std::int64_t>& neurons, std::int64_t size,
                                   std::int64_t points) {
  std::vector<std::int64_t> all;
  for (std::int64_t k = 0; k < points; ++k)
    for (const std::int64_t neuron : neurons) all.push_back(k * size + neuron);
  return all;
}

}  // namespace

bool can_stack(const Experiment& one, const Experiment& other) {
  const auto& a = one.simulation;
  const auto& b = other.simulation;
  return a.duration == b.duration && a.dt == b.dt && a.steps == b.steps && same_method(a.method, b.method) &&
         a.interpolated == b.interpolated &&
         std::ranges::equal(one.populations, other.populations, same_population) &&
         std::ranges::equal(one.inputs, other.inputs, same_input) &&
         std::ranges::equal(one.record, other.record, same_record) &&
         std::ranges::equal(one.analysis, other.analysis, same_analysis);
}

std::unique_ptr<Experiment> stack(Points points) {
  const Experiment& first = *points.front();
  const std::int64_t count = std::ssize(points);
  auto all = std::make_unique<Experiment>();
  all->name = first.name;
  all->path = first.path;
  all->folder = first.folder;
  all->simulation = first.simulation;
  all->simulation.seeds.clear();
  for (const auto& point : points) all->simulation.seeds.push_back(point->simulation.seeds.front());
  for (std::size_t p = 0; p < first.populations.size(); ++p)
    all->populations.push_back(stacked_population(points, p));
  for (std::size_t i = 0; i < first.inputs.size(); ++i) all->inputs.push_back(stacked_input(points, i));
  for (RecordSpec record : first.record) {
    const std::int64_t size = first.populations[record.population].size;
    record.spike_neurons = repeated(record.spike_neurons, size, count);
    for (model::VariableSpec& variable : record.variables)
      variable.neurons = repeated(variable.neurons, size, count);
    all->record.push_back(std::move(record));
  }
  for (model::AnalysisSpec analysis : first.analysis) {
    analysis.neurons = repeated(analysis.neurons, first.populations[analysis.population].size, count);
    all->analysis.push_back(std::move(analysis));
  }
  return all;
}

}  // namespace hillock::sweep
