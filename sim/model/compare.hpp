// In what two experiments differ: which of them can be run together, and which can follow one another.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "model/experiment.hpp"

namespace hillock::model {

bool same_values(const Values& a, const Values& b);

// All but the seeds and the number of threads.
bool same_simulation(const SimulationSpec& a, const SimulationSpec& b);

// All but parameters and initial states.
bool same_structure(const PopulationSpec& a, const PopulationSpec& b);
// Whether values are given for the same parameters and initial states.
bool same_names(const PopulationSpec& a, const PopulationSpec& b);

// Name, type and where it goes.
bool same_role(const InputSpec& a, const InputSpec& b);

// Two inputs of one type: the same fields are there, of the same kind and dimension, and those whose name
// `equal` picks are equal.
bool same_fields(const InputSpec& a, const InputSpec& b,
                 const std::function<bool(const std::string& name)>& equal);

// Whether each target of an input of this type may have a value of its own of this field.
bool is_per_neuron(const std::string& type, const std::string& field);

bool same_positions(const std::optional<PositionSpec>& a, const std::optional<PositionSpec>& b);

bool same_connection(const ConnectionSpec& a, const ConnectionSpec& b);
// All but the weights.
bool same_wiring(const ConnectionSpec& a, const ConnectionSpec& b);

bool same_record(const RecordSpec& a, const RecordSpec& b);
bool same_connection_record(const ConnectionRecordSpec& a, const ConnectionRecordSpec& b);
bool same_analysis(const AnalysisSpec& a, const AnalysisSpec& b);
bool same_stop(const StopSpec& a, const StopSpec& b);

}  // namespace hillock::model
