// The sections of a config, each read into its part of the experiment.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

void read_connections(Reader& reader, const Node& root, model::Experiment& experiment);

void read_gap_junctions(Reader& reader, const Node& root, model::Experiment& experiment);

void read_record(Reader& reader, const Node& root, model::Experiment& experiment);

void read_analysis(Reader& reader, const Node& root, model::Experiment& experiment);

void read_stop_when(Reader& reader, const Node& root, model::Experiment& experiment);

// The neurons that 'all', 0..99, 3 or [0, 5, 7] stand for, ascending; findings are reported, with the word
// under which they are named.
std::vector<std::int64_t> read_neurons(Reader& reader, const Node& node,
                                       const model::PopulationSpec& population,
                                       const std::string& word = "neurons");
std::vector<std::int64_t> all_neurons(const model::PopulationSpec& population);

// "exc" or "exc 0..99": the neurons of one population.
std::optional<model::Slice> read_slice(Reader& reader, const Node& node, std::string_view what,
                                       const model::Experiment& experiment);

// Who sends spikes, for messages: the connection or input 'name'.
struct Sender {
  std::string kind, name;
  base::Place place;
  std::string text() const { return kind + " '" + name + "'"; }
};
// The receptor of each target by one name: the one given, or the only one that each has.
std::optional<std::string> receptor_of_targets(Reader& reader, const Node* given, const Sender& sender,
                                               const std::vector<model::Slice>& targets,
                                               const model::Experiment& experiment);
// Whether all targets take weights of this dimension at the receptor, and none of the numbers is below its
// minimum; `shown` writes one of them. Findings are reported.
bool check_weights(Reader& reader, const model::Values& weight, const Sender& sender,
                   const std::string& receptor, const std::vector<model::Slice>& targets,
                   const model::Experiment& experiment);
// The numbers of a law that are values of it, and no spread.
std::size_t values_in(const model::Values& values);
// One value as the user wrote it.
std::string shown(const model::Values& values, double value);

// Reports a time that does not lie on the grid, with the two nearest that do.
bool check_on_grid(Reader& reader, double time, const model::SimulationSpec& simulation,
                   const base::Place& place, std::string_view what);

}  // namespace hillock::config
