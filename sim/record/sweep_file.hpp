// The HDF5 file of a sweep: one row for each point in the root, which is the table of results; spikes and
// traces of all points below. Every call from one thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "record/hdf5_file.hpp"
#include "record/output_file.hpp"

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
  std::vector<engine::ReportLayout> reports;  // of which the traces are kept
  engine::RunFacts facts;
  std::int64_t points() const { return static_cast<std::int64_t>(seeds.size()); }
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
};

constexpr std::size_t longest_reason = 400;  // bytes, of what a file keeps of it

class SweepFile {
 public:
  enum class Start {
    anew,   // creates PATH.partial
    resume  // goes on with the PATH.partial that a sweep of the same layout has left
  };
  // Throws IoError, also if what is there is of another config.
  SweepFile(const std::string& path, Start start, bool replace, const SweepLayout& layout);

  // Points are stored in order: this is the next one.
  std::int64_t next() const { return next_; }
  std::int64_t failures() const { return failed_; }  // among those before it
  // Whether the file could not be written; what is left then is to leave by _exit after the message.
  bool broken() const { return file_.failed(); }
  // Takes the results of the next points, and brings them to the file in two steps: first what they are, then
  // that they are there. So a kill at any moment leaves a file whose points are right.
  void append(std::vector<PointResult> points);
  // Ends the file: with all points it gets its name, otherwise it stays partial.
  void finish(const std::string& status, const std::map<std::string, double>& numbers);

  SweepFile(const SweepFile&) = delete;
  SweepFile& operator=(const SweepFile&) = delete;

 private:
  struct Spikes {
    H5::DataSet timestamps, node_ids, run;
    std::uint64_t count = 0;
  };
  struct Report {
    std::vector<H5::DataSet> variables;
    hsize_t frames = 0, neurons = 0;
  };
  void create_all();
  void create_table();
  void create_spikes(const engine::SpikeLayout& layout, H5::Group& group);
  void create_report(const engine::ReportLayout& layout, H5::Group& group);
  void open_all();
  void forget_unfinished();
  void write_rows(std::size_t measure, const std::vector<PointResult>& points);
  void write_spikes(const std::vector<PointResult>& points);
  void write_traces(const std::vector<PointResult>& points);
  void write_failures(const std::vector<PointResult>& points);

  SweepLayout layout_;
  OutputFile output_;
  bool replace_;
  WritableFile file_;
  H5::Group root_;
  H5::DataSet run_, status_, failed_runs_, reasons_;
  std::vector<H5::DataSet> measures_;
  std::vector<Spikes> spikes_;
  std::vector<Report> reports_;
  std::int64_t next_ = 0, failed_ = 0;
};

struct SweepFailure {
  std::int64_t run = 0;
  std::string reason;
};
// The points that failed, in order. Throws IoError.
std::vector<SweepFailure> read_failures(const std::string& path);

// Whether the file is one of a sweep; false also if it cannot be read.
bool is_sweep(const std::string& path);

}  // namespace hillock::record
