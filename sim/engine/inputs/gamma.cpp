// Renewal processes: each target keeps the time of its next spike.
#include "engine/inputs/gamma.hpp"

#include <cmath>
#include <limits>

#include "base/math.hpp"
#include "engine/inputs/arrivals.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

constexpr double most_drawn_per_step = 1e3;  // each is drawn by itself

class Gamma final : public SpikeInput {
 public:
  explicit Gamma(const InputData& data)
      : grid_(data.grid),
        start_(number_or(data, "start", 0)),
        delay_(number_or(data, "delay", 0)),
        stop_(number_or(data, "stop", std::numeric_limits<double>::infinity()), data.grid),
        targets_(data),
        streams_(data.streams) {
    const std::vector<double>&rates = data.values.at("rate"), &orders = data.values.at("order");
    for (std::size_t k = 0; k < targets_.neurons.size(); ++k) {
      const double rate = value_of(rates, k);
      refuse_more_spikes(data, rate, most_drawn_per_step);
      processes_.push_back({rate, value_of(orders, k), 0, 0, never});
      begin(k);
    }
  }

  bool deliver(std::int64_t step, std::span<double> arrivals) override {
    bool any = false;
    for (std::size_t k = 0; k < processes_.size(); ++k) {
      Process& process = processes_[k];
      for (; process.step <= step; advance(k)) {
        if (process.step < step) continue;
        arrivals[static_cast<std::size_t>(targets_.neurons[k])] += targets_.weights[k];
        any = true;
      }
    }
    return any;
  }
  void rewind() override {
    SpikeInput::rewind();
    for (std::size_t k = 0; k < processes_.size(); ++k) begin(k);
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    auto result = std::make_unique<Gamma>(*this);
    const auto [from, count] = result->targets_.keep(first, end);
    result->processes_ = part_of(processes_, from, count);
    return result;
  }

 private:
  struct Process {
    double rate, order;    // 1/ms
    std::uint64_t number;  // of the next spike
    double time;           // of the next spike, ms
    std::int64_t step;     // of its arrival
  };

  // Seen from any time, the interval around it has the order + 1, and this lies anywhere inside.
  void begin(std::size_t k) {
    Process& process = processes_[k];
    process.number = 0;
    process.time = start_;
    process.step = never;
    if (process.rate <= 0) return;
    const auto neuron = static_cast<std::uint64_t>(targets_.neurons[k]);
    const double inside = streams_.stream_of(neuron).uniform(streams_.index_of(neuron), 0);
    wait(process, neuron, inside, process.order + 1);
  }
  void advance(std::size_t k) {
    wait(processes_[k], static_cast<std::uint64_t>(targets_.neurons[k]), 1, processes_[k].order);
  }
  // The next spike comes after this share of an interval.
  void wait(Process& process, std::uint64_t neuron, double share, double order) const {
    const double drawn =
        gamma_draw(order, streams_.stream_of(neuron), streams_.index_of(neuron), ++process.number);
    process.time += share * drawn / (process.order * process.rate);
    const bool ended = process.time > grid_.duration() || !Edge(process.time, grid_).before(stop_);
    process.step = ended ? never : arrival_step(process.time, delay_, grid_);
  }

  base::TimeGrid grid_;
  double start_, delay_;  // ms
  Edge stop_;
  WeightedTargets targets_;
  base::Streams streams_;
  std::vector<Process> processes_;
};

}  // namespace

// Each attempt has a block of random words of its own; about one in 20 is in vain. Orders below 1 are raised
// by 1, and the number is scaled down.
double gamma_draw(double order, const base::Stream& stream, std::uint64_t index, std::uint64_t number) {
  const double raised = order < 1 ? order + 1 : order;
  const double d = raised - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (std::uint64_t attempt = 0;; ++attempt) {
    const std::uint64_t step = number << 16 | attempt << 1;
    const double x = stream.normal(index, step, 0), u = stream.uniform(index, step, 1);
    const double root = 1 + c * x, v = root * root * root;
    if (v <= 0 || !(base::log(u) < x * x / 2 + d - d * v + d * base::log(v))) continue;
    if (order >= 1) return d * v;
    return d * v * base::pow(stream.uniform(index, step | 1), 1 / order);
  }
}

std::unique_ptr<SpikeInput> make_gamma(const InputData& data) { return std::make_unique<Gamma>(data); }

}  // namespace hillock::engine
