// The step loop on a population made by hand: what is recorded when, what arrives when, how runs end.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "base/diagnostics.hpp"
#include "engine/simulation.hpp"
#include "program/expr.hpp"

using namespace hillock;
using engine::RunLayout;
using engine::Simulation;
using engine::SimulationPlan;

namespace {

class Memory final : public engine::Recorder {
 public:
  void write(engine::FrameBlock block) override {
    CHECK(block.first_frame == static_cast<std::int64_t>(frames.size()));
    for (std::int64_t k = 0; k < block.frames; ++k) frames.push_back(block.values64[k]);
  }
  void write(engine::SnippetBlock) override {}
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
std::unique_ptr<network::Population> adder(std::int64_t size, double limit) {
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
    if (now) arrivals[neuron_] += weight_;
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
  SimulationPlan plan;
  RunLayout layout;
};

// Records V of neuron 1 and the spikes of all or of those in `keep`.
Setup setup(std::int64_t steps, std::int64_t every, double limit = std::numeric_limits<double>::infinity(),
            std::vector<bool> keep = {}) {
  Setup result;
  result.plan.grid = {0.1, steps};
  result.plan.populations.push_back(adder(3, limit));
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

void add(Setup& s, std::vector<std::int64_t> steps, std::int64_t neuron, double weight) {
  s.plan.spikes.push_back({0, 1, std::make_unique<At>(std::move(steps), neuron, weight)});
}

}  // namespace

TEST_CASE("the frame at t holds what arrived up to t; frames end before the duration") {
  Setup s = setup(6, 1);
  add(s, {0, 2, 3, 6}, 1, 1);
  Memory memory;
  const auto result = Simulation(std::move(s.plan), s.layout).run(memory);
  CHECK(memory.frames == std::vector<double>{1, 1, 2, 3, 3, 3});
  CHECK(result.end == engine::RunEnd::complete);
  CHECK(result.steps_done == 6);
  CHECK(memory.reached == 6 * 0.1);
  CHECK_FALSE(memory.finished);  // left to the caller
}

TEST_CASE("frames are every so many steps, and frame 0 is there even without a step") {
  for (const auto& [steps, every, frames] : std::vector<std::tuple<int, int, std::vector<double>>>{
           {7, 3, {1, 1, 1}}, {6, 3, {1, 1}}, {1, 3, {1}}, {0, 3, {1}}}) {
    Setup s = setup(steps, every);
    add(s, {0}, 1, 1);
    Memory memory;
    Simulation(std::move(s.plan), s.layout).run(memory);
    CHECK(memory.frames == frames);
  }
}

TEST_CASE(
    "weights that arrive at the same step are summed; spikes carry the step's end and only kept ones are "
    "handed over") {
  Setup s = setup(10, 1, std::numeric_limits<double>::infinity(), {true, false, true});
  add(s, {3, 7}, 2, 1.5);
  add(s, {3}, 2, 1.0);
  add(s, {3, 7}, 1, 5.0);
  add(s, {7}, 0, 3.0);
  Memory memory;
  const auto result = Simulation(std::move(s.plan), s.layout).run(memory);
  CHECK(memory.spikes == std::vector<std::pair<double, std::uint64_t>>{{3 * 0.1, 2}, {7 * 0.1, 0}});
  CHECK(result.spike_counts == std::vector<std::int64_t>{4});  // of all neurons
}

TEST_CASE("a run that is stopped hands over what it has, and says how far it came") {
  Setup s = setup(1000, 1);
  add(s, {0}, 1, 1);
  std::atomic<bool> stop{true};
  Memory memory;
  engine::RunOptions options;
  options.stop = &stop;
  const auto result = Simulation(std::move(s.plan), s.layout).run(memory, options);
  CHECK(result.end == engine::RunEnd::interrupted);
  CHECK(result.steps_done == 0);
  CHECK(memory.frames.empty());
}

TEST_CASE("a failure keeps all frames before it and no spike of its step") {
  Setup s = setup(10, 1, 6);
  add(s, {2, 4}, 1, 2.5);
  add(s, {4}, 0, 2.5);
  add(s, {4}, 2, 7);
  Memory memory;
  Simulation simulation(std::move(s.plan), s.layout);
  CHECK_THROWS_AS(simulation.run(memory), base::NumericsError);
  CHECK(memory.frames == std::vector<double>{0, 0, 2.5, 2.5});
  CHECK(memory.spikes == std::vector<std::pair<double, std::uint64_t>>{{2 * 0.1, 1}});
  CHECK(memory.reached == 3 * 0.1);
}

TEST_CASE("the mean of chosen neurons and of all neurons is recorded") {
  for (const auto& [neurons, mean] :
       std::vector<std::pair<std::vector<std::int64_t>, double>>{{{}, 2.0}, {{0, 1}, 1.5}, {{2}, 3.0}}) {
    Setup s = setup(1, 1);
    add(s, {0}, 0, 1);
    add(s, {0}, 1, 2);
    add(s, {0}, 2, 3);
    s.layout.reports[0].mean = true;
    s.layout.reports[0].neurons = neurons;
    Memory memory;
    Simulation(std::move(s.plan), s.layout).run(memory);
    CHECK(memory.frames == std::vector<double>{mean});
  }
}
