// What connections make of the distance between neurons: positions, kernels and functions of d.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "config/reader.hpp"
#include "config/sections.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

std::optional<model::PositionSpec> read_positions(Reader& reader, const Node& node, std::int64_t size);
// A length above 0; others are reported.
std::optional<double> positive_length(Reader& reader, const Node& node, const std::string& what);
// No neurons of the two are farther apart.
double farthest(const model::PositionSpec& a, const model::PositionSpec& b);

// Reads functions of d for the sources and targets of one connection.
class DistanceReader {
 public:
  DistanceReader(Reader& reader, const model::Experiment& experiment, const model::ConnectionSpec& spec)
      : reader_(reader), experiment_(experiment), spec_(spec) {}
  // Whether a value is an expression in which the distance d stands: "= 2 nS * exp(-d / 100 um)". Where
  // neurons have no positions, a variable may be called d.
  bool takes(const Node& node) const;
  // Of this dimension; reports populations without positions too.
  std::optional<model::DistanceFunction> function(const Node& node, const std::string& what,
                                                  const base::Dimension& dimension);
  // `distance: {gaussian: 100 um, max: 0.5, within: 300 um}`: the probability, and how far it reaches.
  std::optional<model::DistanceFunction> kernel(const Node& node, double& within);

 private:
  bool positions_are_there(const base::Place& place);
  double pairs_at(double d) const;
  std::optional<model::DistanceFunction> checked(std::optional<lang::Expression> expression, const Node& node,
                                                 const std::string& what, const base::Dimension& dimension);
  std::optional<model::DistanceFunction> named_kernel(const Node& node, const std::string& name,
                                                      const Node& size);
  bool is_probability(const model::DistanceFunction& function, const base::Place& place);

  Reader& reader_;
  const model::Experiment& experiment_;
  const model::ConnectionSpec& spec_;
};

}  // namespace hillock::config
