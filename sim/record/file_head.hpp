// What the file of a run and that of a sweep have in common: what they say about themselves from the
// beginning.
#pragma once
#include <H5Cpp.h>

#include "engine/recorder.hpp"

namespace hillock::record {

// Attributes of `/`: format, version, seed, and that the file is still being written.
void write_head(H5::Group& root, const engine::RunFacts& facts);
// The group /meta.
void write_meta(H5::Group& root, const engine::RunFacts& facts);

}  // namespace hillock::record
