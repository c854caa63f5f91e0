// What populations refuse: sizes, models, parameters, initial values, receptors.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

TEST_CASE("a size is a whole number") {
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 99999999999999999999}}
record: {cell: [V]}
)") ==
      R"(test.yaml:2:40: error: size must be a whole number from 0 to 1000000000000, got 99999999999999999999
   2 | populations: {cell: {model: lif, size: 99999999999999999999}}
     |                                        ^~~~~~~~~~~~~~~~~~~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 2.5}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:40: error: size must be a whole number from 0 to 1000000000000, got '2.5'
   2 | populations: {cell: {model: lif, size: 2.5}}
     |                                        ^~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: -1}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:40: error: size must be a whole number from 0 to 1000000000000, got -1
   2 | populations: {cell: {model: lif, size: -1}}
     |                                        ^~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 1e3}}
record: {cell: [V]}
)") == "");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: many}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:40: error: size must be a whole number from 0 to 1000000000000, got 'many'
   2 | populations: {cell: {model: lif, size: many}}
     |                                        ^~~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 0}}
record: {cell: [V]}
)") == "");
}

TEST_CASE("an unknown key of a population lists the valid ones") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, sise: 3}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:34: error: 'sise' is not a key of population 'cell'
   2 | populations: {cell: {model: lif, sise: 3}}
     |                                  ^~~~ did you mean 'size'? valid keys: like, size, model, params, init, receptors, positions, method)");
}

TEST_CASE("a population needs a model") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {size: 3}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:15: error: population 'cell' has no 'model'
   2 | populations: {cell: {size: 3}}
     |               ^~~~ write for example 'model: NAME'; `hillock models` lists the names)");
}

TEST_CASE("a receptor is no neuron model, and the reverse") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: exp_current}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:29: error: 'exp_current' is a receptor model, but a neuron model is needed here
   2 | populations: {cell: {model: exp_current}}
     |                             ^~~~~~~~~~~ receptor models stand under 'receptors' of a population)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, receptors: {a: {model: lif}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:57: error: 'lif' is a neuron model, but a receptor model is needed here
   2 | populations: {cell: {model: lif, receptors: {a: {model: lif}}}}
     |                                                         ^~~ neuron models stand under 'model' of a population)");
}

TEST_CASE("an unknown parameter suggests the nearest and lists all") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_thr: -50 mV}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:43: error: 'V_thr' is not a parameter of 'lif'
   2 | populations: {cell: {model: lif, params: {V_thr: -50 mV}}}
     |                                           ^~~~~ did you mean 'V_th'? it has: C_m, tau_m, E_L, V_th, V_reset, t_ref)");
}

TEST_CASE("a parameter in the wrong unit says what is needed") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: 10 mV, C_m: 3, V_th: .inf mV}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:50: error: tau_m needs time (ms), got voltage (mV)
   2 | populations: {cell: {model: lif, params: {tau_m: 10 mV, C_m: 3, V_th: .inf mV}}}
     |                                                  ^~~~~ write for example '10 ms'
test.yaml:2:62: error: C_m needs capacitance (pF), got a number without unit
   2 | populations: {cell: {model: lif, params: {tau_m: 10 mV, C_m: 3, V_th: .inf mV}}}
     |                                                              ^ write for example '3 pF'
test.yaml:2:71: error: V_th: '.inf' is not a finite number
   2 | populations: {cell: {model: lif, params: {tau_m: 10 mV, C_m: 3, V_th: .inf mV}}}
     |                                                                       ^~~~~~~ write for example '10 mV')");
}

TEST_CASE("a list has one value per neuron") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3, params: {V_th: [-50 mV, -51 mV]}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:58: error: V_th has 2 values for 3 neurons of 'cell'
   2 | populations: {cell: {model: lif, size: 3, params: {V_th: [-50 mV, -51 mV]}}}
     |                                                          ^ give one value for all, or one for each)");
}

TEST_CASE("all values of a list have one unit") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 2, params: {V_th: [-50 mV, 1 pA]}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:67: error: V_th needs voltage (mV), as its first value, got current (pA)
   2 | populations: {cell: {model: lif, size: 2, params: {V_th: [-50 mV, 1 pA]}}}
     |                                                                   ^~~~ write for example '1 mV')");
}

