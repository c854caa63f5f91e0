// The results of the analysis as labelled arrays.
#include <algorithm>
#include <limits>

#include "assemble/analysis.hpp"

namespace hillock::assemble {

namespace {

using analysis::PopulationStatistics;
using analysis::TrainStatistics;
using engine::AnalysisTable;
using engine::AnalysisValues;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

void add_features(const AnalysisPlan& plan, const analysis::PopulationFacts& facts, AnalysisTable& table) {
  const std::size_t neurons = plan.neurons.size();
  const auto per_neuron = [&](std::string name, std::string unit, std::string long_name, auto value) {
    AnalysisValues values{std::move(name), std::move(unit), std::move(long_name), "neuron",
                          std::vector<double>(neurons, none)};
    if (facts.traces)
      for (std::size_t n = 0; n < neurons; ++n) values.values[n] = value(facts.traces->neurons[n]);
    table.values.push_back(std::move(values));
  };
  if (!plan.features.empty())
    per_neuron(
        "action_potentials", "1", "number of action potentials in V",
        [](const analysis::NeuronFeatures& one) { return static_cast<double>(one.action_potentials); });
  for (std::size_t f = 0; f < plan.features.size(); ++f) {
    const analysis::Feature& feature = *plan.features[f];
    per_neuron(std::string(feature.name), std::string(feature.unit_for(plan.input)),
               std::string(feature.doc) + (feature.per_spike ? "; mean over the action potentials" : ""),
               [&](const analysis::NeuronFeatures& one) {
                 return analysis::mean_value(one.values[f]).value_or(none);
               });
  }
}

// What each neuron has of a statistic, and the mean over those that have it.
template <class Of>
void add_per_neuron(const std::string& name, std::optional<double> PopulationStatistics::*mean, Of of,
                    const AnalysisPlan& plan, const std::optional<PopulationStatistics>& spikes,
                    AnalysisTable& table) {
  const analysis::StatisticText& text = analysis::find_statistic(name);
  AnalysisValues values{name, std::string(text.unit), std::string(text.doc), "neuron",
                        std::vector<double>(plan.neurons.size(), none)};
  // The definition goes on with what is done over the neurons.
  values.long_name = values.long_name.substr(0, values.long_name.find("; mean over"));
  AnalysisValues over{name + "_mean", values.unit, values.long_name + "; mean over the neurons", "",
                      std::vector<double>(1, none)};
  if (spikes) {
    std::ranges::transform(spikes->trains, values.values.begin(), of);
    over.values.front() = name == "rate" ? spikes->rate : ((*spikes).*mean).value_or(none);
  }
  table.values.push_back(std::move(values));
  table.values.push_back(std::move(over));
}

// Values over an axis. Nothing is added where there are none.
void add_over_axis(const std::string& name, AnalysisValues axis, std::vector<double> values,
                   AnalysisTable& table) {
  if (values.empty()) return;
  const analysis::StatisticText& text = analysis::find_statistic(name);
  table.values.push_back({name, std::string(text.unit), std::string(text.doc), axis.name, std::move(values)});
  table.axes.push_back(std::move(axis));
}

// The places (first + k) * step.
AnalysisValues regular_axis(const std::string& name, const std::string& long_name, double step,
                            std::int64_t first, std::size_t count) {
  AnalysisValues axis{name, "ms", long_name, name, std::vector<double>(count)};
  for (std::size_t k = 0; k < count; ++k)
    axis.values[k] = static_cast<double>(first + static_cast<std::int64_t>(k)) * step;
  return axis;
}

void add_distribution(const std::string& name, const AnalysisPlan& plan, const PopulationStatistics& spikes,
                      AnalysisTable& table) {
  if (name == "ISI_histogram") {
    std::vector<double> counts(std::max<std::size_t>(1, spikes.ISI_histogram.size()));
    std::ranges::transform(spikes.ISI_histogram, counts.begin(),
                           [](std::int64_t count) { return static_cast<double>(count); });
    const std::size_t size = counts.size();
    add_over_axis(name,
                  regular_axis("interval", "interspike interval: where the bin begins", plan.bin, 0, size),
                  std::move(counts), table);
  } else if (name == "autocorrelogram") {
    const std::size_t size = spikes.autocorrelogram.size();
    add_over_axis(
        name,
        regular_axis("lag", "distance of two spikes", plan.bin, -static_cast<std::int64_t>(size / 2), size),
        spikes.autocorrelogram, table);
  } else if (name == "spectrum") {
    add_over_axis(name, {"frequency", "Hz", "frequency", "frequency", spikes.spectrum.frequency},
                  spikes.spectrum.power, table);
  }
}

void add_statistic(const std::string& name, const AnalysisPlan& plan,
                   const std::optional<PopulationStatistics>& spikes, AnalysisTable& table) {
  const auto optional_of = [](std::optional<double> TrainStatistics::*value) {
    return [value](const TrainStatistics& train) { return (train.*value).value_or(none); };
  };
  const auto single = [&](std::optional<double> PopulationStatistics::*value) {
    const analysis::StatisticText& text = analysis::find_statistic(name);
    table.values.push_back({name, std::string(text.unit), std::string(text.doc), "",
                            std::vector<double>(1, spikes ? ((*spikes).*value).value_or(none) : none)});
  };
  using P = PopulationStatistics;
  if (name == "rate")
    add_per_neuron(
        name, nullptr, [](const TrainStatistics& train) { return train.rate; }, plan, spikes, table);
  else if (name == "cv")
    add_per_neuron(name, &P::cv, optional_of(&TrainStatistics::cv), plan, spikes, table);
  else if (name == "cv2")
    add_per_neuron(name, &P::cv2, optional_of(&TrainStatistics::cv2), plan, spikes, table);
  else if (name == "lv")
    add_per_neuron(name, &P::lv, optional_of(&TrainStatistics::lv), plan, spikes, table);
  else if (name == "phase")
    add_per_neuron(name, &P::phase, optional_of(&TrainStatistics::phase), plan, spikes, table);
  else if (name == "phase_shift")
    add_per_neuron(name, &P::phase_shift, optional_of(&TrainStatistics::phase_shift), plan, spikes, table);
  else if (name == "fano_factor")
    single(&P::fano_factor);
  else if (name == "correlation")
    single(&P::correlation);
  else if (name == "spike_contrast")
    single(&P::spike_contrast);
  else if (spikes)
    add_distribution(name, plan, *spikes, table);
}

void add_spike_counts(const AnalysisPlan& plan, const std::optional<PopulationStatistics>& spikes,
                      AnalysisTable& table) {
  AnalysisValues counts{"spikes", "1", "number of spikes in the window", "neuron",
                        std::vector<double>(plan.neurons.size(), none)};
  if (spikes)
    std::ranges::transform(spikes->trains, counts.values.begin(),
                           [](const TrainStatistics& train) { return static_cast<double>(train.spikes); });
  table.values.push_back(std::move(counts));
}

}  // namespace

AnalysisTable table_of(const AnalysisPlan& plan, const analysis::PopulationFacts& facts) {
  AnalysisTable table;
  table.population = plan.population;
  table.neurons = plan.neurons;
  table.note = facts.note;
  add_features(plan, facts, table);
  if (!plan.features.empty()) {
    table.numbers["stimulus_start_ms"] = plan.stimulus_start;
    table.numbers["stimulus_stop_ms"] = plan.stimulus_stop;
    for (const analysis::SettingText& text : analysis::setting_texts())
      table.numbers[std::string(text.name)] = analysis::value_of(plan.settings, text.name);
  }
  if (plan.statistics.empty()) return table;
  add_spike_counts(plan, facts.spikes, table);
  for (const std::string& name : plan.statistics) add_statistic(name, plan, facts.spikes, table);
  if (facts.spikes) {
    table.numbers["window_start_ms"] = facts.spikes->window.start;
    table.numbers["window_stop_ms"] = facts.spikes->window.stop;
  }
  table.numbers["bin_ms"] = plan.bin;
  return table;
}

std::vector<AnalysisTable> Analysis::tables(double reached) const {
  std::vector<AnalysisTable> all;
  for (std::size_t p = 0; p < plans_.size(); ++p) all.push_back(table_of(plans_[p], facts_of(p, reached)));
  return all;
}

}  // namespace hillock::assemble
