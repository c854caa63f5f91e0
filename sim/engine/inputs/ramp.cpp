// A linear ramp: from + (to - from) * (t - start)/(stop - start).
#include "engine/inputs/ramp.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class Ramp final : public CurrentInput {
 public:
  explicit Ramp(const InputData& data)
      : grid_(data.grid),
        window_(data),
        start_(number_or(data, "start", 0)),
        length_(stop_or_end(data) - start_),
        from_(data, "from"),
        to_(data, "to"),
        gate_(data, "gate"),
        fraction_(data, "fraction"),
        rate_(data, "rate") {}

  void declare(program::Slots& slots) override {
    from_.declare(slots);
    to_.declare(slots);
    gate_.declare(slots);
    fraction_.declare(slots);
    rate_.declare(slots);
  }
  Shape shape() const override { return Shape::ramp; }
  // Outside of the window gate, fraction and rate are all 0.
  program::Expr current(program::Tape& tape, program::Expr offset, program::Expr) const override {
    const program::Expr from = from_.on(tape), to = to_.on(tape);
    return gate_.on(tape) * from + (to - from) * (fraction_.on(tape) + rate_.on(tape) * offset);
  }
  program::Expr slope(program::Tape& tape) const override {
    return (to_.on(tape) - from_.on(tape)) * rate_.on(tape);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    from_.add_to(values);
    to_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    const double gate = window_.gate(step, offset);
    gate_.set(step_values, gate);
    fraction_.set(step_values, gate == 0 ? 0 : (grid_.time(step) - start_) / length_);
    rate_.set(step_values, gate == 0 ? 0 : 1 / length_);
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  base::TimeGrid grid_;
  Window window_;
  double start_, length_;  // ms
  Parameter from_, to_;
  StepValue gate_, fraction_,
      rate_;  // fraction at t_n, also if the ramp begins later in the step; rate: 1/ms
};

}  // namespace

std::unique_ptr<CurrentInput> make_ramp(const InputData& data) { return std::make_unique<Ramp>(data); }

}  // namespace hillock::engine
