// Patterns for numbers with units, and the laws that give a value to each neuron.
#include "cli/schema_values.hpp"

#include <utility>

#include "base/text.hpp"

namespace hillock::cli {
namespace {

namespace dim = base::dimension;

constexpr const char* number_pattern = "[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?";
constexpr const char* prefix_pattern = "[fpnu\u00B5\u03BCmckMG]?";
// Units with a power, a quotient or a product: anything that begins like a unit and goes on.
constexpr const char* composed_pattern = "[A-Za-z\u00B5\u03BC\u03A9]+[-0-9^/*\u00B2\u00B3 ].*|1?/.*";

struct Word {
  base::Dimension dimension;
  const char* units;  // without prefix, as alternatives of a pattern
  const char* example;
};

std::vector<Word> words() {
  return {{dim::time, "s", "10 ms"},
          {dim::voltage, "V", "-65 mV"},
          {dim::current, "A", "0.5 nA"},
          {dim::length, "m", "20 um"},
          {dim::temperature, "K", "6.3 degC"},
          {dim::concentration, "M", "2 mM"},
          {dim::capacitance, "F", "250 pF"},
          {dim::conductance, "S", "10 nS"},
          {dim::resistance, "Ohm|\u03A9", "40 MOhm"},
          {dim::charge, "C", "1 pC"},
          {dim::frequency, "Hz", "20 Hz"},
          {dim::current_density, "", "10 uA/cm2"},
          {dim::conductance_density, "", "0.3 mS/cm2"},
          {dim::capacitance_density, "", "1 uF/cm2"}};
}

const Word* word_of(const std::vector<Word>& all, const base::Dimension& dimension) {
  for (const Word& word : all)
    if (word.dimension == dimension) return &word;
  return nullptr;
}

std::string example_of(const base::Dimension& dimension) {
  const std::vector<Word> all = words();
  const Word* word = word_of(all, dimension);
  if (dimension.dimensionless()) return "0.5";
  return word != nullptr ? word->example : "1 " + dimension.user_unit();
}

// "voltage", "current_density_or_current".
std::string key_of(const std::vector<base::Dimension>& dimensions) {
  std::vector<std::string> names;
  for (const base::Dimension& dimension : dimensions)
    names.push_back(dimension.dimensionless() ? "number" : dimension.name());
  std::string key;
  for (const char c : base::join(names, " or "))
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      key += c;
    else
      key += c == '/' ? "_per_" : c == '^' ? "_power_" : "_";
  return key;
}

std::string describe(const std::vector<base::Dimension>& dimensions) {
  std::vector<std::string> names, examples;
  for (const base::Dimension& dimension : dimensions) {
    names.push_back(dimension.dimensionless() ? "a number" : dimension.name());
    examples.push_back(example_of(dimension));
  }
  return base::join(names, " or ") + ", e.g. " + base::join(examples, " or ");
}

std::string pattern_of(const std::vector<base::Dimension>& dimensions) {
  const std::vector<Word> all = words();
  std::vector<std::string> units;
  bool plain = false;
  for (const base::Dimension& dimension : dimensions) {
    plain = plain || dimension.dimensionless();
    const Word* word = word_of(all, dimension);
    if (word != nullptr && *word->units != '\0')
      units.push_back(std::string(prefix_pattern) + "(" + word->units + ")");
    if (dimension == dim::temperature) units.push_back("degC");
  }
  units.push_back(composed_pattern);
  return std::string("^\\s*(=[\\s\\S]*|") + number_pattern + "\\s*(" + base::join(units, "|") + ")" +
         (plain ? "?" : "") + ")\\s*$";
}

Json reference(const std::string& name) {
  Json json;
  json["$ref"] = "#/definitions/" + name;
  return json;
}

Json pair_of(const Json& first, const Json& second, const std::string& doc) {
  Json json;
  json["type"] = "array";
  json["items"] = Json::Array{first, second};
  json["minItems"] = 2;
  json["maxItems"] = 2;
  json["description"] = doc;
  return json;
}

Json typed(const char* type) {
  Json json;
  json["type"] = type;
  return json;
}

// {law: value, min, max}.
Json law(const std::string& name, const Json& value, const Json& bound, bool drawn = true) {
  Json properties;
  properties[name] = value;
  if (drawn) {
    properties["min"] = bound;
    properties["max"] = bound;
  }
  return object_schema(std::move(properties), {name});
}

Json file_values() {
  Json properties;
  for (const char* key : {"file", "dataset", "column", "unit"}) properties[key] = typed("string");
  return object_schema(std::move(properties), {"file"});
}

Json per_neuron_forms(const Json& q, const Json& number) {
  return any_of({q, list_of(q), law("linspace", pair_of(q, q, "[first, last]"), q, false),
                 law("uniform", pair_of(q, q, "[lower end, upper end]"), q),
                 law("normal", pair_of(q, q, "[mean, standard deviation]"), q),
                 law("lognormal", pair_of(q, number, "[median, sigma of the logarithm]"), q),
                 law("exponential", q, q), file_values()});
}

// The dimensions that a current into some site may have.
std::vector<base::Dimension> currents() {
  return {dim::current, dim::current_density, dim::voltage_rate, dim::voltage, dim::none};
}

}  // namespace

Json object_schema(Json properties, const std::vector<std::string>& required, bool others_allowed) {
  Json json;
  json["type"] = "object";
  json["properties"] = std::move(properties);
  json["additionalProperties"] = others_allowed;
  for (const std::string& name : required) json["required"].push(name);
  return json;
}

Json enum_schema(const std::vector<std::string>& all) {
  Json json;
  json["enum"] = Json::Array{};
  for (const std::string& word : all) json["enum"].push(word);
  return json;
}

Json any_of(Json::Array alternatives) {
  Json json;
  json["anyOf"] = std::move(alternatives);
  return json;
}

Json list_of(Json item) {
  Json json;
  json["type"] = "array";
  json["items"] = std::move(item);
  return json;
}

Json SchemaValues::number_or_expression() const {
  Json text = typed("string");  // a quoted number is one too
  text["pattern"] = std::string("^\\s*(=[\\s\\S]*|") + number_pattern + ")\\s*$";
  return any_of({typed("number"), std::move(text)});
}

Json SchemaValues::quantity(const std::vector<base::Dimension>& dimensions) {
  const std::string key = key_of(dimensions);
  if (made_.emplace(key, true).second) {
    Json text = typed("string");
    text["pattern"] = pattern_of(dimensions);
    text["patternErrorMessage"] = describe(dimensions) + " (or = expression)";
    bool plain = false;
    for (const base::Dimension& dimension : dimensions) plain = plain || dimension.dimensionless();
    Json definition = plain ? any_of({typed("number"), std::move(text)}) : std::move(text);
    // No description: editors would show it instead of that of the key.
    definition["examples"] = Json::Array{example_of(dimensions.front())};
    definitions_[key] = std::move(definition);
  }
  return reference(key);
}

Json SchemaValues::per_neuron(const std::vector<base::Dimension>& dimensions) {
  const std::string key = key_of(dimensions) + "_per_neuron";
  if (made_.emplace(key, true).second)
    definitions_[key] = per_neuron_forms(quantity(dimensions), number_or_expression());
  return reference(key);
}

Json SchemaValues::field(const model::FieldType& field) {
  using model::FieldKind;
  std::vector<base::Dimension> dimensions{field.dimension};
  switch (field.kind) {
    case FieldKind::text:
      return typed("string");
    case FieldKind::expression:
      return typed("string");
    case FieldKind::flag:
      return typed("boolean");
    case FieldKind::whole:
      return number_or_expression();
    case FieldKind::quantity:
      break;
    case FieldKind::list_quantity:
      return any_of({quantity(dimensions), list_of(quantity(dimensions))});
    case FieldKind::list_current:
      return any_of({quantity(currents()), list_of(quantity(currents()))});
    case FieldKind::list_potential:
      return any_of({quantity({dim::voltage, dim::none}), list_of(quantity({dim::voltage, dim::none}))});
    case FieldKind::current:
      dimensions = currents();
      break;
    case FieldKind::current_root:
      for (base::Dimension& dimension : dimensions = currents())
        dimension = dimension * base::pow(dim::time, {1, 2});
      break;
    case FieldKind::weight:
      dimensions = {dim::conductance,         dim::current, dim::current_density,
                    dim::conductance_density, dim::voltage, dim::none};
      break;
    case FieldKind::potential:
      dimensions = {dim::voltage, dim::none};
      break;
    case FieldKind::resistance:
      dimensions = {dim::resistance, dim::voltage / dim::current_density, dim::none};
      break;
  }
  return field.per_neuron ? per_neuron(dimensions) : quantity(dimensions);
}

}  // namespace hillock::cli
