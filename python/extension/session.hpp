// A simulation that Python drives: loaded, prepared, run in slices or into a file.
#pragma once
#include <nanobind/nanobind.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "assemble/assemble.hpp"
#include "model/experiment.hpp"
#include "record/run_writer.hpp"
#include "recorded.hpp"

namespace hillock::python {

class Watch;

// A state of the neurons of a population, or of one of their receptors.
struct StateInfo {
  std::string name;  // V, m, g_ampa: as recorded
  std::string unit, doc;
  int slot = 0;
};

struct PopulationInfo {
  std::string name, model;
  std::int64_t size = 0;
  std::vector<StateInfo> states;
  std::map<std::string, std::string> parameter_units;  // of C_m, ampa.tau
  std::vector<std::int64_t> spike_neurons;             // whose spikes are recorded; empty: of all, if any
  bool spikes = false;                                 // whether spikes are recorded
};

// The synapses of one source and one target of a connection: the numbers of neurons in their populations, the
// weights as used, the delays in steps.
struct SynapseArrays {
  std::string source, target;  // populations
  nanobind::object sources, targets, weights, delays;
};

// A connection of the config.
struct ConnectionInfo {
  std::string name, receptor, unit;  // of the weights
};

// The state of a simulation, and how much it had recorded.
struct SavedState {
  engine::Snapshot snapshot;
  Recorded::Mark recorded;
  std::uint64_t session = 0;  // whose it is
};

class Session {
 public:
  // Prepares what was loaded. Throws base::Error.
  explicit Session(std::unique_ptr<model::Experiment> experiment);

  const model::Experiment& experiment() const { return *experiment_; }
  const assemble::Prepared& prepared() const { return prepared_; }
  const std::string& parameters() const { return parameters_; }  // YAML, internal units
  const std::vector<PopulationInfo>& populations() const { return populations_; }
  std::vector<ConnectionInfo> connections() const;
  std::int64_t step() const { return prepared_.simulation->step(); }
  // The condition that has ended the run; empty where it goes on, or has reached its duration.
  std::string stopped_by() const;
  std::int64_t steps() const { return prepared_.simulation->grid().steps; }

  // The state array of a population: writable, in place; [neuron]. It keeps the session alive.
  nanobind::object state(std::size_t population, std::size_t state);
  // The synapses of a connection of the config, drawn again.
  std::vector<SynapseArrays> synapses(const std::string& connection);
  // Runs to the step `until`, without the interpreter's lock, and adds what is recorded. Returns where the
  // time went (see cli::profile_numbers), if that is asked for.
  std::map<std::string, double> run(std::int64_t until, Recorded& recorded, nanobind::object progress,
                                    bool profile);
  SavedState snapshot(Recorded& recorded);
  // Throws UserError for the state of another session.
  void restore(const SavedState& state, Recorded& recorded);
  // Runs to the end, into PATH.partial and, at a clean end, PATH.
  void run_to_file(const std::string& path, bool replace, nanobind::object progress, bool profile);

 private:
  // No two sessions of a process have the same, also one after the other.
  static std::uint64_t next_number();
  void check_states() const;
  std::map<std::string, double> profile_of(const engine::RunResult& result) const;
  void write_run(record::RunWriter& writer, const engine::RunOptions& options, const Watch& watch,
                 std::map<std::string, double> numbers);

  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::uint64_t number_ = next_number();
  std::unique_ptr<model::Experiment> experiment_;
  assemble::Prepared prepared_;
  std::string parameters_;
  std::vector<PopulationInfo> populations_;
  Busy busy_;
};

void bind_session(nanobind::module_& module);

}  // namespace hillock::python
