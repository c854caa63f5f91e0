// What spikes of inputs and connections need of their targets: a receptor, and weights that it takes.
#include <algorithm>

#include "base/text.hpp"
#include "config/sections.hpp"
#include "lang/evaluate.hpp"

namespace hillock::config {
namespace {

using model::PopulationSpec;
using model::Values;

const PopulationSpec& population_of(const model::Slice& slice, const model::Experiment& experiment) {
  return experiment.populations[static_cast<std::size_t>(slice.population)];
}

std::vector<std::string> names_of_receptors(const PopulationSpec& population) {
  std::vector<std::string> names;
  for (const model::ReceptorSpec& receptor : population.receptors) names.push_back(receptor.name);
  return names;
}

void report_receptor(Reader& reader, const Node* given, const std::string& receptor, const Sender& sender,
                     const PopulationSpec& target) {
  const std::vector<std::string> names = names_of_receptors(target);
  const std::string all =
      names.empty() ? "give it one under 'receptors'" : base::listed("its receptors", names);
  if (given == nullptr)
    return reader.error(
        sender.place,
        names.empty()
            ? "population '" + target.name + "' has no receptor for the spikes of " + sender.text()
            : sender.text() + " does not say which 'receptor' of '" + target.name + "' gets its spikes",
        all);
  const std::string guess = base::did_you_mean(receptor, names);
  reader.error(given->place, "population '" + target.name + "' has no receptor " + base::quoted(receptor),
               guess.empty() ? all : guess);
}

bool check_least(Reader& reader, const Values& weight, const model::ReceptorSpec& receptor, double least) {
  for (std::size_t i = 0; i < values_in(weight); ++i) {
    if (weight.numbers[i] >= least) continue;
    reader.error(weight.place,
                 "weight must be at least " + base::format_quantity(least, weight.dimension) +
                     " for receptor '" + receptor.name + "' (" + receptor.model->name + "), got " +
                     shown(weight, weight.numbers[i]),
                 least == 0 ? "inhibition has a positive weight and a reversal potential below rest" : "");
    return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> receptor_of_targets(Reader& reader, const Node* given, const Sender& sender,
                                               const std::vector<model::Slice>& targets,
                                               const model::Experiment& experiment) {
  std::string receptor;
  if (given != nullptr) {
    const std::optional<std::string> word = reader.word(*given, "receptor");
    if (!word) return std::nullopt;
    receptor = *word;
  }
  bool known = true;
  for (const model::Slice& slice : targets) {
    const PopulationSpec& target = population_of(slice, experiment);
    const std::vector<std::string> names = names_of_receptors(target);
    if (given == nullptr && names.size() == 1) {
      if (receptor.empty()) receptor = names[0];
      if (receptor == names[0]) continue;
      reader.error(sender.place,
                   "the targets of " + sender.text() + " have receptors of different names: '" + receptor +
                       "' and '" + names[0] + "'",
                   "write one " + sender.kind + " for each");
      return std::nullopt;
    }
    if (std::ranges::find(names, receptor) != names.end()) continue;
    known = false;
    report_receptor(reader, given, receptor, sender, target);
  }
  return known ? std::optional(receptor) : std::nullopt;
}

std::size_t values_in(const Values& values) {
  return values.law == model::Law::normal || values.law == model::Law::lognormal ? 1 : values.numbers.size();
}

std::string shown(const Values& values, double value) {
  const base::Place& place = values.place;
  const bool written = values.law == model::Law::constant && place.source != nullptr && place.line > 0;
  if (!written) return base::format_quantity(value, values.dimension);
  const std::string_view line = place.source->line(place.line);
  const std::size_t start = static_cast<std::size_t>(place.column - 1);
  const std::string_view text =
      line.substr(std::min(start, line.size()), static_cast<std::size_t>(place.length));
  return text.starts_with('=') ? base::format_quantity(value, values.dimension) : base::shortened(text);
}

bool check_weights(Reader& reader, const Values& weight, const Sender& sender, const std::string& receptor,
                   const std::vector<model::Slice>& targets, const model::Experiment& experiment) {
  bool fine = true;
  for (const model::Slice& slice : targets) {
    const PopulationSpec& target = population_of(slice, experiment);
    const auto found = std::ranges::find(target.receptors, receptor, &model::ReceptorSpec::name);
    if (found == target.receptors.end()) continue;
    if (found->model->weight != weight.dimension) {
      reader.error(weight.place,
                   "weight is " + weight.dimension.describe() + ", but receptor '" + receptor + "' of '" +
                       target.name + "' takes " + found->model->weight.describe(),
                   "write one " + sender.kind + " for each");
      fine = false;
    } else if (found->model->weight_min && lang::names_of(*found->model->weight_min).empty()) {
      fine = check_least(reader, weight, *found,
                         lang::evaluate(*found->model->weight_min, [](std::string_view) { return 0.0; })) &&
             fine;
    }
  }
  return fine;
}

}  // namespace hillock::config
