// A simulation made by hand for the tests of the step loop: neurons that add up what arrives.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/simulation.hpp"
#include "program/expr.hpp"

namespace adder {

using namespace hillock;

class Memory final : public engine::Recorder {
 public:
  void write(engine::FrameBlock block) override {
    CHECK(block.first_frame == static_cast<std::int64_t>(frames.size()));
    for (std::int64_t k = 0; k < block.frames; ++k) frames.push_back(block.values64[k]);
  }
  void write(engine::SnippetBlock) override {}
  void write(engine::WeightColumns) override {}
  void write(engine::WeightBlock) override {}
  void write(engine::SpikeBlock block) override {
    for (std::size_t k = 0; k < block.times.size(); ++k)
      spikes.emplace_back(block.times[k], block.node_ids[k]);
  }
  void advance(double time) override { reached = time; }
  void finish(engine::RunEnd, double, const std::string&, const std::map<std::string, double>&) override {
    finished = true;
  }
  std::vector<double> frames;  // of the first neuron recorded
  std::vector<std::pair<double, std::uint64_t>> spikes;
  double reached = -1;
  bool finished = false;
};

// V is the sum of all that arrived; a neuron spikes while more than 2 arrives at once. `limit`: V above it is
// not a number.
inline std::unique_ptr<network::Population> population(std::int64_t size, double limit) {
  network::PopulationPlan plan;
  plan.name = "adder";
  plan.size = size;
  const int V = plan.slots.array("V"), arrivals = plan.slots.array("arrivals");
  const auto record = [&](bool decides) {
    program::Tape tape;
    const program::Expr arrived = program::array(tape, arrivals);
    const program::Expr sum = program::array(tape, V) + arrived;
    program::store(tape, V, sum);
    if (decides) program::store(tape, 0, arrived > 2.0);
    program::guard(tape, sum > limit);
    return program::optimise(tape);
  };
  plan.step = record(true);
  plan.deliver = record(false);
  program::Tape rhs;
  const int derivative = plan.slots.array("derivative.V");
  program::store(rhs, derivative, program::array(rhs, V) * 0.0);
  plan.right_hand_side = program::optimise(rhs);
  plan.states = {{"V", "mV", "dV/dt: 0", "adder.yaml:1:1", V, derivative}};
  plan.arrivals = {arrivals};
  return std::make_unique<network::Population>(std::move(plan), program::KernelOptions{});
}

// Weight w arrives at neuron n at these steps.
class At final : public engine::SpikeInput {
 public:
  At(std::vector<std::int64_t> steps, std::int64_t neuron, double weight)
      : steps_(std::move(steps)), neuron_(neuron), weight_(weight) {}
  bool deliver(std::int64_t step, std::span<double> arrivals) override {
    const bool now = std::ranges::count(steps_, step) > 0;
    if (now) arrivals[static_cast<std::size_t>(neuron_)] += weight_;
    return now;
  }
  std::unique_ptr<SpikeInput> part(std::int64_t first, std::int64_t end) const override {
    const bool inside = neuron_ >= first && neuron_ < end;
    return std::make_unique<At>(inside ? steps_ : std::vector<std::int64_t>{}, neuron_, weight_);
  }

 private:
  std::vector<std::int64_t> steps_;
  std::int64_t neuron_;
  double weight_;
};

struct Setup {
  engine::SimulationPlan plan;
  engine::RunLayout layout;
};

// Records V of neuron 1 and the spikes of all or of those in `keep`.
inline Setup setup(std::int64_t steps, std::int64_t every,
                   double limit = std::numeric_limits<double>::infinity(), std::vector<bool> keep = {},
                   std::int64_t neurons = 3) {
  Setup result;
  result.plan.grid = {0.1, steps};
  result.plan.populations.push_back(population(neurons, limit));
  result.plan.reports.push_back({0, {0}, every});
  result.plan.spike_plans.push_back({0, std::move(keep)});
  engine::ReportLayout report;
  report.group = report.population = "adder";
  report.variables = {{"V", "mV", "sum"}};
  report.neurons = {1};
  report.float64 = true;
  result.layout.reports = {report};
  result.layout.spikes = {{"adder"}};
  return result;
}

inline void add(Setup& s, std::vector<std::int64_t> steps, std::int64_t neuron, double weight) {
  s.plan.spikes.push_back({0, 1, std::make_unique<At>(std::move(steps), neuron, weight)});
}

}  // namespace adder
