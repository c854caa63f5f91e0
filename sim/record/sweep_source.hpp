// The results in the file of a sweep, to be taken over into a new file of the same points.
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "record/hdf5_read.hpp"
#include "record/sweep_layout.hpp"

namespace hillock::record {

// Throws IoError unless the file `name` is of the same points: config, models, seeds and version.
void require_same_sweep(const H5::Group& root, const std::string& name, const SweepLayout& layout);

class SweepSource {
 public:
  // Throws IoError, also if the file is of other points. The layout must outlive this.
  SweepSource(const std::string& path, const SweepLayout& layout);
  // Several threads may ask at once.
  bool done(std::int64_t point) const { return status_[static_cast<std::size_t>(point)] == 0; }
  // Whether every point was run, the failed ones included.
  bool complete() const { return std::ranges::find(status_, std::int8_t{-1}) == status_.end(); }
  // What the file holds of a point that is done. Throws IoError.
  PointResult result(std::int64_t point);

 private:
  struct Spikes {
    H5::DataSet timestamps, node_ids;
    std::vector<std::int64_t> runs;
  };
  engine::SpikeBlock spikes_of(std::size_t population, std::int64_t point) const;
  PointTraces traces_of(std::size_t report, std::int64_t point) const;

  const SweepLayout& layout_;
  ReadableFile file_;
  std::vector<std::int8_t> status_;
  std::vector<std::vector<double>> measures_;
  std::vector<Spikes> spikes_;
  std::vector<std::vector<H5::DataSet>> reports_;
};

}  // namespace hillock::record
