// When currents are injected into a population: what features of action potentials are measured against.
#pragma once
#include "model/experiment.hpp"

namespace hillock::assemble {

struct StimulusWindow {
  double start = 0, stop = 0;  // ms
};

// From the earliest start to the latest stop of the currents that target the population. Currents that flow
// during the whole run (a bias, a background) are no stimulus; without any other the window is the run.
StimulusWindow stimulus_window(const model::Experiment& experiment, int population);

}  // namespace hillock::assemble
