// Reads spikes and traces of each population and measures them, a part of the neurons at a time.
#include "cli/feature_facts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "cli/console.hpp"
#include "cli/option_values.hpp"

namespace hillock::cli {
namespace {

using base::UserError;

constexpr std::size_t most_correlated = 100;  // neurons: a matrix of more is of no use as text

// The spikes of each neuron. Silent neurons are there too where the file says how many were recorded: as the
// first that are free of spikes, which ones they are does not matter.
struct Trains {
  std::vector<std::int64_t> neurons;
  analysis::SpikeTrains trains;
};

Trains trains_of(const record::Spikes& spikes, const std::vector<std::int64_t>& wanted) {
  std::map<std::int64_t, std::vector<double>> found;
  for (const std::int64_t neuron : wanted) found[neuron];
  for (std::size_t i = 0; i < spikes.times.size(); ++i) {
    const auto neuron = static_cast<std::int64_t>(spikes.node_ids[i]);
    if (wanted.empty() || found.contains(neuron)) found[neuron].push_back(spikes.times[i]);
  }
  if (wanted.empty() && spikes.neurons <= 10000000)  // more would be a damaged number
    for (std::int64_t neuron = 0; found.size() < spikes.neurons; ++neuron) found[neuron];
  Trains trains;
  for (auto& [neuron, times] : found) {
    trains.neurons.push_back(neuron);
    trains.trains.push_back(std::move(times));
  }
  return trains;
}

// None where no spikes of the population were recorded.
std::optional<Trains> recorded_trains(record::RunReader& reader, const std::string& population,
                                      const std::vector<std::int64_t>& wanted) {
  const auto& recorded = reader.info().spikes;
  if (std::ranges::find(recorded, population, &record::SpikesInfo::population) == recorded.end())
    return std::nullopt;
  return trains_of(reader.spikes(population), wanted);
}

void check_window(double start, double stop) {
  if (!(start < stop))
    throw UserError(fmt::format("the stimulus ends at {} ms, but begins at {} ms", base::number(stop),
                                base::number(start)),
                    "choose --start and --stop so that it begins first");
}

void add_spikes(record::RunReader& reader, const std::optional<Trains>& trains, const FeatureRequest& request,
                PopulationFacts& population) {
  if (!trains) return;
  constexpr double most_bins = 1e7;
  const analysis::Window window{request.start.value_or(0), request.stop.value_or(reader.info().end())};
  check_window(window.start, window.stop);
  if (window.duration() / request.bin > most_bins)
    throw UserError(
        fmt::format("--bin {} ms makes more than {:.0f} bins", base::number(request.bin), most_bins),
        "choose a wider bin");
  if (trains->trains.empty()) return;
  population.spikes =
      analysis::statistics(trains->trains, window, request.bin, analysis::lags_of(request.bin));
  if (trains->trains.size() <= most_correlated)
    population.correlations = analysis::correlations(
        analysis::count_spikes(analysis::within(trains->trains, window), window, request.bin));
  population.neurons = trains->neurons;
}

// The columns of the neurons asked for, and the neurons themselves.
std::vector<std::size_t> chosen_columns(const std::vector<std::int64_t>& recorded,
                                        const FeatureRequest& request) {
  std::vector<std::size_t> columns;
  for (std::size_t k = 0; k < recorded.size(); ++k)
    if (request.neurons.empty() || std::ranges::binary_search(request.neurons, recorded[k]))
      columns.push_back(k);
  return columns;
}

std::vector<const analysis::Feature*> chosen_features(const FeatureRequest& request) {
  if (!request.chosen.empty()) return request.chosen;
  std::vector<const analysis::Feature*> all;
  for (const analysis::Feature& feature : analysis::features()) all.push_back(&feature);
  return all;
}

std::span<const double> spikes_of(const std::optional<Trains>& trains, std::int64_t neuron) {
  if (!trains) return {};
  const auto found = std::ranges::lower_bound(trains->neurons, neuron);
  if (found == trains->neurons.end() || *found != neuron) return {};
  return trains->trains[static_cast<std::size_t>(found - trains->neurons.begin())];
}

void measure_traces(record::RunReader& reader, const record::ReportInfo& report,
                    const std::optional<Trains>& trains, const FeatureRequest& request,
                    TraceFeatures& found) {
  constexpr std::size_t most_values = 1 << 26;  // in memory at a time: 512 MB, of the current as many
  const std::vector<std::int64_t> recorded = reader.neurons(report);
  const std::vector<std::size_t> columns = chosen_columns(recorded, request);
  const std::vector<double> times = reader.times(report);
  if (times.size() < 3 || columns.empty()) return;
  const bool known = found.input != analysis::InputKind::unknown &&
                     std::ranges::any_of(found.features, &analysis::Feature::needs_input);
  const std::size_t part = std::max<std::size_t>(1, most_values / times.size());
  for (std::size_t first = 0; first < columns.size(); first += part) {
    const std::span<const std::size_t> here(columns.data() + first, std::min(part, columns.size() - first));
    const auto V = reader.columns(report, "V", here);
    auto I = known ? reader.columns(report, "I", here) : std::vector<std::vector<double>>(here.size());
    for (std::size_t k = 0; k < here.size(); ++k) {
      for (double& value : I[k]) value *= analysis::input_scale(found.input);
      const std::int64_t neuron = recorded[here[k]];
      analysis::add_trace(neuron, {.time = times, .V = V[k], .I = I[k], .spikes = spikes_of(trains, neuron)},
                          request.settings, found);
    }
  }
}

void add_traces(record::RunReader& reader, const std::optional<Trains>& trains, const FeatureRequest& request,
                PopulationFacts& population) {
  const record::ReportInfo* report = reader.report_of(population.name, "V");
  if (report == nullptr) {
    population.note = "V was not recorded: no features of action potentials";
    return;
  }
  const auto variable = std::ranges::find(report->variables, "V", &record::ReportInfo::Variable::name);
  if (variable->unit != "mV") {
    population.note = analysis::note_on_unit(variable->unit);
    return;
  }
  TraceFeatures found;
  found.place = "/report/" + report->group + "/V";
  found.interval = report->interval;
  const record::RunReader::Stimulus stimulus = reader.stimulus(*report);
  found.stimulus_start = request.start.value_or(stimulus.start);
  found.stimulus_stop = request.stop.value_or(stimulus.stop);
  check_window(found.stimulus_start, found.stimulus_stop);
  found.features = chosen_features(request);
  const auto input = std::ranges::find(report->variables, "I", &record::ReportInfo::Variable::name);
  if (input != report->variables.end()) found.input = analysis::input_kind(input->unit);
  measure_traces(reader, *report, trains, request, found);
  if (found.neurons.empty()) return;
  population.note = analysis::note_on(found, population.spikes, request.settings, "--start and --stop");
  // Where none are named, those that there can be are meant.
  if (found.input == analysis::InputKind::unknown &&
      std::ranges::any_of(request.chosen, &analysis::Feature::needs_input))
    population.note +=
        (population.note.empty() ? "" : "; ") +
        (input == report->variables.end() ? "I was not recorded with V: no impedances and no currents"
                                          : analysis::note_on_input(input->unit));
  population.traces = std::move(found);
}

MeasuredDuringRun asked_for(MeasuredDuringRun all, const FeatureRequest& request) {
  if (!request.chosen.empty())
    std::erase_if(all.of_neurons, [&](const MeasuredValues& values) {
      return std::ranges::none_of(
          request.chosen, [&](const analysis::Feature* feature) { return feature->name == values.name; });
    });
  if (request.neurons.empty()) return all;
  MeasuredDuringRun some{{}, all.of_neurons, all.note};
  for (MeasuredValues& values : some.of_neurons) values.values.clear();
  for (std::size_t k = 0; k < all.neurons.size(); ++k) {
    if (!std::ranges::binary_search(request.neurons, all.neurons[k])) continue;
    some.neurons.push_back(all.neurons[k]);
    for (std::size_t v = 0; v < all.of_neurons.size(); ++v)
      some.of_neurons[v].values.push_back(all.of_neurons[v].values[k]);
  }
  return some;
}

void check_neurons(const std::string& path, const FeatureRequest& request, const PopulationFacts& population,
                   const std::vector<std::int64_t>& during_run) {
  for (const std::int64_t neuron : request.neurons) {
    const bool known =
        (population.spikes && neuron >= 0) || std::ranges::find(during_run, neuron) != during_run.end() ||
        (population.traces && std::ranges::find(population.traces->neurons, neuron,
                                                &NeuronFeatures::neuron) != population.traces->neurons.end());
    if (!known)
      throw UserError(fmt::format("{}: neither spikes nor V of neuron {} of population '{}' were recorded",
                                  path, neuron, population.name),
                      "hillock info says what the file holds");
  }
}

}  // namespace

FileFacts feature_facts(const std::string& path, const FeatureRequest& request) {
  record::RunReader reader(path);
  PopulationsWithNeurons chosen = populations_with(reader, request.populations, request.neurons);
  FileFacts facts{path, reader.info().status,      reader.info().recorded_until, {},
                  {},   std::move(chosen.left_out)};
  for (const std::string& name : chosen.names) {
    PopulationFacts population;
    population.name = name;
    const std::optional<Trains> trains = recorded_trains(reader, name, request.neurons);
    add_spikes(reader, trains, request, population);
    add_traces(reader, trains, request, population);
    std::vector<std::int64_t> during_run;
    if (auto measured = measured_during_run(reader, name)) {
      const auto kept = facts.during_run.emplace(name, asked_for(*std::move(measured), request)).first;
      during_run = kept->second.neurons;
    }
    check_neurons(path, request, population, during_run);
    facts.populations.push_back(std::move(population));
  }
  return facts;
}

std::optional<TraceFeatures> trace_features(record::RunReader& reader, const FeatureRequest& request,
                                            const std::string& population) {
  PopulationFacts facts;
  facts.name = population;
  add_traces(reader, recorded_trains(reader, population, request.neurons), request, facts);
  return std::move(facts.traces);
}

}  // namespace hillock::cli
