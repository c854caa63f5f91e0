// What is kept of the points of a stack: takes the blocks of one run apart, and measures each point.
#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "assemble/analysis.hpp"
#include "assemble/assemble.hpp"
#include "base/units.hpp"
#include "model/experiment.hpp"
#include "record/sweep_file.hpp"

namespace hillock::sweep {

// What is measured of each point of this experiment, whatever it is: of every population its spikes, and all
// single values that its analysis asks for.
std::vector<record::SweepMeasure> measures_of(const model::Experiment& experiment,
                                              const std::vector<assemble::AnalysisPlan>& plans);

// The unit of a measure (a rate has Hz), and how many internal units that is.
base::Unit unit_of(const record::SweepMeasure& measure);
double scale_of(const record::SweepMeasure& measure);

// What the names of the measures of a population begin with: nothing, where there is only one.
std::string prefix_of(const model::Experiment& experiment, const std::string& population);

// What a single point has recorded, block by block.
struct Blocks {
  std::vector<engine::FrameBlock> frames;
  std::vector<engine::SpikeBlock> spikes;
};

class BlockKeeper final : public engine::Recorder {
 public:
  const Blocks& blocks() const { return blocks_; }
  void write(engine::FrameBlock block) override { blocks_.frames.push_back(std::move(block)); }
  void write(engine::SpikeBlock block) override { blocks_.spikes.push_back(std::move(block)); }
  void write(engine::SnippetBlock) override {}
  void write(engine::WeightColumns) override {}
  void write(engine::WeightBlock) override {}
  void advance(double) override {}
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}

 private:
  Blocks blocks_;
};

// The recorder of a stack of points with equal populations.
class StackRecorder final : public engine::Recorder {
 public:
  // `one`: a point of the stack; `layout`: what its results are made of.
  StackRecorder(const model::Experiment& one, std::int64_t points, const assemble::Prepared& stack,
                const record::SweepLayout& layout);
  void write(engine::FrameBlock block) override;
  void write(engine::SpikeBlock block) override;
  void write(engine::SnippetBlock) override {}
  void write(engine::WeightColumns) override {}
  void write(engine::WeightBlock) override {}
  void advance(double) override {}
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}

  // What a point had recorded before the run of the stack began.
  void begin_with(std::size_t point, const Blocks& blocks);
  // What a point has recorded in the last report, which has one variable of one neuron, as float64; it is not
  // kept then. NaN behind the end of a point that has ended earlier.
  std::vector<double> take_last_trace(std::size_t point, const engine::Simulation& simulation);
  // When a neuron of the point has fired, ms.
  std::vector<double> spike_times(std::size_t point, std::size_t population, std::uint64_t neuron) const;
  // The results of each point at the end of the run, which each may have reached at a time of its own.
  std::vector<record::PointResult> results(const engine::Simulation& simulation);

 private:
  struct Kept {
    assemble::Analysis analysis;
    std::vector<engine::SpikeBlock> spikes;   // per population
    std::vector<record::PointTraces> traces;  // per report
  };
  engine::FrameBlock part_of(const engine::FrameBlock& block, std::int64_t point, std::int64_t values) const;
  void keep(Kept& kept, const engine::FrameBlock& part);
  void keep(Kept& kept, const engine::SpikeBlock& part);
  std::size_t population_of(const engine::SpikeBlock& block) const {
    return static_cast<std::size_t>(populations_[static_cast<std::size_t>(block.spikes)]);
  }
  // Takes away what was recorded of a point from a grid point on.
  void cut(Kept& kept, std::int64_t step) const;
  record::PointResult result(Kept& kept, double reached, double stopped_at) const;
  // What the traces of a point are, if they have no place in the arrays of the layout.
  std::vector<engine::ReportLayout> own_reports() const;

  const model::Experiment& one_;
  const record::SweepLayout& layout_;
  engine::RunLayout recorded_;
  std::vector<int> populations_;  // of each block of spikes, those of the analysis included
  std::vector<std::int64_t>
      values_;  // of one point in a frame of each report, those of the analysis included
  std::vector<Kept> kept_;
};

// The experiment as a point of a sweep is run: with this seed, recording the spikes of all and traces only if
// they are kept; and so what it becomes during the run.
void as_point(model::Experiment& experiment, std::uint64_t seed, bool traces);

}  // namespace hillock::sweep
