// What inputs refuse: units, targets, times off the grid, fields that do not go together.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

namespace {

// A config with the input `x`.
std::string input(const std::string& fields, const std::string& beginning = loading::simulation) {
  return beginning + R"(populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
inputs:
  x: {)" +
         fields + R"(}
record: {cell: [V]}
)";
}

}  // namespace

TEST_CASE("a current in the wrong unit says which unit the target takes") {
  CHECK(findings(input("type: dc, target: cell, amplitude: 1 mV")) ==
        R"(test.yaml:7:42: error: amplitude needs current (pA) for input 'I' of 'lif', got voltage (mV)
   7 |   x: {type: dc, target: cell, amplitude: 1 mV}
     |                                          ^~~~ write for example '1 pA')");
  CHECK(
      findings(input("type: dc, target: cell, amplitude: 1 uA/cm2")) ==
      R"(test.yaml:7:42: error: amplitude needs current (pA) for input 'I' of 'lif', got current density (uA/cm2)
   7 |   x: {type: dc, target: cell, amplitude: 1 uA/cm2}
     |                                          ^~~~~~~~ write for example '1 pA')");
  CHECK(
      findings(input("type: dc, target: axon, amplitude: 1 mV")) ==
      R"(test.yaml:7:42: error: amplitude needs current density (uA/cm2) or current (pA) for input 'I' of 'hodgkin_huxley', got voltage (mV)
   7 |   x: {type: dc, target: axon, amplitude: 1 mV}
     |                                          ^~~~ write for example '1 uA/cm2')");
  CHECK(findings(input("type: dc, target: fast, amplitude: 1 pA")) ==
        R"(test.yaml:7:42: error: amplitude needs mV/ms for input 'I' of 'izhikevich_2003', got current (pA)
   7 |   x: {type: dc, target: fast, amplitude: 1 pA}
     |                                          ^~~~ write for example '1 mV/ms')");
  CHECK(findings(input("type: dc, target: axon, amplitude: 1 pA")) == "");
}

TEST_CASE("targets in different units need an input each") {
  CHECK(
      findings(input("type: dc, target: [axon, fast], amplitude: 1 pA")) ==
      R"(test.yaml:7:50: error: amplitude needs current density (uA/cm2), as its first target, got current (pA)
   7 |   x: {type: dc, target: [axon, fast], amplitude: 1 pA}
     |                                                  ^~~~ the targets take different units: write one input for each)");
  CHECK(findings(input("type: dc, target: [cell, axon], amplitude: 1 pA")) == "");
}

TEST_CASE("all currents of an input have one unit") {
  CHECK(
      findings(input("type: noise, target: axon, mean: 1 pA, std: 1 uA/cm2")) ==
      R"(test.yaml:7:51: error: std needs current (pA), as the other currents of this input, got current density (uA/cm2)
   7 |   x: {type: noise, target: axon, mean: 1 pA, std: 1 uA/cm2}
     |                                                   ^~~~~~~~ write for example '1 pA')");
}

TEST_CASE("the strength of white noise is a current times the root of a time") {
  CHECK(findings(input("type: white_noise, target: cell, sigma: 20 pA")) ==
        R"(test.yaml:7:47: error: sigma needs pA ms^0.5 for input 'I' of 'lif', got current (pA)
   7 |   x: {type: white_noise, target: cell, sigma: 20 pA}
     |                                               ^~~~~ write for example '20 pA ms^0.5')");
  CHECK(findings(input("type: white_noise, target: cell, sigma: 20 pA ms^0.5")) == "");
}

TEST_CASE("an unknown type lists the types") {
  CHECK(findings(input("type: dcc, target: cell")) ==
        R"(test.yaml:7:13: error: type cannot be 'dcc'
   7 |   x: {type: dcc, target: cell}
     |             ^~~ did you mean 'dc'? it is one of: dc, steps, ramp, sine, chirp, waveform, white_noise, noise, ou, file, voltage_clamp, spikes, regular, poisson, gamma, pulse_packet, spike_file)");
  CHECK(findings(input("target: cell")) ==
        R"(test.yaml:7:3: error: input 'x' has no 'type'
   7 |   x: {target: cell}
     |   ^ it is one of: dc, steps, ramp, sine, chirp, waveform, white_noise, noise, ou, file, voltage_clamp, spikes, regular, poisson, gamma, pulse_packet, spike_file)");
}

