// The figures of `hillock plot`: each takes from a run what it shows.
#pragma once
#include <string>
#include <vector>

#include "cli/plot/figure.hpp"
#include "cli/plot/plotted_run.hpp"

namespace hillock::cli {

// Panels and notes of a figure; every one throws IoError, and UserError if the run has not what it needs.
void add_traces(PlottedRun& run, Figure& figure);
// Means, sums and rates of populations: a panel for each variable.
void add_pooled(PlottedRun& run, Figure& figure);
void add_gates(PlottedRun& run, Figure& figure);
void add_phase_plane(PlottedRun& run, Figure& figure);
void add_raster(PlottedRun& run, Figure& figure);
void add_interval_histogram(PlottedRun& run, Figure& figure);
void add_rate_over_current(PlottedRun& run, Figure& figure);
// Traces with a raster and rates below them on one time axis, as far as the run has them.
void add_overview(PlottedRun& run, Figure& figure);

// A figure as --figure names it.
struct FigureKind {
  std::string name, doc;
  double width, panel_height;  // mm: of the figure unless chosen; of a panel with a share of 1
  bool variables;              // whether --variable chooses something
  void (*add)(PlottedRun&, Figure&);
};
const std::vector<FigureKind>& figure_kinds();

}  // namespace hillock::cli
