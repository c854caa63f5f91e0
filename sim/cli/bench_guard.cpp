// The benchmark of the guard: the same step with it and without it.
#include "cli/bench_guard.hpp"

#include <algorithm>
#include <vector>

#include "assemble/assemble.hpp"
#include "cli/median.hpp"
#include "engine/memory_recorder.hpp"
#include "program/benchmark.hpp"

namespace hillock::cli {

namespace {

// The step alone, so that what only the guard needs goes with it; the results of the prologue become
// parameters.
program::Program step_of(const program::Program& program, bool guarded) {
  program::Tape tape;
  tape.nodes = program.step;
  tape.outputs = program.outputs;
  tape.guard = guarded ? program.guard : -1;
  tape.arrays = program.arrays;
  tape.parameters = program.parameters + static_cast<int>(program.prologue_results.size());
  tape.step_values = program.step_values;
  tape.streams = program.streams;
  tape.masks = program.masks;
  return program::optimise(tape);
}

// Of the first neuron.
program::Binding binding_of(const network::PopulationPlan& plan) {
  std::vector<double> parameters(static_cast<std::size_t>(plan.step.parameters));
  for (const auto& [slot, values] : plan.parameters)
    if (slot < plan.step.parameters) parameters[static_cast<std::size_t>(slot)] = values.at(0);
  program::ScalarEvaluator evaluator(plan.step);
  evaluator.set_parameters(parameters);
  program::Binding binding;
  for (const double value : evaluator.all_parameters()) binding.parameters.push_back({value});
  for (int slot = 0; slot < plan.step.streams; ++slot) binding.streams.push_back(plan.streams.at(slot));
  return binding;
}

}  // namespace

Json bench_guard(const model::Experiment& experiment) {
  constexpr int pairs = 401, steps = 50;  // short pieces: most are not interrupted by other processes
  assemble::Prepared prepared = assemble::prepare(experiment);
  engine::MemoryRecorder recorder(prepared.layout, false);
  prepared.simulation->run_until(1, recorder);
  network::Population& population = prepared.simulation->population(0);
  const network::PopulationPlan& plan = population.plan();
  program::BenchmarkOptions options;
  options.repetitions = 1;
  options.initial_values.resize(plan.slots.arrays.size());
  for (const auto& [slot, values] : plan.initial)
    options.initial_values[static_cast<std::size_t>(slot)] = values.at(0);
  for (const double value : population.range(0).step_values()) options.step_values.push_back(value);
  const program::Program with = step_of(plan.step, true), without = step_of(plan.step, false);
  const auto guarded = program::make_kernel(with, binding_of(plan), plan.size);
  const auto unguarded = program::make_kernel(without, binding_of(plan), plan.size);
  std::vector<double> first, second, ratios;
  for (int pair = 0; pair < pairs; ++pair) {
    first.push_back(program::nanoseconds_per_cell_step(*guarded, with, plan.size, steps, options));
    second.push_back(program::nanoseconds_per_cell_step(*unguarded, without, plan.size, steps, options));
    ratios.push_back(first.back() / second.back());
  }
  Json json;
  json["neurons"] = plan.size;
  json["ns_per_cell_step"] = median(first);
  json["ns_per_cell_step_without_guard"] = median(second);
  json["ratio"] = median(ratios);
  return json;
}

}  // namespace hillock::cli
