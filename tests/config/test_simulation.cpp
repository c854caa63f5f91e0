// What the simulation section refuses: units, numbers, the grid, the seed.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

TEST_CASE("a time in the wrong unit says what is needed") {
  CHECK(findings(R"(simulation: {duration: 10 mV, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration needs time (ms), got voltage (mV)
   1 | simulation: {duration: 10 mV, dt: 0.1 ms}
     |                        ^~~~~ write for example '10 ms')");
}

TEST_CASE("a time without a unit shows an example") {
  CHECK(findings(R"(simulation: {duration: 10, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration needs time (ms), got a number without unit
   1 | simulation: {duration: 10, dt: 0.1 ms}
     |                        ^~ write for example '10 ms')");
}

TEST_CASE("zero carries its unit too") {
  CHECK(findings(R"(simulation: {duration: 0, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration needs time (ms), got a number without unit
   1 | simulation: {duration: 0, dt: 0.1 ms}
     |                        ^ write for example '0 ms')");
}

TEST_CASE("an unknown unit suggests the nearest") {
  CHECK(findings(R"(simulation: {duration: 10 msec, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration: 'msec' is not a unit; did you mean 'ms'?
   1 | simulation: {duration: 10 msec, dt: 0.1 ms}
     |                        ^~~~~~~)");
}

TEST_CASE("a decimal comma is refused") {
  CHECK(findings(R"(simulation: {duration: "1,5 ms", dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:25: error: duration: '1,5' has a decimal comma; write '1.5'
   1 | simulation: {duration: "1,5 ms", dt: 0.1 ms}
     |                         ^~~~~~)");
}

TEST_CASE("octal, hexadecimal, grouped and boolean words are no numbers") {
  CHECK(findings(R"(simulation: {duration: 010 ms, dt: 0x10 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration: '010' has a leading zero, which could mean octal; write '10'
   1 | simulation: {duration: 010 ms, dt: 0x10 ms}
     |                        ^~~~~~
test.yaml:1:36: error: dt: '0x10' is a hexadecimal number; write it in decimal digits
   1 | simulation: {duration: 010 ms, dt: 0x10 ms}
     |                                    ^~~~~~~)");
  CHECK(findings(R"(simulation: {duration: 1_000 ms, dt: yes}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration: '1_000' contains '_'; write '1000'
   1 | simulation: {duration: 1_000 ms, dt: yes}
     |                        ^~~~~~~~
test.yaml:1:38: error: dt: 'yes' is not a number
   1 | simulation: {duration: 1_000 ms, dt: yes}
     |                                      ^~~ write for example '10 ms')");
}

TEST_CASE("a number beyond the range of doubles is refused") {
  CHECK(findings(R"(simulation: {duration: 1e999 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration: '1e999' is too large; the largest number is 1.7976931348623157e308
   1 | simulation: {duration: 1e999 ms, dt: 0.1 ms}
     |                        ^~~~~~~~)");
}

TEST_CASE("nan and inf are not finite") {
  CHECK(findings(R"(simulation: {duration: .inf, dt: .nan}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration must be finite, got '.inf'
   1 | simulation: {duration: .inf, dt: .nan}
     |                        ^~~~ write for example '10 ms'
test.yaml:1:34: error: dt must be finite, got '.nan'
   1 | simulation: {duration: .inf, dt: .nan}
     |                                  ^~~~ write for example '10 ms')");
  CHECK(findings(R"(simulation: {duration: .inf ms, dt: nan ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration: '.inf' is not a finite number
   1 | simulation: {duration: .inf ms, dt: nan ms}
     |                        ^~~~~~~ write for example '10 ms'
test.yaml:1:37: error: dt: 'nan' is not a finite number
   1 | simulation: {duration: .inf ms, dt: nan ms}
     |                                     ^~~~~~ write for example '10 ms')");
}

TEST_CASE("a list where a time is due is refused") {
  CHECK(findings(R"(simulation: {duration: [1 ms], dt: {a: 1}}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration must be one value, time (ms), got a list
   1 | simulation: {duration: [1 ms], dt: {a: 1}}
     |                        ^ write for example '10 ms'
test.yaml:1:36: error: dt must be one value, time (ms), got a map
   1 | simulation: {duration: [1 ms], dt: {a: 1}}
     |                                    ^ write for example '10 ms')");
}

TEST_CASE("dt must be positive") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:35: error: dt must be positive, got 0 ms
   1 | simulation: {duration: 10 ms, dt: 0 ms}
     |                                   ^~~~ write for example 'dt: 0.1 ms')");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: -0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:35: error: dt must be positive, got -0.1 ms
   1 | simulation: {duration: 10 ms, dt: -0.1 ms}
     |                                   ^~~~~~~ write for example 'dt: 0.1 ms')");
}

TEST_CASE("dt must not be longer than the duration") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 1 s}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:35: error: dt (1000 ms) is longer than the duration (10 ms)
   1 | simulation: {duration: 10 ms, dt: 1 s}
     |                                   ^~~ make dt smaller, or simulate longer)");
}

TEST_CASE("a duration that is no multiple of dt gives the two nearest") {
  CHECK(findings(R"(simulation: {duration: 10.05 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration (10.05 ms) is not a multiple of dt (0.1 ms)
   1 | simulation: {duration: 10.05 ms, dt: 0.1 ms}
     |                        ^~~~~~~~ the nearest are 10 ms and 10.1 ms)");
  CHECK(findings(R"(simulation: {duration: 0.35 s, dt: 0.3 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration (350 ms) is not a multiple of dt (0.3 ms)
   1 | simulation: {duration: 0.35 s, dt: 0.3 ms}
     |                        ^~~~~~ the nearest are 349.8 ms and 350.1 ms)");
}

TEST_CASE("a negative duration is refused, and a duration of 0 is not") {
  CHECK(findings(R"(simulation: {duration: -1 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration must not be negative, got -1 ms
   1 | simulation: {duration: -1 ms, dt: 0.1 ms}
     |                        ^~~~~)");
  CHECK(findings(R"(simulation: {duration: -1 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {x: {type: dc, target: cell, amplitude: 1 pA, start: 1 ms}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration must not be negative, got -1 ms
   1 | simulation: {duration: -1 ms, dt: 0.1 ms}
     |                        ^~~~~)");
  CHECK(findings(R"(simulation: {duration: 0 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") == "");
}

TEST_CASE("more steps than a double counts are refused") {
  CHECK(findings(R"(simulation: {duration: 1e17 s, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: duration/dt is 1e+21 steps; the most is 9007199254740992 (2^53)
   1 | simulation: {duration: 1e17 s, dt: 0.1 ms}
     |                        ^~~~~~ make dt longer, or simulate less)");
}

TEST_CASE("dt and duration must be given") {
  CHECK(findings(R"(simulation: {seed: 3}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:13: error: simulation has no 'duration'
   1 | simulation: {seed: 3}
     |             ^ write for example 'duration: 1 s'
test.yaml:1:13: error: simulation has no 'dt'
   1 | simulation: {seed: 3}
     |             ^ write for example 'dt: 0.1 ms')");
  CHECK(findings(R"(populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:1: error: the config has no 'simulation'
   1 | populations: {cell: {model: lif}}
     | ^ write for example 'simulation: {duration: 1 s, dt: 0.1 ms}')");
}

TEST_CASE("a seed is a whole number of 64 bits") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms, seed: -1}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:49: error: seed must be a whole number from 0 to 18446744073709551615, got '-1'
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, seed: -1}
     |                                                 ^~)");
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms, seed: 18446744073709551616}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
      R"(test.yaml:1:49: error: seed must be a whole number from 0 to 18446744073709551615, got '18446744073709551616'
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, seed: 18446744073709551616}
     |                                                 ^~~~~~~~~~~~~~~~~~~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms, seed: 1.5}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:49: error: seed must be a whole number from 0 to 18446744073709551615, got '1.5'
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, seed: 1.5}
     |                                                 ^~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms, seed: 18446744073709551615}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") == "");
}

TEST_CASE("unknown methods and words suggest the nearest") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms, method: rk5, spike_times: grd, threads: 0}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:51: error: method cannot be 'rk5'
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, method: rk5, spike_times: grd, threads: 0}
     |                                                   ^~~ did you mean 'rk4'? it is one of: auto, exact, exponential_euler, euler, midpoint, rk4, dopri5, cash_karp54, fehlberg78, adaptive, euler_maruyama
test.yaml:1:69: error: spike_times cannot be 'grd'
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, method: rk5, spike_times: grd, threads: 0}
     |                                                                     ^~~ did you mean 'grid'? it is one of: grid, interpolated
