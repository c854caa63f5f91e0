// One report of a run's file: values of some neurons over time, as SONATA and netCDF-4 both want it.
#pragma once
#include <cstddef>
#include <cstdint>
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

// report/<group> of the file or of a group in it: time, neuron, one data set [time, neuron] per variable
// (means: [time]), mapping.
class ReportGroup {
 public:
  // `parent`: "/runs/7"; there is a group "report" in it.
  ReportGroup(WritableFile& file, const engine::ReportLayout& layout, const std::string& parent = "");

  // Adds whole frames; the block must start where the last one ended.
  void append(const engine::FrameBlock& block);
  // Writes what waits for its chunk to fill up. Compressed chunks are written only when full, unless it is
  // the end: a compressed chunk that is written twice is broken by a kill in between.
  void write_waiting(bool end);
  // Says in mapping/time that the frames written so far may be trusted; they must have been flushed before.
  void trust();

 private:
  void create_variables(H5::Group& group);
  void create_mapping(H5::Group& group);
  void put(std::int64_t frames, const std::vector<const std::byte*>& values);
  void put_times(std::int64_t frames);
  void put_waiting();

  WritableFile& file_;
  engine::ReportLayout layout_;
  std::string place_;             // "/report/exc"
  std::int64_t frame_bytes_ = 0;  // of one variable
  std::int64_t chunk_frames_ = 1;
  std::int64_t written_ = 0;                            // frames in the file
  std::int64_t waiting_ = 0;                            // frames in waiting_values_
  double summed_ = 0;                                   // the interval added up written_ times, ms
  std::vector<std::vector<std::byte>> waiting_values_;  // [variable][frame][neuron]
  std::vector<H5::DataSet> variables_;
  H5::DataSet time_, neuron_, mapping_time_;
};

}  // namespace hillock::record
