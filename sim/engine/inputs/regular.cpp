// Evenly spaced spikes: spike k is at start + k * interval (or start + k/rate), computed anew for each k.
#include "engine/inputs/regular.hpp"

#include <limits>

#include "engine/inputs/arrivals.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

class Regular final : public SpikeInput {
 public:
  explicit Regular(const InputData& data)
      : grid_(data.grid),
        start_(number_or(data, "start", 0)),
        delay_(number_or(data, "delay", 0)),
        stop_(number_or(data, "stop", std::numeric_limits<double>::infinity()), data.grid),
        targets_(data),
        by_rate_(data.has("rate")),
        shared_(data.values.at(by_rate_ ? "rate" : "interval").size() == 1) {
    for (const double spacing : data.values.at(by_rate_ ? "rate" : "interval")) {
      sources_.push_back({spacing, 0, never});
      schedule(sources_.back());
    }
  }

  bool deliver(std::int64_t step, std::span<double> arrivals) override {
    bool any = false;
    for (std::size_t k = 0; k < sources_.size(); ++k) {
      const std::int64_t count = spikes_at(sources_[k], step);
      if (count == 0) continue;
      any = true;
      if (shared_)
        targets_.add(count, arrivals);
      else
        arrivals[static_cast<std::size_t>(targets_.neurons[k])] +=
            targets_.weights[k] * static_cast<double>(count);
    }
    return any;
  }
  void rewind() override {
    SpikeInput::rewind();
    for (Source& source : sources_) {
      source.next = 0;
      schedule(source);
    }
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    auto result = std::make_unique<Regular>(*this);
    const auto [from, count] = result->targets_.keep(first, end);
    if (!shared_) result->sources_ = part_of(sources_, from, count);
    return result;
  }

 private:
  struct Source {
    double spacing;     // 1/ms or ms
    std::int64_t next;  // number of the next spike
    std::int64_t step;  // of its arrival
  };

  void schedule(Source& source) const {
    const auto k = static_cast<double>(source.next);
    const double elapsed = k == 0 ? 0 : by_rate_ ? k / source.spacing : k * source.spacing;
    const bool silent = by_rate_ && source.spacing == 0;
    const bool ended = silent || !Edge(start_ + elapsed, grid_).before(stop_);
    source.step = ended ? never : arrival_step(start_ + elapsed, delay_, grid_);
  }
  std::int64_t spikes_at(Source& source, std::int64_t step) const {
    std::int64_t count = 0;
    while (source.step <= step) {
      if (source.step == step) ++count;
      ++source.next;
      schedule(source);
    }
    return count;
  }

  base::TimeGrid grid_;
  double start_, delay_;  // ms
  Edge stop_;
  WeightedTargets targets_;
  bool by_rate_, shared_;
  std::vector<Source> sources_;  // one for all targets, or one for each
};

}  // namespace

std::unique_ptr<SpikeInput> make_regular(const InputData& data) { return std::make_unique<Regular>(data); }

}  // namespace hillock::engine