TEST_CASE("an unknown field suggests the nearest") {
  CHECK(findings(input("type: dc, target: cell, amplitude: 1 pA, begin: 2 ms")) ==
        R"(test.yaml:7:48: error: 'begin' is not a key of an input of type 'dc'
   7 |   x: {type: dc, target: cell, amplitude: 1 pA, begin: 2 ms}
     |                                                ^~~~~ valid keys: type, target, site, amplitude, start, stop, like)");
}

TEST_CASE("a missing field is named with what it is") {
  CHECK(findings(input("type: dc, target: cell")) ==
        R"(test.yaml:7:3: error: input 'x' has no 'amplitude' (the current)
   7 |   x: {type: dc, target: cell}
     |   ^ an input of type 'dc' needs it)");
  CHECK(findings(input("type: poisson, target: cell")) ==
        R"(test.yaml:7:3: error: input 'x' has no 'weight' (weight of each spike)
   7 |   x: {type: poisson, target: cell}
     |   ^ an input of type 'poisson' needs it)");
  CHECK(findings(input("type: poisson, target: cell, weight: 1 nS")) ==
        R"(test.yaml:7:3: error: input 'x' needs either 'rate' or 'path', got neither
   7 |   x: {type: poisson, target: cell, weight: 1 nS}
     |   ^)");
  CHECK(findings(input("type: poisson, target: cell, weight: 1 nS, rate: 3 Hz, interval: 1 ms")) ==
        R"(test.yaml:7:3: error: input 'x' has 'interval' but no 'path'
   7 |   x: {type: poisson, target: cell, weight: 1 nS, rate: 3 Hz, interval: 1 ms}
     |   ^ 'interval' is of the file with the rates)");
}

TEST_CASE("an unknown target suggests the nearest") {
  CHECK(findings(input("type: dc, target: sell, amplitude: 1 pA")) ==
        R"(test.yaml:7:25: error: target: there is no population 'sell'
   7 |   x: {type: dc, target: sell, amplitude: 1 pA}
     |                         ^~~~ did you mean 'cell'?)");
  CHECK(findings(input("type: dc, amplitude: 1 pA")) ==
        R"(test.yaml:7:3: error: input 'x' has no 'target'
   7 |   x: {type: dc, amplitude: 1 pA}
     |   ^ write for example 'target: cell')");
  CHECK(findings(input("type: dc, target: [], amplitude: 1 pA")) ==
        R"(test.yaml:7:25: error: target is an empty list
   7 |   x: {type: dc, target: [], amplitude: 1 pA}
     |                         ^ name a population)");
}

TEST_CASE("a slice lies within its population") {
  CHECK(findings(input("type: dc, target: cell 0..3, amplitude: 1 pA")) ==
        R"(test.yaml:7:25: error: target: neuron 3 is not in 'cell', which has 3 neurons
   7 |   x: {type: dc, target: cell 0..3, amplitude: 1 pA}
     |                         ^~~~~~~~~ they are counted from 0 to 2)");
  CHECK(findings(input("type: dc, target: cell 2..1, amplitude: 1 pA")) ==
        R"(test.yaml:7:25: error: target: the range 2..1 ends before it begins
   7 |   x: {type: dc, target: cell 2..1, amplitude: 1 pA}
     |                         ^~~~~~~~~ write '1..2')");
  CHECK(findings(input("type: dc, target: cell 1, amplitude: 1 pA")) == "");
  CHECK(findings(input("type: dc, target: cell 0..1, amplitude: [1 pA, 2 pA, 3 pA]")) ==
        R"(test.yaml:7:47: error: amplitude has 3 values for 2 targets in 'cell'
   7 |   x: {type: dc, target: cell 0..1, amplitude: [1 pA, 2 pA, 3 pA]}
     |                                               ^ give one value for all, or one for each)");
  CHECK(findings(input("type: dc, target: cell 1..2, amplitude: [1 pA, 2 pA]")) == "");
}

