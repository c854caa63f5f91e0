// Gaussian white noise: gate * mean, and gate * sigma as the strength of the noise that the solver draws.
#include "engine/inputs/white_noise.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class WhiteNoise final : public CurrentInput {
 public:
  explicit WhiteNoise(const InputData& data)
      : window_(data), mean_(data, "mean"), sigma_(data, "sigma"), gate_(data, "gate") {}

  void declare(program::Slots& slots) override {
    mean_.declare(slots);
    sigma_.declare(slots);
    gate_.declare(slots);
  }
  Shape shape() const override { return Shape::held; }
  program::Expr current(program::Tape& tape, program::Expr, program::Expr) const override {
    return gate_.on(tape) * mean_.on(tape);
  }
  std::optional<program::Expr> white_noise(program::Tape& tape) const override {
    return gate_.on(tape) * sigma_.on(tape);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    mean_.add_to(values);
    sigma_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    gate_.set(step_values, window_.gate(step, offset));
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  Window window_;
  Parameter mean_, sigma_;
  StepValue gate_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_white_noise(const InputData& data) {
  return std::make_unique<WhiteNoise>(data);
}

}  // namespace hillock::engine
