// The data of a run's file, complete or still being written: only what is asked for is read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "record/hdf5_read.hpp"
#include "record/run_info.hpp"

namespace hillock::record {

// Frames (or spikes) first, first + 1, ...; all that can be trusted if `count` is larger than that.
struct FrameRange {
  std::uint64_t first = 0, count = UINT64_MAX;
};

struct Spikes {
  std::vector<double> times;            // ms, ascending
  std::vector<std::uint64_t> node_ids;  // of each of the times
  std::uint64_t neurons = 0;            // how many were recorded, the silent ones included; 0: not known
};

// What a run recorded of a variable around spikes.
struct AroundSpikes {
  std::vector<double> times;                // ms, of the spikes, ascending
  std::vector<std::uint64_t> node_ids;      // of each of the times
  std::vector<double> sampled_at;           // ms: when the sample at offset 0 was taken
  std::vector<std::vector<double>> values;  // [spike][offset], in the variable's unit
};

// Every member throws IoError, naming the file and the place in it, when that is damaged; reading is tried in
// a child process first, because the HDF5 library may crash on damaged files. To be used before threads are
// started.
class RunReader {
 public:
  // Opens the file and reads everything but the data; takes milliseconds whatever the size of the file.
  // Throws IoError if it is missing, unreadable or none of hillock's.
  explicit RunReader(const std::string& path);
  const RunInfo& info() const { return info_; }

  // The populations with spikes, traces or an analysis, in alphabetical order.
  std::vector<std::string> populations() const;
  // The report with a variable of single neurons of a population; null if it was not recorded.
  const ReportInfo* report_of(const std::string& population, const std::string& variable) const;

  // The time of each frame, ms.
  std::vector<double> times(const ReportInfo& report, FrameRange frames = {});
  // The index in the population of each column.
  std::vector<std::int64_t> neurons(const ReportInfo& report);
  // values[k][frame] of the column columns[k] of a variable, in the variable's unit. The file is gone through
  // once, whatever the number of columns. A mean, a sum or a rate is column 0.
  std::vector<std::vector<double>> columns(const ReportInfo& report, const std::string& variable,
                                           std::span<const std::size_t> columns, FrameRange frames = {});

  // When currents were injected into the population, ms; the whole run where the file does not say.
  struct Stimulus {
    double start = 0, stop = 0;
  };
  Stimulus stimulus(const ReportInfo& report);

  // The spikes of a population that can be trusted, in order of time. Throws IoError if none were recorded.
  Spikes spikes(const std::string& population, FrameRange range = {});

  // What can be trusted of a variable around spikes: the offsets of its samples (ms) stand in `snippets`.
  AroundSpikes around_spikes(const SnippetInfo& snippets, const std::string& variable);
  // All numbers of /analysis/POPULATION/NAME. Throws IoError if it is not there.
  std::vector<double> analysis(const std::string& population, const std::string& name);

 private:
  // Throws IoError if a file that is not complete holds nothing where these values should be.
  template <class Number>
  void check_written(const std::string& place, std::span<const Number> values) const;

  std::string path_;
  RunInfo info_;
  ReadableFile file_;
};

}  // namespace hillock::record
