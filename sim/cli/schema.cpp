// `hillock schema`: the JSON Schema (draft-07) of configs, from the config keys, the input types and the
// shipped models.

#include "cli/commands.hpp"
#include "cli/config_keys.hpp"
#include "cli/schema_analysis.hpp"
#include "cli/schema_sweep.hpp"
#include "cli/schema_values.hpp"
#include "cli/shipped_models.hpp"

namespace hillock::cli {
namespace {

namespace dim = base::dimension;

Json string_schema(const std::string& pattern = {}) {
  Json json;
  json["type"] = "string";
  if (!pattern.empty()) json["pattern"] = pattern;
  return json;
}

Json boolean_schema() {
  Json json;
  json["type"] = "boolean";
  return json;
}

// A reference alone would hide the description beside it.
Json all_of(Json reference) {
  Json json;
  json["allOf"] = Json::Array{std::move(reference)};
  return json;
}

Json map_of(Json item) {
  Json json;
  json["type"] = "object";
  json["additionalProperties"] = std::move(item);
  return json;
}

Json whole_number(int least) {
  Json number;
  number["type"] = "integer";
  number["minimum"] = least;
  return any_of({std::move(number), string_schema("^\\s*(=|\\+?\\d)")});
}

// {"if": the key has this value, "then": ...}
Json when(const std::string& key, const std::string& value, Json then) {
  Json json;
  json["if"]["properties"][key]["const"] = value;
  json["if"]["required"] = Json::Array{key};
  json["then"] = std::move(then);
  return json;
}

// All of these keys, or `like`, which may bring them.
Json required_unless_like(const std::vector<std::string>& keys) {
  Json all, like;
  all["required"] = Json::Array{};
  for (const std::string& key : keys) all["required"].push(key);
  like["required"] = Json::Array{"like"};
  return Json::Array{std::move(all), std::move(like)};
}

class Schema {
 public:
  explicit Schema(const ModelShelf& shelf) : shelf_(shelf) {}

  Json build() {
    Json root = children("");
    Json schema;
    schema["$schema"] = "http://json-schema.org/draft-07/schema#";
    schema["title"] = "hillock config";
    schema["description"] = "What `hillock run` simulates: cells, their inputs, what to record.";
    schema["type"] = "object";
    schema["properties"] = root["properties"];
    schema["required"] = root["required"];
    schema["additionalProperties"] = false;
    schema["definitions"] = values_.definitions();
    return schema;
  }

 private:
  // The object whose keys stand directly under a path.
  Json children(const std::string& parent) {
    Json properties = Json::Object{};
    std::vector<std::string> required;
    for (const ConfigKey& key : config_keys()) {
      const std::string path = key.path;
      if (!path.starts_with(parent)) continue;
      const std::string name = path.substr(parent.size());
      if (name.empty() || name.find('.') != std::string::npos) continue;
      properties[name] = documented(key, path);
      if (key.required) required.push_back(name);
    }
    return object_schema(std::move(properties), required);
  }

  Json documented(const ConfigKey& key, const std::string& path) {
    Json json = of_form(key.form, path);
    json["description"] = key.doc;
    if (*key.default_value != '\0')
      json["description"] = std::string(key.doc) + " (default " + key.default_value + ")";
    return json;
  }

