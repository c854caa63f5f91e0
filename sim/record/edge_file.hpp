// Connections of a user's file: SONATA's edges (HDF5), or text with a source and a target per row.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace hillock::record {

// What is read of them. Text: names of columns, or their numbers from 1. HDF5: the population of edges
// (empty: the only one), and attributes of its groups such as syn_weight.
struct EdgeNames {
  std::string source = "source", target = "target";  // of text
  std::string population;
  std::vector<std::string> values;
};

struct EdgeFile {
  std::vector<double> sources, targets;     // as they stand in the file
  std::vector<std::vector<double>> values;  // those of each name
  std::string place;                        // of messages: the file, and where in it
  std::vector<std::size_t> lines;           // of text: where each row stands, from 1

  // "edges.csv: row 17", "edges.h5: /edges/ee, edge 16 (from 0)".
  std::string row(std::size_t edge) const;
};

// Throws IoError, naming file and row; numbers are finite, but need not be whole.
EdgeFile read_edges(const std::string& path, const EdgeNames& names);

}  // namespace hillock::record
