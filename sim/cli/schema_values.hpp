// The parts of the schema that describe values: quantities with their units, and values per neuron.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "cli/json.hpp"
#include "model/input_types.hpp"

namespace hillock::cli {

// What a value may be, and the example that is shown with it. A schema may let pass what hillock refuses, but
// never the reverse: units of one word are checked by dimension, composed ones (uA/cm2) only for being a
// number with some unit.
class SchemaValues {
 public:
  // A reference to the definition of a quantity of one of these dimensions, made when first asked for.
  Json quantity(const std::vector<base::Dimension>& dimensions);
  // One value, a list, a law, a file.
  Json per_neuron(const std::vector<base::Dimension>& dimensions);
  // The field of an input.
  Json field(const model::FieldType& field);
  Json number_or_expression() const;
  // All definitions referred to so far.
  const Json& definitions() const { return definitions_; }

 private:
  std::map<std::string, bool> made_;
  Json definitions_ = Json::Object{};
};

// {"type": "object", ...} of these properties and no others.
Json object_schema(Json properties, const std::vector<std::string>& required = {},
                   bool others_allowed = false);
Json enum_schema(const std::vector<std::string>& words);
Json any_of(Json::Array alternatives);
Json list_of(Json item);

}  // namespace hillock::cli
