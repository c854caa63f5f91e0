// What was measured of a population, as /analysis/<population> of a file.
#pragma once
#include "engine/analysis_table.hpp"
#include "record/hdf5_file.hpp"

namespace hillock::record {

// Writes a table below the group `analysis`: float64 data sets with units, over dimension scales.
void write_analysis(H5::Group& analysis, const engine::AnalysisTable& table);

}  // namespace hillock::record
