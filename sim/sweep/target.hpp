// What a fit is measured by: how far the results of a run lie from what they are to be.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "config/fit_section.hpp"
#include "model/experiment.hpp"
#include "record/sweep_layout.hpp"
#include "sweep/collect.hpp"

namespace hillock::sweep {

// How far a run is from the target. One that lacks what is compared is worse than any that has it.
struct Deviation {
  std::int64_t missing = 0;  // measures without a value, and a trace that is not finite
  double error = 0;          // root of the mean square of the deviations, each in its sd
  bool operator<(const Deviation& other) const {
    return std::pair(missing, error) < std::pair(other.missing, other.error);
  }
};

// Of the table, where spikes are compared.
constexpr const char* coincidence_column = "coincidence";

// What is compared with recordings.
struct Observed {
  std::vector<double> trace;   // one value for each step
  std::vector<double> spikes;  // ms
};

class Target {
 public:
  // Finds the measures among those of the layout, and reads the trace. Throws UserError.
  Target(const config::FitSpec& fit, const model::Experiment& experiment, const record::SweepLayout& layout);

  bool has_trace() const { return fit_.trace.has_value(); }
  // Adds what the trace is compared with as the last report: its only variable, at every step; and so to what
  // it becomes during the run.
  void record(model::Experiment& experiment) const;
  // What a point of a stack has of that.
  Observed observed(StackRecorder& recorder, std::size_t point, const engine::Simulation& simulation) const;
  // How far the point is from the target, given its measures, those of the table; its coincidence factor is
  // added to them.
  Deviation judge(std::vector<double>& measures, const Observed& observed, double dt) const;

 private:
  void find_measures(const model::Experiment& experiment, const record::SweepLayout& layout);
  void read_trace(const model::Experiment& experiment);
  void read_spikes(const model::Experiment& experiment);
  // The root of the mean square of the differences from the trace, and the distance from the spikes, in their
  // sd.
  double trace_error(const std::vector<double>& trace, double dt) const;
  double spike_error(const std::vector<double>& spikes) const;
  double coincidence(const std::vector<double>& spikes) const;

  const config::FitSpec& fit_;
  struct Measure {
    std::size_t column;  // of the table
    double value, sd;    // in its unit
  };
  std::vector<Measure> measures_;
  std::size_t coincidence_ = 0;         // the column of the coincidence factor
  std::vector<double> times_, values_;  // of the trace in its window: ms, and internal units, clipped
  std::vector<double> spikes_;          // in their window, ms
};

}  // namespace hillock::sweep
