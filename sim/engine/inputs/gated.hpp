// A current that has its amplitude while a gate is open, and is 0 else: what dc and a train of pulses share.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/inputs/fields.hpp"
#include "engine/inputs/input.hpp"

namespace hillock::engine {

// gate * amplitude. Gate has a constructor from InputData, gate(step, offset) (1 or 0) and edges(), as
// Window.
template <class Gate>
class Gated final : public CurrentInput {
 public:
  explicit Gated(const InputData& data)
      : opening_(data), amplitude_(data, "amplitude"), gate_(data, "gate") {}

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
    gate_.set(step_values, opening_.gate(step, offset));
  }
  std::vector<double> edges() const override { return opening_.edges(); }

 private:
  Gate opening_;
  Parameter amplitude_;
  StepValue gate_;
};

}  // namespace hillock::engine
