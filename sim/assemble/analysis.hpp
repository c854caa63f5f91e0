// What is measured while a run goes on: its plan, what is held in memory for it, and the results.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/population_facts.hpp"
#include "base/diagnostics.hpp"
#include "engine/analysis_table.hpp"
#include "engine/recorder.hpp"
#include "engine/simulation.hpp"
#include "model/experiment.hpp"

namespace hillock::assemble {

struct BuiltPopulation;

// What is measured of one population.
struct AnalysisPlan {
  std::string population;
  std::vector<std::int64_t> neurons;
  std::vector<const analysis::Feature*> features;
  std::vector<std::string> statistics;
  analysis::Settings settings;
  std::optional<double> start, stop;             // ms, of the statistics: those of the run if left out
  double stimulus_start = 0, stimulus_stop = 0;  // ms
  double bin = 0;                                // ms, of the statistics
  double interval = 0, duration = 0;             // ms
  std::int64_t frames = 0;                       // of the whole run
  int report = -1,
      spikes = -1;  // indices of the blocks that it takes; -1: none are needed, or there are none
  analysis::InputKind input = analysis::InputKind::unknown;  // of the current that is held beside V
  std::string note;                                          // why features are missing, otherwise empty
  // What is held until the end of the run; spikes are not known beforehand.
  double bytes() const;
};

// The input that features of this analysis need the current into, held beside V: the first of the model. Null
// where none needs it, or it is neither a current nor a current density.
const model::InputSite* held_input(const model::Experiment& experiment, const model::AnalysisSpec& spec);

// Bytes that the traces of the analysis would take, before anything is allocated.
double analysis_bytes(const model::Experiment& experiment);

// Adds what the analysis needs behind the reports and spikes that are recorded: to the plan and, in parallel,
// to the layout that the step loop gets (results have only what precedes).
std::vector<AnalysisPlan> plan_analysis(const model::Experiment& experiment,
                                        const std::vector<BuiltPopulation>& built,
                                        engine::SimulationPlan& plan, engine::RunLayout& layout,
                                        base::Diagnostics& diagnostics);

// Takes the blocks of the analysis out of the stream between the step loop and a recorder, and measures them.
// Traces are held as float64 of every step, so values are those of such a recording.
class Analysis {
 public:
  explicit Analysis(std::vector<AnalysisPlan> plans);
  // Whether the block was for the analysis; then it has been taken over.
  bool take(const engine::FrameBlock& block);
  bool take(const engine::SpikeBlock& block);

  // How much is held of each plan, and the way back to it.
  struct Mark {
    std::vector<std::int64_t> frames;
    std::vector<std::vector<std::size_t>> spikes;  // of each neuron
  };
  Mark mark() const;
  void go_back(const Mark& mark);

  const std::vector<AnalysisPlan>& plans() const { return plans_; }
  // What was measured up to a time (ms), in the order of the plans. May be called at any time, also again.
  std::vector<analysis::PopulationFacts> facts(double reached) const;
  // The same as results hold it.
  std::vector<engine::AnalysisTable> tables(double reached) const;

 private:
  struct Held {
    std::unique_ptr<double[]> V;   // [neuron][frame], mV
    std::unique_ptr<double[]> I;   // [neuron][frame], nA or uA/cm2; null: not held
    std::int64_t frames = 0;       // so many are there
    analysis::SpikeTrains trains;  // ms, also outside of the window
  };
  analysis::PopulationFacts facts_of(std::size_t plan, double reached) const;

  std::vector<AnalysisPlan> plans_;
  std::vector<Held> held_;  // parallel to plans_
};

// The results as files and Python hold them: one value per neuron, features of action potentials as their
// mean over those of the neuron; NaN where there is none.
engine::AnalysisTable table_of(const AnalysisPlan& plan, const analysis::PopulationFacts& facts);

// A recorder in front of another one, which gets everything but what the analysis needs.
class AnalysingRecorder final : public engine::Recorder {
 public:
  AnalysingRecorder(engine::Recorder& next, std::vector<AnalysisPlan> plans)
      : next_(next), analysis_(std::move(plans)) {}
  const Analysis& analysis() const { return analysis_; }
  Analysis& analysis() { return analysis_; }

  void write(engine::FrameBlock block) override {
    if (!analysis_.take(block)) next_.write(std::move(block));
  }
  void write(engine::SpikeBlock block) override {
    if (!analysis_.take(block)) next_.write(std::move(block));
  }
  void write(engine::SnippetBlock block) override { next_.write(std::move(block)); }
  void write(engine::WeightColumns columns) override { next_.write(std::move(columns)); }
  void write(engine::WeightBlock block) override { next_.write(std::move(block)); }
  void advance(double time) override { next_.advance(time); }
  void finish(engine::RunEnd end, double time, const std::string& reason,
              const std::map<std::string, double>& numbers) override {
    next_.finish(end, time, reason, numbers);
  }

 private:
  engine::Recorder& next_;
  Analysis analysis_;
};

}  // namespace hillock::assemble
