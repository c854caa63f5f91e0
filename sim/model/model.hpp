// What a model file says: a neuron or a receptor as plain data, checked by check_model.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/units.hpp"
#include "lang/expression.hpp"

namespace hillock::model {

enum class Kind { neuron, receptor };

// Where current flows in: `inputs: {I: pA}` or `{I: {unit: uA/cm2, area: area}}`.
struct InputSite {
  std::string name;           // as used in the equations
  base::Dimension dimension;  // of a value in the model's own unit
  std::string area;           // the parameter by which currents given in pA are divided; empty: none
  std::string V = "V";        // the potential at this site, seen by receptors
  base::Place place;
};

struct Parameter {
  std::string name;
  std::string doc;
  base::Dimension dimension;
  std::optional<lang::Expression> default_value;  // of literals and other parameters; none: must be given
  base::Place place;
  bool has_unit = false;  // `unit:` is given, so that the dimension does not come from the default
  int size = 0;           // of a vector, which check_model replaces by its elements; 0: one number
  std::vector<lang::Expression> elements;  // defaults of a vector, one per element
};

struct State {
  std::string name;
  std::string doc;
  base::Dimension dimension;
  lang::Expression init;  // of parameters, derived quantities and other states
  base::Place place;
  bool has_unit = false;  // as for parameters
  int size = 0;           // of a vector, which check_model replaces by its elements; 0: one number
};

// A vector of the model file, `eta` with size 3: its elements are eta_0, eta_1, eta_2.
struct Vector {
  std::string name;
  int size = 0;
};

// `name: expression`: a derived quantity, a right-hand side, an assignment at an event.
struct Definition {
  std::string name;  // of the derived quantity; of the state for dV/dt and V: ...
  lang::Expression expression;
  base::Dimension dimension;  // of the expression
  std::string doc;
  base::Place place;
};

struct Hold {
  std::vector<std::string> states;
  lang::Expression duration;  // of parameters alone
  base::Place place;
};

enum class SpikeRuleKind { none, when, rate, probability };

struct SpikeRule {
  SpikeRuleKind kind = SpikeRuleKind::none;
  lang::Expression expression;  // the comparison, the rate (1/time) or the probability
  lang::Expression every;       // interval between decisions, for probability
  std::vector<Definition> reset;
  std::optional<Hold> hold;
  base::Place place;
};

// A receptor that populations of a neuron model have where they say nothing else of it.
struct DefaultReceptor {
  struct Parameter {
    std::string name, value;  // as written
    base::Place place;
  };
  std::string name, model, into;  // `into` is empty: the first input
  std::vector<Parameter> params;
  base::Place place, model_place, into_place;
};

// A rule of value, `require: - C_m > 0 pF` (min and max of a parameter or state become such rules). One that
// names states is about their initial values.
struct Requirement {
  lang::Expression expression;
  base::Place place;
};

struct Model {
  Kind kind = Kind::neuron;
  std::string name, summary, source;
  std::string like;               // the model that this one has all else from; empty: none
  std::string path;               // of the file, as shown in messages
  std::string text;               // of the file, with what it has from others
  std::vector<InputSite> inputs;  // neurons
  std::vector<Parameter> parameters;
  std::vector<Vector> vectors;  // filled by check_model: what was replaced by its elements
  std::vector<Requirement> require;
  std::vector<State> states;
  std::vector<Definition> derived;  // check_model sorts them: each after those it uses
  std::vector<Definition>
      equations;    // one per state with a derivative; states without one change at events only
  SpikeRule spike;  // neurons
  std::vector<DefaultReceptor> receptors;  // neurons

  // Receptors: the weight `weight` has this dimension and minimum; arrivals of a step are summed first.
  base::Dimension weight;
  std::optional<lang::Expression> weight_min;
  std::vector<Definition> on_spike;
  lang::Expression current;  // into the site, positive depolarises; empty: none (delta)
  base::Dimension current_dimension;
  base::Place place;

  const Parameter* parameter(std::string_view name) const;
  const State* state(std::string_view name) const;
  const Definition* derived_quantity(std::string_view name) const;
  const Definition* equation(std::string_view state) const;
  const InputSite* input(std::string_view name) const;
  const Vector* vector(std::string_view name) const;
};

// Resolves names, checks dimensions, cycles, missing or double definitions and what docs/language.md asks
// for; sorts derived and states' initial values by dependence; fills the dimensions. All findings go to
// `diagnostics`; the model is usable if none is an error.
void check_model(Model& model, base::Diagnostics& diagnostics);

// The order in which initial values are evaluated when the states in `given` have values from the config;
// reports cycles. Given states come first. Where an initial value depends on an input, the input is 0.
std::vector<int> initial_order(const Model& model, const std::vector<std::string>& given,
                               base::Diagnostics& diagnostics);

// What a requirement says about values that break it, with all that it compares: "C_m > 0 pF does not hold:
// C_m is -1 pF". `value_of` gives the values of names, in internal units.
std::string describe_violation(const Requirement& requirement,
                               const std::function<double(std::string_view)>& value_of);

// The page of a model for `hillock models NAME`: equations, parameters with defaults, units and meaning,
// states, derived quantities, spike rule, source.
std::string model_page(const Model& model);

}  // namespace hillock::model
