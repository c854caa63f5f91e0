// Reads `search`.
#include "config/search_section.hpp"

#include <algorithm>
#include <cmath>

#include "config/protocols.hpp"
#include "config/reader.hpp"

namespace hillock::config {

namespace {

constexpr double finest = 1e-14;  // of the range: finer than that numbers do not differ

void read_bisection(Reader& reader, const Node& node, SearchSpec& spec) {
  const std::size_t before = reader.diagnostics().errors();
  const std::vector<std::string> keys{"parameter", "from", "to", "until", "tolerance"};
  reader.keys(node, "'bisection'", keys);
  for (const std::string& key : keys)
    if (node.find(key) == nullptr)
      reader.error(
          node.place, "'bisection' needs '" + key + "'",
          "write for example {parameter: inputs.step.amplitude, from: 0 pA, to: 1 nA, until: spike_count "
          ">= 1, tolerance: 0.1 pA}");
  if (reader.diagnostics().errors() != before) return;
  const Node& parameter = *node.find("parameter");
  spec.path = reader.word(parameter, "parameter").value_or("");
  spec.place = parameter.place;
  spec.until = *node.find("until");
  const auto from = reader.any_quantity(*node.find("from"), "from");
  if (!from) return;
  spec.dimension = from->dimension;
  const Accepted same({from->dimension}, ", as its 'from'");
  const auto to = reader.quantity(*node.find("to"), "to", same);
  const auto tolerance = reader.quantity(*node.find("tolerance"), "tolerance", same);
  if (!to || !tolerance) return;
  spec.from = from->value;
  spec.to = to->value;
  spec.tolerance = tolerance->value;
  const double range = std::abs(spec.to - spec.from);
  if (range == 0)
    return reader.error(node.find("to")->place, "'from' and 'to' are the same", "give a range to search in");
  if (!(spec.tolerance >= finest * std::max(std::abs(spec.from), std::abs(spec.to))) || spec.tolerance <= 0)
    reader.error(node.find("tolerance")->place,
                 "'tolerance' must be positive, and no finer than numbers are in this range",
                 "write for example " + base::format_quantity(range / 1000, spec.dimension));
}

}  // namespace

Assignment SearchSpec::at(double value) const {
  return {path, place, scalar(base::format_quantity(value, dimension), place)};
}

std::int64_t SearchSpec::runs() const {
  std::int64_t runs = 2;  // the ends
  for (double range = std::abs(to - from); range > tolerance; range /= 2) ++runs;
  return runs;
}

SearchSpec read_search(Reader& reader, const Node& search) {
  SearchSpec spec;
  if (reader.map(search, "search")) {
    std::vector<std::string> keys{"bisection", "fit"};
    for (const Protocol& protocol : protocols()) keys.emplace_back(protocol.name);
    reader.keys(search, "'search'", keys);
    const Node* bisection = search.find("bisection");
    if (bisection == nullptr && search.entries.empty())
      reader.error(
          search.place, "'search' needs 'bisection', 'fit' or a protocol",
          "write for example bisection: {parameter: inputs.step.amplitude, from: 0 pA, to: 1 nA, until: "
          "spike_count >= 1, tolerance: 0.1 pA}");
    else if (bisection != nullptr && reader.map(*bisection, "'bisection'"))
      read_bisection(reader, *bisection, spec);
  }
  return spec;
}

lang::Expression condition_of(const SearchSpec& search, const std::vector<NamedNumber>& measured) {
  base::Diagnostics diagnostics;
  std::optional<lang::Expression> condition =
      read_condition(search.until, "until", "spike_count >= 1", measured, diagnostics);
  diagnostics.throw_if_errors();
  return *std::move(condition);
}

}  // namespace hillock::config
