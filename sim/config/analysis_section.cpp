// `analysis`: which features and statistics are measured while the run goes on.
#include <fmt/core.h>

#include <algorithm>

#include "analysis/population_facts.hpp"
#include "base/text.hpp"
#include "config/sections.hpp"
#include "model/recordable.hpp"

namespace hillock::config {
namespace {

using Words = std::vector<std::string>;

constexpr const char* list_of_all = "hillock features --list shows all of them";

bool holds(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// Features whose means say something.
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

Words settings() {
  Words names;
  for (const analysis::SettingText& text : analysis::setting_texts()) names.emplace_back(text.name);
  return names;
}

class AnalysisReader {
 public:
  AnalysisReader(Reader& reader, const model::Experiment& experiment, int index)
      : reader_(reader),
        simulation_(experiment.simulation),
        population_(experiment.populations[static_cast<std::size_t>(index)]) {
    spec_.population = index;
    spec_.neurons = all_neurons(population_);
  }

  model::AnalysisSpec read(const Entry& entry) {
    spec_.place = entry.place;
    if (entry.value.is_map())
      read_map(entry);
    else
      read_names(entry.value, "the analysis of '" + entry.key + "'", &known_features_, &known_statistics_);
    if (!spec_.features.empty()) check_potential();
    warn_of_no_frequency();
    return std::move(spec_);
  }

 private:
  void read_map(const Entry& entry) {
    const std::string what = "the analysis of '" + entry.key + "'";
    const Words keys{"features", "statistics", "neurons", "start", "stop", "bin", "settings"};
    reader_.keys(entry.value, what, keys);
    const Node *features = entry.value.find("features"), *statistics = entry.value.find("statistics");
    if (features == nullptr && statistics == nullptr)
      reader_.error(entry.place, what + " has neither features nor statistics",
                    "write for example 'features: [AP_amplitude, mean_frequency]'");
    if (features != nullptr) read_names(*features, "'features'", &known_features_, nullptr);
    if (statistics != nullptr) read_names(*statistics, "'statistics'", nullptr, &known_statistics_);
    if (const Node* node = entry.value.find("neurons"))
      spec_.neurons = read_neurons(reader_, *node, population_);
    if (const Node* node = entry.value.find("bin")) read_bin(*node);
    if (const Node* node = entry.value.find("settings")) read_settings(*node);
    read_window(entry.value);
  }

  // A name, a list of names, or all of those known.
  void read_names(const Node& node, const std::string& what, const Words* of_features,
                  const Words* of_statistics) {
    if (node.is_scalar() && node.text == "all") {
      if (of_features != nullptr) spec_.features = *of_features;
      if (of_statistics != nullptr) spec_.statistics = *of_statistics;
      return;
    }
    if (!(node.is_scalar() && !node.text.empty()) && !(node.is_sequence() && !node.items.empty())) {
      reader_.error(node.place, what + " must be a name, a list of names, or all, got " + node.describe(),
                    "write for example '[AP_amplitude, mean_frequency]' or '[rate, cv]'");
      return;
    }
    for (const Node& item : node.is_sequence() ? node.items : std::vector<Node>{node})
      if (const auto word = reader_.word(item, "a name in " + what))
        read_name(*word, item.place, of_features, of_statistics);
  }

  void read_name(const std::string& name, const base::Place& place, const Words* of_features,
                 const Words* of_statistics) {
    const bool feature = of_features != nullptr && holds(*of_features, name);
    if (!feature && (of_statistics == nullptr || !holds(*of_statistics, name))) {
      refuse(name, place, of_features, of_statistics);
      return;
    }
    Words& to = feature ? spec_.features : spec_.statistics;
    if (holds(to, name))
      reader_.error(place, "'" + name + "' is named twice", "remove one of the two");
    else
      to.push_back(name);
  }

  void refuse(const std::string& name, const base::Place& place, const Words* of_features,
              const Words* of_statistics) {
    Words candidates;
    for (const Words* words : {of_features, of_statistics})
      if (words != nullptr) candidates.insert(candidates.end(), words->begin(), words->end());
    const char* kind = of_features == nullptr     ? "is not a statistic of spikes"
                       : of_statistics == nullptr ? "is not a feature"
                                                  : "is neither a feature nor a statistic of spikes";
    const std::string guess = base::did_you_mean(name, candidates);
    std::string remedy = guess.empty() ? list_of_all : guess;
    const bool index =
        name.ends_with("_indices") &&
        std::ranges::find(analysis::features(), name, &analysis::Feature::name) != analysis::features().end();
    if (index) {
      kind = "holds places in the trace, whose mean says nothing";
      remedy = "record V, and take them from hillock features --json";
    } else if (holds(known_features_, name)) {
      remedy = "it is a feature: write it under 'features'";
    } else if (holds(known_statistics_, name)) {
      remedy = "it is a statistic of spikes: write it under 'statistics'";
    }
    reader_.error(place, base::quoted(name) + " " + kind, remedy);
  }

  void check_potential() {
    if (population_.model == nullptr) return;  // reported with the population
    const auto all = model::recordables(population_);
    if (std::ranges::find(all, "V", &model::Recordable::name) != all.end()) return;
    reader_.error(spec_.place, "population '" + population_.name + "' has no V to measure features of",
                  "leave the features out, and ask for statistics of its spikes");
  }

  void warn_of_no_frequency() {
    if (spec_.features == known_features_) return;  // all, whether they have a value or not
    for (const char* name : {"impedance_magnitude", "impedance_phase"})
      if (holds(spec_.features, name) && spec_.settings.count("impedance_frequency") == 0)
        return reader_.diagnostics().warning(
            spec_.place, std::string(name) + " has no value without the frequency of the current",
            "write for example 'settings: {impedance_frequency: 20 Hz}'");
  }

  void read_bin(const Node& node) {
    const auto bin = reader_.value(node, "bin", base::dimension::time);
    if (!bin) return;
    constexpr double most_bins = 1e7;
    const std::string text = base::format_time(*bin);
    if (*bin <= 0)
      reader_.error(node.place, "bin must be positive, got " + text, "write for example '5 ms'");
    else if (simulation_.duration / *bin > most_bins)
      reader_.error(node.place, fmt::format("bin = {} makes more than {:.0f} bins", text, most_bins),
                    "choose a wider bin");
    else
      spec_.bin = *bin;
  }

  std::optional<double> read_time(const Node& map, const char* key) {
    const Node* node = map.find(key);
    const auto time = node == nullptr ? std::nullopt : reader_.value(*node, key, base::dimension::time);
    if (!time || !(simulation_.duration > 0)) return std::nullopt;
    if (*time >= 0 && *time <= simulation_.duration) return time;
    reader_.error(node->place, fmt::format("{} = {} is not within the run", key, base::format_time(*time)),
                  "it lasts from 0 ms to " + base::format_time(simulation_.duration));
    return std::nullopt;
  }

  void read_window(const Node& map) {
    spec_.start = read_time(map, "start");
    spec_.stop = read_time(map, "stop");
    if (spec_.start.value_or(0) < spec_.stop.value_or(simulation_.duration) || !(simulation_.duration > 0))
      return;
    const Node* node = map.find(spec_.stop ? "stop" : "start");
    reader_.error(node->place,
                  fmt::format("the window from start = {} to stop = {} is empty",
                              base::format_time(spec_.start.value_or(0)),
                              base::format_time(spec_.stop.value_or(simulation_.duration))),
                  "let it begin first");
  }

  void read_settings(const Node& node) {
    if (!reader_.map(node, "'settings'")) return;
    reader_.keys(node, "the settings of features", settings());
    for (const analysis::SettingText& text : analysis::setting_texts())
      if (const Node* value = node.find(text.name))
        if (const auto number = read_setting(text, *value)) spec_.settings[std::string(text.name)] = *number;
  }

  // In the setting's unit.
  std::optional<double> read_setting(const analysis::SettingText& text, const Node& node) {
    const analysis::SettingRange range = analysis::range_of(text.name);
    if (range.kind == analysis::SettingKind::flag) {
      const auto flag = reader_.flag(node, text.name);
      return flag ? std::optional<double>(*flag ? 1 : 0) : std::nullopt;
    }
    if (range.kind == analysis::SettingKind::whole) {
      const auto whole = reader_.whole(node, text.name, static_cast<std::int64_t>(range.least),
                                       static_cast<std::int64_t>(range.most));
      return whole ? std::optional<double>(static_cast<double>(*whole)) : std::nullopt;
    }
    const base::Unit unit = text.unit == "1" ? base::Unit{} : *base::parse_unit(text.unit);
    Accepted accepted(unit.dimension);
    if (text.unit != unit.dimension.unit()) accepted.unit = text.unit;  // nA
    const auto quantity = reader_.quantity(node, text.name, accepted);
    if (!quantity) return std::nullopt;
    const double value = quantity->value / *base::to_internal("1", unit);
    if (value >= range.least && value <= range.most) return value;
    reader_.error(node.place,
                  fmt::format("{} must be from {} to {}{}, got {}", text.name, base::number(range.least),
                              base::number(range.most), text.unit == "1" ? "" : " " + std::string(text.unit),
                              base::number(value)));
    return std::nullopt;
  }

  Reader& reader_;
  const model::SimulationSpec& simulation_;
  const model::PopulationSpec& population_;
  const Words known_features_ = features(), known_statistics_ = statistics();
  model::AnalysisSpec spec_;
};

}  // namespace

void read_analysis(Reader& reader, const Node& root, model::Experiment& experiment) {
  const Node* section = root.find("analysis");
  if (section == nullptr || !reader.map(*section, "'analysis'")) return;
  Words names;
  for (const model::PopulationSpec& population : experiment.populations) names.push_back(population.name);
  for (const Entry& entry : section->entries) {
    const auto found = std::ranges::find(names, entry.key);
    if (found != names.end()) {
      experiment.analysis.push_back(
          AnalysisReader(reader, experiment, static_cast<int>(found - names.begin())).read(entry));
      continue;
    }
    const std::string guess = base::did_you_mean(entry.key, names);
    reader.error(entry.place, "analysis: there is no population " + base::quoted(entry.key),
                 guess.empty() ? base::listed("there are", names) : guess);
  }
}

}  // namespace hillock::config