TEST_CASE("times off the grid give the two nearest") {
  CHECK(findings(input("type: dc, target: cell, amplitude: 1 pA, start: 0.25 ms")) ==
        R"(test.yaml:7:55: error: start (0.25 ms) is not a multiple of dt (0.1 ms)
   7 |   x: {type: dc, target: cell, amplitude: 1 pA, start: 0.25 ms}
     |                                                       ^~~~~~~ the nearest are 0.2 ms and 0.3 ms)");
  CHECK(findings(input("type: spikes, target: cell, times: [1 ms, 3.05 ms], weight: 1 nS, delay: 0.33 ms")) ==
        R"(test.yaml:7:42: error: times (3.05 ms) is not a multiple of dt (0.1 ms)
   7 |   x: {type: spikes, target: cell, times: [1 ms, 3.05 ms], weight: 1 nS, delay: 0.33 ms}
     |                                          ^ the nearest are 3 ms and 3.1 ms
test.yaml:7:80: error: delay (0.33 ms) is not a multiple of dt (0.1 ms)
   7 |   x: {type: spikes, target: cell, times: [1 ms, 3.05 ms], weight: 1 nS, delay: 0.33 ms}
     |                                                                                ^~~~~~~ the nearest are 0.3 ms and 0.4 ms)");
  CHECK(
      findings(input("type: regular, target: cell, rate: 300 Hz, weight: 1 nS")) ==
      R"(test.yaml:7:42: error: the interval of rate 300 Hz (3.3333333333333335 ms) is not a multiple of dt (0.1 ms)
   7 |   x: {type: regular, target: cell, rate: 300 Hz, weight: 1 nS}
     |                                          ^~~~~~ the nearest are 3.3 ms and 3.4 ms: give 'interval')");
  CHECK(findings(input("type: regular, target: cell, interval: 0.25 ms, weight: 1 nS")) ==
        R"(test.yaml:7:46: error: interval (0.25 ms) is not a multiple of dt (0.1 ms)
   7 |   x: {type: regular, target: cell, interval: 0.25 ms, weight: 1 nS}
     |                                              ^~~~~~~ the nearest are 0.2 ms and 0.3 ms)");
}

TEST_CASE("with interpolated spike times inputs may lie anywhere") {
  CHECK(findings(input("type: spikes, target: cell, times: [1 ms, 3.05 ms], weight: 1 nS, delay: 0.33 ms",
                       "simulation: {duration: 10 ms, dt: 0.1 ms, spike_times: interpolated}\n")) == "");
}

TEST_CASE("signs and order of times are checked") {
  CHECK(findings(input("type: dc, target: cell, amplitude: 1 pA, start: 5 ms, stop: 2 ms")) ==
        R"(test.yaml:7:67: error: stop (2 ms) is before start (5 ms)
   7 |   x: {type: dc, target: cell, amplitude: 1 pA, start: 5 ms, stop: 2 ms}
     |                                                                   ^~~~)");
  CHECK(findings(input("type: dc, target: cell, amplitude: 1 pA, start: -5 ms")) ==
        R"(test.yaml:7:55: error: start must not be negative, got -5 ms
   7 |   x: {type: dc, target: cell, amplitude: 1 pA, start: -5 ms}
     |                                                       ^~~~~)");
  CHECK(findings(input("type: spikes, target: cell, times: [3 ms, 2 ms], weight: 1 nS")) ==
        R"(test.yaml:7:42: error: times must ascend, but entry 2 (2 ms) comes after 3 ms
   7 |   x: {type: spikes, target: cell, times: [3 ms, 2 ms], weight: 1 nS}
     |                                          ^ sort them)");
  CHECK(findings(input("type: spikes, target: cell, times: [-1 ms], weight: 1 nS")) ==
        R"(test.yaml:7:42: error: times must not be negative, got -1 ms
   7 |   x: {type: spikes, target: cell, times: [-1 ms], weight: 1 nS}
     |                                          ^)");
  CHECK(findings(input("type: spikes, target: cell, times: [1 ms], weight: 1 nS, delay: -1 ms")) ==
        R"(test.yaml:7:71: error: delay must not be negative, got -1 ms
   7 |   x: {type: spikes, target: cell, times: [1 ms], weight: 1 nS, delay: -1 ms}
     |                                                                       ^~~~~)");
  CHECK(findings(input("type: ou, target: cell, sigma: 1 pA, tau: 0 ms")) ==
        R"(test.yaml:7:49: error: tau must be positive, got 0 ms
   7 |   x: {type: ou, target: cell, sigma: 1 pA, tau: 0 ms}
     |                                                 ^~~~)");
}

