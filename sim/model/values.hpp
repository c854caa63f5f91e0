// Values per neuron as a config gives them: one number, a list, a law to draw from, a file.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "base/random.hpp"
#include "base/source.hpp"
#include "base/units.hpp"

namespace hillock::model {

enum class Law { constant, list, linspace, uniform, normal, lognormal, exponential, file, stacked };

struct Values {
  Law law = Law::constant;
  std::vector<double>
      numbers;  // constant: value; list: all; linspace, uniform: a, b; normal: mean, sd; lognormal: mean and
                // sd of the logarithm, after the unit: {lognormal: [median, sigma]}; exponential: mean
  double
      lower = -std::numeric_limits<double>::infinity(),
      upper =
          std::numeric_limits<double>::infinity();  // truncation, -inf and +inf if there is none (truncated
                                                    // laws go through their inverse CDF: one draw per neuron)
  std::string file, dataset;                        // file: absolute path; HDF5 data set or CSV column
  double file_scale = 1;                            // internal units per number in the file
  std::vector<Values> points;                       // stacked: of the neurons of one point after the other
  base::Dimension dimension;
  base::Place place;

  static Values constant(double value, const base::Dimension& dimension, const base::Place& place = {});
  bool uniform_over_neurons() const { return law == Law::constant; }
};

// Reads the numbers of one data set or CSV column (assemble gives record's reader); throws IoError.
using ColumnReader = std::function<std::vector<double>(const std::string& file, const std::string& dataset)>;

// Draws for one purpose: the seed of each point of a stack, as a rule one (at least), and a name
// ("populations.exc.params.V_th").
struct Draws {
  std::span<const std::uint64_t> seeds;
  std::string name;
};

// One value (law constant) or `size` values. Reports a list or file of another length, and values that are
// not finite.
std::vector<double> expand(const Values& values, std::int64_t size, const Draws& draws,
                           const ColumnReader& reader, base::Diagnostics& diagnostics);

// The value of a law (no list, linspace or file) below which a draw lies with a probability in (0, 1), or of
// the exponential law above which it does. Null after an error.
using LawFunction = std::function<double(double)>;
LawFunction law_function(const Values& values, base::Diagnostics& diagnostics);

// The least and the largest of what one value, a list, or a law that is drawn from 32 bits may give. Nothing
// where there is none, and after an error.
struct Extremes {
  double least = 0, most = 0;
};
std::optional<Extremes> extremes(const Values& values, base::Diagnostics& diagnostics);

// The value of a law (no list, linspace or file) below which a draw lies with this probability, in (0, 1).
// Nothing after an error.
std::optional<double> quantile(const Values& values, double probability, base::Diagnostics& diagnostics);

}  // namespace hillock::model
