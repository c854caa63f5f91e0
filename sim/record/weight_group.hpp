// Weights of connections over time in a run's file.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "record/frame_sets.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// <group> in a group of connections: source_node_id and target_node_id [synapse], time, weight [time,
// synapse], mapping. Without any synapse there is no weight.
class WeightGroup {
 public:
  WeightGroup(WritableFile& file, H5::Group& connections, const engine::WeightLayout& layout,
              const engine::WeightColumns& columns);
  FrameSets& frames() { return frames_; }

 private:
  FrameSets frames_;
};

// The group /connections. It has no name before the synapses of all of its groups are on the disk: a file
// that a killed run leaves says of all weights in it whose they are.
class WeightGroups {
 public:
  WeightGroups(WritableFile& file, const std::vector<engine::WeightLayout>& layouts)
      : file_(file), layouts_(layouts) {}
  // Of one layout after the other, before the first frame.
  void append(const engine::WeightColumns& columns);
  void append(const engine::WeightBlock& block);
  // See FrameSets.
  void write_waiting(bool end);
  void trust();
  // To be called before the file is closed.
  void close();

 private:
  WritableFile& file_;
  std::vector<engine::WeightLayout> layouts_;
  H5::Group connections_;                             // until it has its name
  std::vector<std::unique_ptr<WeightGroup>> groups_;  // as far as their synapses are known
};

}  // namespace hillock::record
