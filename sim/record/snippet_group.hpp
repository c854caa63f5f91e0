// Values around spikes in a run's file: what `around_spikes` records.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// How far a group of values around spikes may be trusted: the attribute `recorded`, f64[4].
struct RecordedSnippets {
  double time = 0;                      // ms: every window that ended before it is there
  std::uint64_t count = 0;              // of the spikes whose values are there
  std::uint64_t left_out_at_start = 0;  // spikes whose window reaches over the beginning of the run,
  std::uint64_t left_out_at_end = 0;    // and over what has been simulated
};

// All zero where the attribute is missing. One attribute, so that a kill cannot leave one number without the
// others.
RecordedSnippets recorded_snippets(const H5::Group& group);
// Sets it, and the counts once more under their names, for people.
void set_recorded_snippets(H5::Group& group, const RecordedSnippets& recorded);

// /around_spikes/<group>: timestamps (ms), node_ids and sampled_at (ms), one each per spike, in order of
// (time, id); offset (ms); one data set [spike, offset] per variable.
class SnippetGroup {
 public:
  SnippetGroup(WritableFile& file, const engine::SnippetLayout& layout);
  // Adds spikes, none earlier than those before.
  void append(const engine::SnippetBlock& block);
  // Writes what has been gathered so far.
  void write_waiting();
  // Says that what has been written so far may be trusted; it must have been flushed before.
  void trust(double time);

 private:
  void create();

  WritableFile& file_;
  engine::SnippetLayout layout_;
  std::string place_;          // "/around_spikes/exc"
  std::size_t row_bytes_ = 0;  // of one variable
  std::uint64_t written_ = 0, left_out_at_start_ = 0, left_out_at_end_ = 0;
  double last_time_ = 0;
  std::vector<double> times_, sampled_at_;
  std::vector<std::uint64_t> node_ids_;
  std::vector<std::vector<std::byte>> values_;  // [variable][spike, offset]
  H5::Group group_;
  H5::DataSet timestamps_, ids_, sampled_set_, offset_;
  std::vector<H5::DataSet> variables_;
};

}  // namespace hillock::record
