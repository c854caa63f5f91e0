// A current that is an expression of time, evaluated at the stage times.
#include "engine/inputs/waveform.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class Waveform final : public CurrentInput {
 public:
  explicit Waveform(const InputData& data)
      : grid_(data.grid),
        window_(data),
        waveform_(data.waveform),
        reaches_(data, "reaches", 1.0, 0.0),
        gate_(data, "gate"),
        time_(data, "time") {}

  void declare(program::Slots& slots) override {
    reaches_.declare(slots);
    gate_.declare(slots);
    time_.declare(slots);
  }
  Shape shape() const override { return Shape::waveform; }
  // A selection and not a product: outside of its window the expression need not be finite.
  program::Expr current(program::Tape& tape, program::Expr offset, program::Expr) const override {
    const program::Mask acts = gate_.on(tape) * reaches_.on(tape) > 0.0;
    return program::select(acts, waveform_(tape, time_.on(tape) + offset), 0.0);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    reaches_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    gate_.set(step_values, window_.gate(step, offset));
    time_.set(step_values, grid_.time(step));
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  base::TimeGrid grid_;
  Window window_;
  std::function<program::Expr(program::Tape&, program::Expr)> waveform_;
  Parameter reaches_;  // 1 for targets, 0 for other neurons
  StepValue gate_, time_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_waveform(const InputData& data) {
  return std::make_unique<Waveform>(data);
}

}  // namespace hillock::engine
