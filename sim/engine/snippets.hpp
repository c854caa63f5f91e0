// Values around spikes at full resolution, without the trace in between: what `around_spikes` records.
#pragma once
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "base/time_grid.hpp"
#include "engine/recorder.hpp"
#include "network/population.hpp"

namespace hillock::engine {

// Which arrays of a population are kept around each of its spikes.
struct SnippetPlan {
  int population = 0;
  std::vector<int> arrays;                        // array slots, one per variable of the layout
  std::int64_t before = 0, after = 0, every = 1;  // steps; before and after are multiples of every
};

// A ring holds the values of the last before + after + 1 steps, of all recorded neurons. A spike in the step
// that ends at grid point k waits until k + after is there; then its samples at k - before, ..., k + after
// are copied out of the ring. So memory depends on neurons and window only, beside the spikes of one window.
class Snippets {
 public:
  Snippets(SnippetPlan plan, const SnippetLayout& layout, int index, std::int64_t steps);

  int population() const { return plan_.population; }
  // The arrays are those of another plan from now on.
  void take_over(const SnippetPlan& plan) { plan_.arrays = plan.arrays; }
  // The values at the grid point `step`, each step once, in order. Throws NumericsError if a value of a
  // snippet is more than float32 holds.
  void sample(network::Population& population, const base::TimeGrid& grid, std::int64_t step);
  // The spikes, in order of (time, neuron), of the step that ends at the grid point `step`. Those whose
  // window reaches over an end of the run are counted and left out.
  void add(std::span<const network::Spike> spikes, std::int64_t step);
  // Whether so much is complete that it should be handed over.
  bool full() const;
  // Whether there is anything to hand over: complete snippets, or other counts than last time.
  bool changed() const;
  // What is complete, and the counts.
  SnippetBlock take();

 private:
  struct Waiting {
    std::int64_t step;  // the grid point at or after the spike
    double time;        // ms
    std::int64_t column;
  };
  template <class Number>
  void fill(std::vector<std::vector<Number>>& rings, network::Population& population, std::size_t row);
  template <class Number>
  void copy_out(const std::vector<std::vector<Number>>& rings, std::vector<std::vector<Number>>& to,
                const Waiting& spike) const;
  void complete(const base::TimeGrid& grid, const Waiting& spike);

  SnippetPlan plan_;
  SnippetLayout layout_;
  std::int64_t steps_ = 0;                  // of the run; its last frame is at steps - 1
  std::int64_t length_ = 0;                 // of the rings, steps
  bool contiguous_ = false;                 // the recorded neurons follow one another
  std::vector<std::vector<float>> ring32_;  // [variable][step % length, neuron]; one of the two is used
  std::vector<std::vector<double>> ring64_;
  std::deque<Waiting> waiting_;
  SnippetBlock block_;
  std::vector<std::vector<float>> values32_;  // [variable][snippet, sample]
  std::vector<std::vector<double>> values64_;
  std::int64_t left_out_at_start_ = 0, left_out_at_end_ = 0;
  std::int64_t told_start_ = 0, told_end_ = 0;  // as last handed over
};

// Bytes of the rings of a layout.
std::int64_t ring_bytes(const SnippetPlan& plan, const SnippetLayout& layout);

}  // namespace hillock::engine
