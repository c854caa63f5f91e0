// Where neurons are, as SONATA's nodes: /nodes of a run's file.
#pragma once
#include <vector>

#include "engine/recorder.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// nodes/<population>: node_id, node_type_id, node_group_id and node_group_index, all neurons in one group,
// `0`, with x, y and z (um) as far as there are. Throws IoError.
void write_nodes(WritableFile& file, const std::vector<engine::NodeLayout>& nodes);

}  // namespace hillock::record
