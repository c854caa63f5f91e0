// A trace as minima and maxima of bins (of the values that are finite; NaN where none is): all of a small
// report, an overview of a large one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "record/run_reader.hpp"

namespace hillock::cli {

struct TraceBins {
  std::uint64_t first = 0;               // the frame that the first bin begins with
  std::uint64_t per = 1;                 // frames in a bin
  std::vector<std::vector<float>> low;   // [trace][bin], in the variable's unit
  std::vector<std::vector<float>> high;  // empty where per is 1
  std::string note;                      // what was left out, for people; may be empty
};

// For one variable: samples kept, and bytes up to which it is read whole; of larger ones a quarter of that is
// read.
struct TraceBudget {
  std::uint64_t samples = 1'000'000;
  std::uint64_t bytes = std::uint64_t{128} << 20;
};

// Frames of columns of a variable; a mean has one column. Where the file holds more bytes of them than the
// budget, each bin is what its first frames are. Throws IoError.
TraceBins trace_bins(record::RunReader& reader, const record::ReportInfo& report,
                     const record::ReportInfo::Variable& variable, std::span<const std::size_t> columns,
                     const TraceBudget& budget = {}, record::FrameRange range = {});

// Bytes that one frame of a variable takes, all neurons together.
std::uint64_t frame_bytes(const record::ReportInfo& report, const record::ReportInfo::Variable& variable);

// At most `most` of so many columns, evenly spread over them.
std::vector<std::size_t> shown_columns(std::size_t recorded, std::size_t most);

}  // namespace hillock::cli
