// An Ornstein-Uhlenbeck current: gate * (mean + sigma * x), x stationary with variance 1 (Uhlenbeck &
// Ornstein 1930, doi:10.1103/PhysRev.36.823; exact update: Gillespie 1996, doi:10.1103/PhysRevE.54.2084).
#include "engine/inputs/ou.hpp"

#include <cmath>

#include "base/math.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

// x(t + dt) = decay * x(t) + diffusion * z with decay = exp(-dt/tau) and diffusion^2 = 1 - exp(-2 dt/tau).
class OrnsteinUhlenbeck final : public CurrentInput {
 public:
  explicit OrnsteinUhlenbeck(const InputData& data)
      : window_(data),
        mean_(data, "mean"),
        sigma_(data, "sigma"),
        decay_(data, "decay", decays(data), 0.0),
        diffusion_(data, "diffusion", diffusions(data), 1.0),
        gate_(data, "gate"),
        normal_(data, is_set(data, "shared")) {}

  void declare(program::Slots& slots) override {
    mean_.declare(slots);
    sigma_.declare(slots);
    decay_.declare(slots);
    diffusion_.declare(slots);
    gate_.declare(slots);
    normal_.declare(slots);
  }
  Shape shape() const override { return Shape::held; }
  program::Expr current(program::Tape& tape, program::Expr, program::Expr) const override {
    return gate_.on(tape) * (mean_.on(tape) + sigma_.on(tape) * normal_.on(tape));
  }
  // x for step n + 1 is drawn at the end of step n, with step index n. It moves outside of the window too, so
  // that the current is stationary from its first step on.
  void update(program::Tape& tape) const override {
    normal_.store(tape, decay_.on(tape) * normal_.on(tape) + diffusion_.on(tape) * normal_.draw(tape));
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    for (const Parameter* parameter : {&mean_, &sigma_, &decay_, &diffusion_}) parameter->add_to(values);
    return values;
  }
  std::map<std::string, std::vector<double>> initial_arrays() const override { return normal_.initial(); }
  std::map<std::string, base::Streams> streams() const override { return normal_.streams(); }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    gate_.set(step_values, window_.gate(step, offset));
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  static std::vector<double> decays(const InputData& data) {
    std::vector<double> values = data.values.at("tau");
    for (double& value : values) value = base::exp(-data.grid.dt / value);
    return values;
  }
  // By exprel, since 1 - exp(-y) loses digits at small y.
  static std::vector<double> diffusions(const InputData& data) {
    std::vector<double> values = data.values.at("tau");
    for (double& value : values) {
      const double y = 2 * data.grid.dt / value;
      value = std::sqrt(y * base::exprel(-y));
    }
    return values;
  }

  Window window_;
  Parameter mean_, sigma_, decay_, diffusion_;
  StepValue gate_;
  NormalArray normal_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_ou(const InputData& data) {
  return std::make_unique<OrnsteinUhlenbeck>(data);
}

}  // namespace hillock::engine
