// Values over time in a run's file, in chunks of whole frames of about 256 KiB.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// mapping/time[1], the open end of `frames` frames, ms. SONATA's reader adds the interval up until it is
// within 1e-6 of the end; where rounding leaves its sum short of that, it would ask for a frame too many, so
// the end is given half an interval lower.
double open_end(std::int64_t frames, double interval);
// The same when `summed`, the interval added up `frames` times, is known.
double open_end(std::int64_t frames, double interval, double summed);
// The number of frames that an open end stands for.
std::int64_t frames_before(double end, double interval);

// The data sets of a group that are variables over time, not their scales or links to them. In files of other
// programs, which do not say so, names decide.
std::vector<std::string> variables_in(const H5::Group& group);

struct FrameShape {
  std::int64_t frames = 0;              // of the whole run
  double interval = 0;                  // ms between them
  std::optional<std::int64_t> columns;  // at least one; nothing: a frame is one number
  bool float64 = false;
  int deflate = 0;
};

// In a group: `time`, one data set [time, column] (or [time]) per variable, and in a group `mapping` of it
// `time`, the stretch of time whose frames may be trusted.
class FrameSets {
 public:
  // `place`: of the group, for errors.
  FrameSets(WritableFile& file, const std::string& place, const FrameShape& shape);
  // To be called in file.doing(): first the times, then each variable, over the scale `columns` where frames
  // have columns, then the mapping.
  void create_time(H5::Group& group);
  void create_variable(H5::Group& group, const engine::ReportVariable& variable, H5::DataSet* columns);
  void create_mapping(H5::Group& mapping);

  // Adds whole frames; the block must start where the last one ended.
  void append(const engine::FrameValues& block);
  // Writes what waits for its chunk to fill up. Compressed chunks are written only when full, unless it is
  // the end: a compressed chunk that is written twice is broken by a kill in between.
  void write_waiting(bool end);
  // Says in mapping/time that the frames written so far may be trusted; they must have been flushed before.
  void trust();

 private:
  void put(std::int64_t frames, const std::vector<const std::byte*>& values);
  void put_times(std::int64_t frames);
  void put_waiting();

  WritableFile& file_;
  std::string place_;  // "/report/exc"
  FrameShape shape_;
  std::int64_t frame_bytes_ = 0;  // of one variable
  std::int64_t chunk_frames_ = 1;
  std::int64_t written_ = 0;                            // frames in the file
  std::int64_t waiting_ = 0;                            // frames in waiting_values_
  double summed_ = 0;                                   // the interval added up written_ times, ms
  std::vector<std::vector<std::byte>> waiting_values_;  // [variable][frame][column]
  std::vector<std::string> names_;                      // of the variables
  std::vector<H5::DataSet> variables_;
  H5::DataSet time_, mapping_time_;
};

}  // namespace hillock::record
