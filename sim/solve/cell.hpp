// A cell: a neuron model with its receptors and the currents that enter it, ready to be recorded on tapes.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "program/expr.hpp"
#include "program/slots.hpp"
#include "solve/record_expression.hpp"

namespace hillock::solve {

using program::Expr;
using program::Mask;
using program::Slots;
using program::Tape;

// A current from outside, as the equations see it. Times are offsets (ms) from t_n, the beginning of the
// step.
struct Forcing {
  enum class Shape { held, ramp, sine, potential, waveform, junction };
  struct Sine {
    Expr constant, in_phase, quadrature,
        omega;  // at t_n; d(in_phase)/dt = omega*quadrature, d(quadrature)/dt = -omega*in_phase
  };
  std::string name;
  std::string site;
  bool per_area = false;  // in pA on a density model: divided by the site's area
  Shape shape = Shape::held;
  std::function<Expr(Tape&, Expr offset, Expr V)> current;
  std::function<Expr(Tape&)> slope;                       // Shape::ramp
  std::function<Sine(Tape&)> sine;                        // Shape::sine
  std::function<std::optional<Expr>(Tape&)> white_noise;  // strength, current * sqrt(ms)
  std::function<void(Tape&)> update;                      // stores new values of its own arrays
  bool reads_V() const { return shape == Shape::potential || shape == Shape::junction; }
};

struct CellReceptor {
  std::string name;
  const model::Model* model = nullptr;
  std::string site;
  bool targeted = false;  // something delivers spikes to it
  bool per_area = false;  // its current is in pA on a density model
  bool stateless() const { return model->states.empty(); }
};

// One integrated variable: of the neuron (receptor -1) or of a receptor.
struct CellState {
  std::string name;  // "V", "ampa.g": also the name of its array slot
  const model::State* state = nullptr;
  const model::Definition* equation = nullptr;  // null: it changes at spikes only
  int receptor = -1;
  bool held = false;  // constant while the hold runs
};

struct Cell {
  std::string population;
  const model::Model* neuron = nullptr;
  std::vector<CellReceptor> receptors;
  std::vector<Forcing> forcings;
  std::vector<CellState> states;

  bool has_hold() const { return neuron->spike.hold.has_value(); }
  bool has_reset() const { return !neuron->spike.reset.empty() || has_hold(); }
  int state(std::string_view name) const;  // index, or -1
};

// Fills `states` from the models.
Cell make_cell(std::string population, const model::Model& neuron, std::vector<CellReceptor> receptors,
               std::vector<Forcing> forcings);

// Names of the slots that cells share with the step loop.
namespace slot {
std::string arrivals(
    const CellReceptor& receptor);  // array: sum of the weights that arrive at the end of this step
std::string held_weight(
    const CellReceptor& receptor);           // array: of a receptor without state: what arrived last
inline const std::string hold = "hold";      // array: steps left, a fraction where spikes are interpolated
inline const std::string dt = "dt";          // parameter, ms
inline const std::string time = "time";      // step value: t_n, ms
inline const std::string decide = "decide";  // step value: 1 in steps that end with a decision (probability)
inline const std::string spike_draw = "spikes";  // stream
}  // namespace slot

// White noise on a tape: a value for each noise name: xi, xi_a, and inputs.NAME of a white_noise input (its
// strength included).
using NoiseValues = std::function<Expr(const std::string& noise)>;

// The names of a cell at one moment of a step: states, derived quantities, parameters, inputs.
class Moment {
 public:
  // `states` in the order of cell.states; `weights`, one per receptor: what a receptor without state holds;
  // offset from t_n (ms).
  Moment(Tape& tape, Slots& slots, const Cell& cell, std::vector<Expr> states, std::vector<Expr> weights,
         Expr offset, NoiseValues noise = {});

  Expr value(std::string_view name);  // in the neuron's equations
  Expr evaluate(const lang::Expression& expression);
  Condition condition(const lang::Expression& expression);
  Expr margin(const lang::Expression& comparison);
  std::vector<Expr> derivatives();  // one per state, 0 where there is no equation

  Expr receptor_value(int receptor, std::string_view name);
  Expr receptor_evaluate(int receptor, const lang::Expression& expression);
  Expr receptor_current(int receptor);  // in the unit of the site, 0 for receptors without current
  Expr receptors_total(const std::string& site);
  Expr forcing_current(const Forcing& forcing);  // in the unit of its site
  Expr site_total(const std::string& site);      // everything that flows in, in the unit of the site

  // Set before a spike rule or a reset is evaluated: a NaN comes through (see Names).
  bool deciding = false;
  // Replaces the current of a forcing by another value (exact solutions give it a state of its own).
  std::map<std::string, Expr> forcing_values;

  const std::vector<Expr>& states() const { return states_; }
  Expr parameter(const std::string& name) { return program::parameter(tape_, slots_.parameter(name)); }

 private:
  Names names(std::function<Expr(std::string_view)> value) const;
  Expr per_site(Expr current, bool per_area, const std::string& site);

  Tape& tape_;
  Slots& slots_;
  const Cell& cell_;
  std::vector<Expr> states_, weights_;
  Expr offset_;
  NoiseValues noise_;
  std::map<std::string, Expr, std::less<>> known_;
};

}  // namespace hillock::solve
