// The HDF5 file of one run, from its creation to its final name; every call from one thread.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/analysis_table.hpp"
#include "engine/recorder.hpp"
#include "record/edge_group.hpp"
#include "record/hdf5_file.hpp"
#include "record/output_file.hpp"
#include "record/report_group.hpp"
#include "record/snippet_group.hpp"
#include "record/spike_group.hpp"
#include "record/weight_group.hpp"

namespace hillock::record {

class RunFile {
 public:
  // Creates the groups and writes what is known before the run. Throws IoError.
  RunFile(const std::string& path, bool replace, const engine::RunLayout& layout);

  void append(const engine::FrameBlock& block);
  void append(const engine::SpikeBlock& block);
  void append(const engine::SnippetBlock& block);
  // The blocks of one layout after the other.
  void append(const engine::EdgeBlock& block) { edges_.append(block); }
  // Of one layout after the other, before the frames of any.
  void append(const engine::WeightColumns& columns) { weights_.append(columns); }
  void append(const engine::WeightBlock& block) { weights_.append(block); }
  // What was measured of one population, once for each; it is written at the end, when everything else is
  // safe.
  void append(const engine::AnalysisTable& table) { analysis_.push_back(table); }
  // Brings everything up to `time` (ms) to the file in two steps: first the data, then how much of it may be
  // trusted. So a kill at any moment leaves a file whose trusted part is right.
  void flush(double time);
  // Writes how the run ended, closes the file and, if it is complete, gives it its final name.
  void finish(engine::RunEnd end, double time, const std::string& reason,
              const std::map<std::string, double>& numbers);

 private:
  void write_analysis();
  void write_end(engine::RunEnd end, double time, const std::string& reason,
                 const std::map<std::string, double>& numbers);
  void trust(double time);

  OutputFile output_;
  bool replace_;
  WritableFile file_;
  H5::Group root_;
  std::vector<std::unique_ptr<ReportGroup>> reports_;
  std::vector<engine::AnalysisTable> analysis_;
  std::vector<std::unique_ptr<SpikeGroup>> spikes_;  // null where the layout records none
  std::vector<std::unique_ptr<SnippetGroup>> snippets_;
  EdgeGroups edges_;
  WeightGroups weights_;
};

}  // namespace hillock::record
