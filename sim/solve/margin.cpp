// The margin of a spike condition for one neuron at a time.
#include "solve/margin.hpp"

#include "solve/programs.hpp"

namespace hillock::solve {

std::unique_ptr<Margin> Margin::of(const Cell& cell, Slots& slots) {
  if (cell.neuron->spike.kind != model::SpikeRuleKind::when) return nullptr;
  return std::make_unique<Margin>(cell, slots);
}

Margin::Margin(const Cell& cell, Slots& slots)
    : program_(margin_of(cell, slots)),
      evaluator_(program_),
      slot_(slots.array(slot::margin)),
      offset_(slots.step_value(slot::offset)) {}

Margin::Margin(const Margin& other)
    : program_(other.program_), evaluator_(program_), slot_(other.slot_), offset_(other.offset_) {}

void Margin::set_parameters(std::span<const double> parameters) {
  evaluator_.set_parameters(parameters.first(static_cast<std::size_t>(program_.parameters)));
}

double Margin::at(std::span<double> arrays, std::span<double> step_values, double offset) {
  step_values[offset_] = offset;
  evaluator_.run(arrays.first(program_.arrays), {}, step_values.first(program_.step_values));
  return arrays[slot_];
}

}  // namespace hillock::solve
