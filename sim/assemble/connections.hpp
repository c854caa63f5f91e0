// From the connections of a config to the plan of the network: streams, steps of delay, quanta of weight.
#pragma once
#include <optional>
#include <vector>

#include "assemble/population_builder.hpp"
#include "network/network.hpp"

namespace hillock::assemble {

// The weights of all connections onto receptors of one name and unit, as they are kept.
struct Quantum {
  double quantum = 1;
  bool wide = false;              // in 32 bits, not in 16
  double worst_constant = 0;      // relative errors: of a weight that is given
  double worst_drawn = 0;         // of the median of a law
  bool listed_by_median = false;  // weights of files are kept as a law's are
};

// The weights that are given in numbers, those that stand in files, and for each law the median and the
// largest, these without sign.
struct WeightsOfReceptor {
  struct Law {
    double typical = 0, largest = 0;  // sizes: in the middle of the law, or of a law around 0, near it
    double allowed = 0;               // half a quantum, relative to the typical size
  };
  std::vector<double> given, listed;
  std::vector<Law> laws;
};

// A quantum of which the given weights are multiples to 1e-6 of themselves, and which is at most 1/500 of the
// typical size of each law; in 16 bits if that can be, else in 32. Weights of files count as given, or where
// they are too far apart for that, as a law that is kept to 1e-6 of its median. It depends on what is given
// and on laws, never on what is drawn. Nothing where weights are so far apart, or so large, that 32 bits do
// not hold them.
std::optional<Quantum> choose_quantum(const WeightsOfReceptor& weights);

struct BuiltNetwork {
  network::NetworkPlan plan;
  std::vector<ConnectionSummary> summaries;  // of each connection of the config
  std::vector<ConnectionSummary> junctions;  // of each of its gap junctions
  double coupling_bytes = 0;                 // about what gap junctions and transmitted values take
};

// `built` are all populations, with their slots. The plan is complete if there is no error.
BuiltNetwork build_network(const model::Experiment& experiment, const std::vector<BuiltPopulation>& built,
                           base::Diagnostics& diagnostics);

}  // namespace hillock::assemble
