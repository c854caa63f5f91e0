// A chirp: offset + amplitude * sin(2 pi n), where n, the number of turns since start, is the integral of the
// frequency. Over a time T from f to g it is s (f + (g - f) s / (2 T)) with equal differences, and
// f s (exp(x) - 1)/x with x = ln(g / f) s / T with equal ratios, s being the time since start.
#include "engine/inputs/chirp.hpp"

#include <algorithm>

#include "base/math.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/phase.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class Chirp final : public CurrentInput {
 public:
  explicit Chirp(const InputData& data)
      : grid_(data.grid),
        window_(data),
        start_(number_or(data, "start", 0)),
        logarithmic_(data.flags.count("log") != 0 && data.flags.at("log")),
        amplitude_(data, "amplitude"),
        offset_(data, "offset"),
        from_(data, "from"),
        growth_(data, "growth", growth(data, logarithmic_), 0.0),
        gate_(data, "gate"),
        since_(data, "since") {}

  void declare(program::Slots& slots) override {
    for (Parameter* parameter : {&amplitude_, &offset_, &from_, &growth_}) parameter->declare(slots);
    gate_.declare(slots);
    since_.declare(slots);
  }
  Shape shape() const override { return Shape::waveform; }
  program::Expr current(program::Tape& tape, program::Expr offset, program::Expr) const override {
    const program::Expr since = since_.on(tape) + offset, from = from_.on(tape),
                        change = growth_.on(tape) * since;
    const program::Expr turns = since * (logarithmic_ ? from * program::exprel(change) : from + change);
    return gate_.on(tape) *
           (offset_.on(tape) + amplitude_.on(tape) * program::sin(program::Expr(two_pi) * turns));
  }
  std::map<std::string, std::vector<double>> parameters() const override {
    std::map<std::string, std::vector<double>> values;
    for (const Parameter* parameter : {&amplitude_, &offset_, &from_, &growth_}) parameter->add_to(values);
    return values;
  }
  // Outside of its window the exponential could overflow, and a product with the gate be no number.
  void begin_step(std::int64_t step, double offset, std::span<double> step_values) const override {
    const double gate = window_.gate(step, offset);
    gate_.set(step_values, gate);
    since_.set(step_values, gate == 0 ? 0 : grid_.time(step) - start_);
  }
  std::vector<double> edges() const override { return window_.edges(); }

 private:
  // What the time since start is multiplied with: half of the change of the frequency in a ms, or that of its
  // logarithm.
  static std::vector<double> growth(const InputData& data, bool logarithmic) {
    const std::vector<double>&from = data.values.at("from"), &to = data.values.at("to");
    const double length = stop_or_end(data) - number_or(data, "start", 0);
    std::vector<double> growth(std::max(from.size(), to.size()), 0.0);
    if (length <= 0) return growth;  // it never flows
    for (std::size_t i = 0; i < growth.size(); ++i) {
      const double f = from[from.size() == 1 ? 0 : i], g = to[to.size() == 1 ? 0 : i];
      growth[i] = (logarithmic ? base::log(g / f) : (g - f) / 2) / length;
    }
    return growth;
  }

  base::TimeGrid grid_;
  Window window_;
  double start_;  // ms
  bool logarithmic_;
  Parameter amplitude_, offset_, from_, growth_;  // frequencies in 1/ms
  StepValue gate_, since_;                        // ms, of t_n
};

}  // namespace

std::unique_ptr<CurrentInput> make_chirp(const InputData& data) { return std::make_unique<Chirp>(data); }

}  // namespace hillock::engine
