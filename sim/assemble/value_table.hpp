// The values of a model's parameters for one population: from the config or the model's defaults, checked
// against its rules.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "model/experiment.hpp"

namespace hillock::assemble {

// One value, or one per neuron.
using NeuronValues = std::vector<double>;

inline double at(const NeuronValues& values, std::int64_t neuron) {
  return values.size() == 1 ? values[0] : values[neuron];
}

class ValueTable {
 public:
  // `stream_name` names the draws, e.g. "populations.exc.params"; `owner` is used in messages, e.g.
  // "population 'exc'".
  ValueTable(const model::Model& model, const model::NamedValues& given, std::int64_t size,
             std::uint64_t seed, std::string stream_name, std::string owner, base::Place place,
             const model::ColumnReader& reader, base::Diagnostics& diagnostics);

  const std::map<std::string, NeuronValues>& parameters() const { return parameters_; }
  // An expression of parameters, and of derived quantities of parameters alone.
  NeuronValues evaluate(const lang::Expression& expression) const;
  // Reports each rule of `require` that does not hold, with the first neuron for which it does not.
  void check_requirements(base::Diagnostics& diagnostics) const;

 private:
  void resolve(const std::string& name, base::Diagnostics& diagnostics);
  void resolve_used(const lang::Expression& expression, base::Diagnostics& diagnostics);
  double value(std::string_view name, std::int64_t neuron) const;
  bool per_neuron(const lang::Expression& expression) const;
  base::Place place_of(const lang::Expression& expression) const;

  const model::Model& model_;
  const model::NamedValues& given_;
  std::int64_t size_;
  std::uint64_t seed_;
  std::string stream_name_, owner_;
  base::Place place_;
  const model::ColumnReader& reader_;
  std::map<std::string, NeuronValues> parameters_;
};

}  // namespace hillock::assemble
