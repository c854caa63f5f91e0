// Look-up of the named parts of a model.
#include "model/model.hpp"

#include <algorithm>

namespace hillock::model {
namespace {

template <class Part>
const Part* find(const std::vector<Part>& parts, std::string_view name) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.name == name; });
  return found == parts.end() ? nullptr : &*found;
}

}  // namespace

const Parameter* Model::parameter(std::string_view parameter_name) const {
  return find(parameters, parameter_name);
}
const State* Model::state(std::string_view state_name) const { return find(states, state_name); }
const Definition* Model::derived_quantity(std::string_view derived_name) const {
  return find(derived, derived_name);
}
const Definition* Model::equation(std::string_view of_state) const { return find(equations, of_state); }
const InputSite* Model::input(std::string_view input_name) const { return find(inputs, input_name); }
const Vector* Model::vector(std::string_view vector_name) const { return find(vectors, vector_name); }

}  // namespace hillock::model
