// Blocks of a stack are cut at the borders of its points.
#include "sweep/collect.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hillock::sweep {

namespace {

using engine::AnalysisTable;
using engine::AnalysisValues;
using record::SweepMeasure;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

struct Measured {
  SweepMeasure measure;
  double value = none;
};

double mean_of_finite(const std::vector<double>& values) {
  double sum = 0;
  std::int64_t count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? none : sum / static_cast<double>(count);
}

bool has(const AnalysisTable& table, const std::string& name) {
  return std::ranges::any_of(table.values, [&](const AnalysisValues& one) { return one.name == name; });
}

// The single values of a table: means over the neurons where each has one. Histograms and spectra stay out.
// Some features have names that are taken: of the spikes of a population, or of the group of all spikes.
void add(const AnalysisTable& table, const std::string& prefix, std::vector<Measured>& all) {
  const auto named = [&](const std::string& name) {
    const auto taken = [&](const std::string& one) {
      return std::ranges::any_of(all, [&](const Measured& other) { return other.measure.name == one; });
    };
    return name == "spikes"       ? prefix + "spikes_in_window"
           : taken(prefix + name) ? prefix + name + "_per_neuron"
                                  : prefix + name;
  };
  for (const AnalysisValues& values : table.values) {
    if (values.axis == "neuron" && !has(table, values.name + "_mean")) {
      const bool one = values.values.size() == 1;
      all.push_back(
          {{named(values.name), values.unit, values.long_name + (one ? "" : "; mean over the neurons")},
           mean_of_finite(values.values)});
    } else if (values.axis.empty()) {
      std::string name = values.name;
      if (name.ends_with("_mean")) name.resize(name.size() - 5);
      all.push_back({{named(name), values.unit, values.long_name}, values.values.front()});
    }
  }
}

// Whether the traces of two points have their place in one array.
bool have_one_array(const engine::ReportLayout& a, const engine::ReportLayout& b) {
  const auto same = [](const engine::ReportVariable& x, const engine::ReportVariable& y) {
    return x.name == y.name && x.unit == y.unit;
  };
  return a.group == b.group && a.frames == b.frames && a.interval == b.interval && a.float64 == b.float64 &&
         a.pooling == b.pooling && a.neurons == b.neurons &&
         std::ranges::equal(a.variables, b.variables, same);
}

// What is measured of a point, given the tables of its analysis, the spikes of each population, and up to
// when (ms) it ran.
std::vector<Measured> measure(const model::Experiment& experiment, const std::vector<AnalysisTable>& tables,
                              const std::vector<std::int64_t>& spikes, double reached,
                              double stopped_at = none) {
  std::vector<Measured> all;
  for (std::size_t p = 0; p < experiment.populations.size(); ++p) {
    const model::PopulationSpec& population = experiment.populations[p];
    const std::string prefix = prefix_of(experiment, population.name);
    const auto count = static_cast<double>(spikes[p]);
    all.push_back({{prefix + "spike_count", "1", "number of spikes of " + population.name}, count});
    const auto table = std::ranges::find(tables, population.name, &AnalysisTable::population);
    const bool given = table != tables.end() && has(*table, "rate");
    const double neurons = static_cast<double>(population.size), seconds = reached / 1000;
    if (!given)
      all.push_back({{prefix + "rate", "Hz", "spikes of " + population.name + " per neuron and second"},
                     neurons > 0 && seconds > 0 ? count / neurons / seconds : none});
    if (table != tables.end()) add(*table, prefix, all);
  }
  if (!experiment.stops.empty())
    all.push_back({{"stopped_at", "ms", "time at which stop_when ended the run"}, stopped_at});
  return all;
}

}  // namespace

base::Unit unit_of(const SweepMeasure& measure) {
  return base::parse_unit(measure.unit).value_or(base::Unit{});
}

double scale_of(const SweepMeasure& measure) { return base::to_internal("1", unit_of(measure)).value_or(1); }

std::string prefix_of(const model::Experiment& experiment, const std::string& population) {
  return experiment.populations.size() == 1 ? "" : population + "_";
}

std::vector<SweepMeasure> measures_of(const model::Experiment& experiment,
                                      const std::vector<assemble::AnalysisPlan>& plans) {
  std::vector<AnalysisTable> tables;
  for (const assemble::AnalysisPlan& plan : plans) {
    analysis::PopulationFacts nothing;
    nothing.neurons = plan.neurons;
    tables.push_back(assemble::table_of(plan, nothing));
  }
  std::vector<SweepMeasure> measures;
  for (Measured& one :
       measure(experiment, tables, std::vector<std::int64_t>(experiment.populations.size()), 0))
    measures.push_back(std::move(one.measure));
  return measures;
}

