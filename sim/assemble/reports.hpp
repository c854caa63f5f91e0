// What is recorded: the groups of the output and the arrays that fill them.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "assemble/population_builder.hpp"

namespace hillock::assemble {

// Variables of a population that are recorded and are no states of the neuron.
std::set<std::string> observed_variables(const model::Experiment& experiment, int population);

// Adds the reports and kept spikes of the config to the plan and, in parallel, to the layout of the file. A
// mean over no neurons is an error: files hold no NaN.
void plan_reports(const model::Experiment& experiment, const std::vector<BuiltPopulation>& built,
                  engine::SimulationPlan& plan, engine::RunLayout& layout, base::Diagnostics& diagnostics);

// The array slot of a variable that can be recorded: its own, or the one that is filled when it is observed.
int array_of(const model::PopulationSpec& spec, const BuiltPopulation& built, const std::string& variable);

// Adds the connections whose synapses are recorded to the layout of the file, one part for each pair of a
// source and a target population. Those whose weights are recorded over time are added to the plan too.
void plan_connection_records(const model::Experiment& experiment, const network::NetworkPlan& network,
                             engine::SimulationPlan& plan, engine::RunLayout& layout);

}  // namespace hillock::assemble
