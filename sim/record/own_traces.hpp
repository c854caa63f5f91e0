// /runs/<point> of a sweep's file: the traces of a point that have no place in the arrays of all points, as
// the file of a run has them.
#pragma once
#include <cstdint>
#include <vector>

#include "record/hdf5_read.hpp"
#include "record/sweep_layout.hpp"

namespace hillock::record {

// Writes the traces of a result that has reports of its own, whose numbers it takes.
void write_own_traces(WritableFile& file, std::int64_t point, PointResult& result);

// Fills in what was written of a point; nothing if it has no traces of its own.
void read_own_traces(ReadableFile& file, std::int64_t point, PointResult& result);

// The points that have, in order.
std::vector<std::int64_t> points_with_own_traces(const H5::Group& root);

// Takes away those of this point and of all behind it.
void forget_own_traces(H5::Group& root, std::int64_t first);

}  // namespace hillock::record
