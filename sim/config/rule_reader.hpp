// What connections and gap junctions have in common: a rule that says which pairs are joined, and values of
// these.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "config/reader.hpp"
#include "config/sections.hpp"
#include "config/value_laws.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// Fills the specs of one of them. `kind`: for messages. Sources and targets come before the rule.
class RuleReader {
 protected:
  RuleReader(Reader& reader, const model::Experiment& experiment, std::string kind)
      : reader_(reader), experiment_(experiment), kind_(std::move(kind)) {}

  std::size_t errors() const { return reader_.diagnostics().errors(); }
  std::string subject() const { return kind_ + " '" + spec_.name + "'"; }
  const model::PopulationSpec& population(const model::Slice& slice) const {
    return experiment_.populations[static_cast<std::size_t>(slice.population)];
  }
  bool missing(const std::string& key, const std::string& example);
  bool read_rule(const Entry& entry);
  // A list has one value for each pair.
  std::optional<model::Values> read_law(const Node& node, const std::string& key, const Accepted& accepted);
  // What the rule asks for must be there.
  void check_rule();

  Reader& reader_;
  const model::Experiment& experiment_;
  std::string kind_;
  model::ConnectionSpec spec_;

 private:
  bool read_number(const struct RuleWord& rule, const Node& node);
  bool read_pairs(const Node& node);
  bool joins_one_to_one(const Node& node);
  bool read_edge_file(const Node& node);
  // -1: it is none, which has been reported.
  std::int64_t place_in(const Node& node, const std::string& what, const model::Slice& slice);
  ValueContext context(const Accepted& accepted) const;
  bool check_pair(const model::Slice& source, const model::Slice& target, bool without_itself);
};

}  // namespace hillock::config
