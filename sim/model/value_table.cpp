// The values of a model's parameters for one population: from the config or the model's defaults, checked
// against its rules.
#include "model/value_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "base/text.hpp"
#include "lang/evaluate.hpp"

namespace hillock::model {

namespace {

constexpr std::size_t longest_rule = 200;  // bytes of an expression that messages show

bool is_written(const Values& values) { return values.law == Law::constant || values.law == Law::list; }

}  // namespace

std::map<std::string, NeuronValues> written_values(const NamedValues& given) {
  std::map<std::string, NeuronValues> written;
  for (const auto& [name, values] : given)
    if (is_written(values)) written[name] = values.numbers;
  return written;
}

ValueTable::ValueTable(const Model& model, const NamedValues& given, std::int64_t size, std::string owner,
                       const base::Place& place)
    : model_(model), given_(given), size_(size), owner_(std::move(owner)), place_(place) {}

void ValueTable::resolve(const ValueSource& source, base::Diagnostics& diagnostics) {
  source_ = &source;
  for (const Parameter& parameter : model_.parameters) find(parameter.name, diagnostics);
  source_ = nullptr;
}

void ValueTable::resolve_written(const std::set<std::string>& unreadable, base::Diagnostics& diagnostics) {
  unknown_ = unreadable;
  for (const Parameter& parameter : model_.parameters) find(parameter.name, diagnostics);
}

void ValueTable::find(const std::string& name, base::Diagnostics& diagnostics) {
  if (parameters_.count(name) != 0 || unknown_.count(name) != 0) return;
  const Parameter& parameter = *model_.parameter(name);
  const auto given = given_.find(name);
  if (given == given_.end()) return find_default(parameter, diagnostics);
  NeuronValues values;
  if (is_written(given->second))
    values = given->second.numbers;
  else if (source_ != nullptr)
    values = expand(given->second, size_, {source_->seeds, source_->stream_name + "." + name},
                    source_->reader, diagnostics);
  if (values.empty() && size_ > 0)
    unknown_.insert(name);
  else
    parameters_[name] = std::move(values);
}

void ValueTable::find_default(const Parameter& parameter, base::Diagnostics& diagnostics) {
  if (parameter.default_value) find_used(*parameter.default_value, diagnostics);
  if (!parameter.default_value || !known(*parameter.default_value, {})) {
    unknown_.insert(parameter.name);
    return;
  }
  NeuronValues values = evaluate(*parameter.default_value);
  const auto wrong = std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
  if (wrong == values.end()) {
    parameters_[parameter.name] = std::move(values);
    return;
  }
  report_not_finite(parameter, *wrong, diagnostics);
  unknown_.insert(parameter.name);
}

void ValueTable::report_not_finite(const Parameter& parameter, double value,
                                   base::Diagnostics& diagnostics) const {
  base::Place place = parameter.default_value->place;
  for (const std::string& name : lang::names_of(*parameter.default_value))
    if (const auto found = given_.find(name); found != given_.end()) place = found->second.place;
  diagnostics.error(place,
                    fmt::format("{}: {}, by default {}, is {}", owner_, parameter.name,
                                base::shortened(parameter.default_value->text, longest_rule),
                                std::isnan(value) ? "not a number" : "infinite"),
                    "parameters must be finite: does it divide by 0, or take the root or logarithm of a "
                    "negative number?");
}

// The parameters that an expression is made of, also through derived quantities, come first.
void ValueTable::find_used(const lang::Expression& expression, base::Diagnostics& diagnostics) {
  for (const std::string& used : lang::names_of(expression)) {
    if (model_.parameter(used) != nullptr)
      find(used, diagnostics);
    else if (const Definition* derived = model_.derived_quantity(used))
      find_used(derived->expression, diagnostics);
  }
}

const NeuronValues* ValueTable::values_of(std::string_view name, const States& states) const {
  if (const auto found = parameters_.find(std::string(name)); found != parameters_.end())
    return &found->second;
  const auto state = states.find(std::string(name));
  return state == states.end() ? nullptr : &state->second;
}

double ValueTable::value(std::string_view name, std::int64_t neuron, const States& states) const {
  if (const NeuronValues* values = values_of(name, states)) return at(*values, neuron);
  if (const Definition* derived = model_.derived_quantity(name))
    return lang::evaluate(derived->expression,
                          [&](std::string_view inner) { return value(inner, neuron, states); });
  throw base::InternalError(fmt::format("'{}' of {} is not made of parameters", name, model_.name));
}

bool ValueTable::known(const lang::Expression& expression, const States& states) const {
  if (expression.empty()) return false;  // it could not be parsed
  return std::ranges::all_of(lang::names_of(expression), [&](const std::string& name) {
    if (values_of(name, states) != nullptr) return true;
    const Definition* derived = model_.derived_quantity(name);
    return derived != nullptr && known(derived->expression, states);
  });
}

bool ValueTable::per_neuron(const lang::Expression& expression, const States& states) const {
  return std::ranges::any_of(lang::names_of(expression), [&](const std::string& name) {
    if (const NeuronValues* values = values_of(name, states)) return values->size() != 1;
    const Definition* derived = model_.derived_quantity(name);
    return derived != nullptr && per_neuron(derived->expression, states);
  });
}

NeuronValues ValueTable::evaluate(const lang::Expression& expression) const {
  NeuronValues result(per_neuron(expression, {}) ? static_cast<std::size_t>(size_) : 1);
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = lang::evaluate(
        expression, [&](std::string_view name) { return value(name, static_cast<std::int64_t>(i), {}); });
  return result;
}

void ValueTable::check_requirements(base::Diagnostics& diagnostics) const {
  check_rules({}, given_, false, diagnostics);
}

void ValueTable::check_initial_values(const States& states, const NamedValues& init,
                                      base::Diagnostics& diagnostics) const {
  check_rules(states, init, true, diagnostics);
}

void ValueTable::check_rules(const States& states, const NamedValues& given, bool about_states,
                             base::Diagnostics& diagnostics) const {
  if (size_ == 0) return;
  for (const Requirement& requirement : model_.require) {
    const lang::Expression& rule = requirement.expression;
    const std::vector<std::string> names = lang::names_of(rule);
    const auto is_state = [&](const std::string& name) { return model_.state(name) != nullptr; };
    if (std::ranges::any_of(names, is_state) != about_states || !known(rule, states)) continue;
    base::Place place = place_;
    const auto is_given = [&](const std::string& name) { return given.count(name) != 0; };
    if (const auto found = std::ranges::find_if(names, is_given); found != names.end())
      place = given.at(*found).place;
    const std::int64_t n = per_neuron(rule, states) ? size_ : 1;
    for (std::int64_t i = 0; i < n; ++i) {
      const lang::ValueOf values = [&](std::string_view name) { return value(name, i, states); };
      if (lang::evaluate_condition(rule, values)) continue;
      diagnostics.error(
          place,
          fmt::format("{}{}{}: {}", owner_, n > 1 ? fmt::format(", neuron {}", i) : "",
                      about_states ? ", initial values" : "", describe_violation(requirement, values)),
          fmt::format("{} requires {}", model_.name, base::shortened(rule.text, longest_rule)));
      break;
    }
  }
}

}  // namespace hillock::model
