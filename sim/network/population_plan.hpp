// What a population is made of: its programs, parameters and initial states, and the facts for messages.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "program/integrator.hpp"
#include "program/kernel.hpp"
#include "program/slots.hpp"

namespace hillock::network {

// The array slots of a population that has gap junctions. The current into a neuron, s after the beginning of
// a step, is polynomial(s) - conductance * V(s): the polynomial is the sum of conductance * V over those that
// it is joined with.
struct JunctionSlots {
  int V = -1, next_V = -1;                     // at the beginning of the step, and at its end
  int slope_at_begin = -1, slope_at_end = -1;  // dV/dt there
  std::array<int, 4> polynomial{-1, -1, -1, -1};
  int conductance = -1;  // the sum of all
};

// How a step is taken.
enum class StepMode {
  whole,  // one kernel on the grid
  cut,    // a kernel over dt, then single neurons whose step is cut; `events` at the end (interpolated spike
          // times)
  coupled,   // a kernel over dt, again and again until gap junctions have settled, then `events`
  adaptive,  // every neuron by its integrator, then `events`
};

// A state, for messages about it.
struct StateFacts {
  std::string name;
  std::string unit;
  std::string equation;  // "dV/dt: (...)", as written; empty: none
  std::string place;     // "models/neurons/NAME.yaml:20:3"
  int array = -1;        // slot
  int derivative = -1;   // slot that right_hand_side fills
  std::string reset{};   // "V: V_reset", as written; empty: a spike leaves it alone
  std::string reset_place{};
};

// The spike rule, for messages about it.
struct RuleFacts {
  std::string what;         // "condition", "rate" or "probability"
  std::string unit;         // "1/ms", or empty
  std::string rule;         // "probability: bias + I", as written
  std::string place;        // as StateFacts
  int array = -1;           // of a rate or probability: slot with the value at the last decision
  std::vector<int> states;  // of a condition: which of PopulationPlan::states it is made of
};

struct PopulationPlan {
  std::string name;
  std::int64_t size = 0;
  program::Slots slots;
  std::map<int, std::vector<double>> parameters;  // by slot: one value, or one per neuron
  std::map<int, base::Streams> streams;           // by slot
  std::map<int, std::vector<double>>
      initial;  // by array slot: one value, or one per neuron; the other arrays begin at 0
  std::vector<StateFacts> states;
  std::optional<RuleFacts> rule;
  StepMode mode = StepMode::whole;
  bool interpolated = false;
  bool watch = false;  // crossings are looked for inside steps (rule `when`, interpolated)
  bool has_reset = false;
  program::Program step;  // whole step; or, for cut and coupled, the advance into the `next` arrays
  std::optional<program::Program> events;
  std::optional<program::Program> deliver;  // what arrives at time 0
  std::optional<program::Program> reset;    // for one neuron
  std::optional<program::Tape>
      before_reset;  // for messages: what `step` or `events` comes to before the reset
  std::optional<program::Program> observe;
  std::vector<program::Program> conditions;  // each: mask 0, the neurons of which it holds
  program::Program right_hand_side;          // for messages
  std::unique_ptr<program::Integrator> integrator;
  std::vector<std::pair<int, int>>
      next;                   // cut, coupled: (array, array with its value at the end of the step)
  JunctionSlots junctions;    // coupled
  int hold = -1;              // array slots, or -1
  std::vector<int> arrivals;  // array slots
  int time = -1, decide = -1, offset = -1;  // step-value slots, or -1
  std::int64_t decide_every = 0;            // steps; 0: the model decides at every step
};

}  // namespace hillock::network
