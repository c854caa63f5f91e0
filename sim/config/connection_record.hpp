// `record: {connections: {ee: [edges]}}`: what is recorded of connections.
#pragma once
#include "config/reader.hpp"
#include "model/experiment.hpp"

namespace hillock::config {

// `section`: the entry `connections` of `record`; `root`: the config, whose connections have been read.
void read_connection_records(Reader& reader, const Node& root, const Entry& section,
                             model::Experiment& experiment);

}  // namespace hillock::config
