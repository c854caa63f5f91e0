// What gap junctions are to the equations of a cell: a current, and the arrays that it is made of.
#pragma once
#include <array>
#include <string>

#include "solve/programs.hpp"

namespace hillock::solve {

namespace slot {
// Arrays. The current is polynomial(s) - conductance * V, s being the offset from t_n, in pA or in the unit
// of the site.
inline const std::array<std::string, 4> junction_polynomial{
    "junctions.polynomial_0", "junctions.polynomial_1", "junctions.polynomial_2", "junctions.polynomial_3"};
inline const std::string junction_conductance = "junctions.conductance";
// dV/dt at t_n, and at t_n+1 before what happens there.
inline const std::string slope_at_begin = "junctions.slope_at_begin";
inline const std::string slope_at_end = "junctions.slope_at_end";
}  // namespace slot

// Name of the forcing, which is recorded as I_gap.
inline const std::string junction_forcing_name = "gap";

// Of a cell whose first input site has a V that is a state. `per_area`: conductances are in nS on a density
// model.
Forcing junction_forcing(Slots& slots, const std::string& site, bool per_area);

}  // namespace hillock::solve
