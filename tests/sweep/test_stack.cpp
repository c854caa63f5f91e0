// Which points go into one stack, and what the experiment is that they are merged to.
#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "sweep/stack.hpp"
#include "sweep/sweeping.hpp"

namespace {

namespace model = hillock::model;
namespace sweep = hillock::sweep;
using Experiments = std::vector<std::unique_ptr<model::Experiment>>;

const std::string two_populations = R"(
simulation: {duration: 10 ms, dt: 0.1 ms, seed: 1}
populations:
  a: {size: 3, model: lif, params: {tau_m: 10 ms}, init: {V: -70 mV}}
  b: {size: 2, model: lif, receptors: {exc: {model: exp_current, tau: 2 ms}}}
inputs:
  step: {type: dc, target: [a 1..2, b], amplitude: 100 pA, stop: 5 ms}
  up: {type: poisson, target: b 1, receptor: exc, rate: 1 kHz, weight: 10 pA}
  wave: {type: waveform, target: a, current: '1 pA*t/(1 ms)'}
record:
  a: {spikes: true, V: {neurons: [0, 2]}}
  b: {spikes: true}
analysis: {a: {features: [mean_frequency], neurons: [1]}}
)";

using Settings = std::vector<std::pair<std::string, std::string>>;

// Points of one config, of which each sets one path, or none.
class Points {
 public:
  explicit Points(const Settings& settings, const std::string& text = two_populations)
      : config_(sweeping::read(text + "sweep: {parameters: {" + listed(settings) + "}}\n")) {
    for (const hillock::config::SweepAxis& axis : config_.sweep()->axes) {
      const auto& own = axis.choices.front().settings;
      points_.push_back(
          config_.variant(axis.name == "none" ? std::vector<hillock::config::Assignment>{} : own));
    }
  }
  const Experiments& all() const { return points_; }
  const model::Experiment& operator[](std::size_t index) const { return *points_[index]; }

 private:
  static std::string listed(const Settings& settings) {
    std::vector<std::string> words;
    for (const auto& [path, value] : settings)
      words.push_back((path.empty() ? "none" : path) + ": [" + value + "]");
    return hillock::base::join(words, ", ");
  }

  hillock::config::Template config_;  // holds the models of all
  Experiments points_;
};

bool stacks(const std::string& path, const std::string& value) {
  const Points both({{"", "0"}, {path, value}});
  CHECK(sweep::can_stack(both[0], both[1]) == sweep::can_stack(both[1], both[0]));
  return sweep::can_stack(both[0], both[1]);
}

TEST_CASE(
    "points that differ in numbers of neurons, of receptors or of inputs, or in seeds go into one stack") {
  CHECK(stacks("simulation.seed", "9"));
  CHECK(stacks("populations.a.params.tau_m", "20 ms"));
  CHECK(stacks("populations.a.params.tau_m", "{normal: [20 ms, 1 ms]}"));
  CHECK(stacks("populations.a.params.tau_m", "[1 ms, 2 ms, 3 ms]"));
  CHECK(stacks("populations.a.init.V", "-60 mV"));
  CHECK(stacks("populations.b.receptors.exc.tau", "4 ms"));
  CHECK(stacks("inputs.step.amplitude", "2 nA"));
  CHECK(stacks("inputs.up.rate", "2 kHz"));
  CHECK(stacks("inputs.up.weight", "{uniform: [1 pA, 2 pA]}"));
}

TEST_CASE("points that differ in anything else do not") {
  CHECK(!stacks("simulation.duration", "20 ms"));
  CHECK(!stacks("simulation.dt", "0.05 ms"));
  CHECK(!stacks("simulation.method", "rk4"));
  CHECK(!stacks("populations.a.method", "rk4"));
  CHECK(!stacks("populations.a.size", "4"));
  CHECK(!stacks("populations.b.model", "adex"));
  CHECK(!stacks("populations.a.init", "rest"));
  CHECK(!stacks("populations.b.receptors.exc.model", "alpha_current"));
  CHECK(!stacks("inputs.step.stop", "6 ms"));
  CHECK(!stacks("inputs.step.target", "a"));
  CHECK(!stacks("inputs.up.delay", "1 ms"));
  CHECK(!stacks("inputs.up.shared", "true"));
  CHECK(!stacks("inputs.wave.current", "2 pA*t/(1 ms)"));
  CHECK(!stacks("record.a.V.every", "1 ms"));
  CHECK(!stacks("record.a.dtype", "float64"));
  CHECK(!stacks("record.a.V.mean", "true"));
  CHECK(!stacks("analysis.a.features", "[AP_amplitude]"));
  CHECK(!stacks("analysis.a.start", "1 ms"));
}

TEST_CASE("a mean over neurons would be one over all points of a stack: such points stay apart") {
  const std::string text =
      "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {a: {model: lif}}\nrecord: {a: {V: {mean: "
      "true}}}\n";
  const Points both({{"", "0"}, {"simulation.seed", "2"}}, text);
  CHECK(!sweep::can_stack(both[0], both[1]));
}

TEST_CASE("a stack holds the neurons of one point after the other") {
  const Points three(
      {{"populations.a.params.tau_m", "20 ms"}, {"simulation.seed", "7"}, {"inputs.up.rate", "2 kHz"}});
  const auto all = sweep::stack(three.all());
  CHECK(all->simulation.seeds == std::vector<std::uint64_t>{1, 7, 1});
  CHECK(all->simulation.duration == 10);
  REQUIRE(all->populations.size() == 2);
  CHECK(all->populations[0].size == 9);
  CHECK(all->populations[1].size == 6);

  const model::Values& tau = all->populations[0].params.at("tau_m");
  REQUIRE(tau.law == model::Law::stacked);
  REQUIRE(tau.points.size() == 3);
  CHECK(tau.points[0].numbers == std::vector<double>{20});
  CHECK(tau.points[1].numbers == std::vector<double>{10});
  CHECK(all->populations[1].receptors[0].params.at("tau").law == model::Law::constant);  // the same in all

  // a 1..2 and b of the first point, then of the second and the third.
  std::vector<std::vector<std::int64_t>> slices;
  for (const model::Slice& slice : all->inputs[0].targets)
    slices.push_back({static_cast<std::int64_t>(slice.population), slice.first, slice.last});
  CHECK(slices == std::vector<std::vector<std::int64_t>>{
                      {0, 1, 2}, {1, 0, 1}, {0, 4, 5}, {1, 2, 3}, {0, 7, 8}, {1, 4, 5}});
  const auto& rate = std::get<model::Values>(all->inputs[1].fields.at("rate"));
  REQUIRE(rate.law == model::Law::stacked);
  CHECK(rate.points[2].numbers[0] == 2 * rate.points[0].numbers[0]);
  CHECK(std::get<model::Values>(all->inputs[0].fields.at("amplitude")).law == model::Law::constant);

  REQUIRE(all->record.size() == 2);
  CHECK(all->record[0].variables.at(0).neurons == std::vector<std::int64_t>{0, 2, 3, 5, 6, 8});
  CHECK(all->analysis.at(0).neurons == std::vector<std::int64_t>{1, 4, 7});
}

TEST_CASE("a stack of one point is that point") {
  const Points one(Settings{{"", "0"}});
  const auto all = sweep::stack(one.all());
  CHECK(sweep::can_stack(*all, one[0]));
  CHECK(all->simulation.seeds == one[0].simulation.seeds);
}

}  // namespace