TEST_CASE("a Poisson rate is not negative and a number") {
  CHECK(findings(input("type: poisson, target: cell, rate: -1 Hz, weight: 1 nS")) ==
        R"(test.yaml:7:42: error: rate must not be negative, got -1 Hz
   7 |   x: {type: poisson, target: cell, rate: -1 Hz, weight: 1 nS}
     |                                          ^~~~~)");
  CHECK(findings(input("type: poisson, target: cell, rate: .nan, weight: 1 nS")) ==
        R"(test.yaml:7:42: error: rate must be finite, got '.nan'
   7 |   x: {type: poisson, target: cell, rate: .nan, weight: 1 nS}
     |                                          ^~~~ write for example '10 Hz')");
  CHECK(findings(input("type: poisson, target: cell, rate: 5, weight: 1 nS")) ==
        R"(test.yaml:7:42: error: rate needs frequency (Hz), got a number without unit
   7 |   x: {type: poisson, target: cell, rate: 5, weight: 1 nS}
     |                                          ^ write for example '5 Hz')");
  CHECK(findings(input("type: sine, target: cell, amplitude: 1 pA, frequency: 8 ms")) ==
        R"(test.yaml:7:61: error: frequency needs frequency (Hz), got time (ms)
   7 |   x: {type: sine, target: cell, amplitude: 1 pA, frequency: 8 ms}
     |                                                             ^~~~ write for example '8 Hz')");
  CHECK(findings(input("type: poisson, target: cell, rate: 20 kHz, weight: 1 nS")) == "");
}

TEST_CASE("a time below 0 in a list is one error") {
  CHECK(findings(input("type: spikes, target: cell, times: [3 ms, -1.05 ms], weight: 1 nS")) ==
        R"(test.yaml:7:42: error: times must not be negative, got -1.05 ms
   7 |   x: {type: spikes, target: cell, times: [3 ms, -1.05 ms], weight: 1 nS}
     |                                          ^)");
}

TEST_CASE("times of more than 2^53 steps say so") {
  CHECK(findings(input("type: dc, target: cell, amplitude: 1 pA, start: 1e300 ms")) ==
        R"(test.yaml:7:55: error: start/dt is 1e+301 steps; the most is 9007199254740992 (2^53)
   7 |   x: {type: dc, target: cell, amplitude: 1 pA, start: 1e300 ms}
     |                                                       ^~~~~~~~ take a shorter time)");
  CHECK(findings(input("type: regular, target: cell, rate: 1e-300 Hz, weight: 1 nS")) ==
        R"(test.yaml:7:42: error: (1/rate)/dt is 1e+304 steps; the most is 9007199254740992 (2^53)
   7 |   x: {type: regular, target: cell, rate: 1e-300 Hz, weight: 1 nS}
     |                                          ^~~~~~~~~ take a higher rate)");
}

TEST_CASE("a weight is in the unit of its receptor, and not below its minimum") {
  CHECK(findings(input("type: poisson, target: cell, rate: 1 Hz, weight: 1 pA")) ==
        R"(test.yaml:7:56: error: weight needs conductance (nS) for receptor 'a' of 'cell', got current (pA)
   7 |   x: {type: poisson, target: cell, rate: 1 Hz, weight: 1 pA}
     |                                                        ^~~~ write for example '1 nS')");
  CHECK(findings(input("type: poisson, target: cell, rate: 1 Hz, weight: -1 nS")) ==
        R"(test.yaml:7:56: error: weight must be at least 0 nS for receptor 'a' (exp_conductance), got -1 nS
   7 |   x: {type: poisson, target: cell, rate: 1 Hz, weight: -1 nS}
     |                                                        ^~~~~ inhibition has a positive weight and a reversal potential below rest)");
}

TEST_CASE("spikes need a receptor, which may be left out if there is one") {
  CHECK(findings(input("type: poisson, target: cell, receptor: b, rate: 1 Hz, weight: 1 nS")) ==
        R"(test.yaml:7:46: error: population 'cell' has no receptor 'b'
   7 |   x: {type: poisson, target: cell, receptor: b, rate: 1 Hz, weight: 1 nS}
     |                                              ^ its receptors: a)");
  CHECK(findings(input("type: poisson, target: axon, rate: 1 Hz, weight: 1 nS")) ==
        R"(test.yaml:7:3: error: population 'axon' has no receptor for the spikes of input 'x'
   7 |   x: {type: poisson, target: axon, rate: 1 Hz, weight: 1 nS}
     |   ^ give it one under 'receptors')");
  CHECK(findings(input("type: poisson, target: cell, rate: 1 Hz, weight: 1 nS")) == "");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, receptors: {a: {model: exp_current}, b: {model: exp_current}}}}