test.yaml:1:83: error: threads must be a whole number from 1 to 4096, got 0
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, method: rk5, spike_times: grd, threads: 0}
     |                                                                                   ^)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms, methd: rk4}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:43: error: 'methd' is not a key of simulation
   1 | simulation: {duration: 10 ms, dt: 0.1 ms, methd: rk4}
     |                                           ^~~~~ did you mean 'method'? valid keys: duration, dt, seed, method, spike_times, threads)");
}

TEST_CASE("the options of the adaptive method are checked") {
  CHECK(
      findings(
          R"(simulation: {duration: 1 s, dt: 0.1 ms, method: {adaptive: {rtol: -1, atl: 3, max_step: 1 ms, min_step: 2 ms}}}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
      R"(test.yaml:1:67: error: rtol must be positive, got -1
   1 | simulation: {duration: 1 s, dt: 0.1 ms, method: {adaptive: {rtol: -1, atl: 3, max_step: 1 ms, min_step: 2 ms}}}
     |                                                                   ^~
test.yaml:1:71: error: 'atl' is not a key of 'adaptive'
   1 | simulation: {duration: 1 s, dt: 0.1 ms, method: {adaptive: {rtol: -1, atl: 3, max_step: 1 ms, min_step: 2 ms}}}
     |                                                                       ^~~ did you mean 'atol'? valid keys: rtol, atol, max_step, min_step
test.yaml:1:105: error: min_step (2 ms) is longer than max_step (1 ms)
   1 | simulation: {duration: 1 s, dt: 0.1 ms, method: {adaptive: {rtol: -1, atl: 3, max_step: 1 ms, min_step: 2 ms}}}
     |                                                                                                         ^~~~)");
  CHECK(findings(R"(simulation: {duration: 1 s, dt: 0.1 ms, method: {rk4: {}}}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:50: error: 'rk4' is not a key of 'method'
   1 | simulation: {duration: 1 s, dt: 0.1 ms, method: {rk4: {}}}
     |                                                  ^~~ valid keys: adaptive)");
}

TEST_CASE("an unknown section lists the valid ones") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
population: {}
)") ==
        R"(test.yaml:4:1: error: 'population' is not a key of a config
   4 | population: {}
     | ^~~~~~~~~~ did you mean 'populations'? valid keys: vars, simulation, populations, inputs, connections, gap_junctions, record, analysis, at, stop_when, sweep, search)");
}

TEST_CASE("all errors of a file are reported at once, in order") {
  CHECK(findings(R"(simulation: {duration: 10 mV, dt: 0.1}
populations: {cell: {model: lif, size: -1}}
record: {sell: [V]}
foo: 1
)") ==
        R"(test.yaml:1:24: error: duration needs time (ms), got voltage (mV)
   1 | simulation: {duration: 10 mV, dt: 0.1}
     |                        ^~~~~ write for example '10 ms'
test.yaml:1:35: error: dt needs time (ms), got a number without unit
   1 | simulation: {duration: 10 mV, dt: 0.1}
     |                                   ^~~ write for example '0.1 ms'
test.yaml:2:40: error: size must be a whole number from 0 to 1000000000000, got -1
   2 | populations: {cell: {model: lif, size: -1}}
     |                                        ^~
test.yaml:3:10: error: record: there is no population 'sell'
   3 | record: {sell: [V]}
     |          ^~~~ did you mean 'cell'?
test.yaml:4:1: error: 'foo' is not a key of a config
   4 | foo: 1
     | ^~~ valid keys: vars, simulation, populations, inputs, connections, gap_junctions, record, analysis, at, stop_when, sweep, search)");
}
