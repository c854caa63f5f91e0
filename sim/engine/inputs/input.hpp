// What an input is to the engine: a current that joins the equations, or spikes that arrive at a receptor.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time_grid.hpp"
#include "program/expr.hpp"
#include "program/slots.hpp"

namespace hillock::engine {

// The checked fields of an input, in internal units, for one target population of n neurons.
struct InputData {
  std::string name;                                   // of the input
  std::int64_t neurons = 0;                           // n of the target population
  std::vector<std::int64_t> targets;                  // neurons that get it, ascending; empty: all
  std::map<std::string, std::vector<double>> values;  // per-neuron fields: one value, or one per target
  std::map<std::string, std::vector<double>> lists;   // times, amplitudes, samples
  std::map<std::string, bool> flags;
  std::map<std::string, std::string> words;
  std::function<program::Expr(program::Tape&, program::Expr t)> waveform;  // of time in ms
  base::TimeGrid grid;
  base::Streams streams;  // of this input and population

  double value(const std::string& field) const { return values.at(field).at(0); }
  bool has(const std::string& field) const { return values.count(field) != 0; }
};

// How a current enters the equations during one step: the piece that acts is chosen at t_n, its smooth shape
// is evaluated at stage times.
enum class Shape {
  held,       // constant over the step
  ramp,       // value + slope * offset
  sine,       // constant part + value at t_n of a sine of angular frequency omega, and its quadrature
  potential,  // linear in V (voltage clamp): value(offset, V)
  waveform    // any function of time
};

// Times are offsets (ms) from t_n, the beginning of the step; currents in the unit of the site, or pA if
// per_area.
class CurrentInput {
 public:
  virtual ~CurrentInput() = default;
  // Asks for slots ("inputs.NAME.amplitude", ...). Called once, before anything is recorded.
  virtual void declare(program::Slots& slots) = 0;
  virtual Shape shape() const = 0;
  // The current at t_n + offset.
  virtual program::Expr current(program::Tape& tape, program::Expr offset, program::Expr V) const = 0;
  // For Shape::ramp: d(current)/dt. For Shape::sine: current = constant + in_phase, d(in_phase)/dt = omega *
  // quadrature, d(quadrature)/dt = -omega * in_phase.
  virtual program::Expr slope(program::Tape&) const { return 0.0; }
  struct Sine {
    program::Expr constant, in_phase, quadrature, omega;
  };  // at t_n
  virtual Sine sine(program::Tape&) const { return {}; }
  // Strength of white noise that it adds (current * sqrt(ms)); nothing: none.
  virtual std::optional<program::Expr> white_noise(program::Tape&) const { return std::nullopt; }
  // New values of its arrays for the step that begins at t_n + dt (noise, ou), stored on the tape; default:
  // none.
  virtual void update(program::Tape&) const {}
  // Names of parameter slots and their values: one, or one per neuron of the population (0 for neurons that
  // are not targets).
  virtual std::map<std::string, std::vector<double>> parameters() const { return {}; }
  // Initial values of its arrays, one per neuron.
  virtual std::map<std::string, std::vector<double>> initial_arrays() const { return {}; }
  // Names of stream slots and their streams.
  virtual std::map<std::string, base::Streams> streams() const { return {}; }
  // Fills its step values for the step that begins at t_n + offset (offset > 0 only when spike times are
  // interpolated and an edge cuts the step): the offset chooses the piece that acts, the values are those of
  // this piece at t_n, from which all offsets are counted.
  virtual void begin_step(std::int64_t step, double offset, std::span<double> step_values) const = 0;
  // Times (ms, ascending) at which its piece changes, for steps that are cut there.
  virtual std::vector<double> edges() const { return {}; }
  bool per_area = false;  // amplitudes were given in pA on a density model
};

// Spikes that arrive at a receptor. Aligned, since threads step parts of one at once.
class alignas(128) SpikeInput {
 public:
  virtual ~SpikeInput() = default;
  // Adds weight * (number of spikes) to arrivals[neuron] for all spikes that arrive at this step (arrival at
  // step 0: before the first step); steps are asked for in ascending order. Returns false only where nothing
  // arrived.
  virtual bool deliver(std::int64_t step, std::span<double> arrivals) = 0;
  // Steps may be asked for from any one on again.
  virtual void rewind() { silent_until_ = 0; }
  // The same spikes, but only those for the neurons first <= i < end, for a thread that steps these.
  virtual std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const = 0;
  // Before this step nothing arrives any more; deliver() may be left out till then.
  std::int64_t silent_until() const { return silent_until_; }

 protected:
  std::int64_t silent_until_ = 0;
};

}  // namespace hillock::engine
