// A population: the state arrays of its neurons and the kernels that step them.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/aligned.hpp"
#include "network/neuron_range.hpp"
#include "network/population_plan.hpp"
#include "program/kernel.hpp"

namespace hillock::network {

// Neurons of one population that stay in one range: with their states in cache lines of their own, no two
// threads write to the same one.
constexpr std::int64_t range_block = 16;
constexpr std::int64_t range_blocks(std::int64_t neurons) {
  return (neurons + range_block - 1) / range_block;
}

// The neurons of a population cut into this many ranges, that follow one another and are of about the same
// size: the first neuron of each, and at the end the size. Some may be empty. `offset` (a number of blocks of
// `range_block` neurons, at most those in front of this population in the simulation) says which ranges get
// one block more, so that many small populations share the threads.
std::vector<std::int64_t> cut_in_ranges(std::int64_t size, int ranges, std::int64_t offset);

// The distance between so many arrays of so many neurons that lie one after the other, in numbers.
std::int64_t distance_of_arrays(std::int64_t neurons, std::int64_t arrays);

// The state arrays of the neurons and the kernels that step them. The neurons are cut into ranges, which
// different threads may step at once.
class Population {
 public:
  Population(PopulationPlan plan, program::KernelOptions options);
  Population(const Population&) = delete;  // its ranges point at it
  Population& operator=(const Population&) = delete;

  const std::string& name() const { return plan_.name; }
  std::int64_t size() const { return plan_.size; }
  const PopulationPlan& plan() const { return plan_; }
  // Between two runs (see settle() and distribute()) of all neurons.
  std::span<double> array(int slot);
  // While ranges are stepped: brings the values of all of them together first.
  std::span<const double> gathered(int slot);

  // Cuts the neurons into ranges: the first neuron of each, a multiple of range_block, and at the end the
  // size.
  void divide(std::span<const std::int64_t> bounds);
  // See cut_in_ranges().
  void divide(int ranges, std::int64_t offset = 0) { divide(cut_in_ranges(plan_.size, ranges, offset)); }
  NeuronRange& range(int index) { return ranges_.at(static_cast<std::size_t>(index)); }
  // Several ranges have memory of their own, and steps may take turns between two pieces of memory. This
  // brings the values of each array back to the memory where they were at first, so that who has looked at an
  // array sees its present values; and this hands to the ranges what has been changed there.
  void settle();
  void distribute();

  // Goes on from the states of another population of the same neurons, model, receptors and inputs, in the
  // memory where they stand; that one is left with what was here.
  void take_over(Population& before);
  // The values of an array by its name, which may be none of its own; those of fewer neurons are repeated.
  void set(std::string_view name, std::span<const double> values);

  // The memory that it holds for its neurons, with that of its kernels and ranges.
  std::int64_t bytes() const;

 private:
  friend class NeuronRange;
  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }
  program::Binding binding(const program::Program& program) const;
  std::unique_ptr<program::Kernel> kernel(const program::Program& program,
                                          program::KernelOptions options) const;

  PopulationPlan plan_;
  base::AlignedArray<double> memory_;
  std::vector<double*> arrays_;  // in memory_
  std::unique_ptr<program::Kernel> step_kernel_, events_kernel_, observe_kernel_, deliver_kernel_;
  std::vector<std::unique_ptr<program::Kernel>> condition_kernels_;
  std::vector<std::pair<int, const std::vector<double>*>> varying_;  // parameters given per neuron
  std::vector<NeuronRange> ranges_;
};

}  // namespace hillock::network
