// One schema for all forms of an axis, because editors name a wrong key only where there are no alternatives.
#include "cli/schema_sweep.hpp"

#include "config/sweep_section.hpp"

namespace hillock::cli {
namespace {

Json described(Json json, const char* doc) {
  json["description"] = doc;
  return json;
}

Json whole_number() {
  Json json;
  json["type"] = Json::Array{"integer", "string"};
  json["minimum"] = 1;
  return json;
}

}  // namespace

Json sweep_values() {
  Json settings, cases, pair, boolean;
  Json number_or_quantity;
  number_or_quantity["type"] = Json::Array{"number", "string"};
  pair["type"] = "array";
  pair["minItems"] = 2;
  pair["maxItems"] = 2;
  settings["type"] = "object";
  cases["type"] = "object";
  cases["additionalProperties"] = std::move(settings);
  boolean["type"] = "boolean";
  Json properties;
  properties["from"] = described(number_or_quantity, "the first value of a range, which it contains");
  properties["to"] = described(number_or_quantity, "the last value of a range, which it contains");
  properties["count"] = described(whole_number(), "how many values the range has, or are drawn from the law");
  properties["step"] =
      described(number_or_quantity, "the distance of the values of a range, instead of count");
  properties["log"] =
      described(std::move(boolean), "equal ratios instead of equal distances (default false)");
  properties["cases"] =
      described(std::move(cases), "names of cases, each with the values that it sets at several paths");
  properties["linspace"] = described(pair, "[first, last], at equal distances");
  properties["uniform"] = described(pair, "[lower end, upper end]");
  properties["normal"] = described(pair, "[mean, standard deviation]");
  properties["lognormal"] = described(pair, "[median, sigma of the logarithm]");
  properties["exponential"] = described(number_or_quantity, "the mean");
  for (const char* bound : {"min", "max"})
    properties[bound] = described(number_or_quantity, "bound of the law");
  Json json = object_schema(std::move(properties));
  json["type"] = Json::Array{"array", "object"};
  json["minItems"] = 1;
  return json;
}

Json combinations() { return enum_schema(config::words_of_combine()); }

Json kept_of_points() {
  Json word = enum_schema({"summary", "spikes", "traces"}), list, json;
  list["type"] = "array";
  list["items"] = word;
  json["anyOf"] = Json::Array{std::move(word), std::move(list)};
  return json;
}

}  // namespace hillock::cli
