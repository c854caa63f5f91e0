// Lists the recordable quantities of a population.
#include "model/recordable.hpp"

#include <algorithm>

namespace hillock::model {
namespace {

void add_receptor(const ReceptorSpec& receptor, int index, std::vector<Recordable>& list) {
  const Model& model = *receptor.model;
  const std::string suffix = "_" + receptor.name;
  const auto doc = [&](const std::string& text, const std::string& name) {
    return (text.empty() ? name : text) + " of receptor " + receptor.name;
  };
  for (const State& state : model.states)
    list.push_back({state.name + suffix, RecordableKind::receptor_state, state.dimension,
                    doc(state.doc, state.name), state.name, index});
  for (const Definition& derived : model.derived)
    list.push_back({derived.name + suffix, RecordableKind::receptor_derived, derived.dimension,
                    doc(derived.doc, derived.name), derived.name, index});
  if (!model.current.empty())
    list.push_back({"I" + suffix, RecordableKind::receptor_current, model.current_dimension,
                    doc("current", ""), "", index});
}

}  // namespace

std::string describe(const Recordable& recordable, const PopulationSpec& population) {
  const auto of_receptor = [&](const std::string& what) {
    return what + " of receptor '" +
           population.receptors[static_cast<std::size_t>(recordable.receptor)].name + "'";
  };
  switch (recordable.kind) {
    case RecordableKind::state:
      return "the state " + recordable.part + " of the neuron";
    case RecordableKind::derived:
      return "the derived quantity " + recordable.part + " of the neuron";
    case RecordableKind::input:
      return "the total input into " + recordable.part;
    case RecordableKind::synaptic:
      return "the sum of the receptors that feed " + recordable.part;
    case RecordableKind::junctions:
      return "the current of the gap junctions";
    case RecordableKind::receptor_state:
      return of_receptor("the state " + recordable.part);
    case RecordableKind::receptor_derived:
      return of_receptor("the derived quantity " + recordable.part);
    case RecordableKind::receptor_current:
      return of_receptor("the current");
  }
  return "";
}

std::vector<Recordable> recordables(const PopulationSpec& population) {
  std::vector<Recordable> list;
  if (population.model == nullptr) return list;
  const Model& model = *population.model;
  for (const State& state : model.states)
    list.push_back({state.name, RecordableKind::state, state.dimension, state.doc, state.name, -1});
  for (const Definition& derived : model.derived)
    list.push_back({derived.name, RecordableKind::derived, derived.dimension, derived.doc, derived.name, -1});
  for (const InputSite& site : model.inputs)
    list.push_back(
        {site.name, RecordableKind::input, site.dimension, "total input into " + site.name, site.name, -1});
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    const InputSite& site = model.inputs[i];
    const auto feeds = [&](const ReceptorSpec& receptor) {
      return receptor.site == site.name && !receptor.model->current.empty();
    };
    if (std::any_of(population.receptors.begin(), population.receptors.end(), feeds))
      list.push_back({i == 0 ? "I_syn" : site.name + "_syn", RecordableKind::synaptic, site.dimension,
                      "sum of the receptors that feed " + site.name, site.name, -1});
  }
  if (population.gap_junctions)
    list.push_back({"I_gap", RecordableKind::junctions, model.inputs.front().dimension,
                    "current of the gap junctions", "", -1});
  for (std::size_t i = 0; i < population.receptors.size(); ++i)
    add_receptor(population.receptors[i], static_cast<int>(i), list);
  return list;
}

}  // namespace hillock::model
