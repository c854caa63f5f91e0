// From a checked Experiment to a simulation that is ready to run, and what a run would be (for `hillock
// check`).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assemble/analysis.hpp"
#include "base/diagnostics.hpp"
#include "engine/simulation.hpp"
#include "model/experiment.hpp"
#include "program/kernel.hpp"

namespace hillock::assemble {

// Synapses that one simulation after the other has: drawn once, as long as nothing differs that they depend
// on.
class Structure {
 public:
  // Those that were kept, if they are those of this experiment and its plan; otherwise null.
  std::unique_ptr<network::Network> drawn(const model::Experiment& experiment,
                                          const engine::SimulationPlan& plan);
  // After the run of the experiment that drawn() was last asked for.
  void keep(const model::Experiment& experiment, engine::Simulation& simulation);

 private:
  // What synapses depend on.
  struct Population {
    std::int64_t size = 0;
    std::optional<model::PositionSpec> positions;
    std::vector<std::string> arrays;
    bool operator==(const Population& other) const;
  };
  struct Facts {
    std::vector<model::ConnectionSpec> connections;
    std::vector<Population> populations;
    std::uint64_t seed = 0;
    double dt = 0;
    int threads = 0;
    bool interpolated = false;
    bool operator==(const Facts& other) const;
  };
  Facts facts_;
  std::unique_ptr<network::Network> network_;
};

struct Options {
  program::KernelOptions kernels;
  bool draw_synapses = true;       // false: the simulation is not to be run
  Structure* structure = nullptr;  // of simulations that follow one another
};

// How one population is integrated, for people.
struct PopulationSummary {
  std::string name, model;
  std::int64_t size = 0;
  std::string method, reason;         // "exact", "the equations are linear"
  std::vector<std::string> notes;     // "waveform input 'x' is held over each step", "first order"
  double shortest_time_constant = 0;  // ms, estimated at the initial state; 0: none
  std::string fastest_state;          // the state that has it
};

// A connection before it is drawn, for people.
struct ConnectionSummary {
  std::string name;
  double synapses = 0;  // as there are on average
  int bytes_per_synapse = 4;
  base::Dimension weight;
  double quantum = 0;       // of which weights are multiples, in the unit of the weight
  double weight_error = 0;  // relative: of the given weight that fits worst, of the median of a law
  bool drawn_weights = false, drawn_delays = false;
  bool weights_by_median = false;  // those of a file are too far apart to be kept each by itself
};

struct Estimate {
  std::int64_t steps = 0;
  std::int64_t memory_bytes = 0;    // arrays and queues, and what the analysis holds:
  std::int64_t analysis_bytes = 0;  // its traces
  std::int64_t network_bytes = 0;   // synapses, and what it takes to draw them
  double network_seconds = 0;       // to draw them, about
  int network_threads = 1;          // that do
  std::int64_t file_bytes = 0;      // reports, edges and weights (spikes are not known beforehand)
};

struct Prepared {
  std::unique_ptr<engine::Simulation> simulation;
  engine::RunLayout layout;
  std::vector<PopulationSummary> populations;
  std::vector<ConnectionSummary> connections;
  std::vector<ConnectionSummary> gap_junctions;  // their weight is the conductance
  std::vector<AnalysisPlan> analysis;  // in front of whatever recorder stands an AnalysingRecorder of these
  Estimate estimate;
  std::vector<base::Diagnostic>
      warnings;  // beside those of the experiment: dt is coarse for a time constant ...
};

// Builds everything. Throws UserError (values against the models' rules, methods, files), IoError,
// ResourceError (more memory than there is, for the states, the synapses or the traces of the analysis).
Prepared prepare(const model::Experiment& experiment, const Options& options = {});

}  // namespace hillock::assemble
