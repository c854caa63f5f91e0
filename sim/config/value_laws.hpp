// Reads values per neuron: one value, a list, a law to draw from, a file.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/reader.hpp"
#include "model/values.hpp"

namespace hillock::config {

// Where values stand: how many neurons there are, and where files lie.
struct ValueContext {
  std::int64_t neurons = 1;
  std::string of = "neurons";  // "neurons of 'exc'"
  std::string folder;          // of the config
  // Where {column: ..., unit: ...} takes its numbers from; empty: such values name their file.
  std::string file{};
  std::string unit_of_dataset{};  // where none is named; empty: one must be
};

// Whether a map names a law: {uniform: [a, b]}, {file: ...}.
bool is_law(const Node& node);

// Nothing if there was an error, which has been reported.
std::optional<model::Values> read_values(Reader& reader, const Node& node, std::string_view what,
                                         const Accepted& accepted, const ValueContext& context);

// A plain list of values of one dimension ([10 ms, 20 ms]); a single value counts as a list of one.
std::optional<model::Values> read_list(Reader& reader, const Node& node, std::string_view what,
                                       const Accepted& accepted);

}  // namespace hillock::config
