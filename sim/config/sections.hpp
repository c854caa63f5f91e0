// The sections of a config, each read into its part of the experiment.
#pragma once
#include <optional>
#include <string_view>

#include "config/document.hpp"
#include "config/library.hpp"
#include "config/reader.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// Returns whether dt and duration are known.
bool read_simulation(Reader& reader, const Node& root, model::SimulationSpec& simulation);

// `method: rk4` or {adaptive: {...}}.
std::optional<model::Method> read_method(Reader& reader, const Node& node);

void read_populations(Reader& reader, const Node& root, Library& library, model::Experiment& experiment);

void read_inputs(Reader& reader, const Node& root, model::Experiment& experiment);

void read_record(Reader& reader, const Node& root, model::Experiment& experiment);

void read_analysis(Reader& reader, const Node& root, model::Experiment& experiment);

void read_stop_when(Reader& reader, const Node& root, model::Experiment& experiment);

// The neurons that 'all', 0..99, 3 or [0, 5, 7] stand for, ascending; findings are reported.
std::vector<std::int64_t> read_neurons(Reader& reader, const Node& node,
                                       const model::PopulationSpec& population);
std::vector<std::int64_t> all_neurons(const model::PopulationSpec& population);

// "exc" or "exc 0..99": the neurons of one population.
std::optional<model::Slice> read_slice(Reader& reader, const Node& node, std::string_view what,
                                       const model::Experiment& experiment);

// Reports a time that does not lie on the grid, with the two nearest that do.
bool check_on_grid(Reader& reader, double time, const model::SimulationSpec& simulation,
                   const base::Place& place, std::string_view what);

}  // namespace hillock::config
