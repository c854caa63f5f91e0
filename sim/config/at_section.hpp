// `at`: values that change during a run.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/composition.hpp"
#include "config/document.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// What is set from a time on.
struct ChangeSpec {
  std::int64_t step = 0;
  base::Place place;
  std::vector<Assignment> settings;
};

// {500 ms: {set: {inputs.step.amplitude: 20 pA}}}, in order of time; findings are reported.
std::vector<ChangeSpec> read_at(const Node& root, const model::SimulationSpec& simulation,
                                base::Diagnostics& diagnostics);

// Reports a path at which nothing can be set during a run.
void check_changeable(const std::string& path, const base::Place& place, base::Diagnostics& diagnostics);

// Puts in what is set from a grid point on.
void add_change(std::span<const Assignment> settings, std::int64_t step, std::vector<ChangeSpec>& changes);

// Reports what cannot change during a run: anything but parameters and inputs.
void check_change(const model::Experiment& before, const model::Experiment& then, const ChangeSpec& spec,
                  base::Diagnostics& diagnostics);

}  // namespace hillock::config
