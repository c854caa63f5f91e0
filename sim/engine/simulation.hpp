// The step loop: inputs, populations, recording, in the order of one step of time.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time_grid.hpp"
#include "base/wall_time.hpp"
#include "engine/frames.hpp"
#include "engine/part.hpp"
#include "engine/profile.hpp"
#include "engine/rates.hpp"
#include "engine/recorder.hpp"
#include "engine/simulation_plan.hpp"
#include "engine/snippets.hpp"
#include "engine/spike_exchange.hpp"
#include "engine/stops.hpp"
#include "engine/thread_choice.hpp"
#include "engine/weights.hpp"
#include "network/population.hpp"
#include "parallel/team.hpp"

namespace hillock::engine {

struct Progress {
  std::int64_t step = 0, steps = 0;
  double wall_seconds = 0;  // since this run (or slice) began
};

struct RunOptions {
  const std::atomic<bool>* stop = nullptr;  // set by a signal: the run ends after the block of steps at hand
  std::function<void(const Progress&)> progress;  // called about ten times a second
  bool profile = false;                           // take the times of RunResult::profile
};

struct RunResult {
  RunEnd end = RunEnd::complete;
  std::int64_t steps_done = 0;
  double simulate_seconds = 0;
  std::vector<std::int64_t> spike_counts;  // per population
  Profile profile;                         // of this run (or slice)
};

// All that a simulation knows between two steps: what it will do depends on this alone.
struct Snapshot {
  struct Array {
    std::string name;
    std::vector<double> values;  // of each neuron
  };
  std::int64_t step = 0;
  std::int64_t recorded = -1;
  bool started = false;
  std::size_t changed = 0;
  std::vector<std::vector<Array>> populations;
  std::vector<std::int64_t> next_frames;  // of each report
  std::vector<Snippets> snippets;
  std::vector<std::int64_t> spike_counts;
  std::vector<StopState> stops;           // of each point of a stack
  std::vector<network::SentSpikes> sent;  // that may not have arrived everywhere
  std::vector<double> transmitted;        // as Transmissions::in_flight()
  std::vector<Rates::State> rates;
  std::vector<std::int64_t> next_weights;  // frames, of each layout of weights
};

// Where a condition has ended a run, or a point of a stack.
struct Stopped {
  std::int64_t step = 0;
  double time = 0;  // ms
  std::string by;   // the condition
};

class Simulation {
 public:
  Simulation(SimulationPlan plan, const RunLayout& layout);
  Simulation(const Simulation&) = delete;  // its parts point at it
  Simulation& operator=(const Simulation&) = delete;
  // Runs to the end, which may be one that a condition brings, or until options.stop; hands everything to the
  // recorder and calls neither finish() nor any output itself. Throws NumericsError when a state is not
  // finite (the recorder then has all frames before that, and states are those of different steps), and what
  // the recorder throws.
  RunResult run(Recorder& recorder, const RunOptions& options = {}) {
    return run_until(plan_.grid.steps, recorder, options);
  }
  // The same from where it stands to the step `until`, at most the last one. A run in slices gives the bits
  // of one run; between slices, states may be set through population(). The frame at the end of a slice is
  // recorded when the next one begins. Throws UserError where a change has failed before, as do snapshot()
  // and restore(): the simulation then is neither what it was nor what it was to be.
  RunResult run_until(std::int64_t until, Recorder& recorder, const RunOptions& options = {});
  // Between two slices: all that has been recorded has been handed over.
  Snapshot snapshot();
  // Goes on from there with the bits it had. The snapshot may be one of another simulation, of the same
  // experiment or of one that a stack is made of: then the neurons of each point go on from its neurons.
  // Throws InternalError if the populations are others.
  void restore(const Snapshot& snapshot);
  std::int64_t step() const { return step_; }
  // Of the last run (or slice), also of one that failed, which took so many seconds.
  Profile profile(double seconds) const { return profiler_.result(seconds); }
  const base::TimeGrid& grid() const { return plan_.grid; }
  int threads() const { return choice_.threads(); }       // that took the last steps
  double time() const { return plan_.grid.time(step_); }  // ms reached
  // Nothing where no condition has ended the run so far. A stack goes on until all its points are stopped:
  // spikes of a point that come later are left out, frames are not.
  std::optional<Stopped> stopped(std::size_t point = 0) const;
  bool all_stopped() const { return stops_.all_stopped(); }
  const network::Network* network() const { return exchange_.network(); }  // null: nothing is connected
  // For another simulation of the same synapses, which then draws none; this one is over. Null: nothing is
  // connected.
  std::unique_ptr<network::Network> take_network() { return exchange_.take_network(); }
  std::size_t populations() const { return plan_.populations.size(); }
  network::Population& population(std::size_t index) { return *plan_.populations[index]; }

