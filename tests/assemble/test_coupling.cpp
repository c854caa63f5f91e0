// Gap junctions, transmitted values and weights that change: the same for any number of threads and slices.
#include <doctest/doctest.h>

#include <string>

#include "running.hpp"

using namespace running;

namespace {

std::string coupled(int threads) {
  return "simulation: {duration: 12 ms, dt: 0.05 ms, seed: 4, threads: " + std::to_string(threads) + R"(}
populations:
  squid: {size: 70, model: hodgkin_huxley, init: {V: {uniform: [-70 mV, -50 mV]}}, receptors: {in: {model: direct_current}}}
  cell: {size: 50, model: lif, init: {V: {uniform: [-70 mV, -56 mV]}}, receptors: {e: {model: exp_current}}}
  unit: {size: 40, model: threshold_linear, init: {r: {uniform: [0, 1]}}, receptors: {in: {model: sum}}}
inputs:
  noise: {type: ou, target: squid, mean: 9 uA/cm2, sigma: 1 uA/cm2, tau: 5 ms}
  step: {type: dc, target: cell, amplitude: 600 pA}
connections:
  spikes: {source: [squid, cell], target: cell, rule: {pairwise_bernoulli: 0.1}, weight: 20 pA, delay: {uniform: [0.1 ms, 2 ms]}}
  values: {source: unit, target: unit, transmit: r, rule: {fixed_indegree: 5}, weight: {normal: [0, 0.2]}, delay: {uniform: [0.2 ms, 3 ms]}}
  currents: {source: squid, target: unit, transmit: I_gap, rule: {fixed_indegree: 2}, weight: 0.01 cm2/uA, delay: 0.1 ms}
  back: {source: unit, target: squid, transmit: V, rule: {fixed_indegree: 2}, weight: 10 pA, delay: 0.3 ms}
gap_junctions:
  squids: {between: [squid, squid], rule: {pairwise_bernoulli: 0.1}, conductance: {uniform: [0.1 nS, 1 nS]}}
  mixed: {between: [squid, cell], rule: {pairwise_bernoulli: 0.05}, conductance: 0.5 nS}
record:
  squid: {V: {every: 0.5 ms}, I_gap: {every: 0.5 ms}, m: {mean: true, every: 1 ms}, spikes: true, dtype: float64}
  cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}}, spikes: true, rate: {every: 1 ms}}
  unit: {r: {every: 0.25 ms}, dtype: float64}
at: {6 ms: {set: {gap_junctions.mixed.conductance: 1 nS, connections.spikes.weight: 40 pA, connections.values.weight: 0.05}}}
stop_when: {squid: I_gap > 1e6 uA/cm2}
)";
}

}  // namespace

TEST_CASE("coupled neurons have the same bits for any number of threads") {
  Run one(coupled(1));
  one.go();
  for (const int threads : {2, 3, 5}) {
    CAPTURE(threads);
    Run other(coupled(threads));
    other.go();
    CHECK(other.result.spike_counts == one.result.spike_counts);
    for (const char* variable : {"V", "I_gap", "m"})
      CHECK(other.values("squid", variable) == one.values("squid", variable));
    CHECK(other.values("unit", "r") == one.values("unit", "r"));
    CHECK(other.values("cell", "rate") == one.values("cell", "rate"));
  }
  CHECK(one.result.spike_counts[0] > 20);
  CHECK(one.result.spike_counts[1] > 20);
}
