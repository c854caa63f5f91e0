// What a run's file says about itself under /meta: config, resolved parameters, model sources, program and
// machine.
#pragma once
#include <string>
#include <vector>

#include "assemble/assemble.hpp"
#include "engine/recorder.hpp"
#include "model/experiment.hpp"
#include "program/kernel.hpp"

namespace hillock::cli {

// The parameters of every population and receptor as they act, defaults included, as YAML. A default that
// depends on a value per neuron stays an expression.
std::string resolved_parameters(const model::Experiment& experiment,
                                const std::vector<assemble::PopulationSummary>& populations);

// Texts of all models used, one YAML document each.
std::string model_sources(const model::Experiment& experiment);

// Adds what is known before the run.
void add_facts(engine::RunFacts& facts, const model::Experiment& experiment,
               const assemble::Prepared& prepared, const program::KernelOptions& kernels);

// "AMD Ryzen 9", as the system names it; "unknown" if it does not.
std::string cpu_name();

// The most memory the program has used so far.
double peak_memory_bytes();

}  // namespace hillock::cli
