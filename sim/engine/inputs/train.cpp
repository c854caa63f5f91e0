// A pulse train: gate * amplitude, the gate open during the first `width` of each period.
#include "engine/inputs/train.hpp"

#include <cmath>
#include <limits>

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

class Train final : public CurrentInput {
 public:
  explicit Train(const InputData& data)
      : grid_(data.grid),
        window_(data),
        start_(number_or(data, "start", 0)),
        width_(data.value("width")),
        period_(number_or(data, "period", unlimited)),
        count_(number_or(data, "count", unlimited)),
        amplitude_(data, "amplitude"),
        gate_(data, "gate") {}

  void declare(program::Slots& slots) override {
    amplitude_.declare(slots);
    gate_.declare(slots);
  }
  Shape shape() const override { return Shape::held; }
  program::Expr current(program::Tape& tape, program::Expr, program::Expr) const override {
    return gate_.on(tape) * amplitude_.on(tape);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    amplitude_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    const bool on = window_.contains(step, offset) && in_pulse(step, offset);
    gate_.set(step_values, on ? 1 : 0);
  }
  std::vector<double> edges() const override;

 private:
  double pulse_start(double pulse) const { return pulse == 0 ? start_ : start_ + pulse * period_; }  // ms
  // The pulses around t are found by division, then asked as edges on the grid: a rounding of the quotient
  // can move the pulse by one, so both are asked.
  bool in_pulse(std::int64_t step, double offset) const {
    const double nearest = std::nearbyint((grid_.time(step) + offset - start_) / period_);
    return pulse_contains(nearest - 1, step, offset) || pulse_contains(nearest, step, offset);
  }
  bool pulse_contains(double pulse, std::int64_t step, double offset) const {
    if (pulse < 0 || pulse >= count_) return false;
    const double begin = pulse_start(pulse);
    return Window(begin, begin + width_, grid_).contains(step, offset);
  }

  base::TimeGrid grid_;
  Window window_;
  double start_, width_, period_;  // ms
  double count_;                   // pulses
  Parameter amplitude_;
  StepValue gate_;
};

std::vector<double> Train::edges() const {
  std::vector<double> found;
  for (double pulse = 0; pulse < count_ && pulse_start(pulse) <= grid_.duration(); ++pulse) {
    const double begin = pulse_start(pulse);
    for (const double edge : Window(begin, begin + width_, grid_).edges()) found.push_back(edge);
  }
  return merged(window_.edges(), found);
}

}  // namespace

std::unique_ptr<CurrentInput> make_train(const InputData& data) { return std::make_unique<Train>(data); }

}  // namespace hillock::engine
