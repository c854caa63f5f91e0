// What makes points alike, and how they are put together.
#include "sweep/stack.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "assemble/file_inputs.hpp"
#include "model/compare.hpp"

namespace hillock::sweep {

namespace {

using model::Experiment;
using model::Field;
using model::InputSpec;
using model::NamedValues;
using model::PopulationSpec;
using model::RecordSpec;
using model::Values;

// What is pooled over the neurons of a stack would be pooled over all its points.
bool pools(const RecordSpec& record) {
  return std::ranges::any_of(record.variables, &model::VariableSpec::pooled);
}

// The neurons that a file names are those of one point.
bool alike(const InputSpec& a, const InputSpec& b) {
  return !assemble::names_neurons(a) && model::same_role(a, b) &&
         model::same_fields(a, b,
                            [&](const std::string& name) { return !model::is_per_neuron(a.type, name); });
}

// The values of all points: one value if that is what all have.
Values stacked(const std::vector<const Values*>& points) {
  const Values& first = *points.front();
  const bool equal = std::ranges::all_of(points, [&](const Values* values) {
    return values->law == model::Law::constant && model::same_values(*values, first);
  });
  if (equal) return first;
  Values all;
  all.law = model::Law::stacked;
  all.dimension = first.dimension;
  all.place = first.place;
  for (const Values* values : points) all.points.push_back(*values);
  return all;
}

using Stacked = std::span<const Experiment* const>;

NamedValues stacked(const Stacked& points, const std::function<const NamedValues&(const Experiment&)>& of) {
  NamedValues all;
  for (const auto& [name, values] : of(*points.front())) {
    std::vector<const Values*> each;
    for (const Experiment* point : points) each.push_back(&of(*point).at(name));
    all[name] = stacked(each);
  }
  return all;
}

PopulationSpec stacked_population(const Stacked& points, std::size_t p) {
  PopulationSpec all = points.front()->populations[p];
  all.size *= std::ssize(points);
  all.params =
      stacked(points, [p](const Experiment& e) -> const NamedValues& { return e.populations[p].params; });
  all.init =
      stacked(points, [p](const Experiment& e) -> const NamedValues& { return e.populations[p].init; });
  for (std::size_t r = 0; r < all.receptors.size(); ++r) {
    all.receptors[r].params = stacked(points, [=](const Experiment& e) -> const NamedValues& {
      return e.populations[p].receptors[r].params;
    });
    all.receptors[r].init = stacked(points, [=](const Experiment& e) -> const NamedValues& {
      return e.populations[p].receptors[r].init;
    });
  }
  return all;
}

InputSpec stacked_input(const Stacked& points, std::size_t i) {
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
    if (!std::holds_alternative<Values>(field) || !model::is_per_neuron(all.type, name)) continue;
    std::vector<const Values*> each;
    for (const Experiment* point : points)
      each.push_back(&std::get<Values>(point->inputs[i].fields.at(name)));
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
  const auto alone = [](const Experiment& e) { return e.connections.empty() && e.gap_junctions.empty(); };
  return alone(one) && alone(other) && model::same_simulation(one.simulation, other.simulation) &&
         std::ranges::equal(one.populations, other.populations, model::same_structure) &&
         std::ranges::equal(one.populations, other.populations,
                            [](const auto& a, const auto& b) { return model::same_names(a, b); }) &&
         std::ranges::equal(one.inputs, other.inputs, alike) && std::ranges::none_of(one.record, pools) &&
         std::ranges::equal(one.record, other.record, model::same_record) &&
         std::ranges::equal(one.analysis, other.analysis, model::same_analysis) &&
         std::ranges::equal(one.stops, other.stops, model::same_stop) &&
         std::ranges::equal(one.changes, other.changes, [](const auto& a, const auto& b) {
           return a.step == b.step && can_stack(*a.then, *b.then);
         });
}

std::unique_ptr<Experiment> stack(std::span<const Experiment* const> points) {
  const Experiment& first = *points.front();
  const std::int64_t count = std::ssize(points);
  auto all = std::make_unique<Experiment>();
  all->name = first.name;
  all->path = first.path;
  all->folder = first.folder;
  all->simulation = first.simulation;
  all->simulation.seeds.clear();
  for (const Experiment* point : points) all->simulation.seeds.push_back(point->simulation.seeds.front());
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
  all->stops = first.stops;  // each point has its own end
  for (std::size_t c = 0; c < first.changes.size(); ++c) {
    std::vector<const Experiment*> then;
    for (const Experiment* point : points) then.push_back(point->changes[c].then.get());
    all->changes.push_back({first.changes[c].step, stack(then)});
  }
  return all;
}

std::unique_ptr<Experiment> stack(std::span<const std::unique_ptr<Experiment>> points) {
  std::vector<const Experiment*> all;
  for (const auto& point : points) all.push_back(point.get());
  return stack(std::span<const Experiment* const>(all));
}

}  // namespace hillock::sweep
