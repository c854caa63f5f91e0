// The margin of a spike condition for one neuron at a time.
#include "solve/margin.hpp"

#include "solve/programs.hpp"

namespace hillock::solve {

std::optional<Margin> Margin::of(const Cell& cell, Slots& slots) {
  if (cell.neuron->spike.kind != model::SpikeRuleKind::when) return std::nullopt;
  return Margin(cell, slots);
}

Margin::Margin(const Cell& cell, Slots& slots)
    : evaluator_(margin_of(cell, slots)),
      slot_(slots.array(slot::margin)),
      offset_(slots.step_value(slot::offset)) {}

void Margin::set_parameters(std::span<const double> parameters) {
  evaluator_.set_parameters(parameters.first(static_cast<std::size_t>(evaluator_.program().parameters)));
}

double Margin::at(std::span<double> arrays, std::span<double> step_values, double offset) {
  step_values[offset_] = offset;
  evaluator_.run(arrays.first(evaluator_.program().arrays), {},
                 step_values.first(evaluator_.program().step_values));
  return arrays[slot_];
}

}  // namespace hillock::solve