void as_point(model::Experiment& experiment, std::uint64_t seed, bool traces) {
  experiment.simulation.seeds = {seed};
  std::vector<model::RecordSpec> all;
  for (std::size_t p = 0; p < experiment.populations.size(); ++p) {
    model::RecordSpec spikes;
    spikes.population = static_cast<int>(p);
    const auto given =
        std::ranges::find(experiment.record, spikes.population, &model::RecordSpec::population);
    if (given != experiment.record.end()) spikes = *given;
    spikes.spikes = true;
    spikes.spike_neurons.clear();
    if (!traces) spikes.variables.clear();
    std::erase_if(spikes.variables,
                  [](const model::VariableSpec& variable) { return variable.around_spikes.has_value(); });
    all.push_back(std::move(spikes));
  }
  experiment.record = std::move(all);
  experiment.connection_record.clear();  // none of it is kept
  for (const model::Change& change : experiment.changes) as_point(*change.then, seed, traces);
}

StackRecorder::StackRecorder(const model::Experiment& one, std::int64_t points,
                             const assemble::Prepared& stack, const record::SweepLayout& layout)
    : one_(one), layout_(layout), recorded_(stack.layout) {
  for (std::size_t p = 0; p < one.populations.size(); ++p) populations_.push_back(static_cast<int>(p));
  for (const engine::ReportLayout& report : recorded_.reports)
    values_.push_back(report.pooled() ? 1 : report.values_per_frame() / points);
  std::vector<assemble::AnalysisPlan> plans = stack.analysis;
  for (assemble::AnalysisPlan& plan : plans) {
    plan.neurons.resize(plan.neurons.size() / static_cast<std::size_t>(points));  // those of the first point
    const auto population = std::ranges::find(one.populations, plan.population, &model::PopulationSpec::name);
    const auto place = [](auto& list, int index, auto value) {
      if (index < 0) return;
      if (std::ssize(list) <= index) list.resize(static_cast<std::size_t>(index) + 1);
      list[static_cast<std::size_t>(index)] = value;
    };
    place(values_, plan.report, std::ssize(plan.neurons));
    place(populations_, plan.spikes, static_cast<int>(population - one.populations.begin()));
  }
  for (std::int64_t k = 0; k < points; ++k) {
    Kept& kept = kept_.emplace_back(Kept{assemble::Analysis(plans), {}, {}});
    kept.spikes.resize(one.populations.size());
    kept.traces.resize(recorded_.reports.size());
    for (std::size_t r = 0; r < recorded_.reports.size(); ++r) {
      const engine::ReportLayout& report = recorded_.reports[r];
      const auto size = report.variables.size() * static_cast<std::size_t>(report.frames * values_[r]);
      if (report.float64)
        kept.traces[r].values64.assign(size, none);
      else
        kept.traces[r].values32.assign(size, std::numeric_limits<float>::quiet_NaN());
    }
  }
}

// values[variable][frame][neuron]: the columns of one point.
engine::FrameBlock StackRecorder::part_of(const engine::FrameBlock& block, std::int64_t point,
                                          std::int64_t values) const {
  engine::FrameBlock part;
  part.report = block.report;
  part.first_frame = block.first_frame;
  part.frames = block.frames;
  const auto cut = [&](const auto& all, auto& own) {
    const std::size_t width = static_cast<std::size_t>(values), row = width * kept_.size();
    for (std::size_t at = width * static_cast<std::size_t>(point); at < all.size(); at += row)
      own.insert(own.end(), all.begin() + static_cast<std::ptrdiff_t>(at),
                 all.begin() + static_cast<std::ptrdiff_t>(at + width));
  };
  cut(block.values64, part.values64);
  cut(block.values32, part.values32);
  return part;
}

void StackRecorder::keep(Kept& kept, const engine::FrameBlock& part) {
  if (kept.analysis.take(part)) return;
  const auto r = static_cast<std::size_t>(part.report);
  const auto frames = static_cast<std::size_t>(recorded_.reports[r].frames),
             width = static_cast<std::size_t>(values_[r]);
  const auto copy = [&](const auto& from, auto& to) {
    const std::size_t size = static_cast<std::size_t>(part.frames) * width;
    for (std::size_t v = 0; v * size < from.size(); ++v)
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(v * size), size,
                  to.begin() + static_cast<std::ptrdiff_t>(
                                   (v * frames + static_cast<std::size_t>(part.first_frame)) * width));
  };
  copy(part.values64, kept.traces[r].values64);
  copy(part.values32, kept.traces[r].values32);
}

void StackRecorder::keep(Kept& kept, const engine::SpikeBlock& part) {
  if (part.times.empty() || kept.analysis.take(part)) return;
  engine::SpikeBlock& to = kept.spikes[population_of(part)];
  to.times.insert(to.times.end(), part.times.begin(), part.times.end());
  to.node_ids.insert(to.node_ids.end(), part.node_ids.begin(), part.node_ids.end());
}

void StackRecorder::begin_with(std::size_t point, const Blocks& blocks) {
  for (const engine::FrameBlock& block : blocks.frames) keep(kept_[point], block);
  for (const engine::SpikeBlock& block : blocks.spikes) keep(kept_[point], block);
}

