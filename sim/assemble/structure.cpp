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
bool Structure::Facts::operator==(const Facts& other) const {
  return std::ranges::equal(connections, other.connections, model::same_connection) &&
         populations == other.populations && seed == other.seed && dt == other.dt &&
         threads == other.threads && interpolated == other.interpolated;
}

std::unique_ptr<network::Network> Structure::drawn(const model::Experiment& experiment,
                                                   const engine::SimulationPlan& plan) {
  const model::SimulationSpec& simulation = experiment.simulation;
  Facts facts{experiment.connections, {}, simulation.seeds.front(), simulation.dt, simulation.threads,
              simulation.interpolated};
  for (std::size_t p = 0; p < experiment.populations.size(); ++p)
    facts.populations.push_back({experiment.populations[p].size, experiment.populations[p].positions,
                                 plan.populations[p]->plan().slots.arrays});
  if (!(facts == facts_)) network_.reset();
  facts_ = std::move(facts);
  return std::move(network_);
}

// Where weights change on the way, those at the end are others.
void Structure::keep(const model::Experiment& experiment, engine::Simulation& simulation) {
  if (experiment.changes.empty()) network_ = simulation.take_network();
}

}  // namespace hillock::assemble
