// Runs configs given as text, and keeps in memory what a run would write.
#pragma once
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "assemble/assemble.hpp"
#include "base/text.hpp"
#include "config/loading.hpp"

// Failed checks show the numbers.
template <>
struct doctest::StringMaker<std::vector<double>> {
  static String convert(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) text += (text.empty() ? "" : ", ") + hillock::base::number(value);
    return ("{" + text + "}").c_str();
  }
};

namespace running {

using namespace hillock;

class Memory final : public engine::Recorder {
 public:
  void write(engine::FrameBlock block) override { frames.push_back(std::move(block)); }
  void write(engine::SpikeBlock block) override { spikes.push_back(std::move(block)); }
  void write(engine::SnippetBlock block) override { snippets.push_back(std::move(block)); }
  void write(engine::WeightColumns more) override { columns.push_back(std::move(more)); }
  void write(engine::WeightBlock block) override { weights.push_back(std::move(block)); }
  void advance(double time) override { times.push_back(time); }
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {}

  std::vector<engine::FrameBlock> frames;
  std::vector<engine::SpikeBlock> spikes;
  std::vector<engine::SnippetBlock> snippets;
  std::vector<engine::WeightColumns> columns;
  std::vector<engine::WeightBlock> weights;
  std::vector<double> times;
};

struct Spike {
  double time = 0;  // ms
  std::uint64_t neuron = 0;
  bool operator==(const Spike&) const = default;
};

// A config in a folder of its own, where its model files may be written first.
class Run {
 public:
  explicit Run(const std::string& config, const assemble::Options& options = {})
      : Run(loading::Folder(), config, options) {}
  Run(const loading::Folder& folder, const std::string& config, const assemble::Options& options = {})
      : experiment(loading::load(folder, config)), prepared(assemble::prepare(*experiment, options)) {}

  Run& go() {
    result = prepared.simulation->run(memory);
    return *this;
  }

  // All frames of a variable, [frame][neuron] in a row; -1 if it is not recorded.
  std::vector<double> values(const std::string& population, const std::string& variable) const {
    std::vector<double> result_values;
    for (std::size_t r = 0; r < prepared.layout.reports.size(); ++r) {
      const engine::ReportLayout& report = prepared.layout.reports[r];
      for (std::size_t v = 0; v < report.variables.size(); ++v)
        if (report.population == population && report.variables[v].name == variable)
          append(result_values, static_cast<int>(r), v, report);
    }
    return result_values;
  }

  std::vector<Spike> spikes(const std::string& population) const {
    std::vector<Spike> found;
    for (const engine::SpikeBlock& block : memory.spikes)
      if (prepared.layout.spikes.at(block.spikes).population == population)
        for (std::size_t i = 0; i < block.times.size(); ++i)
          found.push_back({block.times[i], block.node_ids[i]});
    return found;
  }

  std::vector<double> spike_times(const std::string& population, std::uint64_t neuron = 0) const {
    std::vector<double> times;
    for (const Spike& spike : spikes(population))
      if (spike.neuron == neuron) times.push_back(spike.time);
    return times;
  }

  std::unique_ptr<model::Experiment> experiment;
  assemble::Prepared prepared;
  Memory memory;
  engine::RunResult result;

 private:
  void append(std::vector<double>& to, int report, std::size_t variable,
              const engine::ReportLayout& layout) const {
    for (const engine::FrameBlock& block : memory.frames) {
      if (block.report != report) continue;
      const std::int64_t size = block.frames * layout.values_per_frame();
      const auto first = static_cast<std::ptrdiff_t>(static_cast<std::int64_t>(variable) * size);
      if (layout.float64)
        to.insert(to.end(), block.values64.begin() + first, block.values64.begin() + first + size);
      else
        to.insert(to.end(), block.values32.begin() + first, block.values32.begin() + first + size);
    }
  }
};

// What goes wrong with a config when it is prepared or run, or "".
inline std::string trouble(const loading::Folder& folder, const std::string& config) {
  try {
    Run(folder, config).go();
  } catch (const base::Error& error) {
    return folder.shorten(error.what());
  }
  return "";
}
inline std::string trouble(const std::string& config) { return trouble(loading::Folder(), config); }

// A model file with one line per key, for small models of the tests.
inline std::string model_text(const std::string& body) {
  return "name: cell\nsummary: a cell of the tests\nsource: made up\n" + body;
}

}  // namespace running
