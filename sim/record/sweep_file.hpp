// The HDF5 file of a sweep: one row for each point in the root, which is the table of results; spikes and
// traces of all points below. Every call from one thread.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "record/hdf5_file.hpp"
#include "record/output_file.hpp"
#include "record/sweep_source.hpp"

namespace hillock::record {

constexpr std::size_t longest_reason = 400;  // bytes, of what a file keeps of it

class SweepFile {
 public:
  enum class Start {
    anew,   // creates PATH.partial
    resume  // goes on with the PATH.partial that a sweep of the same layout has left
  };
  // Throws IoError, also if what is there is of another config. With a source, which is of the same layout,
  // what it has of points that are done is taken over, and the file says until it is complete that it does.
  SweepFile(const std::string& path, Start start, bool replace, const SweepLayout& layout,
            std::unique_ptr<SweepSource> source = nullptr);

  // Points are stored in order: this is the next one.
  std::int64_t next() const { return next_; }
  std::int64_t failures() const { return failed_; }  // among those before it
  // Whether this point needs not be run, as the source has it. Several threads may ask at once.
  bool known(std::int64_t point) const { return source_ != nullptr && source_->done(point); }
  std::int64_t to_run() const;  // points that are neither stored nor known
  // Whether the file could not be written; what is left then is to leave by _exit after the message.
  bool broken() const { return file_.failed(); }
  // Takes the results of the next points (of those that are known: none), and brings them to the file in two
  // steps: first what they are, then that they are there. So a kill at any moment leaves a file whose points
  // are right.
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
  void write_traces(std::vector<PointResult>& points);
  void write_failures(const std::vector<PointResult>& points);

  SweepLayout layout_;
  OutputFile output_;
  bool replace_;
  std::unique_ptr<SweepSource> source_;
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
std::vector<SweepFailure> read_failures(ReadableFile& file);

// Whether the file is a sweep's that takes over what the complete one of its name has, also when that has
// happened. Throws IoError.
bool is_retry(const std::string& path);

// Whether the file is one of a sweep; false also if it cannot be read.
bool is_sweep(const std::string& path);

}  // namespace hillock::record
