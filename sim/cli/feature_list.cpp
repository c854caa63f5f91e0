// Names, units and definitions of features, statistics and settings, printed from their tables.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/feature_text.hpp"

namespace hillock::cli {
namespace {

std::string unit_of(const auto& text) { return std::string(text.unit); }
std::string unit_of(const analysis::Feature& feature) {
  const bool one = !feature.needs_input() || feature.unit_of_density == feature.unit;
  return std::string(feature.unit) + (one ? "" : " or " + std::string(feature.unit_of_density));
}

template <class Texts>
std::string lines(const Texts& texts) {
  std::size_t name = 0, unit = 0;
  for (const auto& text : texts) {
    name = std::max(name, text.name.size());
    unit = std::max(unit, unit_of(text).size());
  }
  std::string result;
  for (const auto& text : texts)
    result += fmt::format("  {:<{}}  {:<{}}  {}\n", text.name, name, unit_of(text), unit, text.doc);
  return result;
}

template <class Texts>
std::string table(const Texts& texts) {
  std::string result = "| name | unit | definition |\n|---|---|---|\n";
  for (const auto& text : texts) {
    std::string doc(text.doc);
    for (std::size_t bar = doc.find('|'); bar != std::string::npos; bar = doc.find('|', bar + 2))
      doc.insert(bar, "\\");
    result += fmt::format("| `{}` | {} | {} |\n", text.name, unit_of(text), doc);
  }
  return result;
}

std::string setting_table() {
  std::string result = "| name | unit | default | meaning |\n|---|---|---|---|\n";
  for (const analysis::SettingText& text : analysis::setting_texts())
    result += fmt::format("| `{}` | {} | {} | {} |\n", text.name, text.unit,
                          base::number(analysis::value_of({}, text.name)), text.doc);
  return result;
}

}  // namespace

std::string feature_list() {
  std::string text;
  for (const analysis::FeatureGroup& group : analysis::feature_groups())
    text += std::string(group.title) + ":\n" + lines(group.features) + "\n";
  return text + "Statistics of the recorded spikes:\n" + lines(analysis::statistic_texts()) +
         "\nSettings:\n" + lines(analysis::setting_texts());
}

std::string features_page() {
  std::string page;
  for (const analysis::FeatureGroup& group : analysis::feature_groups())
    page += "\n## " + std::string(group.title) + "\n\n" + table(group.features);
  return page + "\n## Statistics of the recorded spikes\n\n" + table(analysis::statistic_texts()) +
         "\n## Settings\n\n" + setting_table();
}

}  // namespace hillock::cli
