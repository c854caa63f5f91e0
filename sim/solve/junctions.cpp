// The current of gap junctions, and the step that is taken again until the voltages have settled.
#include "solve/junctions.hpp"

#include "solve/recording.hpp"

namespace hillock::solve {

Forcing junction_forcing(Slots& slots, const std::string& site, bool per_area) {
  std::array<int, 4> polynomial{};
  for (std::size_t k = 0; k < polynomial.size(); ++k)
    polynomial[k] = slots.array(slot::junction_polynomial[k]);
  const int conductance = slots.array(slot::junction_conductance);
  Forcing forcing;
  forcing.name = junction_forcing_name;
  forcing.site = site;
  forcing.per_area = per_area;
  forcing.shape = Forcing::Shape::junction;
  forcing.current = [polynomial, conductance](Tape& tape, Expr offset, Expr V) {
    Expr sum = program::array(tape, polynomial[3]);
    for (const int k : {2, 1, 0})
      sum = sum * offset + program::array(tape, polynomial[static_cast<std::size_t>(k)]);
    return sum - program::array(tape, conductance) * V;
  };
  return forcing;
}

program::Program advance_coupled(const Cell& cell, Slots& slots, model::MethodKind method) {
  Recording r(cell, slots);
  if (cell.has_hold()) r.held = holding(r);
  const auto V = static_cast<std::size_t>(cell.state(cell.neuron->inputs.front().V));
  const auto slope = [&](Expr offset) {  // white noise has none
    return held_derivatives(start_of(r, 0.0, r.dt()), r.states, offset,
                            [](const std::string&) { return Expr(0.0); })[V];
  };
  r.store(slot::slope_at_begin, slope(0.0));
  r.states = advance(method, start_of(r, 0.0, r.dt()));
  const Expr at_end = slope(r.dt());
  r.store(slot::slope_at_end, at_end);
  std::vector<Expr> guarded = r.states;
  guarded.push_back(at_end);
  guard_finite(r, guarded);
  for (std::size_t i = 0; i < r.states.size(); ++i) r.store(slot::next(cell.states[i].name), r.states[i]);
  return program::optimise(r.tape);
}

}  // namespace hillock::solve
