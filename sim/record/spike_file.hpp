// Spikes of a user's file: SONATA's HDF5 (also the old layout without populations) or text with a node id and
// a time per row.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hillock::record {

struct SpikeFile {
  std::vector<double> times;             // ms
  std::vector<std::uint64_t> node_ids;   // as many
  std::size_t duplicates = 0;            // spikes of one node at one time, beyond the first of each
  std::vector<std::string> populations;  // all populations of the file
};

// The spikes of one population (empty: the only one) in order of (time, node id). Text: columns node_id and
// time in this order, or named in the header; a column `population` selects rows. Throws IoError, naming file
// and row, if a time is negative or not finite, or a node id is not a whole number.
SpikeFile read_spikes(const std::string& path, const std::string& population);

}  // namespace hillock::record
