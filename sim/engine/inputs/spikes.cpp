// Listed spikes for all targets: a cursor runs along the arrivals.
#include "engine/inputs/spikes.hpp"

#include <algorithm>
#include <limits>

#include "engine/inputs/arrivals.hpp"
#include "engine/inputs/fields.hpp"

namespace hillock::engine {
namespace {

class Spikes final : public SpikeInput {
 public:
  explicit Spikes(const InputData& data) : targets_(data) {
    const double delay = number_or(data, "delay", 0);
    for (const double time : data.lists.at("times"))
      arrivals_.push_back(arrival_step(time, delay, data.grid));
    std::sort(arrivals_.begin(), arrivals_.end());
  }

  bool deliver(std::int64_t step, std::span<double> arrivals) override {
    while (next_ < arrivals_.size() && arrivals_[next_] < step) ++next_;
    std::int64_t count = 0;
    for (; next_ < arrivals_.size() && arrivals_[next_] == step; ++next_) ++count;
    silent_until_ = next_ < arrivals_.size() ? arrivals_[next_] : std::numeric_limits<std::int64_t>::max();
    if (count == 0) return false;
    targets_.add(count, arrivals);
    return true;
  }
  void rewind() override {
    SpikeInput::rewind();
    next_ = 0;
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    auto result = std::make_unique<Spikes>(*this);
    result->targets_.keep(first, end);
    return result;
  }

 private:
  WeightedTargets targets_;
  std::vector<std::int64_t> arrivals_;  // steps, ascending
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<SpikeInput> make_spikes(const InputData& data) { return std::make_unique<Spikes>(data); }

}  // namespace hillock::engine
