// A run's file and which part of it a figure shows: the choices of the command line, checked against the
// file.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/option_values.hpp"
#include "cli/plot/figure.hpp"
#include "cli/shown/shown_spikes.hpp"
#include "record/run_reader.hpp"

namespace hillock::cli {

struct PlotRequest {
  std::vector<std::string> populations, variables;  // empty: the figure's own choice
  std::vector<std::int64_t> neurons;                // the same; otherwise ascending
  std::optional<double> start, stop;                // ms
};

// Recorded values of single neurons of a population, of which some are shown.
struct ShownTraces {
  const record::ReportInfo* report = nullptr;
  const record::ReportInfo::Variable* variable = nullptr;
  std::vector<std::int64_t> neurons;
  std::vector<std::size_t> columns;  // of the neurons
  std::size_t recorded = 0;          // how many neurons there are
  record::FrameRange frames;         // in the window
};

class PlottedRun {
 public:
  // Throws IoError if the file cannot be read; UserError if it has not what is asked for.
  PlottedRun(const std::string& path, PlotRequest request);

  record::RunReader& reader() { return reader_; }
  const record::RunInfo& info() const { return reader_.info(); }
  const PlotRequest& request() const { return request_; }
  TimeWindow window() const { return window_; }
  // From now on the window is this one, but for the ends that were asked for. Throws UserError if nothing
  // lies in it.
  void narrow(TimeWindow window);
  std::string name() const;  // of the file, without its folder

  // Sentences on populations that have not the neurons asked for.
  const std::vector<std::string>& left_out() const { return chosen_.left_out; }
  // The populations asked for (or all that have the neurons), and those of them that have traces of single
  // neurons, or spikes. Throws UserError if none has; one that was asked for must.
  const std::vector<std::string>& chosen_names() const { return chosen_.names; }
  std::vector<std::string> traced_populations() const;
  std::vector<std::string> spiking_populations() const;
  // The one to draw where a figure has room for one: the first that has the variables asked for, or else the
  // first. Throws UserError if several were
  // asked for.
  std::string only(const std::vector<std::string>& populations) const;
  // The colour that a population has in all panels.
  int colour_of(const std::string& population) const;
  bool has_traces(const std::string& population) const;
  bool has_spikes(const std::string& population) const;
  // A mean, sum or rate of a population that is asked for; no rate where its spikes say more.
  std::vector<ShownTraces> pooled(const std::string& population) const;

  // The variable asked for, or else V, or else the first that was recorded.
  std::string variable_of(const std::string& population) const;
  // The neurons asked for, otherwise at most `most` of those recorded. Throws UserError if the variable or a
  // neuron was not recorded, or no frame lies in the window.
  ShownTraces traces(const std::string& population, const std::string& variable, std::size_t most);
  // The names of all variables of single neurons of a population.
  std::vector<std::string> variables(const std::string& population) const;

  // All spikes in the window of the neurons asked for. Nothing if there are more than `most` in the window.
  std::optional<record::Spikes> spikes(const std::string& population, std::uint64_t most);
  // The same of the first `most` ones in the window.
  record::Spikes first_spikes(const std::string& population, std::uint64_t most);
  // How many spikes of all neurons lie in the window.
  std::uint64_t count_spikes(const std::string& population);

  // The window as an axis, in ms or s, and the factor from ms to its unit.
  Axis time_axis() const;
  double time_scale() const;

 private:
  std::vector<std::string> chosen(bool (PlottedRun::*has)(const std::string&) const,
                                  const std::string& what) const;

  record::RunReader reader_;
  PlotRequest request_;
  TimeWindow window_;
  PopulationsWithNeurons chosen_;
};

// A unit as papers write it: µA/cm² of uA/cm2. "V (mV)" of a variable and its unit, "m" if it has none.
std::string typeset_unit(std::string unit);
std::string quantity_label(const std::string& name, const std::string& unit);

// The lowest and highest finite y of all series; nothing if there are none.
std::optional<Range> range_of_y(const std::vector<Panel>& panels);

}  // namespace hillock::cli
