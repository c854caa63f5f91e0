// The step loop: inputs, populations, recording, in the order of one step of time.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/time_grid.hpp"
#include "engine/inputs/input.hpp"
#include "engine/recorder.hpp"
#include "engine/snippets.hpp"
#include "network/population.hpp"

namespace hillock::engine {

// A spike input with the receptor of the population it feeds.
struct SpikeSource {
  int population = 0;
  int arrivals = 0;  // array slot
  std::unique_ptr<SpikeInput> input;
};

struct CurrentSource {
  int population = 0;
  std::unique_ptr<CurrentInput> input;
};

// One report: which arrays of a population are copied to which frames.
struct ReportPlan {
  int population = 0;
  std::vector<int> arrays;  // array slots, one per variable of the layout
  std::int64_t every = 1;   // steps
};

// Spikes of one population that are kept.
struct SpikePlan {
  int population = 0;
  std::vector<bool> keep;  // per neuron; empty: all
};

// Everything that a run needs, already checked; assemble builds it.
struct SimulationPlan {
  base::TimeGrid grid;
  std::vector<std::unique_ptr<network::Population>> populations;
  std::vector<CurrentSource> currents;
  std::vector<SpikeSource> spikes;
  std::vector<ReportPlan> reports;     // parallel to RunLayout::reports
  std::vector<SpikePlan> spike_plans;  // parallel to RunLayout::spikes
  std::vector<SnippetPlan> snippets;   // parallel to RunLayout::snippets
};

struct Progress {
  std::int64_t step = 0, steps = 0;
  double wall_seconds = 0;  // since this run (or slice) began
};

struct RunOptions {
  const std::atomic<bool>* stop = nullptr;        // set by a signal: the run ends after the step in progress
  std::function<void(const Progress&)> progress;  // called about ten times a second
};

struct RunResult {
  RunEnd end = RunEnd::complete;
  std::int64_t steps_done = 0;
  double simulate_seconds = 0;
  std::vector<std::int64_t> spike_counts;  // per population
};

class Simulation {
 public:
  Simulation(SimulationPlan plan, const RunLayout& layout);
  Simulation(const Simulation&) = delete;  // refresh_ points at it
  Simulation& operator=(const Simulation&) = delete;
  // Runs to the end, or until options.stop; hands everything to the recorder and calls neither finish() nor
  // any output itself. Throws NumericsError when a state is not finite (the recorder then has all frames
  // before that), and what the recorder throws.
  RunResult run(Recorder& recorder, const RunOptions& options = {}) {
    return run_until(plan_.grid.steps, recorder, options);
  }
  // The same from where it stands to the step `until`, at most the last one. A run in slices gives the bits
  // of one run; between slices, states may be set through population(). The frame at the end of a slice is
  // recorded when the next one begins.
  RunResult run_until(std::int64_t until, Recorder& recorder, const RunOptions& options = {});
  std::int64_t step() const { return step_; }
  const base::TimeGrid& grid() const { return plan_.grid; }
  double time() const { return plan_.grid.time(step_); }  // ms reached
  std::size_t populations() const { return plan_.populations.size(); }
  network::Population& population(std::size_t index) { return *plan_.populations[index]; }

 private:
  void start();
  void begin_step();
  void record_frames(Recorder& recorder);
  void observe_recorded();
  void sample_snippets(Recorder& recorder);
  void deliver(std::int64_t step);
  void clear_arrivals(std::size_t population);
  void find_edges_inside(std::size_t population);
  void step_populations(Recorder& recorder);
  void keep_spikes(Recorder& recorder, std::size_t population);
  // Throws the NumericsError of a failure.
  void check(network::Population& population, const std::optional<network::Failure>& failure) const;
  void hand_over_frames(Recorder& recorder, std::size_t report);
  void hand_over_spikes(Recorder& recorder, std::size_t spikes);
  void hand_over_all(Recorder& recorder);

  struct FrameBuffer {
    std::int64_t first_frame = 0, frames = 0, capacity = 1;
    std::vector<std::vector<double>> values64;  // per variable
    std::vector<std::vector<float>> values32;
  };

  SimulationPlan plan_;
  RunLayout layout_;
  void take_steps(std::int64_t until, Recorder& recorder, const RunOptions& options);

  std::int64_t step_ = 0;
  std::int64_t recorded_ = -1;  // the last step whose frames have been recorded
  bool started_ = false;
  std::vector<FrameBuffer> frame_buffers_;
  std::vector<SpikeBlock> spike_buffers_;
  std::vector<Snippets> snippets_;
  std::vector<std::int64_t> spike_counts_;
  std::vector<std::vector<double>> edges_;  // per population, ms, ascending
  std::vector<network::Refresh> refresh_;   // per population
  std::vector<bool> arrived_;               // per population: its arrivals are not all 0
  std::vector<network::Spike> spikes_;      // of one population in the present step
  std::vector<double> inside_;              // edges inside the present step
};

}  // namespace hillock::engine
