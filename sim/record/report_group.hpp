// One report of a run's file: values of some neurons over time, as SONATA and netCDF-4 both want it.
#pragma once
#include <string>

#include "engine/recorder.hpp"
#include "record/frame_sets.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// report/<group> of the file or of a group in it: time, neuron, one data set [time, neuron] per variable
// (means: [time]), mapping.
class ReportGroup {
 public:
  // `parent`: "/runs/7"; there is a group "report" in it.
  ReportGroup(WritableFile& file, const engine::ReportLayout& layout, const std::string& parent = "");

  // See FrameSets.
  void append(const engine::FrameBlock& block) { frames_.append(block); }
  void write_waiting(bool end) { frames_.write_waiting(end); }
  void trust() { frames_.trust(); }

 private:
  void create_variables(H5::Group& group);
  void create_mapping(H5::Group& group);

  engine::ReportLayout layout_;
  FrameSets frames_;
  H5::DataSet neuron_;
};

}  // namespace hillock::record
