// A constant current: gate * amplitude.
#include "engine/inputs/dc.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class Dc final : public CurrentInput {
 public:
  explicit Dc(const InputData& data) : window_(data), amplitude_(data, "amplitude"), gate_(data, "gate") {}

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
    gate_.set(step_values, window_.gate(step, offset));
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  Window window_;
  Parameter amplitude_;
  StepValue gate_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_dc(const InputData& data) { return std::make_unique<Dc>(data); }

}  // namespace hillock::engine
