// What connections make of two neurons: positions, kernels, and functions of their distance and indices.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/reader.hpp"
#include "config/sections.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// Of a population of which the name and the size are known.
std::optional<model::PositionSpec> read_positions(Reader& reader, const Node& node,
                                                  const model::PopulationSpec& population);
// A length above 0; others are reported.
std::optional<double> positive_length(Reader& reader, const Node& node, const std::string& what);
// No neurons of the two are farther apart.
double farthest(const model::PositionSpec& a, const model::PositionSpec& b);

// Reads functions of d, source and target for the sources and targets of one connection.
class PairFunctionReader {
 public:
  PairFunctionReader(Reader& reader, const model::Experiment& experiment, const model::ConnectionSpec& spec)
      : reader_(reader), experiment_(experiment), spec_(spec) {}
  // Whether a value is an expression in which the distance d or the index `source` or `target` stands: "= 2
  // nS * exp(-d / 100 um)". Where neurons have no positions, a variable may be called d.
  bool takes(const Node& node) const;
  // Of this dimension; reports populations without positions too, where it has d.
  std::optional<model::PairFunction> function(const Node& node, const std::string& what,
                                              const base::Dimension& dimension);
  // A function that is a probability.
  std::optional<model::PairFunction> probability(const Node& node, const std::string& what);
  // `distance: {gaussian: 100 um, max: 0.5, within: 300 um}`: the probability, and how far it reaches.
  std::optional<model::PairFunction> kernel(const Node& node, double& within);

 private:
  struct Pair {
    double d = 0, source = 0, target = 0;
  };
  struct Uses {
    bool d = false, source = false, target = false;
  };
  const model::PopulationSpec& population(const model::Slice& slice) const {
    return experiment_.populations[static_cast<std::size_t>(slice.population)];
  }
  bool d_is_distance() const;
  Uses uses_of(const lang::Expression& expression) const;
  bool positions_are_there(const base::Place& place);
  bool names_are_free(const Uses& uses, const base::Place& place);
  static double value_at(const lang::Expression& expression, const Pair& pair);
  double pairs_at(const Pair& pair) const;
  double reach() const;
  std::vector<Pair> pairs_to_look_at(const Uses& uses) const;
  std::optional<model::PairFunction> checked(std::optional<lang::Expression> expression, const Node& node,
                                             const std::string& what, const base::Dimension& dimension);
  std::optional<model::PairFunction> named_kernel(const Node& node, const std::string& name,
                                                  const Node& size);
  bool is_probability(const model::PairFunction& function, const std::string& what, const base::Place& place);

  Reader& reader_;
  const model::Experiment& experiment_;
  const model::ConnectionSpec& spec_;
};

}  // namespace hillock::config