void StackRecorder::write(engine::FrameBlock block) {
  if (kept_.size() == 1) return keep(kept_.front(), block);
  for (std::size_t k = 0; k < kept_.size(); ++k)
    keep(kept_[k],
         part_of(block, static_cast<std::int64_t>(k), values_[static_cast<std::size_t>(block.report)]));
}

void StackRecorder::write(engine::SpikeBlock block) {
  const auto size = static_cast<std::uint64_t>(one_.populations[population_of(block)].size);
  std::vector<engine::SpikeBlock> parts(kept_.size());
  for (std::size_t i = 0; i < block.times.size(); ++i) {
    engine::SpikeBlock& part = parts[block.node_ids[i] / size];
    part.times.push_back(block.times[i]);
    part.node_ids.push_back(block.node_ids[i] % size);
  }
  for (std::size_t k = 0; k < kept_.size(); ++k) {
    parts[k].spikes = block.spikes;
    keep(kept_[k], parts[k]);
  }
}

// Its spikes end there as they are.
void StackRecorder::cut(Kept& kept, std::int64_t step) const {
  assemble::Analysis::Mark mark = kept.analysis.mark();
  for (std::int64_t& frames : mark.frames) frames = std::min(frames, step);
  kept.analysis.go_back(mark);
  for (std::size_t r = 0; r < kept.traces.size(); ++r) {
    const engine::ReportLayout& report = recorded_.reports[r];
    const std::int64_t every = std::llround(report.interval / one_.simulation.dt);
    const std::int64_t first = std::min(report.frames, (step + every - 1) / every) * values_[r];
    const auto erase = [&](auto& values, auto nothing) {
      const std::int64_t size = report.frames * values_[r];
      for (std::int64_t begin = 0; begin < std::ssize(values); begin += size)
        std::fill(values.begin() + begin + first, values.begin() + begin + size, nothing);
    };
    erase(kept.traces[r].values64, none);
    erase(kept.traces[r].values32, std::numeric_limits<float>::quiet_NaN());
  }
}

record::PointResult StackRecorder::result(Kept& kept, double reached, double stopped_at) const {
  std::vector<std::int64_t> counts;
  for (const engine::SpikeBlock& block : kept.spikes) counts.push_back(std::ssize(block.times));
  record::PointResult point;
  point.status = record::PointStatus::done;
  point.measures.assign(layout_.measures.size(), none);
  for (const Measured& one : measure(one_, kept.analysis.tables(reached), counts, reached, stopped_at)) {
    const auto column = std::ranges::find(layout_.measures, one.measure.name, &SweepMeasure::name);
    if (column != layout_.measures.end())
      point.measures[static_cast<std::size_t>(column - layout_.measures.begin())] = one.value;
  }
  for (const engine::SpikeLayout& wanted : layout_.spikes) {
    const auto population =
        std::ranges::find(one_.populations, wanted.population, &model::PopulationSpec::name);
    const bool there = population != one_.populations.end();
    point.spikes.push_back(
        there ? std::move(kept.spikes[static_cast<std::size_t>(population - one_.populations.begin())])
              : engine::SpikeBlock{});
  }
  if (layout_.traces) point.traces = std::move(kept.traces);
  return point;
}

// The same for all points. That of a fit's target, the last, has been taken already.
std::vector<engine::ReportLayout> StackRecorder::own_reports() const {
  if (!layout_.traces) return {};
  std::vector<engine::ReportLayout> own(recorded_.reports.begin(),
                                        recorded_.reports.begin() + std::ssize(kept_.front().traces));
  for (std::size_t r = 0; r < own.size(); ++r)
    if (!own[r].pooled()) own[r].neurons.resize(static_cast<std::size_t>(values_[r]));
  return std::ranges::equal(own, layout_.reports, have_one_array) ? std::vector<engine::ReportLayout>() : own;
}

std::vector<double> StackRecorder::take_last_trace(std::size_t point, const engine::Simulation& simulation) {
  if (const auto stopped = simulation.stopped(point)) cut(kept_[point], stopped->step);
  std::vector<double> values = std::move(kept_[point].traces.back().values64);
  kept_[point].traces.pop_back();
  return values;
}

std::vector<double> StackRecorder::spike_times(std::size_t point, std::size_t population,
                                               std::uint64_t neuron) const {
  const engine::SpikeBlock& block = kept_[point].spikes[population];
  std::vector<double> times;
  for (std::size_t i = 0; i < block.times.size(); ++i)
    if (block.node_ids[i] == neuron) times.push_back(block.times[i]);
  return times;
}

std::vector<record::PointResult> StackRecorder::results(const engine::Simulation& simulation) {
  const std::vector<engine::ReportLayout> own = own_reports();
  std::vector<record::PointResult> all;
  for (std::size_t k = 0; k < kept_.size(); ++k) {
    const std::optional<engine::Stopped> stopped = simulation.stopped(k);
    if (stopped) cut(kept_[k], stopped->step);
    const double reached = stopped ? stopped->time : simulation.time();
    all.push_back(result(kept_[k], reached, stopped ? reached : none));
    all.back().own_reports = own;
  }
  return all;
}

}  // namespace hillock::sweep
