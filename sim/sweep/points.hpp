// The points of a sweep: which values each has, in the order of the file.
#pragma once
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "config/composition.hpp"
#include "config/config.hpp"
#include "config/sweep_section.hpp"

namespace hillock::sweep {

// What is varied: a column of the table of results.
struct Column {
  std::string name;      // "amplitude", or more of its path where that would not be unique
  std::string path;      // "inputs.step.amplitude"; of cases empty
  bool numeric = false;  // otherwise its values are words
  base::Dimension dimension{};
};

// One value of a column: a number in internal units (NaN if the point has none), or a word.
struct Label {
  double number = std::numeric_limits<double>::quiet_NaN();
  std::string word;
};

struct Point {
  std::vector<config::Assignment> settings;
  std::vector<Label> labels;  // parallel to the columns
  std::uint64_t repeat = 0;
};

// "step_amplitude" of "inputs.step.amplitude": its last `parts` parts.
std::string end_of_path(const std::string& path, std::size_t parts);

// What a column of values is written in: the internal unit, but Hz for rates, as those that are measured.
std::string unit_of_column(const base::Dimension& dimension);
double in_unit_of_column(double value, const base::Dimension& dimension);

// Gives each column the shortest end of its path that no other column has, and that is not taken.
void name_columns(std::vector<Column>& columns, const std::set<std::string>& taken);

struct Points {
  std::vector<Column> columns;
  std::vector<Point> points;
  std::vector<std::int64_t> grid;  // how many values each axis has, if they form a grid; the first is slowest
};

// All points, those that `where` takes out left out; each as often as it is repeated. `taken` are names that
// no column may have. Throws UserError: no point is left, too many, a condition that is wrong.
Points all_points(const config::SweepSpec& spec, const config::Variables& variables, std::uint64_t seed,
                  const std::set<std::string>& taken);

// Throws the UserError of a path that no value can be set at: it is refused in each of some points from the
// first to the last.
void check_paths(const config::Template& config, const Points& points, std::int64_t after);

// How many there would be, before any is made.
double count_points(const config::SweepSpec& spec);

}  // namespace hillock::sweep
