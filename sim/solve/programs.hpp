// The programs of a cell: the whole step, its parts where a step is cut, initial values, and what is
// recorded.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "program/integrator.hpp"
#include "program/program.hpp"
#include "solve/advance.hpp"

namespace hillock::solve {

// Further slots that the parts of a step share with the step loop.
namespace slot {
inline const std::string offset = "offset";  // step value: where in the step a part begins, ms from t_n
inline const std::string h = "h";            // parameter: length of a part, ms
inline const std::string held = "held";      // array: 1 while the hold runs (parts)
inline const std::string margin =
    "margin";  // array: how far the spike condition is from turning true; >= 0: it holds
inline const std::string above = "above";    // array: 1 where the condition held at t_n (rules without reset)
inline const std::string chance = "chance";  // array: the rate (1/ms) or probability at the last decision
std::string next(
    const std::string& array);  // array: the value at the end of the step, beside the one at its beginning
std::string derivative(const CellState& state);     // array
std::string initial(const CellState& state);        // array: the value given in the config
std::string observed(const std::string& variable);  // array
}  // namespace slot

// On the grid, a step in one piece: integrate, deliver, decide, reset (mask 0: spikes; mask 1, where it may
// happen: the spike rule has no answer, a condition that compares NaN or a `chance` that is none). Guarded
// against states that are not finite.
program::Program whole_step(const Cell& cell, Slots& slots, model::MethodKind method);

// With interpolated spike times: integrates over dt into the `next` arrays; mask 0: neurons whose step must
// be cut (a crossing, a condition without an answer, or a hold that ends inside). Then `events` delivers,
// decides at t_n+1, resets.
program::Program advance_only(const Cell& cell, Slots& slots, model::MethodKind method);

// With gap junctions (slots of solve/junctions.hpp): integrates over dt into the `next` arrays, with the
// slopes of V at both ends of the step. It may be run again and again, with other polynomials, before
// `events` ends the step.
program::Program advance_coupled(const Cell& cell, Slots& slots, model::MethodKind method);

// Deliver, decide at t_n+1 and reset, on states that have been advanced (masks as whole_step).
// `interpolated`: crossings inside the step have been handled and the hold has been counted.
program::Program events(const Cell& cell, Slots& slots, bool interpolated);

// What arrives at time 0, before the first step; a condition that is true then is no spike (mask 1 as above).
program::Program deliver_at_zero(const Cell& cell, Slots& slots);

// Parts of a cut step, for one neuron at a time: `part` advances from `offset` over `h`; `margin_of` fills
// `margin`; `reset_only` resets the states and starts the hold; `right_hand_side` fills the `derivative`
// arrays.
program::Program part(const Cell& cell, Slots& slots, model::MethodKind method);
program::Program margin_of(const Cell& cell, Slots& slots);
program::Program reset_only(const Cell& cell, Slots& slots);
program::Program right_hand_side(const Cell& cell, Slots& slots);

// The step, or without a method `events`, up to the reset: recorded only, to be optimised where a message
// must tell what a step that failed had come to.
Tape before_reset(const Cell& cell, Slots& slots, std::optional<model::MethodKind> method);

// Initial states at zero input, in the order of `order` (see model::initial_order) for the neuron; `given`
// states take `initial` arrays.
program::Program initial_states(const Cell& cell, Slots& slots, const std::vector<int>& order,
                                const std::vector<std::string>& given);

// Variables to record that are not states: each into its `observed` array.
program::Program observation(const Cell& cell, Slots& slots, const std::vector<std::string>& variables);

// Mask 0: the neurons of which a condition on such variables, parameters and t holds. What compares NaN does
// not.
program::Program condition(const Cell& cell, Slots& slots, const lang::Expression& condition);
// The same of a condition on numbers that are step values, in the order of their names.
program::Program condition_on_numbers(const lang::Expression& condition,
                                      std::span<const std::string_view> names);

}  // namespace hillock::solve
