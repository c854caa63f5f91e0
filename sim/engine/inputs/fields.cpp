// Reads fields of an input, and spreads values of its targets over the population.
#include "engine/inputs/fields.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/diagnostics.hpp"
#include "base/text.hpp"

namespace hillock::engine {

double number_or(const InputData& data, const std::string& field, double otherwise) {
  return data.has(field) ? data.value(field) : otherwise;
}

double stop_or_end(const InputData& data) {
  const double stop = number_or(data, "stop", std::numeric_limits<double>::infinity());
  return std::isfinite(stop) ? stop : data.grid.duration();
}

bool is_set(const InputData& data, const std::string& flag) {
  const auto found = data.flags.find(flag);
  return found != data.flags.end() && found->second;
}

void refuse_more_spikes(const InputData& data, double rate, double most, const std::string& of) {
  if (!(rate * data.grid.dt > most)) return;
  throw base::UserError(
      fmt::format("input '{}': a rate of {} Hz{} is {:.3g} spikes in each step of {} ms", data.name,
                  base::number(rate * 1000), of, rate * data.grid.dt, base::number(data.grid.dt)),
      fmt::format("give at most {:.0e} spikes per step", most));
}

std::vector<double> values_or(const InputData& data, const std::string& field, double otherwise) {
  return data.has(field) ? data.values.at(field) : std::vector<double>{otherwise};
}

std::vector<double> list_or_empty(const InputData& data, const std::string& field) {
  const auto found = data.lists.find(field);
  return found == data.lists.end() ? std::vector<double>{} : found->second;
}

std::vector<std::int64_t> target_neurons(const InputData& data) {
  if (!data.targets.empty()) return data.targets;
  std::vector<std::int64_t> all(static_cast<std::size_t>(data.neurons));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

std::vector<double> over_population(const InputData& data, const std::vector<double>& of_targets,
                                    double elsewhere) {
  const std::vector<std::int64_t> targets = target_neurons(data);
  const auto neurons = static_cast<std::size_t>(data.neurons);
  if (of_targets.size() == 1 && targets.size() == neurons) return of_targets;
  if (of_targets.size() != 1 && of_targets.size() != targets.size())
    throw base::InternalError("input '" + data.name + "' has " + std::to_string(targets.size()) +
                              " targets and a field of " + std::to_string(of_targets.size()) + " values");
  std::vector<double> values(neurons, elsewhere);
  for (std::size_t k = 0; k < targets.size(); ++k)
    values[static_cast<std::size_t>(targets[k])] = value_of(of_targets, k);
  return values;
}

std::map<std::string, std::vector<double>> NormalArray::initial() const {
  std::vector<double> values(static_cast<std::size_t>(neurons_));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = streams_.stream_of(i).normal(shared_ ? 0 : streams_.index_of(i), before_first_step);
  return {{name_, values}};
}

}  // namespace hillock::engine
