// The window of the stimulus, as it stands in the layout of the output.
#include "assemble/running.hpp"

namespace {

using running::Run;

std::vector<double> window(const std::string& inputs) {
  const Run run(
      "simulation: {duration: 100 ms, dt: 0.1 ms}\n"
      "populations:\n"
      "  cell: {model: lif, size: 2, receptors: {syn: {model: delta}}}\n"
      "  other: {model: lif}\n" +
      (inputs.empty() ? "" : "inputs:\n" + inputs) + "record: {cell: [V]}\n");
  const auto& report = run.prepared.layout.reports.at(0);
  return {report.stimulus_start, report.stimulus_stop};
}

TEST_CASE(
    "the stimulus reaches from the earliest start to the latest stop of the currents into a population") {
  CHECK(window("") == std::vector<double>{0, 100});
  CHECK(window("  a: {type: dc, target: cell, amplitude: 1 nA, start: 20 ms, stop: 50 ms}\n") ==
        std::vector<double>{20, 50});
  CHECK(window("  a: {type: dc, target: cell, amplitude: 1 nA, start: 20 ms, stop: 50 ms}\n"
               "  b: {type: sine, target: cell 1, amplitude: 1 nA, frequency: 10 Hz, start: 30 ms, stop: 70 "
               "ms}\n") == std::vector<double>{20, 70});
  CHECK(window("  a: {type: ramp, target: cell, to: 1 nA, start: 20 ms}\n") == std::vector<double>{20, 100});
}

TEST_CASE("currents that flow during the whole run, into others, or spikes are no stimulus") {
  CHECK(window("  bias: {type: dc, target: cell, amplitude: 1 nA}\n") == std::vector<double>{0, 100});
  CHECK(window("  bias: {type: noise, target: cell, std: 1 nA}\n"
               "  a: {type: dc, target: cell, amplitude: 1 nA, start: 20 ms, stop: 50 ms}\n") ==
        std::vector<double>{20, 50});
  CHECK(window("  a: {type: dc, target: other, amplitude: 1 nA, start: 20 ms, stop: 50 ms}\n") ==
        std::vector<double>{0, 100});
  CHECK(
      window(
          "  a: {type: poisson, target: cell, receptor: syn, rate: 1 kHz, weight: 1 mV, start: 20 ms, stop: "
          "50 ms}\n") == std::vector<double>{0, 100});
}

TEST_CASE(
    "steps act from the first amplitude that is not 0 to the last, trains to the end of the last pulse") {
  CHECK(window("  a: {type: steps, target: cell, times: [10 ms, 30 ms, 40 ms, 60 ms], amplitudes: [0 nA, 1 "
               "nA, 2 nA, "
               "0 nA]}\n") == std::vector<double>{30, 60});
  CHECK(window("  a: {type: steps, target: cell, times: [10 ms, 30 ms], amplitudes: [1 nA, 2 nA]}\n") ==
        std::vector<double>{10, 100});
  CHECK(window("  a: {type: steps, target: cell, amplitude: 1 nA, start: 10 ms, width: 2 ms, period: 20 ms, "
               "count: "
               "3}\n") == std::vector<double>{10, 52});
  CHECK(
      window(
          "  a: {type: steps, target: cell, amplitude: 1 nA, start: 10 ms, width: 2 ms, period: 20 ms}\n") ==
      std::vector<double>{10, 100});
}

}  // namespace