inputs: {x: {type: poisson, target: cell, rate: 1 Hz, weight: 1 pA}}
record: {cell: [V]}
)") ==
        R"(test.yaml:3:10: error: input 'x' does not say which 'receptor' of 'cell' gets its spikes
   3 | inputs: {x: {type: poisson, target: cell, rate: 1 Hz, weight: 1 pA}}
     |          ^ its receptors: a, b)");
}

TEST_CASE("a list of steps has a value for each time") {
  CHECK(findings(input("type: steps, target: cell, times: [1 ms, 2 ms], amplitudes: [1 pA]")) ==
        R"(test.yaml:7:67: error: amplitudes has 1 value, but times has 2
   7 |   x: {type: steps, target: cell, times: [1 ms, 2 ms], amplitudes: [1 pA]}
     |                                                                   ^ give one for each)");
  CHECK(findings(input("type: steps, target: cell, times: [1 ms, 1 ms], amplitudes: [1 pA, 2 pA]")) ==
        R"(test.yaml:7:41: error: times must ascend, but entry 2 (1 ms) comes after 1 ms
   7 |   x: {type: steps, target: cell, times: [1 ms, 1 ms], amplitudes: [1 pA, 2 pA]}
     |                                         ^ sort them)");
  CHECK(findings(input("type: steps, target: cell, times: [1 ms]")) ==
        R"(test.yaml:7:3: error: input 'x' has 'times' but no 'amplitudes'
   7 |   x: {type: steps, target: cell, times: [1 ms]}
     |   ^ they go together, one amplitudes entry for each of times)");
}

TEST_CASE("steps are a list or a train") {
  CHECK(
      findings(input("type: steps, target: cell, times: [1 ms], amplitude: 3 pA")) ==
      R"(test.yaml:7:3: error: input 'x' needs either times and amplitudes, or amplitude, width and period, got both
   7 |   x: {type: steps, target: cell, times: [1 ms], amplitude: 3 pA}
     |   ^)");
  CHECK(
      findings(input("type: steps, target: cell")) ==
      R"(test.yaml:7:3: error: input 'x' needs either times and amplitudes, or amplitude, width and period, got neither
   7 |   x: {type: steps, target: cell}
     |   ^)");
  CHECK(findings(input("type: steps, target: cell, amplitude: 3 pA, width: 1 ms")) ==
        R"(test.yaml:7:3: error: input 'x' is a train of pulses, but has no 'period'
   7 |   x: {type: steps, target: cell, amplitude: 3 pA, width: 1 ms}
     |   ^ give amplitude, width and period)");
  CHECK(findings(input("type: steps, target: cell, amplitude: 3 pA, width: 2 ms, period: 1 ms")) ==
        R"(test.yaml:7:58: error: width (2 ms) is longer than period (1 ms)
   7 |   x: {type: steps, target: cell, amplitude: 3 pA, width: 2 ms, period: 1 ms}
     |                                                          ^~~~ pulses of a train may not overlap)");
  CHECK(
      findings(input("type: steps, target: cell, amplitude: 3 pA, width: 1 ms, period: 2 ms, count: 2.5")) ==
      R"(test.yaml:7:85: error: count must be a whole number from 1 to 9007199254740992, got '2.5'
   7 |   x: {type: steps, target: cell, amplitude: 3 pA, width: 1 ms, period: 2 ms, count: 2.5}
     |                                                                                     ^~~)");
  CHECK(findings(input("type: steps, target: cell, amplitude: 3 pA, width: 1 ms, period: 2 ms, count: 2")) ==
        "");
}

