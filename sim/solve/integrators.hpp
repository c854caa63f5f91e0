// Integrators for one neuron at a time: with recorded steps of any length, and with Odeint's adaptive
// Dormand-Prince stepper.
#pragma once
#include <memory>
#include <string>

#include "program/integrator.hpp"
#include "solve/programs.hpp"

namespace hillock::solve {

// Steps of a recorded method, of any length. A crossing is where a step of that length ends with margin 0, so
// its time has the order of the method.
std::unique_ptr<program::Integrator> recorded_integrator(const Cell& cell, Slots& slots,
                                                         model::MethodKind method);

// Odeint's controlled runge_kutta_dopri5 with dense output, never across the end of the part; its step size
// is state (array `step_size`). States and error estimates that are not finite reject the step (Odeint takes
// NaN for success).
std::unique_ptr<program::Integrator> adaptive_integrator(const Cell& cell, Slots& slots,
                                                         const model::Method& method, double dt);

namespace slot {
inline const std::string step_size = "step_size";  // array, ms; 0: not chosen yet
}

}  // namespace hillock::solve
