// The synapses of connections in a run's file, as SONATA's edges.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// <group> in a group of edges: source_node_id, target_node_id, edge_type_id, edge_group_id, edge_group_index,
// 0/{syn_weight, delay}, indices/{source_to_target, target_to_source}.
class EdgeGroup {
 public:
  EdgeGroup(WritableFile& file, H5::Group& edges, const engine::EdgeLayout& layout);
  // Blocks come in order of their targets; the last one ends the group.
  void append(const engine::EdgeBlock& block);

 private:
  void count(const engine::EdgeBlock& block);
  void finish();
  void write_zeros(const std::string& name);
  void write_index_of_targets(H5::Group& indices);
  void write_index_of_sources(H5::Group& indices);
  void write_ids_of_sources(H5::DataSet& ranges, std::size_t first, std::size_t end, std::uint64_t at);

  WritableFile& file_;
  engine::EdgeLayout layout_;
  std::string place_;  // "/edges/ee"
  H5::Group group_;
  H5::DataSet sources_, targets_, index_, weights_, delays_, bound_;
  std::uint64_t written_ = 0;
  std::vector<std::uint64_t> of_source_, of_target_;  // how many edges each neuron has
};

// The group /edges. It has no name before all of it is on the disk: a file that a killed run leaves has all
// edges or none.
class EdgeGroups {
 public:
  EdgeGroups(WritableFile& file, const std::vector<engine::EdgeLayout>& layouts)
      : file_(file), layouts_(layouts) {}
  // The blocks of one layout after the other.
  void append(const engine::EdgeBlock& block);
  // Leaves what is not complete. To be called before the file is closed.
  void close();

 private:
  WritableFile& file_;
  std::vector<engine::EdgeLayout> layouts_;
  H5::Group edges_;
  std::unique_ptr<EdgeGroup> group_;  // while it is written
  std::size_t complete_ = 0;          // layouts
};

}  // namespace hillock::record
