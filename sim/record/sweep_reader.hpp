// The table of a sweep's file, complete or still growing: what was varied, what was measured, which points
// failed; and what else is kept of the points.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "record/run_info.hpp"
#include "record/sweep_file.hpp"

namespace hillock::record {

// A column of the table, in the unit of the file.
struct SweepVariable {
  std::string name, path, unit, long_name;  // `path` of parameters
  std::vector<double> numbers;              // one of the two, of each point; NaN where there is none
  std::vector<std::string> words;
  bool numeric() const { return words.empty(); }
};

struct SweepTable {
  struct Trace {
    std::string group;
    std::uint64_t frames = 0, neurons = 0;
    std::vector<std::string> variables;
  };
  RunInfo head;                           // of reports and spikes nothing
  bool retry = false;                     // took over what the complete file of its name had
  std::vector<SweepVariable> parameters;  // in the order of the grid, the first is slowest
  std::vector<std::int64_t> grid;         // values of each parameter; empty: no grid
  std::vector<SweepVariable> measures;    // in alphabetical order
  std::vector<PointStatus> status;        // of each point
  std::int64_t repeats = 1;               // how often each point is there
  std::vector<SweepFailure> failures;
  std::vector<SpikesInfo> spikes;             // of all points
  std::vector<Trace> traces;                  // of each point
  std::vector<std::int64_t> with_own_traces;  // points that have theirs in /runs/<point>
  std::size_t points() const { return status.size(); }
  std::size_t count(PointStatus which) const;
};

// Throws IoError if the file cannot be read, is damaged or is none of a sweep. To be called before threads
// are started.
SweepTable read_sweep_table(const std::string& path);

}  // namespace hillock::record
