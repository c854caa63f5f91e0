// What messages say about a population: its states, their equations, its spike rule.
#pragma once
#include "network/population.hpp"
#include "solve/cell.hpp"

namespace hillock::assemble {

// Fills plan.states and plan.rule, once all programs have been recorded.
void describe_for_messages(const solve::Cell& cell, network::PopulationPlan& plan);

}  // namespace hillock::assemble