TEST_CASE("a waveform is an expression of the time") {
  CHECK(findings(input("type: waveform, target: cell, current: \"10 pA*sin(2*pi*8 Hz*t)\"")) == "");
  CHECK(findings(input("type: waveform, target: cell, current: \"10 pA*sin(2*pi*8 Hz*tt)\"")) ==
        R"yaml(test.yaml:7:67: error: 'tt' is not declared
   7 |   x: {type: waveform, target: cell, current: "10 pA*sin(2*pi*8 Hz*tt)"}
     |                                                                   ^~ did you mean 't'?)yaml");
  CHECK(findings(input("type: waveform, target: cell, current: \"10 mV*t\"")) ==
        R"(test.yaml:7:47: error: current needs current (pA) for input 'I' of 'lif', got mV ms
   7 |   x: {type: waveform, target: cell, current: "10 mV*t"}
     |                                               ^~~~~~~)");
  CHECK(findings(input("type: waveform, target: cell, current: \"t > 3 ms\"")) ==
        R"(test.yaml:7:47: error: current needs current (pA) for input 'I' of 'lif', got a condition
   7 |   x: {type: waveform, target: cell, current: "t > 3 ms"}
     |                                               ^~~~~~~~)");
  CHECK(findings(input("type: waveform, target: cell, current: [1 pA]")) ==
        R"yaml(test.yaml:7:46: error: current must be an expression of t, got a list
   7 |   x: {type: waveform, target: cell, current: [1 pA]}
     |                                              ^ write for example "10 pA * sin(2*pi*8 Hz*t)", in quotes)yaml");
}

TEST_CASE("a waveform may use vars") {
  CHECK(findings(input("type: waveform, target: cell, current: \"A*sin(2*pi*f*t)\"",
                       "vars: {f: 8 Hz, A: 10 pA}\nsimulation: {duration: 10 ms, dt: 0.1 ms}\n")) == "");
}

TEST_CASE("a clamp has one voltage or a list of them") {
  CHECK(findings(input("type: voltage_clamp, target: cell, voltage: -60 mV, resistance: 10 MOhm")) == "");
  CHECK(findings(input("type: voltage_clamp, target: cell, resistance: 10 MOhm")) ==
        R"(test.yaml:7:3: error: input 'x' needs either voltage, or times and voltages, got neither
   7 |   x: {type: voltage_clamp, target: cell, resistance: 10 MOhm}
     |   ^)");
  CHECK(findings(input("type: voltage_clamp, target: cell, times: [0 ms, 1 ms], voltages: [-60 mV], "
                       "resistance: 10 MOhm")) ==
        R"(test.yaml:7:73: error: voltages has 1 value, but times has 2
   7 |   x: {type: voltage_clamp, target: cell, times: [0 ms, 1 ms], voltages: [-60 mV], resistance: 10 MOhm}
     |                                                                         ^ give one for each)");
  CHECK(findings(input("type: voltage_clamp, target: cell, voltage: -60 mV, resistance: 0 MOhm")) ==
        R"(test.yaml:7:71: error: resistance must be positive, got 0 MOhm
   7 |   x: {type: voltage_clamp, target: cell, voltage: -60 mV, resistance: 0 MOhm}
     |                                                                       ^~~~~~)");
}

TEST_CASE("regular spikes have a rate or an interval") {
  CHECK(findings(input("type: regular, target: cell, rate: 200 Hz, interval: 5 ms, weight: 1 nS")) ==
        R"(test.yaml:7:3: error: input 'x' needs either 'rate' or 'interval', got both
   7 |   x: {type: regular, target: cell, rate: 200 Hz, interval: 5 ms, weight: 1 nS}
     |   ^)");
  CHECK(findings(input("type: regular, target: cell, weight: 1 nS")) ==
        R"(test.yaml:7:3: error: input 'x' needs either 'rate' or 'interval', got neither
   7 |   x: {type: regular, target: cell, weight: 1 nS}
     |   ^)");
}

TEST_CASE("a file that is not there is refused") {
  CHECK(findings(input("type: file, target: cell, path: x.csv, column: I, unit: pA, interval: 1 ms")) ==
        R"(test.yaml:7:39: error: 'x.csv' does not exist
   7 |   x: {type: file, target: cell, path: x.csv, column: I, unit: pA, interval: 1 ms}
     |                                       ^~~~~ paths are relative to the config's folder)");
}

TEST_CASE("an unknown site lists the sites") {
  CHECK(findings(input("type: dc, target: cell, site: J, amplitude: 1 pA")) ==
        R"(test.yaml:7:37: error: model 'lif' has no input 'J'
   7 |   x: {type: dc, target: cell, site: J, amplitude: 1 pA}
     |                                     ^ its inputs: I)");
}
