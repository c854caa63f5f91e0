// The experiment that a run's file was made of, from the config and the models in it.
#pragma once
#include <memory>
#include <string>

#include "cli/plot/plotted_run.hpp"
#include "model/experiment.hpp"

namespace hillock::cli {

// And which of its populations is meant.
struct Origin {
  std::unique_ptr<model::Experiment> experiment;
  int population = 0;
};

// Throws UserError if the file does not hold the config, or this cannot be read: then the currents are not
// known.
Origin origin_of(const PlottedRun& run, const std::string& population);

}  // namespace hillock::cli
