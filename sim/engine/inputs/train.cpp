// A pulse train: its gate is open during the first `width` of each period.
#include "engine/inputs/train.hpp"

#include <cmath>
#include <limits>

#include "engine/inputs/gated.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

class Pulses {
 public:
  explicit Pulses(const InputData& data)
      : grid_(data.grid),
        window_(data),
        start_(number_or(data, "start", 0)),
        width_(data.value("width")),
        period_(number_or(data, "period", unlimited)),
        count_(number_or(data, "count", unlimited)) {}

  double gate(std::int64_t step, double offset) const {
    return window_.contains(step, offset) && in_pulse(step, offset) ? 1 : 0;
  }
  std::vector<double> edges() const {
    std::vector<double> found;
    for (double pulse = 0; pulse < count_ && pulse_start(pulse) <= grid_.duration(); ++pulse)
      for (const double edge : window_of(pulse).edges()) found.push_back(edge);
    return merged(window_.edges(), found);
  }

 private:
  double pulse_start(double pulse) const { return pulse == 0 ? start_ : start_ + pulse * period_; }  // ms
  Window window_of(double pulse) const {
    const double begin = pulse_start(pulse);
    return {begin, begin + width_, grid_};
  }
  // The pulses around t are found by division, then asked as edges on the grid: a rounding of the quotient
  // can move the pulse by one, so both are asked.
  bool in_pulse(std::int64_t step, double offset) const {
    const double nearest = std::nearbyint((grid_.time(step) + offset - start_) / period_);
    return pulse_contains(nearest - 1, step, offset) || pulse_contains(nearest, step, offset);
  }
  bool pulse_contains(double pulse, std::int64_t step, double offset) const {
    return pulse >= 0 && pulse < count_ && window_of(pulse).contains(step, offset);
  }

  base::TimeGrid grid_;
  Window window_;
  double start_, width_, period_;  // ms
  double count_;                   // pulses
};

}  // namespace

std::unique_ptr<CurrentInput> make_train(const InputData& data) {
  return std::make_unique<Gated<Pulses>>(data);
}

}  // namespace hillock::engine
