// Initial states of a population: from the config, from the model, or the equilibrium (`init: rest`).
#pragma once
#include <span>
#include <string>

#include "assemble/inputs.hpp"
#include "model/value_table.hpp"
#include "network/population.hpp"
#include "solve/cell.hpp"

namespace hillock::assemble {

// Fills plan.initial for all states; plan.parameters must be bound. `tables` are those of the neuron and of
// each receptor: their rules about states are checked, before `rest` moves anything.
void set_initial_states(const model::Experiment& experiment, const model::PopulationSpec& spec,
                        const solve::Cell& cell, const FileReaders& readers,
                        std::span<const model::ValueTable> tables, network::PopulationPlan& plan,
                        base::Diagnostics& diagnostics);

// The shortest time constant -1/(d(dx/dt)/dx) of a state at the initial states of the first neuron, ms, and
// the state's name; 0 if no state relaxes.
std::pair<double, std::string> shortest_time_constant(const solve::Cell& cell,
                                                      const network::PopulationPlan& plan);

}  // namespace hillock::assemble
