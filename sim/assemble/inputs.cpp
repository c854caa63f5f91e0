// From the inputs of a config to the engine's inputs, one for each population that an input targets.
#include "assemble/inputs.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "assemble/file_inputs.hpp"
#include "engine/inputs/registry.hpp"
#include "model/input_types.hpp"
#include "record/spike_file.hpp"
#include "solve/record_expression.hpp"

namespace hillock::assemble {

FileReaders file_readers() {
  FileReaders readers;
  readers.column = [](const std::string& file, const std::string& dataset) {
    return record::read_column(file, dataset);
  };
  readers.spikes = [](const std::string& path, const std::string& population, std::vector<double>& times,
                      std::vector<double>& neurons) {
    const record::SpikeFile spikes = record::read_spikes(path, population);
    times = spikes.times;
    neurons.assign(spikes.node_ids.begin(), spikes.node_ids.end());
  };
  readers.columns = [](const std::string& file, const std::string& dataset) {
    return record::read_columns(file, dataset);
  };
  return readers;
}

Targets targets_in(const model::InputSpec& input, int population, std::int64_t size) {
  Targets result;
  std::vector<bool> chosen(static_cast<std::size_t>(size), false);
  for (const model::Slice& slice : input.targets) {
    if (slice.population != population) continue;
    result.any = true;
    for (std::int64_t i = slice.first; i <= slice.last; ++i) chosen[i] = true;
  }
  if (!result.any) return result;
  result.all = std::ranges::all_of(chosen, [](bool b) { return b; });
  for (std::int64_t i = 0; !result.all && i < size; ++i)
    if (chosen[i]) result.neurons.push_back(i);
  return result;
}

namespace {

bool is_list(model::FieldKind kind) {
  return kind == model::FieldKind::list_current || kind == model::FieldKind::list_quantity ||
         kind == model::FieldKind::list_potential;
}

// What is drawn or read per neuron must keep the bounds that config checks on single values.
void check_bound(const model::FieldType& field, const model::Values& given, const std::vector<double>& values,
                 const std::string& input, const Targets& targets, base::Diagnostics& diagnostics) {
  if (field.bound == model::Bound::none) return;
  const bool positive = field.bound == model::Bound::positive;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (positive ? values[i] > 0 : values[i] >= 0) continue;
    const std::int64_t neuron = targets.all ? static_cast<std::int64_t>(i) : targets.neurons[i];
    diagnostics.error(given.place,
                      fmt::format("input '{}', neuron {}: {} is {}; it must {}", input, neuron, field.name,
                                  base::format_quantity(values[i], given.dimension),
                                  positive ? "be positive" : "not be negative"),
                      "truncate the law with min: ..., or correct the values");
    return;
  }
}

}  // namespace

engine::InputData input_data(const model::Experiment& experiment, const model::InputSpec& input,
                             int population, const Targets& targets, const FileReaders& readers,
                             base::Diagnostics& diagnostics) {
  const model::PopulationSpec& spec = experiment.populations[population];
  engine::InputData data;
  data.name = input.name;
  data.neurons = spec.size;
  data.targets = targets.neurons;
  data.grid = {experiment.simulation.dt, experiment.simulation.steps};
  const std::string stream = "inputs." + input.name + "." + spec.name;
  data.streams = base::Streams::of(experiment.simulation.seeds, stream, spec.size);
  const std::int64_t count = targets.all ? spec.size : static_cast<std::int64_t>(targets.neurons.size());
  const model::InputType* type = model::input_type(input.type);
  for (const auto& entry : input.fields) {
    const std::string& name = entry.first;
    const model::Field& field = entry.second;
    const auto known =
        std::ranges::find_if(type->fields, [&](const model::FieldType& f) { return f.name == name; });
    const bool list = known != type->fields.end() && is_list(known->kind);
    if (const auto* values = std::get_if<model::Values>(&field)) {
      if (list)
        data.lists[name] = values->numbers;
      else
        data.values[name] =
            model::expand(*values, count, {experiment.simulation.seeds, fmt::format("{}.{}", stream, name)},
                          readers.column, diagnostics);
      if (known != type->fields.end())
        check_bound(*known, *values, data.values[name], input.name, targets, diagnostics);
    } else if (const auto* expression = std::get_if<lang::Expression>(&field)) {
      data.waveform = [expression](program::Tape&, program::Expr t) {
        return solve::record_value(*expression, {[t](std::string_view) { return t; }, {}});
      };
    } else if (const auto* flag = std::get_if<bool>(&field)) {
      data.flags[name] = *flag;
    } else {
      data.words[name] = std::get<std::string>(field);
    }
  }
  if (input.type == "file") read_samples(experiment, input, data, readers);
  if (has_course(input)) read_rates(experiment, input, count, data, readers);
  if (input.type == "spike_file") read_spike_file(experiment, input, data, readers, diagnostics);
  return data;
}

bool given_in_current(const model::InputSpec& input, const model::Model& neuron) {
  const model::InputSite* site = input.site.empty() ? &neuron.inputs.front() : neuron.input(input.site);
  if (site->area.empty()) return false;
  if (const auto resistance = input.fields.find("resistance");
      resistance != input.fields.end())  // of a clamp: voltage / resistance
    return std::get<model::Values>(resistance->second).dimension == base::dimension::resistance;
  const model::InputType* type = model::input_type(input.type);
  for (const model::FieldType& field : type->fields) {
    const auto found = input.fields.find(field.name);
    if (found == input.fields.end()) continue;
    if (const auto* values = std::get_if<model::Values>(&found->second)) {
      if (field.kind == model::FieldKind::current || field.kind == model::FieldKind::list_current)
        return values->dimension == base::dimension::current;
    } else if (const auto* expression = std::get_if<lang::Expression>(&found->second)) {
      return expression->nodes.at(expression->root).dimension == base::dimension::current;
    } else if (field.name == "unit") {
      const auto unit = base::parse_unit(std::get<std::string>(found->second));
      return unit && unit->dimension == base::dimension::current;
    }
  }
  return false;
}

solve::Forcing forcing_of(const model::InputSpec& spec, const engine::CurrentInput& input,
                          const model::Model& neuron) {
  solve::Forcing forcing;
  forcing.name = spec.name;
  forcing.site = spec.site.empty() ? neuron.inputs.front().name : spec.site;
  forcing.per_area = input.per_area;
  switch (input.shape()) {
    case engine::Shape::held:
      forcing.shape = solve::Forcing::Shape::held;
      break;
    case engine::Shape::ramp:
      forcing.shape = solve::Forcing::Shape::ramp;
      break;
    case engine::Shape::sine:
      forcing.shape = solve::Forcing::Shape::sine;
      break;
    case engine::Shape::potential:
      forcing.shape = solve::Forcing::Shape::potential;
      break;
    case engine::Shape::waveform:
      forcing.shape = solve::Forcing::Shape::waveform;
      break;
  }
  const engine::CurrentInput* current = &input;
  forcing.current = [current](program::Tape& tape, program::Expr offset, program::Expr V) {
    return current->current(tape, offset, V);
  };
  forcing.slope = [current](program::Tape& tape) { return current->slope(tape); };
  forcing.sine = [current](program::Tape& tape) {
    const engine::CurrentInput::Sine sine = current->sine(tape);
    return solve::Forcing::Sine{sine.constant, sine.in_phase, sine.quadrature, sine.omega};
  };
  forcing.white_noise = [current](program::Tape& tape) { return current->white_noise(tape); };
  forcing.update = [current](program::Tape& tape) { current->update(tape); };
  return forcing;
}

}  // namespace hillock::assemble
