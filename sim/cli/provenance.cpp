// Prints what was resolved and asks the system what machine this is.
#include "cli/provenance.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "base/text.hpp"
#include "cli/json.hpp"
#include "cli/version.hpp"
#include "lang/evaluate.hpp"

namespace hillock::cli {
namespace {

using model::Law;
using model::Values;

std::string list_of(const std::vector<double>& numbers, const base::Dimension& dimension) {
  std::vector<std::string> words;
  for (const double number : numbers) words.push_back(base::format_quantity(number, dimension));
  return "[" + base::join(words, ", ") + "]";
}

// {lognormal: [median, sigma]}: the second number has no unit.
std::string lognormal_of(const Values& values) {
  return fmt::format("[{}, {}]", base::format_quantity(values.numbers.at(0), values.dimension),
                     base::number(values.numbers.at(1)));
}

std::string law_of(const Values& values) {
  const auto& [numbers, dimension] = std::tie(values.numbers, values.dimension);
  switch (values.law) {
    case Law::constant:
    case Law::list:
    case Law::stacked:  // parts of sweeps alone are
      break;
    case Law::linspace:
      return "linspace: " + list_of(numbers, dimension);
    case Law::uniform:
      return "uniform: " + list_of(numbers, dimension);
    case Law::normal:
      return "normal: " + list_of(numbers, dimension);
    case Law::lognormal:
      return "lognormal: " + lognormal_of(values);
    case Law::exponential:
      return "exponential: " + base::format_quantity(numbers.at(0), dimension);
    case Law::file:
      return "file: " + Json(values.file).text() + ", dataset: " + Json(values.dataset).text();
  }
  return {};
}

std::string text_of(const Values& values) {
  if (values.law == Law::constant) return base::format_quantity(values.numbers.at(0), values.dimension);
  if (values.law == Law::list) return list_of(values.numbers, values.dimension);
  std::string text = law_of(values);
  if (std::isfinite(values.lower)) text += ", min: " + base::format_quantity(values.lower, values.dimension);
  if (std::isfinite(values.upper)) text += ", max: " + base::format_quantity(values.upper, values.dimension);
  return "{" + text + "}";
}

// Evaluates defaults over the values that a config gave, where those are the same for all neurons.
class Defaults {
 public:
  Defaults(const model::Model& model, const model::NamedValues& given) : model_(model), given_(given) {}

  // The value of a parameter or of a quantity derived from parameters; NaN where it differs from neuron to
  // neuron.
  double value(std::string_view name) const {
    if (const auto found = given_.find(std::string(name)); found != given_.end())
      return found->second.uniform_over_neurons() ? found->second.numbers.at(0) : std::nan("");
    const model::Parameter* parameter = model_.parameter(name);
    if (parameter != nullptr && parameter->default_value) return value(*parameter->default_value);
    const model::Definition* derived = model_.derived_quantity(name);
    return derived != nullptr ? value(derived->expression) : std::nan("");
  }
  double value(const lang::Expression& expression) const {
    return lang::evaluate(expression, [this](std::string_view name) { return value(name); });
  }

 private:
  const model::Model& model_;
  const model::NamedValues& given_;
};

void add_parameters(std::string& text, const std::string& indent, const model::Model& model,
                    const model::NamedValues& given) {
  const Defaults defaults(model, given);
  if (!model.parameters.empty()) text += indent + "params:\n";
  for (const model::Parameter& parameter : model.parameters) {
    const auto found = given.find(parameter.name);
    std::string shown;
    if (found != given.end()) {
      shown = text_of(found->second);
    } else if (parameter.default_value) {
      const double value = defaults.value(*parameter.default_value);
      shown = std::isnan(value) ? Json("= " + parameter.default_value->text).text()
                                : base::format_quantity(value, parameter.dimension);
    }
    text += fmt::format("{}  {}: {}\n", indent, parameter.name, shown);
  }
}

void add_init(std::string& text, const std::string& indent, const model::NamedValues& init) {
  if (!init.empty()) text += indent + "init:\n";
  for (const auto& [name, values] : init) text += fmt::format("{}  {}: {}\n", indent, name, text_of(values));
}

}  // namespace

std::string resolved_parameters(const model::Experiment& experiment,
                                const std::vector<assemble::PopulationSummary>& populations) {
  std::string text = "populations:\n";
  for (const model::PopulationSpec& population : experiment.populations) {
    text += fmt::format("  {}:\n    size: {}\n    model: {}\n", population.name, population.size,
                        population.model->name);
    const auto summary =
        std::find_if(populations.begin(), populations.end(),
                     [&](const assemble::PopulationSummary& one) { return one.name == population.name; });
    if (summary != populations.end()) text += "    method: " + summary->method + "\n";
    add_parameters(text, "    ", *population.model, population.params);
    if (population.init_rest)
      text += "    init: rest\n";
    else
      add_init(text, "    ", population.init);
    if (!population.receptors.empty()) text += "    receptors:\n";
    for (const model::ReceptorSpec& receptor : population.receptors) {
      text += fmt::format("      {}:\n        model: {}\n        into: {}\n", receptor.name,
                          receptor.model->name, receptor.site);
      add_parameters(text, "        ", *receptor.model, receptor.params);
      add_init(text, "        ", receptor.init);
    }
  }
  return text;
}

std::string model_sources(const model::Experiment& experiment) {
  std::string text;
  std::set<const model::Model*> seen;
  const auto add = [&](const model::Model* model) {
    if (model == nullptr || !seen.insert(model).second) return;
    if (!text.empty()) text += "---\n";
    text += model->text;
    if (!text.ends_with('\n')) text += '\n';
  };
  for (const model::PopulationSpec& population : experiment.populations) {
    add(population.model);
    for (const model::ReceptorSpec& receptor : population.receptors) add(receptor.model);
  }
  return text;
}

void add_facts(engine::RunFacts& facts, const model::Experiment& experiment,
               const assemble::Prepared& prepared, const program::KernelOptions& kernels) {
  facts.texts["config"] = experiment.text;
  facts.texts["parameters"] = resolved_parameters(experiment, prepared.populations);
  facts.texts["models"] = model_sources(experiment);
  facts.words["hillock_version"] = version;
  facts.words["cpu"] = cpu_name();
  facts.words["backend"] = program::describe(kernels);
  facts.seed = experiment.simulation.seeds.front();
  facts.duration = experiment.simulation.duration;
  facts.dt = experiment.simulation.dt;
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const std::size_t colon = line.find(':'); colon != std::string::npos)
        return std::string(base::trim(std::string_view(line).substr(colon + 1)));
  return "unknown";
}

double peak_memory_bytes() {
  // Not getrusage: its peak is inherited from the process that started this one.
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmHWM:"))
      if (const auto kilobytes =
              base::parse_number(base::trim(std::string_view(line).substr(6, line.find("kB") - 6))))
        return *kilobytes * 1024;
  return 0;
}

}  // namespace hillock::cli