  Json of_form(Form form, const std::string& path) {
    switch (form) {
      case Form::map:
        return of_map(path);
      case Form::names:
        return names(path);
      case Form::time:
        return all_of(values_.quantity({dim::time}));
      case Form::count:
        return whole_number(0);
      case Form::seed:
        return whole_number(0);
      case Form::threads:
        return any_of({whole_number(1), enum_schema({"auto"})});
      case Form::method:
        return method();
      case Form::spike_times:
        return enum_schema({"grid", "interpolated"});
      case Form::neuron_model:
        return models(model::Kind::neuron);
      case Form::receptor_model:
        return models(model::Kind::receptor);
      case Form::params:
        return map_of(true);
      case Form::init:
        return any_of({map_of(true), enum_schema({"rest"})});
      case Form::quantities:
        return map_of(any_of({values_.number_or_expression(), string_schema()}));
      case Form::input:
        return input();
      case Form::ends:
        return any_of({string_schema(), list_of(string_schema())});
      case Form::rule:
        return rule();
      case Form::law:
        return any_of(
            {values_.number_or_expression(), string_schema(), list_of(string_schema()), map_of(true)});
      case Form::record:
        return record();
      case Form::connection_record:
        return connection_record();
      case Form::analysis:
        return any_of({measured_names(), children(path + ".")});
      case Form::feature_names:
        return feature_names();
      case Form::statistic_names:
        return statistic_names();
      case Form::feature_settings:
        return feature_settings(values_);
      case Form::neurons:
        return neurons();
      case Form::stop:
        return any_of({string_schema(), children(path + ".")});
      case Form::any_or_all:
        return enum_schema({"any", "all"});
      case Form::condition:
      case Form::like:
      case Form::word:
        return string_schema();
      case Form::flag:
        return boolean_schema();
      case Form::anything:
        return Json(Json::Object{});
      case Form::sweep_values:
        return sweep_values();
      case Form::combination:
        return combinations();
      case Form::kept:
        return kept_of_points();
    }
    return Json::Object{};
  }

  // Free names, and those that have a meaning of their own.
  Json names(const std::string& path) {
    Json json = map_of(of_form(form_of(path + ".NAME"), path + ".NAME"));
    for (const ConfigKey& key : config_keys()) {
      const std::string own = key.path;
      if (!own.starts_with(path + ".")) continue;
      const std::string name = own.substr(path.size() + 1);
      if (name != "NAME" && name.find('.') == std::string::npos)
        json["properties"][name] = documented(key, own);
    }
    return json;
  }

  Json connection_record() {
    Json weight;
    weight["every"] = interval();
    weight["targets"] = neurons();
    weight["targets"]["description"] =
        "onto which target neurons the synapses are: all, 3, 0..99 or a list (default all)";
    Json map;
    map["edges"] = boolean_schema();
    map["edges"]["description"] =
        "whether the synapses are recorded, with weights and delays (default false)";
    map["weight"] = any_of({boolean_schema(), object_schema(std::move(weight), {})});
    map["weight"]["description"] = "weights over time";
    add_numbers(map);
    const Json word = enum_schema({"edges", "weight"});
    return any_of({word, list_of(word), object_schema(std::move(map), {})});
  }

  static Form form_of(const std::string& path) {
    for (const ConfigKey& key : config_keys())
      if (key.path == path) return key.form;
    throw base::InternalError("no config key " + path);
  }

  // Maps whose other keys depend on their model.
  Json of_map(const std::string& path) {
    if (path == "populations.NAME") return population(path);
    if (path == "populations.NAME.receptors.NAME") return receptor(path);
    if (path == "connections.NAME") return unless_like(path, {"source", "target", "rule", "weight", "delay"});
    if (path == "gap_junctions.NAME") return unless_like(path, {"between", "conductance"});
    return children(path + ".");
  }

  Json population(const std::string& path) {
    Json json = children(path + ".");
    json["required"] = Json::Array{};
    json["anyOf"] = required_unless_like({"model"});
    json["allOf"] = Json::Array{};
    for (const model::Model& model : shelf_.models) {
      if (model.kind != model::Kind::neuron) continue;
      Json then;
      then["properties"]["params"] = object_schema(parameters(model));
      then["properties"]["init"] = any_of({object_schema(states(model)), enum_schema({"rest"})});
      json["allOf"].push(when("model", model.name, std::move(then)));
    }
    return json;
  }

