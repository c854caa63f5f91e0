// What a sweep's file says about itself, for `hillock info`.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "record/run_info.hpp"
#include "record/sweep_file.hpp"

namespace hillock::record {

struct SweepInfo {
  // A parameter: of numbers the range, of words how many there are.
  struct Parameter {
    std::string name, path, unit;
    bool numeric = true;
    double least = 0, most = 0;  // in `unit`; NaN if no point has a value
    std::int64_t values = 0;     // how many different ones
  };
  // The values of one measure, of the points that are done; NaN if none has one.
  struct Measure {
    std::string name, unit, long_name;
    double least = 0, most = 0;
  };
  struct Trace {
    std::string group;
    std::uint64_t frames = 0, neurons = 0;
    std::vector<std::string> variables;
  };
  RunInfo head;        // kind, version, status, seed, texts and numbers; nothing of reports and spikes
  bool retry = false;  // takes over what the complete file of its name has
  std::int64_t done = 0, failed = 0, left = 0;
  std::vector<Parameter> parameters;
  std::vector<std::int64_t> grid;  // values of each parameter; empty: no grid
  std::int64_t repeats = 1;
  std::vector<Measure> measures;
  std::vector<SpikesInfo> spikes;
  std::vector<Trace> traces;
  std::vector<SweepFailure> failures;
  std::int64_t points() const { return done + failed + left; }
};

// Reads the table, also of a file that is being written. Throws IoError if it cannot be read.
SweepInfo read_sweep_info(const std::string& path);

}  // namespace hillock::record
