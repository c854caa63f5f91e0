// What joins neurons without spikes: gap junctions, and connections that carry a value.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "network/levels.hpp"
#include "network/rules.hpp"

namespace hillock::network {

// A number of each synapse: the same of all, that of a list, or one that is drawn.
struct Numbers {
  std::vector<double> given;          // one, or one for each place of a list
  std::function<double(double)> law;  // of a number in (0, 1); none: given
  double operator()(const Edge& edge) const {
    if (law) return law((static_cast<double>(edge.weight_word) + 0.5) * 0x1p-32);
    return given[given.size() == 1 ? 0 : edge.listed];
  }
};

// Gap junctions of one rule. Its sources and targets are the two sides; each pair is joined once.
struct JunctionPlan {
  Wiring wiring;
  Numbers conductance;
};

// A connection that carries the value of a variable of its sources.
struct TransmissionPlan {
  Wiring wiring;
  int variable = -1;      // array slot of the population of the sources
  bool observed = false;  // the array is filled by observation
  int arrivals = -1;      // array slot of the population of the targets
  Numbers weight;
  Levels delay;  // steps
};

struct CouplingPlan {
  std::vector<JunctionPlan> junctions;
  std::vector<TransmissionPlan> transmissions;
};

}  // namespace hillock::network