TEST_CASE("an unknown law lists the laws") {
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_th: {unifrm: [-50 mV, -40 mV]}}}}
record: {cell: [V]}
)") ==
      R"(test.yaml:2:49: error: V_th must be a value, a list, {linspace: [a, b]}, {uniform: [a, b]}, {normal: [mean, sd]}, {lognormal: [median, sigma]}, {exponential: mean} or {file: PATH, dataset: NAME, unit: UNIT}, got a map with 'unifrm'
   2 | populations: {cell: {model: lif, params: {V_th: {unifrm: [-50 mV, -40 mV]}}}}
     |                                                 ^)");
}

TEST_CASE("laws must make sense") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_th: {uniform: [-40 mV, -50 mV]}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:59: error: V_th: 'uniform' from -40 mV to -50 mV ends before it begins
   2 | populations: {cell: {model: lif, params: {V_th: {uniform: [-40 mV, -50 mV]}}}}
     |                                                           ^ write the smaller value first)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_th: {normal: [-40 mV, -5 mV]}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:58: error: V_th: the standard deviation must not be negative, got -5 mV
   2 | populations: {cell: {model: lif, params: {V_th: {normal: [-40 mV, -5 mV]}}}}
     |                                                          ^)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {lognormal: [0 ms, 0.5]}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:62: error: tau_m: the median of 'lognormal' must be positive, got 0 ms
   2 | populations: {cell: {model: lif, params: {tau_m: {lognormal: [0 ms, 0.5]}}}}
     |                                                              ^)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {lognormal: [10 ms, 5 ms]}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:70: error: tau_m: sigma needs a pure number, got time (ms)
   2 | populations: {cell: {model: lif, params: {tau_m: {lognormal: [10 ms, 5 ms]}}}}
     |                                                                      ^~~~ write for example '5')");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {exponential: -1 ms}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:64: error: tau_m: the mean of 'exponential' must be positive, got -1 ms
   2 | populations: {cell: {model: lif, params: {tau_m: {exponential: -1 ms}}}}
     |                                                                ^~~~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {linspace: [1 ms]}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:61: error: tau_m: 'linspace' must be a list of two, [first, last], got a list of 1
   2 | populations: {cell: {model: lif, params: {tau_m: {linspace: [1 ms]}}}}
     |                                                             ^)");
}

TEST_CASE("bounds of a law must make sense") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {normal: [10 ms, 1 ms], min: 3 ms, max: 2 ms}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:50: error: tau_m: 'min' must be below 'max', got 3 ms and 2 ms
   2 | populations: {cell: {model: lif, params: {tau_m: {normal: [10 ms, 1 ms], min: 3 ms, max: 2 ms}}}}
     |                                                  ^)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {normal: [10 ms, 1 ms], min: 3 mV}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:79: error: tau_m: min needs time (ms), as its 'normal', got voltage (mV)
   2 | populations: {cell: {model: lif, params: {tau_m: {normal: [10 ms, 1 ms], min: 3 mV}}}}
     |                                                                               ^~~~ write for example '3 ms')");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {linspace: [10 ms, 20 ms], min: 3 ms}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:82: error: tau_m: 'linspace' is not drawn, so it takes no 'min' or 'max'
   2 | populations: {cell: {model: lif, params: {tau_m: {linspace: [10 ms, 20 ms], min: 3 ms}}}}
     |                                                                                  ^~~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {normal: [10 ms, 1 ms], mn: 3 ms}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:74: error: 'mn' is not a key of a value by 'normal'
   2 | populations: {cell: {model: lif, params: {tau_m: {normal: [10 ms, 1 ms], mn: 3 ms}}}}
     |                                                                          ^~ did you mean 'min'? valid keys: normal, min, max)");
}

TEST_CASE("a file of values needs its unit and its place") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {file: x.csv, column: tau}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:50: error: tau_m from a file needs 'unit', the unit of its numbers
   2 | populations: {cell: {model: lif, params: {tau_m: {file: x.csv, column: tau}}}}
     |                                                  ^ write for example unit: ms
test.yaml:2:57: error: 'x.csv' does not exist
   2 | populations: {cell: {model: lif, params: {tau_m: {file: x.csv, column: tau}}}}
     |                                                         ^~~~~ paths are relative to the config's folder)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: {file: x.csv, unit: ms}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:50: error: tau_m from a file needs either 'dataset' (HDF5) or 'column' (CSV)
   2 | populations: {cell: {model: lif, params: {tau_m: {file: x.csv, unit: ms}}}}
     |                                                  ^ write for example {file: values.csv, column: V, unit: mV}
test.yaml:2:57: error: 'x.csv' does not exist
   2 | populations: {cell: {model: lif, params: {tau_m: {file: x.csv, unit: ms}}}}
     |                                                         ^~~~~ paths are relative to the config's folder)");
}

