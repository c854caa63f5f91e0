// The values of a model's parameters for one population: from the config or the model's defaults, checked
// against its rules.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "model/experiment.hpp"

namespace hillock::model {

// One value, or one per neuron.
using NeuronValues = std::vector<double>;

inline double at(const NeuronValues& values, std::int64_t neuron) {
  return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(neuron)];
}

// How values that are not numbers become numbers: draws are named `stream_name`.NAME
// ("populations.exc.params"), files are read by `reader`.
struct ValueSource {
  std::span<const std::uint64_t> seeds;  // as Draws has them
  std::string stream_name;
  ColumnReader reader;
};

// Values of names for `size` neurons as far as they are known before anything is drawn or read: single values
// and lists.
std::map<std::string, NeuronValues> written_values(const NamedValues& given);

class ValueTable {
 public:
  // `owner` is used in messages, e.g. "population 'exc'"; `place` is that of the owner.
  ValueTable(const Model& model, const NamedValues& given, std::int64_t size, std::string owner,
             const base::Place& place);

  // Finds all parameters; reports files of another length, and values that are not finite.
  void resolve(const ValueSource& source, base::Diagnostics& diagnostics);
  // Finds the parameters that are written as numbers or have such defaults; those in `unreadable` stay
  // unknown.
  void resolve_written(const std::set<std::string>& unreadable, base::Diagnostics& diagnostics);

  const std::map<std::string, NeuronValues>& parameters() const { return parameters_; }
  // An expression of parameters, and of derived quantities of parameters alone.
  NeuronValues evaluate(const lang::Expression& expression) const;
  // Reports each rule of `require` about known parameters that does not hold, with the first neuron for which
  // it does not.
  void check_requirements(base::Diagnostics& diagnostics) const;
  // The same for rules about states, by their initial values; `init` says which of them the config gives.
  void check_initial_values(const std::map<std::string, NeuronValues>& states, const NamedValues& init,
                            base::Diagnostics& diagnostics) const;

 private:
  using States = std::map<std::string, NeuronValues>;

  void find(const std::string& name, base::Diagnostics& diagnostics);
  void find_default(const Parameter& parameter, base::Diagnostics& diagnostics);
  void find_used(const lang::Expression& expression, base::Diagnostics& diagnostics);
  void report_not_finite(const Parameter& parameter, double value, base::Diagnostics& diagnostics) const;
  void check_rules(const States& states, const NamedValues& given, bool about_states,
                   base::Diagnostics& diagnostics) const;
  const NeuronValues* values_of(std::string_view name, const States& states) const;
  double value(std::string_view name, std::int64_t neuron, const States& states) const;
  bool known(const lang::Expression& expression, const States& states) const;
  bool per_neuron(const lang::Expression& expression, const States& states) const;

  const Model& model_;
  const NamedValues& given_;
  std::int64_t size_;
  std::string owner_;
  base::Place place_;
  const ValueSource* source_ = nullptr;  // while parameters are found; none: only what is written is known
  std::map<std::string, NeuronValues> parameters_;
  std::set<std::string> unknown_;
};

}  // namespace hillock::model
