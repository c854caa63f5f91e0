// What a sweep's file is made of, and what it holds of one point.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/recorder.hpp"

namespace hillock::record {

// What is known of all points before any is run: a number or a word for each.
struct SweepColumn {
  std::string name, path, unit;
  std::vector<double> numbers;  // one of the two, as long as there are points
  std::vector<std::string> words;
};

// What is measured of each point.
struct SweepMeasure {
  std::string name, unit, long_name;
};

struct SweepLayout {
  std::vector<SweepColumn> columns;
  std::vector<std::uint64_t> seeds;  // of each point
  std::vector<std::int64_t>
      repeats;                     // the number of each among those of one point; empty: each is there once
  std::vector<std::int64_t> grid;  // how many values each axis has, slowest first; empty: no grid
  std::vector<SweepMeasure> measures;
  std::vector<engine::SpikeLayout> spikes;    // of the populations whose spikes are kept
  bool traces = false;                        // are kept
  std::vector<engine::ReportLayout> reports;  // of which the traces are kept, in one array for all points
  engine::RunFacts facts;
  std::int64_t points() const { return static_cast<std::int64_t>(seeds.size()); }
  // What the table and the traces take in the file, before compression; spikes are not known beforehand, 24
  // bytes each.
  std::int64_t table_bytes() const;
  std::int64_t trace_bytes() const;
};

enum class PointStatus : std::int8_t { not_run = -1, done = 0, failed = 1 };

// Traces of one report: values[variable][frame][neuron], flattened; NaN behind the last frame.
struct PointTraces {
  std::vector<double> values64;  // one of the two, as the layout asks
  std::vector<float> values32;
};

struct PointResult {
  PointStatus status = PointStatus::not_run;
  std::string reason;                      // of a failed one
  std::vector<double> measures;            // parallel to those of the layout, NaN where there is none
  std::vector<engine::SpikeBlock> spikes;  // parallel to those of the layout; empty after a failure
  std::vector<PointTraces> traces;         // parallel to the reports; empty after a failure
  // What the traces are, where their times, neurons, variables or types are not those of the layout: then
  // they are parallel to these.
  std::vector<engine::ReportLayout> own_reports;
};

}  // namespace hillock::record