TEST_CASE("an unknown state lists the states") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: adex, init: {v: -60 mV}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:42: error: 'v' is not a state of 'adex'
   2 | populations: {cell: {model: adex, init: {v: -60 mV}}}
     |                                          ^ did you mean 'V'? its states: V, w)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, init: reset}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:40: error: 'init' must be a map or 'rest', got 'reset'
   2 | populations: {cell: {model: lif, init: reset}}
     |                                        ^~~~~ write for example 'init: {V: -60 mV}')");
}

TEST_CASE("receptors are checked like neurons") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, receptors: {a: {model: exp_current, tau: 3 mV, taau: 3 ms}, b: {}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:75: error: tau needs time (ms), got voltage (mV)
   2 | populations: {cell: {model: lif, receptors: {a: {model: exp_current, tau: 3 mV, taau: 3 ms}, b: {}}}}
     |                                                                           ^~~~ write for example '3 ms'
test.yaml:2:81: error: 'taau' is not a parameter of 'exp_current' nor a key of a receptor
   2 | populations: {cell: {model: lif, receptors: {a: {model: exp_current, tau: 3 mV, taau: 3 ms}, b: {}}}}
     |                                                                                 ^~~~ did you mean 'tau'? valid keys: tau, model, into, params, init
test.yaml:2:94: error: receptor 'b' has no 'model'
   2 | populations: {cell: {model: lif, receptors: {a: {model: exp_current, tau: 3 mV, taau: 3 ms}, b: {}}}}
     |                                                                                              ^ write for example {model: NAME}; `hillock models` lists the names)");
}

TEST_CASE("a receptor must fit the input it goes into") {
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: izhikevich_2003, receptors: {a: {model: exp_current}}}}
record: {cell: [V]}
)") ==
      R"(test.yaml:2:58: error: receptor 'a' gives current (pA), but input 'I' of 'izhikevich_2003' takes mV/ms
   2 | populations: {cell: {model: izhikevich_2003, receptors: {a: {model: exp_current}}}}
     |                                                          ^ use a receptor model whose current is in mV/ms)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: hodgkin_huxley, receptors: {a: {model: exp_current}}}}
record: {cell: [V]}
)") == "");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: logistic, receptors: {a: {model: delta}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:51: error: receptor 'a' makes V jump, but 'V' is not a state of 'logistic'
   2 | populations: {cell: {model: logistic, receptors: {a: {model: delta}}}}
     |                                                   ^ use a receptor with a current)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, receptors: {a: {model: exp_current, into: J}}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:76: error: 'into' cannot be 'J'
   2 | populations: {cell: {model: lif, receptors: {a: {model: exp_current, into: J}}}}
     |                                                                            ^ it is one of: I)");
}

TEST_CASE("a receptor whose variables have the names of the neuron is refused") {
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: hodgkin_huxley, receptors: {Na: {model: exp_current}}}}
record: {cell: [V]}
)") ==
      R"(test.yaml:2:57: error: 'I_Na' stands for two things in population 'cell': the derived quantity I_Na of the neuron and the current of receptor 'Na'
   2 | populations: {cell: {model: hodgkin_huxley, receptors: {Na: {model: exp_current}}}}
     |                                                         ^~ rename the receptor)");
}

TEST_CASE("a receptor whose current has the name of the sum of all is refused") {
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, receptors: {syn: {model: exp_current}}}}
record: {cell: [V]}
)") ==
      R"(test.yaml:2:46: error: 'I_syn' stands for two things in population 'cell': the sum of the receptors that feed I and the current of receptor 'syn'
   2 | populations: {cell: {model: lif, receptors: {syn: {model: exp_current}}}}
     |                                              ^~~ rename the receptor)");
}

TEST_CASE("rules about values that stand in the config are checked whatever else is wrong") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell:
    size: 2
    model: lif
    params: {tau_m: [10 ms, -1 ms], E_L: 3, C_m: {normal: [-1 pF, 1 pF]}}
    receptors: {a: {model: exp_conductance, tau: 0 ms}}
record: {cell: [U]}
)") ==
        R"(test.yaml:6:21: error: population 'cell', neuron 1: tau_m > 0 ms does not hold: tau_m is -1 ms
   6 |     params: {tau_m: [10 ms, -1 ms], E_L: 3, C_m: {normal: [-1 pF, 1 pF]}}
     |                     ^ lif requires tau_m > 0 ms
test.yaml:6:42: error: E_L needs voltage (mV), got a number without unit
   6 |     params: {tau_m: [10 ms, -1 ms], E_L: 3, C_m: {normal: [-1 pF, 1 pF]}}
     |                                          ^ write for example '3 mV'
