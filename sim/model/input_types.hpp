// The input types and their fields: the one table from which configs are checked and the schema and the
// reference are printed.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"

namespace hillock::model {

enum class FieldKind {
  current,       // in the unit of the input site, or pA
  current_root,  // such a current times sqrt(time): white_noise sigma
  quantity,      // of `dimension`
  weight,        // of the receptor's weight
  list_current,
  list_quantity,  // lists, not per neuron
  expression,     // of t, giving a current
  text,           // a word or path
  flag,
  whole,
  potential,
  list_potential,  // of the potential at the site
  resistance       // of that potential by the current into the site
};

enum class Bound { none, not_negative, positive };

struct FieldType {
  std::string name;
  FieldKind kind;
  base::Dimension dimension;  // for quantity and list_quantity
  bool per_neuron;            // a value, list or law per target neuron is allowed
  bool on_grid;               // must be a multiple of dt unless spike times are interpolated
  std::string default_value;  // as a user would write it; empty with required = false: no default
  bool required;
  std::string doc;
  Bound bound = Bound::none;
};

struct InputType {
  std::string name;
  bool spikes;  // goes to a receptor with weight and delay; otherwise a current into a site
  std::string summary;
  std::vector<FieldType> fields;
};

std::span<const InputType> input_types();
const InputType* input_type(std::string_view name);

}  // namespace hillock::model
