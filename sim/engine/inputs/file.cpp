// A sampled current: the value that acts, or the line between two samples, chosen at the beginning of the
// step.
#include "engine/inputs/file.hpp"

#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class File final : public CurrentInput {
 public:
  explicit File(const InputData& data)
      : grid_(data.grid),
        window_(data),
        times_(data.lists.at("times")),
        values_(data.lists.at("values")),
        pieces_(times_, data.grid),
        linear_(data.words.count("interpolate") != 0 && data.words.at("interpolate") == "linear"),
        reaches_(data, "reaches", 1.0, 0.0),
        value_(data, "value"),
        rate_(data, "rate") {}

  void declare(program::Slots& slots) override {
    reaches_.declare(slots);
    value_.declare(slots);
    if (linear_) rate_.declare(slots);
  }
  Shape shape() const override { return linear_ ? Shape::ramp : Shape::held; }
  program::Expr current(program::Tape& tape, program::Expr offset, program::Expr) const override {
    if (!linear_) return value_.on(tape) * reaches_.on(tape);
    return (value_.on(tape) + rate_.on(tape) * offset) * reaches_.on(tape);
  }
  program::Expr slope(program::Tape& tape) const override {
    return linear_ ? rate_.on(tape) * reaches_.on(tape) : program::Expr(0.0);
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    reaches_.add_to(values);
    return values;
  }
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override;
  std::vector<double> edges() const override { return merged(window_.edges(), pieces_.edges()); }

 private:
  base::TimeGrid grid_;
  Window window_;
  std::vector<double> times_, values_;  // ms; current
  Pieces pieces_;
  bool linear_;
  Parameter reaches_;       // 1 for targets, 0 for other neurons
  StepValue value_, rate_;  // at t_n, on the line of the piece; per ms
};

void File::begin_step(std::int64_t step, double offset, std::span<double> step_values) const {
  double value = 0, rate = 0;
  const std::ptrdiff_t piece = window_.contains(step, offset) ? pieces_.find(step, offset) : -1;
  if (piece >= 0) {
    const auto k = static_cast<std::size_t>(piece);
    value = values_[k];
    if (linear_ && k + 1 < times_.size()) {
      rate = (values_[k + 1] - values_[k]) / (times_[k + 1] - times_[k]);
      value += rate * (grid_.time(step) - times_[k]);
    }
  }
  value_.set(step_values, value);
  if (linear_) rate_.set(step_values, rate);
}

}  // namespace

std::unique_ptr<CurrentInput> make_file(const InputData& data) { return std::make_unique<File>(data); }

}  // namespace hillock::engine
