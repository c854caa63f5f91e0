// The values of a model's parameters for one population: from the config or the model's defaults, checked
// against its rules.
#include "assemble/value_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "lang/evaluate.hpp"

namespace hillock::assemble {

ValueTable::ValueTable(const model::Model& model, const model::NamedValues& given, std::int64_t size,
                       std::uint64_t seed, std::string stream_name, std::string owner, base::Place place,
                       const model::ColumnReader& reader, base::Diagnostics& diagnostics)
    : model_(model),
      given_(given),
      size_(size),
      seed_(seed),
      stream_name_(std::move(stream_name)),
      owner_(std::move(owner)),
      place_(place),
      reader_(reader) {
  for (const model::Parameter& parameter : model.parameters) resolve(parameter.name, diagnostics);
}

void ValueTable::resolve(const std::string& name, base::Diagnostics& diagnostics) {
  if (parameters_.count(name)) return;
  const model::Parameter* parameter = model_.parameter(name);
  if (const auto found = given_.find(name); found != given_.end()) {
    parameters_[name] = model::expand(
        found->second, size_, base::Stream::of(seed_, stream_name_ + "." + name), reader_, diagnostics);
    return;
  }
  if (!parameter->default_value) {
    diagnostics.error(
        place_, fmt::format("{} must say what {} is: {} has no default for it", owner_, name, model_.name),
        fmt::format("add {}: a value in {}", name, parameter->dimension.unit()));
    parameters_[name] = {1.0};
    return;
  }
  resolve_used(*parameter->default_value, diagnostics);
  parameters_[name] = evaluate(*parameter->default_value);
}

// The parameters that an expression is made of, also through derived quantities, come first.
void ValueTable::resolve_used(const lang::Expression& expression, base::Diagnostics& diagnostics) {
  for (const std::string& used : lang::names_of(expression)) {
    if (model_.parameter(used) != nullptr)
      resolve(used, diagnostics);
    else if (const model::Definition* derived = model_.derived_quantity(used))
      resolve_used(derived->expression, diagnostics);
  }
}

double ValueTable::value(std::string_view name, std::int64_t neuron) const {
  if (const auto found = parameters_.find(std::string(name)); found != parameters_.end())
    return at(found->second, neuron);
  if (const model::Definition* derived = model_.derived_quantity(name))
    return lang::evaluate(derived->expression, [&](std::string_view inner) { return value(inner, neuron); });
  throw base::InternalError(fmt::format("'{}' of {} is not made of parameters", name, model_.name));
}

bool ValueTable::per_neuron(const lang::Expression& expression) const {
  return std::ranges::any_of(lang::names_of(expression), [&](const std::string& name) {
    if (const auto found = parameters_.find(name); found != parameters_.end())
      return found->second.size() != 1;
    const model::Definition* derived = model_.derived_quantity(name);
    return derived != nullptr && per_neuron(derived->expression);
  });
}

NeuronValues ValueTable::evaluate(const lang::Expression& expression) const {
  NeuronValues result(per_neuron(expression) ? static_cast<std::size_t>(size_) : 1);
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = lang::evaluate(
        expression, [&](std::string_view name) { return value(name, static_cast<std::int64_t>(i)); });
  return result;
}

base::Place ValueTable::place_of(const lang::Expression& expression) const {
  for (const std::string& name : lang::names_of(expression))
    if (const auto found = given_.find(name); found != given_.end()) return found->second.place;
  return place_;
}

void ValueTable::check_requirements(base::Diagnostics& diagnostics) const {
  if (size_ == 0) return;
  for (const model::Requirement& requirement : model_.require) {
    const std::int64_t n = per_neuron(requirement.expression) ? size_ : 1;
    for (std::int64_t i = 0; i < n; ++i) {
      const lang::ValueOf values = [&](std::string_view name) { return value(name, i); };
      if (lang::evaluate_condition(requirement.expression, values)) continue;
      diagnostics.error(place_of(requirement.expression),
                        fmt::format("{}{}: {}", owner_, n > 1 ? fmt::format(", neuron {}", i) : "",
                                    model::describe_violation(requirement, values)),
                        fmt::format("{} requires {}", model_.name, requirement.expression.text));
      break;
    }
  }
}

}  // namespace hillock::assemble
