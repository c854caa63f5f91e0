// Synapses that one simulation after the other has: whether they are those that would be drawn.
#include <doctest/doctest.h>

#include <string>

#include "assemble/assemble.hpp"
#include "config/config.hpp"

using namespace hillock;

namespace {

std::unique_ptr<model::Experiment> network_with(const std::string& weight, const std::string& rate,
                                                const std::string& seed = "1") {
  return config::load_text("simulation: {duration: 10 ms, dt: 0.1 ms, seed: " + seed + R"(}
populations:
  a: {size: 50, model: lif, receptors: {in: {model: exp_current}}}
inputs: {p: {type: poisson, target: a, rate: )" +
                               rate + R"(, weight: 100 pA}}
connections:
  c: {source: a, target: a, rule: {pairwise_bernoulli: 0.2}, weight: )" +
                               weight + R"(, delay: 1 ms}
record: {a: [spikes]}
)",
                           "test.yaml", ".", {{}, {"models"}});
}

// The network of a simulation that was prepared with a structure, and gives it back.
const network::Network* network_of(const model::Experiment& experiment, assemble::Structure& structure) {
  const auto prepared = assemble::prepare(experiment, {{}, true, &structure});
  const network::Network* const network = prepared.simulation->network();
  structure.keep(experiment, *prepared.simulation);
  return network;
}

}  // namespace

TEST_CASE("synapses are drawn once for experiments that differ in other things") {
  assemble::Structure structure;
  const network::Network* const first = network_of(*network_with("10 pA", "1 kHz"), structure);
  CHECK(network_of(*network_with("10 pA", "2 kHz"), structure) == first);
  CHECK(first->synapses() > 300);
  const auto prepared = assemble::prepare(*network_with("10 pA", "3 kHz"), {{}, true, &structure});
  CHECK(prepared.simulation->network() == first);
  // Another draws its own as long as they are not given back.
  const auto other = assemble::prepare(*network_with("10 pA", "3 kHz"), {{}, true, &structure});
  CHECK(other.simulation->network() != first);
  CHECK(other.simulation->network()->table(0).targets == first->table(0).targets);
}

TEST_CASE("other weights and seeds are other synapses") {
  assemble::Structure structure;
  const auto quantum = [&](const std::string& weight, const std::string& seed) {
    const auto prepared = assemble::prepare(*network_with(weight, "1 kHz", seed), {{}, true, &structure});
    const auto table = prepared.simulation->network()->table(0);
    return std::pair{table.weights.front(), table.targets};
  };
  const auto one = quantum("10 pA", "1"), two = quantum("20 pA", "1"), other = quantum("20 pA", "2");
  CHECK(one.first == doctest::Approx(10));
  CHECK(two.first == doctest::Approx(20));
  CHECK(one.second == two.second);
  CHECK(two.second != other.second);
}
