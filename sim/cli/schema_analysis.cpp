// The parts of the schema that name features, statistics and the settings of features, from their tables.
#include "cli/schema_analysis.hpp"

#include "analysis/population_facts.hpp"
#include "base/text.hpp"

namespace hillock::cli {
namespace {

using Words = std::vector<std::string>;

Words features() {
  Words names;
  for (const analysis::Feature& feature : analysis::features())
    if (!analysis::is_index(feature)) names.emplace_back(feature.name);
  return names;
}

Words statistics() {
  Words names;
  for (const analysis::StatisticText& text : analysis::statistic_texts()) names.emplace_back(text.name);
  return names;
}

Json names_schema(Words names) {
  Json list, json;
  list["type"] = "array";
  list["minItems"] = 1;
  list["items"] = enum_schema(names);
  names.insert(names.begin(), "all");
  json["anyOf"] = Json::Array{enum_schema(names), std::move(list)};
  return json;
}

Json setting_schema(const analysis::SettingText& text, SchemaValues& values) {
  const analysis::SettingRange range = analysis::range_of(text.name);
  Json json;
  if (range.kind == analysis::SettingKind::flag) {
    json["type"] = "boolean";
  } else if (text.unit == "1" || range.kind == analysis::SettingKind::whole) {
    json["allOf"] = Json::Array{values.number_or_expression()};
  } else {
    json["allOf"] = Json::Array{values.quantity({base::parse_unit(text.unit)->dimension})};
  }
  json["description"] = std::string(text.doc) + " (default " +
                        (range.kind == analysis::SettingKind::flag
                             ? (analysis::value_of({}, text.name) != 0 ? "true" : "false")
                             : base::number(analysis::value_of({}, text.name)) +
                                   (text.unit == "1" || text.unit.empty() || text.unit == "samples"
                                        ? ""
                                        : " " + std::string(text.unit))) +
                        ")";
  return json;
}

}  // namespace

Json feature_names() { return names_schema(features()); }

Json statistic_names() { return names_schema(statistics()); }

Json measured_names() {
  Words all = features();
  for (std::string& name : statistics()) all.push_back(std::move(name));
  return names_schema(std::move(all));
}

Json feature_settings(SchemaValues& values) {
  Json properties;
  for (const analysis::SettingText& text : analysis::setting_texts())
    properties[text.name] = setting_schema(text, values);
  return object_schema(std::move(properties));
}

}  // namespace hillock::cli
