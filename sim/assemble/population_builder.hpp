// Builds one population: parameters, method, programs, initial states.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "assemble/assemble.hpp"
#include "assemble/inputs.hpp"
#include "engine/simulation.hpp"
#include "model/value_table.hpp"
#include "solve/advance.hpp"

namespace hillock::assemble {

using model::at;
using model::NeuronValues;
using model::ValueTable;

// What a population becomes, before its kernels are made.
struct BuiltPopulation {
  network::PopulationPlan plan;
  PopulationSummary summary;
  std::vector<std::unique_ptr<engine::CurrentInput>> currents;
  std::vector<std::pair<std::string, std::unique_ptr<engine::SpikeInput>>> spikes;  // receptor, input
  std::map<std::string, NeuronValues> parameters;     // by dotted name, for /meta
  std::map<std::string, NeuronValues> least_weights;  // of receptors that have a minimum, by name
};

// `variables`: what is recorded besides states. Findings go to `diagnostics`; the plan is complete if none is
// an error.
BuiltPopulation build_population(const model::Experiment& experiment, int population,
                                 const std::set<std::string>& variables, const FileReaders& readers,
                                 base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