  Json unless_like(const std::string& path, const std::vector<std::string>& required) {
    Json json = children(path + ".");
    json["required"] = Json::Array{};
    json["anyOf"] = required_unless_like(required);
    return json;
  }

  static Json rule() {
    Json number = object_schema(Json::Object{}, {});
    for (const char* word : {"pairwise_bernoulli", "pairwise_poisson", "fixed_indegree", "fixed_outdegree",
                             "fixed_total_number", "distance", "pairs", "from_file"})
      number["properties"][word] = Json::Object{};
    number["minProperties"] = 1;
    number["maxProperties"] = 1;
    return any_of({enum_schema({"all_to_all", "one_to_one"}), std::move(number)});
  }

  // Parameters may stand beside the keys of a receptor.
  Json receptor(const std::string& path) {
    Json json;
    json["type"] = "object";
    json["properties"] = children(path + ".")["properties"];
    json["allOf"] = Json::Array{};
    for (const model::Model& model : shelf_.models) {
      if (model.kind != model::Kind::receptor) continue;
      Json properties = parameters(model);
      for (const char* key : {"model", "into"}) properties[key] = Json::Object{};
      properties["params"] = object_schema(parameters(model));
      properties["init"] = object_schema(states(model));
      json["allOf"].push(when("model", model.name, object_schema(std::move(properties))));
    }
    return json;
  }

  Json value_with_doc(const base::Dimension& dimension, const std::string& doc,
                      const std::string& shown_default) {
    Json json = all_of(values_.per_neuron({dimension}));
    json["description"] = doc + (shown_default.empty() ? ""
                                                       : (doc.empty() ? "default " : " (default ") +
                                                             shown_default + (doc.empty() ? "" : ")"));
    return json;
  }

  Json parameters(const model::Model& model) {
    Json properties = Json::Object{};
    for (const model::Parameter& parameter : model.parameters)
      properties[parameter.name] =
          value_with_doc(parameter.dimension, parameter.doc, default_text(parameter));
    for (const model::Vector& vector : model.vectors) properties[vector.name] = Json::Object{};
    return properties;
  }

  Json states(const model::Model& model) {
    Json properties = Json::Object{};
    for (const model::State& state : model.states)
      properties[state.name] = value_with_doc(state.dimension, state.doc, state.init.text);
    for (const model::Vector& vector : model.vectors) properties[vector.name] = Json::Object{};
    return properties;
  }

  Json models(model::Kind kind) {
    Json names;
    names["enum"] = Json::Array{};
    std::string doc;
    for (const model::Model& model : shelf_.models) {
      if (model.kind != kind) continue;
      names["enum"].push(model.name);
      doc += (doc.empty() ? "" : "; ") + model.name + ": " + model.summary;
    }
    names["description"] = doc;
    return any_of({std::move(names), string_schema("/|\\.ya?ml$")});
  }

  Json method() {
    std::vector<std::string> words(method_words().begin(), method_words().end());
    Json options;
    for (const char* key : {"rtol", "atol"}) options[key] = values_.number_or_expression();
    for (const char* key : {"max_step", "min_step"}) options[key] = values_.quantity({dim::time});
    Json adaptive;
    adaptive["adaptive"] = object_schema(std::move(options));
    return any_of({enum_schema(words), object_schema(std::move(adaptive), {"adaptive"})});
  }

  Json input() {
    Json json;
    json["type"] = "object";
    json["properties"]["type"]["enum"] = Json::Array{};
    json["properties"]["like"] = string_schema();
    json["anyOf"] = required_unless_like({"type", "target"});
    json["allOf"] = Json::Array{};
    std::string doc;
    for (const model::InputType& type : model::input_types()) {
      json["properties"]["type"]["enum"].push(type.name);
      doc += (doc.empty() ? "" : "; ") + type.name + ": " + type.summary;
      json["allOf"].push(when("type", type.name, input_of(type)));
    }
    json["properties"]["type"]["description"] = doc;
    return json;
  }

