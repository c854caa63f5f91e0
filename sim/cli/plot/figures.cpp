// The table of figures, and the one that is made of others.
#include "cli/plot/figures.hpp"

#include "base/diagnostics.hpp"

namespace hillock::cli {

void add_overview(PlottedRun& run, Figure& figure) {
  bool traces = false, spikes = false, pooled = false;
  for (const std::string& name : run.chosen_names()) {
    traces = traces || run.has_traces(name);
    spikes = spikes || run.has_spikes(name);
    pooled = pooled || !run.pooled(name).empty();
  }
  if (!traces && !spikes && !pooled)
    throw base::UserError(run.info().path + " holds neither spikes nor traces",
                          "hillock info says what the file holds");
  if (traces) add_traces(run, figure);
  if (pooled) {
    if (traces) figure.panels.back().joined = true;
    add_pooled(run, figure);
  }
  if (!spikes) return;
  if (traces || pooled) figure.panels.back().joined = true;
  const std::size_t first = figure.panels.size();
  add_raster(run, figure);
  for (std::size_t k = first; k < figure.panels.size(); ++k) figure.panels[k].share *= 2.2;
}

const std::vector<FigureKind>& figure_kinds() {
  static const std::vector<FigureKind> kinds{
      {"overview", "Traces with the spikes above them, means, spikes of all neurons, and rates", 180, 18,
       true, add_overview},
      {"trace", "Traces, with the spikes above them", 180, 26, true, add_traces},
      {"population", "Means, sums and rates of populations", 180, 34, true, add_pooled},
      {"phase_plane", "Phase plane", 89, 62, true, add_phase_plane},
      {"raster", "Spikes of all neurons, and rates", 180, 48, false, add_raster},
      {"isi_histogram", "Intervals between the spikes of a neuron", 89, 45, false, add_interval_histogram},
      {"gates", "Variables of one neuron", 180, 48, true, add_gates},
      {"fi", "Rate over current", 89, 50, true, add_rate_over_current},
  };
  return kinds;
}

}  // namespace hillock::cli
