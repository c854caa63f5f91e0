// Time constants of potentials that relax exponentially.
#pragma once
#include <optional>
#include <span>

namespace hillock::analysis {

// The time constant of |V - reference| ~ exp(-t/tau), by linear regression of its logarithm over t, ms. The
// sign says whether it falls (positive) or grows. Nothing if there are fewer than 2 samples or one of them is
// the reference itself, or the slope is 0.
std::optional<double> decay_time(std::span<const double> time, std::span<const double> V, double reference);

// The same where the potential at rest is not known: |V - V.back()| + x, with the x in [0, 5] mV for which
// the squared deviation from the regression, over the squared range of the logarithm, is least (the
// definition of eFEL's time_constant, which stops looking for x within 0.01 mV).
std::optional<double> decay_time_to_unknown_rest(std::span<const double> time, std::span<const double> V);

}  // namespace hillock::analysis
