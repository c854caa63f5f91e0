// Spikes of single neurons in order of arrival: a cursor runs along them.
#include "engine/inputs/spike_file.hpp"

#include <algorithm>
#include <iterator>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "engine/inputs/arrivals.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/spikes.hpp"

namespace hillock::engine {
namespace {

struct Arrival {
  std::int64_t step;
  std::size_t neuron;
  double weight;
};

// Weights as a function of the neuron; throws UserError for neurons that are not targets.
class WeightOfNeuron {
 public:
  explicit WeightOfNeuron(const InputData& data)
      : input_(data.name), targets_(data), position_(static_cast<std::size_t>(data.neurons), -1) {
    for (std::size_t k = 0; k < targets_.neurons.size(); ++k)
      position_[static_cast<std::size_t>(targets_.neurons[k])] = static_cast<std::int64_t>(k);
  }
  // `node_id` as the file has it, in this row (from 0).
  double at(double node_id, std::size_t row) const {
    const bool in_population = node_id >= 0 && node_id < static_cast<double>(position_.size());
    const std::int64_t k = in_population ? position_[static_cast<std::size_t>(node_id)] : -1;
    if (k >= 0 && static_cast<double>(targets_.neurons[static_cast<std::size_t>(k)]) == node_id)
      return targets_.weights[static_cast<std::size_t>(k)];
    throw base::UserError("input '" + input_ + "': spike " + std::to_string(row) +
                              " of the file has the node id " + base::number(node_id) +
                              ", which is not one of its " + std::to_string(targets_.neurons.size()) +
                              " targets (" + std::to_string(targets_.neurons.front()) + " to " +
                              std::to_string(targets_.neurons.back()) + ")",
                          "change the target of the input, or the file");
  }

 private:
  std::string input_;
  WeightedTargets targets_;
  std::vector<std::int64_t> position_;  // among the targets; -1: not a target
};

class SpikeFile final : public SpikeInput {
 public:
  SpikeFile() = default;
  explicit SpikeFile(const InputData& data) {
    const WeightOfNeuron weight(data);
    const double delay = number_or(data, "delay", 0);
    const std::vector<double>& times = data.lists.at("times");
    const std::vector<double>& node_ids = data.lists.at("node_ids");
    if (times.size() != node_ids.size())
      throw base::UserError("input '" + data.name + "': the file has " + std::to_string(times.size()) +
                                " times and " + std::to_string(node_ids.size()) + " node ids",
                            "give each spike one time and one node id");
    for (std::size_t row = 0; row < times.size(); ++row) {
      const double of_neuron = weight.at(node_ids[row], row);  // refuses ids that are no index
      arrivals_.push_back(
          {arrival_step(times[row], delay, data.grid), static_cast<std::size_t>(node_ids[row]), of_neuron});
    }
    std::stable_sort(arrivals_.begin(), arrivals_.end(),
                     [](const Arrival& a, const Arrival& b) { return a.step < b.step; });
  }

  bool deliver(std::int64_t step, std::span<double> arrivals) override {
    while (next_ < arrivals_.size() && arrivals_[next_].step < step) ++next_;
    const std::size_t first = next_;
    for (; next_ < arrivals_.size() && arrivals_[next_].step == step; ++next_)
      arrivals[arrivals_[next_].neuron] += arrivals_[next_].weight;
    return next_ > first;
  }
  void rewind() override {
    SpikeInput::rewind();
    next_ = 0;
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    const auto within = [&](const Arrival& arrival) {
      const auto neuron = static_cast<std::int64_t>(arrival.neuron);
      return neuron >= first && neuron < end;
    };
    auto result = std::make_unique<SpikeFile>();
    result->arrivals_.reserve(static_cast<std::size_t>(std::ranges::count_if(arrivals_, within)));
    std::ranges::copy_if(arrivals_, std::back_inserter(result->arrivals_), within);
    return result;
  }

 private:
  std::vector<Arrival> arrivals_;  // in order of step
  std::size_t next_ = 0;
};

}  // namespace

std::unique_ptr<SpikeInput> make_spike_file(const InputData& data) {
  if (list_or_empty(data, "node_ids").empty()) return make_spikes(data);
  return std::make_unique<SpikeFile>(data);
}

}  // namespace hillock::engine
