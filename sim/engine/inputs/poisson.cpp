// Poisson spikes: those of the step from t_n to t_n+1 are drawn with step index n and arrive at t_n+1 +
// delay.
#include "engine/inputs/poisson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "engine/inputs/arrivals.hpp"
#include "engine/inputs/fields.hpp"
#include "engine/inputs/poisson_law.hpp"
#include "engine/inputs/window.hpp"

namespace hillock::engine {
namespace {

// Steps first <= n < last, in which the process runs for the same time, and the law of each distinct rate.
struct Stretch {
  std::int64_t first = 0, last = 0;
  std::vector<PoissonLaw> laws;
};

// Each draw costs time in proportion beyond the table of the law.
constexpr double most_spikes_per_step = 1e6;

class Poisson final : public SpikeInput {
 public:
  explicit Poisson(const InputData& data);
  bool deliver(std::int64_t step, std::span<double> arrivals) override;
  void rewind() override {
    SpikeInput::rewind();
    current_ = 0;
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    auto result = std::make_unique<Poisson>(*this);
    const auto [from, count] = result->targets_.keep(first, end);
    result->law_of_ = part_of(law_of_, from, count);
    result->counts_.resize(count);
    return result;
  }

 private:
  void add_stretch(std::int64_t first, std::int64_t last, double length);
  void count_spikes(const Stretch& stretch, std::uint64_t step);

  WeightedTargets targets_;
  std::vector<double> rates_;        // distinct, 1/ms
  std::vector<std::size_t> law_of_;  // for each target
  std::vector<Stretch> stretches_;
  std::size_t current_ = 0;
  std::int64_t delay_;  // steps
  bool shared_;
  std::vector<std::int64_t> counts_, shared_counts_;  // of this step, for each target and for each law
  base::Streams streams_;
};

Poisson::Poisson(const InputData& data)
    : targets_(data),
      delay_(arrival_step(0, number_or(data, "delay", 0), data.grid)),
      shared_(data.flags.count("shared") != 0 && data.flags.at("shared")),
      streams_(data.streams) {
  std::map<double, std::size_t> law_of_rate;
  const std::vector<double>& rates = data.values.at("rate");
  for (std::size_t k = 0; k < targets_.neurons.size(); ++k) {
    const double rate = rates.size() == 1 ? rates[0] : rates.at(k);
    if (rate * data.grid.dt > most_spikes_per_step)
      throw base::UserError(
          fmt::format("input '{}': a rate of {} Hz is {:.3g} spikes in each step of {} ms", data.name,
                      base::number(rate * 1000), rate * data.grid.dt, base::number(data.grid.dt)),
          fmt::format("give at most {:.0e} spikes per step", most_spikes_per_step));
    const auto [entry, is_new] = law_of_rate.try_emplace(rate, rates_.size());
    if (is_new) rates_.push_back(rate);
    law_of_.push_back(entry->second);
  }
  counts_.resize(law_of_.size());
  shared_counts_.resize(rates_.size());
  const double start = std::max(0.0, number_or(data, "start", 0));
  const double stop = number_or(data, "stop", std::numeric_limits<double>::infinity());
  const Edge from(start, data.grid), to(stop, data.grid);
  const auto end_of = [&](std::int64_t step) { return data.grid.time(step + 1); };
  // A step that an edge cuts (spike_times: interpolated) gets its share of the rate.
  if (from.step() < from.next_step())
    add_stretch(from.step(), from.next_step(), std::min(stop, end_of(from.step())) - start);
  add_stretch(from.next_step(), to.step(), data.grid.dt);
  if (to.step() < to.next_step() && to.step() >= from.next_step())
    add_stretch(to.step(), to.next_step(), stop - data.grid.time(to.step()));
}

// `length` (ms): how long the process runs in each of these steps.
void Poisson::add_stretch(std::int64_t first, std::int64_t last, double length) {
  if (first >= last || !(length > 0)) return;
  Stretch stretch{first, last, {}};
  for (const double rate : rates_) stretch.laws.emplace_back(rate * length);
  stretches_.push_back(std::move(stretch));
}

bool Poisson::deliver(std::int64_t step, std::span<double> arrivals) {
  const std::int64_t drawn = step - 1 - delay_;
  while (current_ < stretches_.size() && drawn >= stretches_[current_].last) ++current_;
  if (current_ == stretches_.size() || drawn < stretches_[current_].first) return false;
  count_spikes(stretches_[current_], static_cast<std::uint64_t>(drawn));
  std::int64_t total = 0;
  for (std::size_t k = 0; k < counts_.size(); ++k) {
    arrivals[static_cast<std::size_t>(targets_.neurons[k])] +=
        targets_.weights[k] * static_cast<double>(counts_[k]);
    total += counts_[k];
  }
  return total > 0;
}

void Poisson::count_spikes(const Stretch& stretch, std::uint64_t step) {
  if (shared_ && !streams_.stacked()) {
    for (std::size_t law = 0; law < stretch.laws.size(); ++law)
      shared_counts_[law] = stretch.laws[law].draw(streams_.points.front(), 0, step);
    for (std::size_t k = 0; k < counts_.size(); ++k) counts_[k] = shared_counts_[law_of_[k]];
    return;
  }
  for (std::size_t k = 0; k < counts_.size(); ++k) {
    const auto neuron = static_cast<std::uint64_t>(targets_.neurons[k]);
    counts_[k] = stretch.laws[law_of_[k]].draw(streams_.stream_of(neuron),
                                               shared_ ? 0 : streams_.index_of(neuron), step);
  }
}

}  // namespace

std::unique_ptr<SpikeInput> make_poisson(const InputData& data) { return std::make_unique<Poisson>(data); }

}  // namespace hillock::engine
