// The spikes of one population in a run's file, in SONATA's form.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/recorder.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

constexpr hsize_t chunk_spikes = 4096;  // of one population

// The attribute `recorded` of a population's spikes: the time (ms) up to which the file holds them, and their
// number; nothing if missing. One attribute, so that a kill cannot leave one without the other.
std::optional<std::array<double, 2>> recorded_spikes(const H5::Group& group);
void set_recorded_spikes(H5::Group& group, double time, std::uint64_t count);

// /spikes/<population>: timestamps (ms) and node_ids, in order of (time, id).
class SpikeGroup {
 public:
  SpikeGroup(WritableFile& file, const engine::SpikeLayout& layout);
  // Adds spikes, none earlier than those before.
  void append(const engine::SpikeBlock& block);
  // Writes what has been gathered so far.
  void write_waiting();
  // Says in the attribute `recorded` that the spikes written so far may be trusted; they must have been
  // flushed before.
  void trust(double time);
  std::uint64_t count() const { return written_ + times_.size(); }

 private:
  WritableFile& file_;
  std::string place_;
  std::uint64_t written_ = 0;
  double last_time_ = 0;
  std::vector<double> times_;
  std::vector<std::uint64_t> node_ids_;
  H5::Group group_;
  H5::DataSet timestamps_, ids_;
};

}  // namespace hillock::record
