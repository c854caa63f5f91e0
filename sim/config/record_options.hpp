// What can be said of any record: how often, in which numbers, compressed or not.
#pragma once
#include <cstdint>

#include "config/reader.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// Steps between two frames; 1 where it is no multiple of dt, which is reported.
std::int64_t read_every(Reader& reader, const Node& node, const model::SimulationSpec& simulation);

// `dtype: float64`.
bool read_float64(Reader& reader, const Node& node);

// `compress: 0` to 9.
int read_deflate(Reader& reader, const Node& node);

}  // namespace hillock::config