  Json input_of(const model::InputType& type) {
    Json slices;
    slices["type"] = "array";
    slices["items"] = string_schema();
    Json properties;
    properties["type"] = Json::Object{};
    properties["like"] = string_schema();
    properties["target"] = any_of({string_schema(), std::move(slices)});
    properties["target"]["description"] =
        "a population, some neurons of it such as NAME 0..99, or a list of them";
    const std::string place = type.spikes ? "receptor" : "site";
    properties[place] = string_schema();
    properties[place]["description"] =
        type.spikes ? "the receptor that gets the spikes; may be left out where there is only one"
                    : "the input of the neuron model; its first if left out";
    std::vector<std::string> required;
    for (const model::FieldType& field : type.fields) {
      Json one = all_of(values_.field(field));
      one["description"] =
          field.doc + (field.default_value.empty() ? "" : " (default " + field.default_value + ")");
      properties[field.name] = std::move(one);
      if (field.required) required.push_back(field.name);
    }
    Json json = object_schema(std::move(properties));
    json["anyOf"] = required_unless_like(required);
    return json;
  }

  // How recorded values stand in the file.
  static void add_numbers(Json& properties) {
    properties["dtype"] = enum_schema({"float32", "float64"});
    properties["dtype"]["description"] = "number type of the traces (default float32)";
    properties["compress"] = whole_number(0);
    properties["compress"]["description"] =
        "level of compression, 0 (none) to 9 (default 0); libsonata reads uncompressed files only";
  }

  Json interval() {
    Json json = all_of(values_.quantity({dim::time}));
    json["description"] = "interval of the recorded values (default dt)";
    return json;
  }

  static Json neurons() {
    Json list;
    list["type"] = "array";
    list["items"] = whole_number(0);
    return any_of({enum_schema({"all"}), whole_number(0), string_schema("^\\s*\\d+\\s*\\.\\.\\s*\\d+\\s*$"),
                   std::move(list)});
  }

  Json record() {
    Json list, some_spikes;
    list["type"] = "array";
    list["items"] = string_schema();
    some_spikes["neurons"] = neurons();
    Json properties;
    properties["spikes"] = any_of({boolean_schema(), object_schema(std::move(some_spikes))});
    properties["spikes"]["description"] = "whether spikes are recorded; all neurons' or {neurons: 0..99}";
    properties["rate"] = recorded_variable();
    properties["rate"]["description"] = "spikes of the population per neuron and second, in bins of 'every'";
    add_numbers(properties);
    Json map = object_schema(std::move(properties));
    map["additionalProperties"] = recorded_variable();
    return any_of({string_schema(), std::move(list), std::move(map)});
  }

  // One schema for both forms, because editors name a wrong key only where there are no alternatives.
  Json recorded_variable() {
    Json variable, window;
    for (const char* side : {"before", "after"}) window[side] = values_.quantity({dim::time});
    variable["neurons"] = neurons();
    variable["neurons"]["description"] = "which neurons: all, 3, 0..99 or a list (default all)";
    variable["every"] = interval();
    variable["mean"]["type"] = "boolean";
    variable["mean"]["description"] = "the mean over these neurons instead of their values (default false)";
    variable["sum"]["type"] = "boolean";
    variable["sum"]["description"] = "the sum over these neurons instead of their values (default false)";
    variable["around_spikes"] = object_schema(std::move(window), {"before", "after"});
    variable["around_spikes"]["description"] = "recorded only in this window around each neuron's own spikes";
    Json json = object_schema(std::move(variable));
    json["type"] = Json::Array{"boolean", "object"};
    return json;
  }

  const ModelShelf& shelf_;
  SchemaValues values_;
};

}  // namespace

int schema(const Arguments&, Console& console) {
  const ModelShelf shelf = shipped_models();
  console.out(Schema(shelf).build().text(false) + "\n");
  return 0;
}

}  // namespace hillock::cli
