// Piecewise constant noise: gate * (mean + std * z), z a standard normal number per neuron and interval.
#include "engine/inputs/noise.hpp"

#include "base/diagnostics.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

// Intervals are whole steps, counted from the step that contains `start`.
class Noise final : public CurrentInput {
 public:
  explicit Noise(const InputData& data)
      : window_(data),
        every_(interval(data)),
        mean_(data, "mean"),
        std_(data, "std"),
        gate_(data, "gate"),
        redraw_(data, "redraw"),
        normal_(data, false) {}

  void declare(program::Slots& slots) override {
    mean_.declare(slots);
    std_.declare(slots);
    gate_.declare(slots);
    redraw_.declare(slots);
    normal_.declare(slots);
  }
  Shape shape() const override { return Shape::held; }
  program::Expr current(program::Tape& tape, program::Expr, program::Expr) const override {
    return gate_.on(tape) * (mean_.on(tape) + std_.on(tape) * normal_.on(tape));
  }
  // The number for step n + 1 is drawn at the end of step n, with step index n.
  void update(program::Tape& tape) const override {
    normal_.store(tape, program::select(redraw_.on(tape) > 0.0, normal_.draw(tape), normal_.on(tape)));
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    mean_.add_to(values);
    std_.add_to(values);
    return values;
  }
  std::map<std::string, std::vector<double>> initial_arrays() const override { return normal_.initial(); }
  std::map<std::string, base::Streams> streams() const override { return normal_.streams(); }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    gate_.set(step_values, window_.gate(step, offset));
    const bool next_begins_interval = (step + 1 - window_.start().step()) % every_ == 0;
    redraw_.set(step_values, next_begins_interval ? 1 : 0);
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  static std::int64_t interval(const InputData& data) {
    const auto steps = data.grid.step_of(number_or(data, "every", data.grid.dt));
    if (!steps || *steps < 1)
      throw base::InternalError("input '" + data.name + "': 'every' is not a multiple of dt");
    return *steps;
  }

  Window window_;
  std::int64_t every_;  // steps
  Parameter mean_, std_;
  StepValue gate_, redraw_;
  NormalArray normal_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_noise(const InputData& data) { return std::make_unique<Noise>(data); }

}  // namespace hillock::engine