test.yaml:7:50: error: receptor 'a' of population 'cell': tau > 0 ms does not hold: tau is 0 ms
   7 |     receptors: {a: {model: exp_conductance, tau: 0 ms}}
     |                                                  ^~~~ exp_conductance requires tau > 0 ms
test.yaml:8:17: error: population 'cell' has no variable 'U'
   8 | record: {cell: [U]}
     |                 ^ it has: spikes, rate, V, I, I_syn, g_a, I_a)");
}

TEST_CASE("a rule about a value that is wrong itself is not checked with the default in its place") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_th: 3, V_reset: -40 mV}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:49: error: V_th needs voltage (mV), got a number without unit
   2 | populations: {cell: {model: lif, params: {V_th: 3, V_reset: -40 mV}}}
     |                                                 ^ write for example '3 mV')");
}

TEST_CASE("initial values keep the bounds of their states") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.01 ms}
populations:
  cell:
    model: hodgkin_huxley
    init: {m: 2, h: 0.5, n: -0.1}
    receptors: {a: {model: exp_conductance, init: {g: -1 nS}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:5:15: error: population 'cell', initial values: m <= 1 does not hold: m is 2
   5 |     init: {m: 2, h: 0.5, n: -0.1}
     |               ^ hodgkin_huxley requires m <= 1
test.yaml:5:29: error: population 'cell', initial values: n >= 0 does not hold: n is -0.1
   5 |     init: {m: 2, h: 0.5, n: -0.1}
     |                             ^~~~ hodgkin_huxley requires n >= 0
test.yaml:6:55: error: receptor 'a' of population 'cell', initial values: g >= 0 nS does not hold: g is -1 nS
   6 |     receptors: {a: {model: exp_conductance, init: {g: -1 nS}}}
     |                                                       ^~~~~ exp_conductance requires g >= 0 nS)");
}

TEST_CASE("names have letters, digits and underscores") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {"a b": {model: lif}}
record: {"a b": [V]}
)") ==
        R"(test.yaml:2:16: error: 'a b' cannot be the name of a population
   2 | populations: {"a b": {model: lif}}
     |                ^~~ a name has up to 100 letters, digits and '_', and does not begin with a digit)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": {model: lif}}
record: {}
)") ==
        R"(test.yaml:2:16: error: this key has more than 200 characters
   2 | populations: {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...
     |                ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ a key is one word)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {"x; rm -rf /": {model: lif}}
record: {}
)") ==
        R"(test.yaml:2:16: error: 'x; rm -rf /' cannot be the name of a population
   2 | populations: {"x; rm -rf /": {model: lif}}
     |                ^~~~~~~~~~~ a name has up to 100 letters, digits and '_', and does not begin with a digit)");
}

TEST_CASE("compiler flags are no key of a config") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, compiler_flags: -O3}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:34: error: 'compiler_flags' is not a key of population 'cell'
   2 | populations: {cell: {model: lif, compiler_flags: -O3}}
     |                                  ^~~~~~~~~~~~~~ valid keys: like, size, model, params, init, receptors, positions, method)");
}

TEST_CASE("a config without populations says that there are none to name") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {}
inputs: {x: {type: dc, target: cell, amplitude: 1 pA}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:14: error: the config has no 'populations'
   2 | populations: {}
     |              ^ write for example 'populations: {cell: {model: NAME}}'
test.yaml:3:32: error: target: there is no population 'cell'
   3 | inputs: {x: {type: dc, target: cell, amplitude: 1 pA}}
     |                                ^~~~ there are none
test.yaml:4:10: error: record: there is no population 'cell'
   4 | record: {cell: [V]}
     |          ^~~~ there are none)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: logistic, init: {m: 1}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:46: error: 'm' is not a state of 'logistic'
   2 | populations: {cell: {model: logistic, init: {m: 1}}}
     |                                              ^ it has none)");
}

TEST_CASE("a config without populations is refused") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
)") ==
        R"(test.yaml:1:1: error: the config has no 'populations'
   1 | simulation: {duration: 10 ms, dt: 0.1 ms}
     | ^ write for example 'populations: {cell: {model: NAME}}')");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {}
)") ==
        R"(test.yaml:2:14: error: the config has no 'populations'
   2 | populations: {}
     |              ^ write for example 'populations: {cell: {model: NAME}}')");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: [cell]
)") ==
        R"(test.yaml:2:14: error: 'populations' must be a map, got a list
   2 | populations: [cell]
     |              ^ write 'key: value' lines below it, or {key: value})");
}
