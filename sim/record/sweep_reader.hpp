// The table of a sweep's file, complete or still growing: what was varied, what was measured, which points
// failed.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

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
  std::string path;
  std::uint64_t bytes = 0;
  std::string state;  // running, complete, interrupted
  bool complete = false;
  std::uint64_t seed = 0;
  double duration = 0, dt = 0;            // ms
  std::vector<SweepVariable> parameters;  // in the order of the grid, the first is slowest
  std::vector<SweepVariable> measures;    // in alphabetical order
  std::vector<PointStatus> status;        // of each point
  std::int64_t repeats = 1;               // how often each point is there
  std::vector<SweepFailure> failures;
  std::map<std::string, std::string> texts;  // config, models
  std::map<std::string, std::string> words;  // cpu, hillock_version
  std::map<std::string, double> numbers;     // wall_simulate_s, ...
  std::size_t points() const { return status.size(); }
  std::size_t count(PointStatus which) const;
};

// Whether the file is one of a sweep; false also if it cannot be read, or is so damaged that reading it
// crashes.
bool holds_sweep(const std::string& path);

// Throws IoError if the file cannot be read, is damaged or is none of a sweep. To be called before threads
// are started.
SweepTable read_sweep_table(const std::string& path);

}  // namespace hillock::record
