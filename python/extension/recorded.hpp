// What a run has recorded in memory, for NumPy to look at without copying.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "assemble/analysis.hpp"
#include "engine/memory_recorder.hpp"

namespace hillock::python {

// True while a run writes to an object; whoever would look at it then gets a RuntimeError.
class Busy {
 public:
  // Throws if it is busy already.
  class Turn {
   public:
    explicit Turn(Busy& busy);
    ~Turn() { busy_.now_ = false; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Busy& busy_;
  };
  void refuse() const;

 private:
  std::atomic<bool> now_{false};
};

// Lives on when the simulation is gone. Arrays are read-only and keep it alive.
class Recorded {
 public:
  // Throws ResourceError if the whole run is to be reserved and would not fit.
  Recorded(const engine::RunLayout& layout, const std::vector<assemble::AnalysisPlan>& analysis,
           bool reserve);

  const engine::RunLayout& layout() const { return layout_; }
  double time() const { return memory_.time(); }                            // ms
  nanobind::object times(std::size_t report) const;                         // [time], ms
  nanobind::object neurons(std::size_t report) const;                       // [neuron]
  nanobind::object values(std::size_t report, std::size_t variable) const;  // [time, neuron] or [time]
  nanobind::object spike_times(std::size_t spikes) const;                   // [spike], ms
  nanobind::object spike_neurons(std::size_t spikes) const;                 // [spike]
  // Around spikes: [spike], ms; [spike], ms; [spike]; [offset], ms; [spike, offset].
  nanobind::object snippet_times(std::size_t snippets) const;
  nanobind::object snippet_samples(std::size_t snippets) const;
  nanobind::object snippet_neurons(std::size_t snippets) const;
  nanobind::object snippet_offsets(std::size_t snippets) const;
  nanobind::object snippet_values(std::size_t snippets, std::size_t variable) const;
  std::pair<std::int64_t, std::int64_t> snippets_left_out(
      std::size_t snippets) const;  // at the start, the end

  // Weights over time: [time], ms; [time, synapse]; [synapse]; [synapse].
  nanobind::object weight_times(std::size_t weights) const;
  nanobind::object weight_values(std::size_t weights) const;
  nanobind::object weight_sources(std::size_t weights) const;
  nanobind::object weight_targets(std::size_t weights) const;

  const std::vector<assemble::AnalysisPlan>& plans() const { return analysing_.analysis().plans(); }
  // What was measured of each population so far.
  std::vector<engine::AnalysisTable> analysis() const;

  engine::Recorder& recorder() { return analysing_; }
  // How much has been recorded, and the way back to it.
  struct Mark {
    engine::MemoryRecorder::Mark memory;
    assemble::Analysis::Mark analysis;
  };
  Mark mark() const { return {memory_.mark(), analysing_.analysis().mark()}; }
  void go_back(const Mark& mark) {
    memory_.go_back(mark.memory);
    analysing_.analysis().go_back(mark.analysis);
  }
  Busy& busy() { return busy_; }

 private:
  template <class Number>
  nanobind::object view(const engine::Column& column) const;

  engine::RunLayout layout_;
  engine::MemoryRecorder memory_;
  assemble::AnalysingRecorder analysing_;  // in front of memory_
  Busy busy_;
};

void bind_recorded(nanobind::module_& module);

}  // namespace hillock::python
