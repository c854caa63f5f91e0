// `search`: the value of a parameter at which a condition on the results begins to hold.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "config/composition.hpp"
#include "config/condition.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "lang/expression.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

struct SearchSpec {
  std::string path;
  base::Place place;  // of the path
  base::Dimension dimension;
  double from = 0, to = 0;  // the condition does not hold at the one, and holds at the other
  double tolerance = 0;     // how near to its border it is found
  Node until;               // the condition

  Assignment at(double value) const;
  // How often a point is run to find it.
  std::int64_t runs() const;
};

// Reads what is written under `search`; findings go to the reader's diagnostics.
SearchSpec read_search(Reader& reader, const Node& search);

// The condition as an expression of what is measured; throws UserError.
lang::Expression condition_of(const SearchSpec& search, const std::vector<NamedNumber>& measured);

}  // namespace hillock::config
