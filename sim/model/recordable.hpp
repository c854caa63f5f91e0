// What of a population can be recorded.
#pragma once
#include <string>
#include <vector>

#include "base/units.hpp"
#include "model/experiment.hpp"

namespace hillock::model {

enum class RecordableKind {
  state,
  derived,    // of the neuron model
  input,      // I: everything that flows into a site
  synaptic,   // I_syn: the sum of the receptors that feed a site, in the site's unit
  junctions,  // I_gap: the current of the gap junctions
  receptor_state,
  receptor_derived,  // g_ampa
  receptor_current   // I_ampa, in the receptor's unit
};

struct Recordable {
  std::string name;  // V, m, I_Na, I, I_syn, g_ampa, I_ampa
  RecordableKind kind = RecordableKind::state;
  base::Dimension dimension;
  std::string doc;
  std::string part;   // the name within its model; of input and synaptic: the site
  int receptor = -1;  // index in the population's receptors
};

// In the order: states, derived quantities, inputs, sums of receptors, receptor by receptor.
// The sum is named I_syn for the first site, SITE_syn for the others.
std::vector<Recordable> recordables(const PopulationSpec& population);

// How messages speak of it: "the sum of the receptors that feed I", "the current of receptor 'ampa'".
std::string describe(const Recordable& recordable, const PopulationSpec& population);

}  // namespace hillock::model
