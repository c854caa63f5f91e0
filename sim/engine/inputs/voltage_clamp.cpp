// A voltage clamp: gate * (V_command - V)/resistance.
#include "engine/inputs/voltage_clamp.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

// The command is a parameter, or a step value where it follows lists.
class VoltageClamp final : public CurrentInput {
 public:
  explicit VoltageClamp(const InputData& data)
      : window_(data),
        pieces_(list_or_empty(data, "times"), data.grid),
        voltages_(list_or_empty(data, "voltages")),
        listed_(data.lists.count("voltages") != 0),
        conductance_(data, "conductance", conductances(data), 0.0),
        voltage_(data, "voltage"),
        gate_(data, "gate"),
        command_(data, "command") {}

  void declare(program::Slots& slots) override {
    conductance_.declare(slots);
    gate_.declare(slots);
    if (listed_)
      command_.declare(slots);
    else
      voltage_.declare(slots);
  }
  Shape shape() const override { return Shape::potential; }
  program::Expr current(program::Tape& tape, program::Expr, program::Expr V) const override {
    const program::Expr command = listed_ ? command_.on(tape) : voltage_.on(tape);
    return gate_.on(tape) * conductance_.on(tape) * (command - V);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    conductance_.add_to(values);
    if (!listed_) voltage_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    double gate = window_.gate(step, offset);
    if (listed_) {
      const std::ptrdiff_t piece = pieces_.find(step, offset);
      if (piece < 0) gate = 0;
      command_.set(step_values, piece < 0 ? 0 : voltages_[static_cast<std::size_t>(piece)]);
    }
    gate_.set(step_values, gate);
  }
  std::vector<double> edges() const override { return merged(window_.edges(), pieces_.edges()); }

 private:
  static std::vector<double> conductances(const InputData& data) {
    std::vector<double> values = data.values.at("resistance");
    for (double& value : values) value = 1 / value;
    return values;
  }

  Window window_;
  Pieces pieces_;
  std::vector<double> voltages_;  // mV
  bool listed_;
  Parameter conductance_, voltage_;
  StepValue gate_, command_;
};

}  // namespace

std::unique_ptr<CurrentInput> make_voltage_clamp(const InputData& data) {
  return std::make_unique<VoltageClamp>(data);
}

}  // namespace hillock::engine
