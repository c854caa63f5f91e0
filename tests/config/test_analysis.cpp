// `analysis`: what it may ask for, its short forms, and what is said about mistakes.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;
using loading::load;

namespace {

const std::string four_axons = R"(simulation: {duration: 100 ms, dt: 0.1 ms}
populations: {axon: {model: hodgkin_huxley, size: 4}}
)";

hillock::model::AnalysisSpec only(const std::string& analysis) {
  return load(four_axons + analysis)->analysis.at(0);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a list names features and statistics alike, of all neurons") {
  const auto spec = only("analysis: {axon: [AP_amplitude, rate, mean_frequency]}\n");
  CHECK(spec.features == Words{"AP_amplitude", "mean_frequency"});
  CHECK(spec.statistics == Words{"rate"});
  CHECK(spec.neurons == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK_FALSE(spec.start.has_value());
  CHECK_FALSE(spec.stop.has_value());
  CHECK(spec.bin == 5);
  CHECK(spec.settings.empty());
}

TEST_CASE("one name stands for a list of it") {
  CHECK(only("analysis: {axon: AP_amplitude}\n").features == Words{"AP_amplitude"});
  CHECK(only("analysis: {axon: {statistics: cv}}\n").statistics == Words{"cv"});
}

TEST_CASE("all are those whose means say something") {
  const auto spec = only("analysis: {axon: all}\n");
  CHECK(spec.features.size() > 40);
  CHECK(std::find(spec.features.begin(), spec.features.end(), "AP_begin_indices") == spec.features.end());
  CHECK(spec.statistics.size() == 12);
}

TEST_CASE("settings are given with their units and kept in those of the table") {
  const auto spec = only(R"(vars: {level: -10 mV}
analysis:
  axon:
    features: [AP_amplitude]
    neurons: [3, 1]
    start: 0.01 s
    stop: 90 ms
    bin: 2 ms
    settings:
      Threshold: = 2 * level
      DerivativeThreshold: 10 V/s
      DerivativeWindow: 5
      strict_stiminterval: true
      rise_end_perc: 0.9
      stimulus_current: 300 pA
      impedance_frequency: 0.25 kHz
)");
  CHECK(spec.neurons == std::vector<std::int64_t>{1, 3});
  CHECK(spec.start == 10);
  CHECK(spec.stop == 90);
  CHECK(spec.bin == 2);
  CHECK(spec.settings == std::map<std::string, double>{{"Threshold", -20},
                                                       {"DerivativeThreshold", 10},
                                                       {"DerivativeWindow", 5},
                                                       {"strict_stiminterval", 1},
                                                       {"rise_end_perc", 0.9},
                                                       {"stimulus_current", 0.3},
                                                       {"impedance_frequency", 250}});
}

TEST_CASE("an analysis is something that a run is for") {
  CHECK(load(four_axons + "analysis: {axon: [rate]}\n")->warnings.empty());
  CHECK(load(four_axons)->warnings.size() == 1);
}

TEST_CASE("unknown names of an analysis are refused with the nearest, each at its place") {
  CHECK(findings(four_axons + R"(analysis:
  axon: [AP_amplitud, ratee, qqqqqq, AP_begin_indices]
  axn: [rate]
)") ==
        R"(test.yaml:4:10: error: 'AP_amplitud' is neither a feature nor a statistic of spikes
   4 |   axon: [AP_amplitud, ratee, qqqqqq, AP_begin_indices]
     |          ^~~~~~~~~~~ did you mean 'AP_amplitude'?
test.yaml:4:23: error: 'ratee' is neither a feature nor a statistic of spikes
   4 |   axon: [AP_amplitud, ratee, qqqqqq, AP_begin_indices]
     |                       ^~~~~ did you mean 'rate'?
test.yaml:4:30: error: 'qqqqqq' is neither a feature nor a statistic of spikes
   4 |   axon: [AP_amplitud, ratee, qqqqqq, AP_begin_indices]
     |                              ^~~~~~ hillock features --list shows all of them
test.yaml:4:38: error: 'AP_begin_indices' holds places in the trace, whose mean says nothing
   4 |   axon: [AP_amplitud, ratee, qqqqqq, AP_begin_indices]
     |                                      ^~~~~~~~~~~~~~~~ record V, and take them from hillock features --json
test.yaml:5:3: error: analysis: there is no population 'axn'
   5 |   axn: [rate]
     |   ^~~ did you mean 'axon'?)");
}

TEST_CASE("features and statistics under the other's key are told where they belong") {
  CHECK(findings(four_axons + R"(analysis:
  axon: {features: [rate], statistics: [AP_amplitude, cv, cv], feature: 1}
)") ==
        R"(test.yaml:4:21: error: 'rate' is not a feature
   4 |   axon: {features: [rate], statistics: [AP_amplitude, cv, cv], feature: 1}
     |                     ^~~~ it is a statistic of spikes: write it under 'statistics'
test.yaml:4:41: error: 'AP_amplitude' is not a statistic of spikes
   4 |   axon: {features: [rate], statistics: [AP_amplitude, cv, cv], feature: 1}
     |                                         ^~~~~~~~~~~~ it is a feature: write it under 'features'
test.yaml:4:59: error: 'cv' is named twice
   4 |   axon: {features: [rate], statistics: [AP_amplitude, cv, cv], feature: 1}
     |                                                           ^~ remove one of the two
test.yaml:4:64: error: 'feature' is not a key of the analysis of 'axon'
   4 |   axon: {features: [rate], statistics: [AP_amplitude, cv, cv], feature: 1}
     |                                                                ^~~~~~~ did you mean 'features'? valid keys: features, statistics, neurons, start, stop, bin, settings)");
}

TEST_CASE("an analysis of nothing is an error that shows an example") {
  CHECK(findings(four_axons + "analysis:\n  axon: {neurons: [], start: 5 ms}\n") ==
        R"(test.yaml:4:3: error: the analysis of 'axon' has neither features nor statistics
   4 |   axon: {neurons: [], start: 5 ms}
     |   ^~~~ write for example 'features: [AP_amplitude, mean_frequency]'
test.yaml:4:19: error: neurons names no neuron
   4 |   axon: {neurons: [], start: 5 ms}
     |                   ^ write for example 'neurons: 0..9', or leave it out)");
  CHECK(findings(four_axons + "analysis:\n  axon: []\n") ==
        R"(test.yaml:4:9: error: the analysis of 'axon' must be a name, a list of names, or all, got a list
   4 |   axon: []
     |         ^ write for example '[AP_amplitude, mean_frequency]' or '[rate, cv]')");
  CHECK(findings(four_axons + "analysis: [axon]\n") ==
        R"(test.yaml:3:11: error: 'analysis' must be a map, got a list
   3 | analysis: [axon]
     |           ^ write 'key: value' lines below it, or {key: value})");
}

TEST_CASE("settings and times of an analysis need their units and ranges") {
  CHECK(findings(four_axons + R"(analysis:
  axon:
    features: [AP_amplitude]
    start: 90
    stop: 110 ms
    bin: 0 ms
    settings:
      Treshold: -10 mV
      Threshold: -10
      DerivativeThreshold: 10 mV
      DerivativeWindow: 0
      rise_end_perc: 1.5
      ignore_first_ISI: 1
      stimulus_current: 0.1
)") ==
        R"(test.yaml:6:12: error: start needs time (ms), got a number without unit
   6 |     start: 90
     |            ^~ write for example '90 ms'
test.yaml:7:11: error: stop = 110 ms is not within the run
   7 |     stop: 110 ms
     |           ^~~~~~ it lasts from 0 ms to 100 ms
test.yaml:8:10: error: bin must be positive, got 0 ms
   8 |     bin: 0 ms
     |          ^~~~ write for example '5 ms'
test.yaml:10:7: error: 'Treshold' is not a key of the settings of features
  10 |       Treshold: -10 mV
     |       ^~~~~~~~ did you mean 'Threshold'? valid keys: Threshold, DerivativeThreshold, DownDerivativeThreshold, DerivativeWindow, strict_stiminterval, voltage_base_start_perc, voltage_base_end_perc, rise_start_perc, rise_end_perc, AP_phaseslope_range, ignore_first_ISI, stimulus_current, decay_start_after_stim, decay_end_after_stim, impedance_frequency, capacitive_transient
test.yaml:11:18: error: Threshold needs voltage (mV), got a number without unit
  11 |       Threshold: -10
     |                  ^~~ write for example '-10 mV'
test.yaml:12:28: error: DerivativeThreshold needs mV/ms, got voltage (mV)
  12 |       DerivativeThreshold: 10 mV
     |                            ^~~~~ write for example '10 mV/ms'
test.yaml:13:25: error: DerivativeWindow must be a whole number from 1 to 1000000, got 0
  13 |       DerivativeWindow: 0
     |                         ^
test.yaml:14:22: error: rise_end_perc must be from 0 to 1, got 1.5
  14 |       rise_end_perc: 1.5
     |                      ^~~
test.yaml:15:25: error: ignore_first_ISI must be true or false, got '1'
  15 |       ignore_first_ISI: 1
     |                         ^
test.yaml:16:25: error: stimulus_current needs current (nA), got a number without unit
  16 |       stimulus_current: 0.1
     |                         ^~~ write for example '0.1 nA')");
}

TEST_CASE("a window of an analysis begins before it ends") {
  CHECK(findings(four_axons + "analysis:\n  axon: {statistics: [rate], start: 50 ms, stop: 50 ms}\n") ==
        R"(test.yaml:4:50: error: the window from start = 50 ms to stop = 50 ms is empty
   4 |   axon: {statistics: [rate], start: 50 ms, stop: 50 ms}
     |                                                  ^~~~~ let it begin first)");
  CHECK(findings(four_axons + "analysis:\n  axon: {statistics: [rate], start: 100 ms}\n") ==
        R"(test.yaml:4:37: error: the window from start = 100 ms to stop = 100 ms is empty
   4 |   axon: {statistics: [rate], start: 100 ms}
     |                                     ^~~~~~ let it begin first)");
}

TEST_CASE("neurons of an analysis are those of the population") {
  CHECK(findings(four_axons + "analysis:\n  axon: {statistics: [rate], neurons: 0..4}\n") ==
        R"(test.yaml:4:39: error: neuron 4 is not in 'axon', which has 4 neurons
   4 |   axon: {statistics: [rate], neurons: 0..4}
     |                                       ^~~~ they are counted from 0 to 3)");
}
