// What a sweep would take, for `hillock check`: measured on a stack of its first points.
#pragma once
#include <optional>

#include "sweep/run_points.hpp"

namespace hillock::sweep {

// How often each point is run, where something is searched for; of a fit at most.
std::int64_t runs_of_each_point(const config::SweepSpec& spec);

// Wall time of all points in s: the steps that some points take within `budget` seconds, scaled to all of
// them. An estimate: the points may differ in cost, and spikes may come later in the run. Nothing if the
// first points fail.
std::optional<double> predict_seconds(const config::Template& config, const config::SweepSpec& spec,
                                      const Points& points, const record::SweepLayout& layout,
                                      const RunOptions& options, double budget);

}  // namespace hillock::sweep
