// A current that jumps at listed times: the level that acts is a step value, and 0 where it does not reach.
#include "engine/inputs/steps.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/train.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class Steps final : public CurrentInput {
 public:
  explicit Steps(const InputData& data)
      : window_(data),
        pieces_(data.lists.at("times"), data.grid),
        amplitudes_(data.lists.at("amplitudes")),
        reaches_(data, "reaches", 1.0, 0.0),
        level_(data, "level") {}

  void declare(program::Slots& slots) override {
    reaches_.declare(slots);
    level_.declare(slots);
  }
  Shape shape() const override { return Shape::held; }
  program::Expr current(program::Tape& tape, program::Expr, program::Expr) const override {
    return level_.on(tape) * reaches_.on(tape);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    reaches_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    const std::ptrdiff_t piece = window_.contains(step, offset) ? pieces_.find(step, offset) : -1;
    level_.set(step_values, piece < 0 ? 0 : amplitudes_[static_cast<std::size_t>(piece)]);
  }
  std::vector<double> edges() const override { return merged(window_.edges(), pieces_.edges()); }

 private:
  Window window_;
  Pieces pieces_;
  std::vector<double> amplitudes_;
  Parameter reaches_;  // 1 for targets, 0 for other neurons
  StepValue level_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_steps(const InputData& data) {
  if (data.lists.count("times") == 0) return make_train(data);
  return std::make_unique<Steps>(data);
}

}  // namespace hillock::engine
