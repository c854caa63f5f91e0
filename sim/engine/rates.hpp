// Rates of populations: the spikes of each bin of time, counted as they come.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/time_grid.hpp"
#include "engine/recorder.hpp"
#include "engine/simulation_plan.hpp"
#include "network/neuron_range.hpp"

namespace hillock::engine {

// Frame k is the bin of the steps k * every <= n < (k + 1) * every, whose spikes have the times k * every *
// dt < t <= (k + 1) * every * dt: each spike of a run is in one bin. A run that ends inside of a bin has a
// shorter one at its end.
class Rates {
 public:
  // Where one of them stands: the bin that is filled, and its spikes so far.
  struct State {
    std::int64_t frame = 0, count = 0;
  };
  // Of those reports that are rates.
  Rates(const std::vector<ReportPlan>& plans, const std::vector<ReportLayout>& layouts, base::TimeGrid grid);

  // Spikes of the step that begins at the grid point `step`; steps of a population come in order.
  void add(std::size_t population, std::int64_t step, std::span<const network::Spike> spikes);
  // All spikes of the steps before this grid point have been added.
  void complete(std::int64_t step);
  // So they have, and the run ends there.
  void end(std::int64_t step);

  std::size_t size() const { return bins_.size(); }
  bool empty(std::size_t rate) const { return bins_[rate].values.empty(); }
  bool full(std::size_t rate) const;
  FrameBlock take(std::size_t rate);

  // Between two calls of take() of all.
  std::vector<State> states() const;
  void set(const std::vector<State>& states);

 private:
  struct Bins {
    int report = 0, population = 0;
    std::int64_t every = 1;  // steps
    std::vector<bool> keep;  // neurons; those behind its end are not counted
    double neurons = 0;      // how many are
    bool float64 = false;
    State state;
    std::vector<double> values;  // Hz, of the bins before the present one that wait
  };
  void close(Bins& bins, std::int64_t steps) const;

  base::TimeGrid grid_;
  std::vector<Bins> bins_;
};

}  // namespace hillock::engine
