// Features of a file as JSON: every value, with its unit.
#include <algorithm>

#include "cli/feature_text.hpp"

namespace hillock::cli {
namespace {

using analysis::PopulationStatistics;

template <class Numbers>
Json list_of(const Numbers& numbers) {
  Json list = Json::Array{};
  for (const auto number : numbers) list.push(Json(number));
  return list;
}

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json json_of_trains(const PopulationFacts& population) {
  Json trains = Json::Array{};
  for (std::size_t k = 0; k < population.neurons.size(); ++k) {
    const analysis::TrainStatistics& train = population.spikes->trains[k];
    Json one;
    one["neuron"] = population.neurons[k];
    one["spikes"] = train.spikes;
    one["rate"] = train.rate;
    one["cv"] = number_or_null(train.cv);
    one["cv2"] = number_or_null(train.cv2);
    one["lv"] = number_or_null(train.lv);
    one["phase"] = number_or_null(train.phase);
    one["phase_shift"] = number_or_null(train.phase_shift);
    trains.push(std::move(one));
  }
  return trains;
}

Json json_of_statistics(const PopulationFacts& population) {
  const PopulationStatistics& spikes = *population.spikes;
  Json json;
  json["start_ms"] = spikes.window.start;
  json["stop_ms"] = spikes.window.stop;
  json["bin_ms"] = spikes.bin;
  json["neurons"] = spikes.neurons;
  json["spikes"] = spikes.spikes;
  Json units;
  for (const analysis::StatisticText& text : analysis::statistic_texts()) units[text.name] = text.unit;
  json["units"] = std::move(units);
  json["rate"] = spikes.rate;
  json["cv"] = number_or_null(spikes.cv);
  json["cv2"] = number_or_null(spikes.cv2);
  json["lv"] = number_or_null(spikes.lv);
  json["phase"] = number_or_null(spikes.phase);
  json["phase_shift"] = number_or_null(spikes.phase_shift);
  json["fano_factor"] = number_or_null(spikes.fano_factor);
  json["correlation"] = number_or_null(spikes.correlation);
  json["spike_contrast"] = number_or_null(spikes.spike_contrast);
  json["ISI_histogram"] = list_of(spikes.ISI_histogram);
  json["autocorrelogram"] = list_of(spikes.autocorrelogram);
  json["spectrum"]["frequency_Hz"] = list_of(spikes.spectrum.frequency);
  json["spectrum"]["power"] = list_of(spikes.spectrum.power);
  json["trains"] = json_of_trains(population);
  if (!population.correlations.empty()) {
    json["correlations"] = Json::Array{};
    for (const std::vector<double>& row : population.correlations) json["correlations"].push(list_of(row));
  }
  return json;
}

Json json_of_traces(const TraceFeatures& traces) {
  Json json;
  json["data_set"] = traces.place;
  json["interval_ms"] = traces.interval;
  json["stimulus_start_ms"] = traces.stimulus_start;
  json["stimulus_stop_ms"] = traces.stimulus_stop;
  json["action_potentials"] = traces.action_potentials;
  json["units"] = Json::Object{};
  for (const analysis::Feature* feature : traces.features)
    json["units"][feature->name] = feature->unit_for(traces.input);
  json["neurons"] = Json::Array{};
  for (const NeuronFeatures& neuron : traces.neurons) {
    Json::Object values;
    for (std::size_t f = 0; f < traces.features.size(); ++f)
      values.emplace_back(std::string(traces.features[f]->name), list_of(neuron.values[f]));
    Json one;
    one["neuron"] = neuron.neuron;
    one["values"] = Json(std::move(values));
    json["neurons"].push(std::move(one));
  }
  return json;
}

// NaN is null.
Json json_of_measured(const MeasuredDuringRun& measured) {
  Json json;
  json["neurons"] = list_of(measured.neurons);
  json["units"] = Json::Object{};
  json["values"] = Json::Object{};
  for (const MeasuredValues& values : measured.of_neurons) {
    json["units"][values.name] = values.unit;
    json["values"][values.name] = list_of(values.values);
  }
  json["note"] = measured.note;
  return json;
}

}  // namespace

Json feature_json(const FileFacts& facts, const FeatureRequest& request) {
  Json json;
  json["file"] = facts.path;
  json["status"] = facts.status;
  json["recorded_until_ms"] = facts.recorded_until;
  json["settings"] = Json::Object{};
  for (const analysis::SettingText& text : analysis::setting_texts())
    json["settings"][text.name] = analysis::value_of(request.settings, text.name);
  json["populations"] = Json::Array{};
  for (const PopulationFacts& population : facts.populations) {
    Json one;
    one["name"] = population.name;
    one["spikes"] = population.spikes ? json_of_statistics(population) : Json();
    one["traces"] = population.traces ? json_of_traces(*population.traces) : Json();
    const auto measured = facts.during_run.find(population.name);
    one["during_run"] = measured == facts.during_run.end() ? Json() : json_of_measured(measured->second);
    one["note"] = population.note;
    json["populations"].push(std::move(one));
  }
  return json;
}

}  // namespace hillock::cli
