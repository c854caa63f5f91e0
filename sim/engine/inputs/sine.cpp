// A sine current: gate * (offset + amplitude * sin(2 pi frequency t + phase)), its angle taken from absolute
// time.
#include "engine/inputs/sine.hpp"

#include "base/math.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/phase.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

std::vector<double> frequency_part(const InputData& data, double Split::*part) {
  std::vector<double> values = data.values.at("frequency");
  for (double& value : values) value = split(value).*part;
  return values;
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

// Sine and cosine at t_n are step values if all targets have one frequency and phase; otherwise the tape
// computes them, by the same operations.
class Sine final : public CurrentInput {
 public:
  explicit Sine(const InputData& data);

  void declare(program::Slots& slots) override;
  Shape shape() const override { return Shape::sine; }
  // A sin(x + omega offset) = A sin(x) cos(omega offset) + A cos(x) sin(omega offset): the factors of offset
  // depend on parameters alone.
  program::Expr current(program::Tape& tape, program::Expr offset, program::Expr) const override {
    const CurrentInput::Sine now = sine(tape);
    const program::Expr angle = now.omega * offset;
    return now.constant + now.in_phase * program::cos(angle) + now.quadrature * program::sin(angle);
  }
  CurrentInput::Sine sine(program::Tape& tape) const override;
  std::map<std::string, std::vector<double>> parameters() const override;
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override;
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  base::TimeGrid grid_;
  Window window_;
  bool per_neuron_;
  Split frequency_;  // 1/ms, of all
  double phase_;     // turns, of all
  Parameter amplitude_, offset_, omega_, frequency_high_, frequency_low_, phase_turns_;
  StepValue gate_, sine_, cosine_, time_high_, time_low_;
};

Sine::Sine(const InputData& data)
    : grid_(data.grid),
      window_(data),
      per_neuron_(data.values.at("frequency").size() > 1 || values_or(data, "phase", 0).size() > 1),
      frequency_(split(data.value("frequency"))),
      phase_(number_or(data, "phase", 0) * (1 / two_pi)),
      amplitude_(data, "amplitude"),
      offset_(data, "offset"),
      omega_(data, "omega", scaled(data.values.at("frequency"), two_pi), 0.0),
      frequency_high_(data, "frequency_high", frequency_part(data, &Split::high), 0.0),
      frequency_low_(data, "frequency_low", frequency_part(data, &Split::low), 0.0),
      phase_turns_(data, "phase", scaled(values_or(data, "phase", 0), 1 / two_pi), 0.0),
      gate_(data, "gate"),
      sine_(data, "sine"),
      cosine_(data, "cosine"),
      time_high_(data, "time_high"),
      time_low_(data, "time_low") {}

void Sine::declare(program::Slots& slots) {
  for (Parameter* parameter : {&amplitude_, &offset_, &omega_}) parameter->declare(slots);
  gate_.declare(slots);
  if (per_neuron_) {
    for (Parameter* parameter : {&frequency_high_, &frequency_low_, &phase_turns_}) parameter->declare(slots);
    for (StepValue* value : {&time_high_, &time_low_}) value->declare(slots);
  } else {
    for (StepValue* value : {&sine_, &cosine_}) value->declare(slots);
  }
}

CurrentInput::Sine Sine::sine(program::Tape& tape) const {
  const program::Expr gate = gate_.on(tape), amplitude = amplitude_.on(tape);
  CurrentInput::Sine now;
  now.constant = gate * offset_.on(tape);
  now.omega = omega_.on(tape);
  if (per_neuron_) {
    const program::Expr turned =
        turns(frequency_high_.on(tape), frequency_low_.on(tape), time_high_.on(tape), time_low_.on(tape));
    const program::Expr angle = program::Expr(two_pi) * (turned + phase_turns_.on(tape));
    now.in_phase = amplitude * (gate * program::sin(angle));
    now.quadrature = amplitude * (gate * program::cos(angle));
  } else {
    now.in_phase = amplitude * sine_.on(tape);
    now.quadrature = amplitude * cosine_.on(tape);
  }
  return now;
}

std::map<std::string, std::vector<double>> Sine::parameters() const {
  std::map<std::string, std::vector<double>> values;
  for (const Parameter* parameter : {&amplitude_, &offset_, &omega_}) parameter->add_to(values);
  if (per_neuron_)
    for (const Parameter* parameter : {&frequency_high_, &frequency_low_, &phase_turns_})
      parameter->add_to(values);
  return values;
}

void Sine::begin_step(std::int64_t step, double offset, std::span<double> step_values) const {
  const double gate = window_.gate(step, offset);
  const Split time = split(grid_.time(step));
  gate_.set(step_values, gate);
  if (per_neuron_) {
    time_high_.set(step_values, time.high);
    time_low_.set(step_values, time.low);
    return;
  }
  const double angle = two_pi * (turns(frequency_.high, frequency_.low, time.high, time.low) + phase_);
  sine_.set(step_values, gate * base::sin(angle));
  cosine_.set(step_values, gate * base::cos(angle));
}

}  // namespace

std::unique_ptr<CurrentInput> make_sine(const InputData& data) { return std::make_unique<Sine>(data); }

}  // namespace hillock::engine
