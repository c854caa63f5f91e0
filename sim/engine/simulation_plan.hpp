// Everything that a run needs, already checked; assemble builds it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/time_grid.hpp"
#include "engine/inputs/input.hpp"
#include "engine/snippets.hpp"
#include "engine/stops.hpp"
#include "network/network.hpp"
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

struct SimulationPlan {
  base::TimeGrid grid;
  std::vector<std::unique_ptr<network::Population>> populations;
  std::vector<CurrentSource> currents;
  std::vector<SpikeSource> spikes;
  // Nothing where synapses are not drawn, or in a plan that takes over where they stay as they are.
  std::optional<network::NetworkPlan> network;
  std::unique_ptr<network::Network> drawn;  // of an equal plan, by another simulation; may be null
  std::vector<ReportPlan> reports;          // parallel to RunLayout::reports
  std::vector<SpikePlan> spike_plans;       // parallel to RunLayout::spikes
  std::vector<SnippetPlan> snippets;        // parallel to RunLayout::snippets
  std::vector<std::int64_t> weights;        // steps between frames, parallel to RunLayout::weights
  std::vector<StopPlan> stops;
  std::int64_t points = 1;  // of a stack: each population holds the neurons of one after the other
  int threads = 0;          // that may be taken; 0: as many as are fastest
  // Plans that take over on the way, each from its grid point on, in order; their populations go on with the
  // states that these have. They have the same populations, reports, spikes and snippets, and no plans of
  // their own.
  std::int64_t from = 0;
  std::vector<SimulationPlan> changes;
};

}  // namespace hillock::engine
