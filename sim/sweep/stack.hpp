// Points that differ in numbers alone, put into one experiment: its populations hold the neurons of one point
// after the other, so that the lanes of one step of a kernel belong to many points. No neuron knows of the
// others, so each point has the bits that it has alone.
#pragma once
#include <memory>
#include <span>

#include "model/experiment.hpp"

namespace hillock::sweep {

// Whether the points can be in one stack: all but numbers per neuron and seeds is equal.
bool can_stack(const model::Experiment& one, const model::Experiment& other);

// The stack of at least one point, in this order. The points must outlive it.
std::unique_ptr<model::Experiment> stack(std::span<const model::Experiment* const> points);
std::unique_ptr<model::Experiment> stack(std::span<const std::unique_ptr<model::Experiment>> points);

}  // namespace hillock::sweep