 private:
  // Runs that take steps: where they began, and when the clock is looked at next.
  struct Pace {
    std::int64_t looked_at = 0, next_look = 0;
    base::Clock::time_point begin = base::Clock::now();
    double last_look = 0, last_report = 0;  // s since `begin`
  };
  void find_edges();
  int most_threads() const;
  int parts_for(int threads) const;
  void divide();
  std::int64_t next_change() const;
  void take_over_changes(Recorder& recorder);
  void exchange(SimulationPlan& other);
  void refuse_if_over() const;
  struct Range {
    std::size_t first = 0, end = 0;
  };
  Range parts_of(int thread) const;
  void give_sums();
  void set_threads();
  void each_part(const std::function<void(Part&)>& work);
  void start();
  void take_steps(std::int64_t until, Pace& pace, Recorder& recorder, const RunOptions& options);
  void relax();
  void take_block(std::int64_t end, Recorder& recorder);
  void look(Pace& pace, Recorder& recorder, const RunOptions& options);
  std::int64_t next_meeting() const;
  void record_together(Recorder& recorder);
  void record_pooled(std::size_t report);
  void observe_together();
  void complete_frames(Recorder& recorder, std::size_t with_next);
  void record_first(Recorder& recorder);
  void keep_spikes(Recorder& recorder, const std::optional<StepFailure>& failure);
  void merge_spikes(Recorder& recorder, std::size_t population, std::int64_t last);
  void keep_spikes(Recorder& recorder, std::size_t population, std::int64_t step,
                   std::span<const network::Spike> spikes);
  std::optional<StepFailure> first_failure() const;
  // Throws the NumericsError of a failure.
  void raise(const StepFailure& failure);
  void hand_over_spikes(Recorder& recorder, std::size_t spikes);
  void hand_over_all(Recorder& recorder);

  SimulationPlan plan_;
  RunLayout layout_;
  std::int64_t step_ = 0;
  std::size_t changed_ = 0;      // so many of plan_.changes have taken over
  std::int64_t kept_until_ = 0;  // spikes up to there are kept, of all parts together
  std::int64_t recorded_ = -1;   // the last step for which record_together() is done
  bool started_ = false;
  bool over_ = false;  // a change has failed half-way
  Frames frames_;
  Rates rates_;
  Weights weights_;
  std::vector<SpikeBlock> spike_buffers_;
  std::vector<Snippets> snippets_;
  std::vector<std::int64_t> spike_counts_;
  Stops stops_;
  std::vector<std::vector<double>> edges_;  // per population, ms, ascending
  SpikeExchange exchange_;
  ThreadChoice choice_;
  std::vector<std::unique_ptr<Part>> parts_;   // of each thread one or more
  std::function<bool(std::int64_t)> ends_at_;  // what a part that is alone asks after each step
  std::optional<parallel::Team> team_;         // while a run (or slice) goes on
  struct Cursor {                              // in the spikes of a part
    std::size_t step = 0;
    std::ptrdiff_t spike = 0;
  };
  std::vector<Cursor> cursors_;         // one per part
  std::vector<network::Spike> spikes_;  // of one population in one step, of all parts
  std::vector<network::Spike> kept_;    // of these, those of points that have not been stopped
  Profiler profiler_;
};

}  // namespace hillock::engine
