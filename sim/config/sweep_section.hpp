// `sweep`: which values are varied, and how they are combined; read once, before any point is made.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "config/composition.hpp"
#include "config/document.hpp"
#include "config/fit_section.hpp"
#include "config/reader.hpp"
#include "config/search_section.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

struct SweepAxis;

// One of the listed values of an axis: what it sets, and axes that it has for itself.
struct SweepChoice {
  std::string name;  // of a case
  std::vector<Assignment> settings;
  std::vector<SweepAxis> nested;
};

// What varies together: the values at a path, or cases with names, each of which sets several paths.
struct SweepAxis {
  std::string name;  // the path, or a free name
  base::Place place;
  bool cases = false;
  std::vector<SweepChoice> choices;
  std::optional<model::Values> law;  // instead of choices, where points are drawn: how values are distributed
  bool logarithmic = false;          // `law` is uniform in the logarithm
};

enum class Combination { grid, zip, random, latin_hypercube, sobol };

// Whether points are drawn, each value of an axis for itself.
bool draws_points(Combination combination);

// "latin_hypercube": as `combine` has it.
std::string word_of(Combination combination);
std::vector<std::string> words_of_combine();

struct SweepSpec {
  std::vector<SweepAxis> axes;  // the first varies slowest
  Combination combination = Combination::grid;
  std::int64_t count = 0;   // of points that are drawn
  std::int64_t repeat = 1;  // of each point, each with a seed of its own
  std::optional<Node> where;
  std::optional<SearchSpec> search;     // at each point, for one more value
  std::optional<FitSpec> fit;           // or for several
  std::int64_t after = 0;               // the step from which the values hold; before, all points are one
  bool spikes = false, traces = false;  // are kept, beside the summary
  base::Place place;
};

constexpr std::int64_t most_points = 1'000'000;  // about 1 kB of memory each

// Reads what is written under `sweep`; `simulation` is that of the config. Findings go to the reader's
// diagnostics.
SweepSpec read_sweep(Reader& reader, const Node& sweep, const model::SimulationSpec& simulation);

// Reports a path that no point can have a value of; `after`: the step from which values hold.
void check_varied(const std::string& path, const base::Place& place, std::int64_t after,
                  base::Diagnostics& diagnostics);

// Reports what is searched for or fitted, and cannot be, or is varied by the sweep as well.
void check_searched(const SweepSpec& spec, base::Diagnostics& diagnostics);

// What lies at `part`, from 0 to 1, of the way between two numbers in their logarithm.
double between_in_logarithm(double from, double to, double part);

// A value of a point as a number, if it is one: "10 ms", "= 2*w".
std::optional<base::Quantity> number_of(const Node& value, const Variables& variables);

}  // namespace hillock::config
