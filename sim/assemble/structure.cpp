// Whether the synapses of a simulation are those of the one before it.
#include <algorithm>
#include <utility>

#include "assemble/assemble.hpp"
#include "model/compare.hpp"

namespace hillock::assemble {

bool Structure::Population::operator==(const Population& other) const {
  return size == other.size && arrays == other.arrays && model::same_positions(positions, other.positions);
}

// Quanta, levels and slots are made of these; adaptive and interpolated steps have more spikes.
std::unique_ptr<network::Network> Structure::drawn(const model::Experiment& experiment,
                                                   const engine::SimulationPlan& plan) {
  std::vector<Population> populations;
  for (std::size_t p = 0; p < experiment.populations.size(); ++p)
    populations.push_back({experiment.populations[p].size, experiment.populations[p].positions,
                           plan.populations[p]->plan().slots.arrays});
  const model::SimulationSpec& simulation = experiment.simulation;
  const bool same = std::ranges::equal(connections_, experiment.connections, model::same_connection) &&
                    populations_ == populations && seed_ == simulation.seeds.front() &&
                    dt_ == simulation.dt && threads_ == simulation.threads &&
                    interpolated_ == simulation.interpolated;
  if (same) return std::move(network_);
  network_.reset();
  connections_ = experiment.connections;
  populations_ = std::move(populations);
  seed_ = simulation.seeds.front();
  dt_ = simulation.dt;
  threads_ = simulation.threads;
  interpolated_ = simulation.interpolated;
  return nullptr;
}

// Where weights change on the way, those at the end are others.
void Structure::keep(const model::Experiment& experiment, engine::Simulation& simulation) {
  if (experiment.changes.empty()) network_ = simulation.take_network();
}

}  // namespace hillock::assemble
