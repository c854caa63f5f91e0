// What model files refuse: equations, spike rules, holds, rules of value, areas.
#include <doctest/doctest.h>

#include <tuple>

#include "config/loading.hpp"

using loading::model_findings;

using loading::changed;
using loading::neuron;

TEST_CASE("a state without equation is refused") {
  CHECK(
      model_findings(changed(neuron, {{"  V: {init: -70 mV}", "  V: {init: -70 mV}\n  w: {init: 0 pA}"}})) ==
      R"(cell.yaml:9:3: error: state 'w' has no equation and no assignment, so it would never change
   9 |   w: {init: 0 pA}
     |   ^ write 'dw/dt: ...' under equations, or make it a parameter)");
}

TEST_CASE("an equation without state is refused") {
  CHECK(model_findings(changed(neuron, {{"  dV/dt: -(V + 70 mV)/tau_m + I/C_m",
                                         "  dV/dt: -(V + 70 mV)/tau_m + I/C_m\n  dw/dt: 1 pA/ms"}})) ==
        R"(cell.yaml:11:3: error: 'dw/dt' is the equation of no state: 'w' is not declared under state
  11 |   dw/dt: 1 pA/ms
     |   ^~~~~ declare it: w: {init: ...})");
  CHECK(model_findings(
            changed(neuron, {{"  dV/dt: -(V + 70 mV)/tau_m + I/C_m", "  V: -(V + 70 mV)/tau_m + I/C_m"}})) ==
        R"(cell.yaml:10:3: error: 'V' is not the left side of an equation
  10 |   V: -(V + 70 mV)/tau_m + I/C_m
     |   ^ write 'dV/dt: ...')");
}

TEST_CASE("a model needs V, and an input needs its potential") {
  CHECK(model_findings(changed(neuron, {{"dV/dt", "du/dt"},
                                        {"  V: {init", "  u: {init"},
                                        {"(V +", "(u +"},
                                        {"V >= ", "u >= "},
                                        {"    V: -70", "    u: -70"}})) ==
        R"(cell.yaml:1:7: error: the model has no V
   1 | name: cell
     |       ^~~~ name the membrane potential V, and declare it under state
cell.yaml:2:10: error: 'V', the potential at input 'I', is neither a state nor derived
   2 | inputs: {I: pA}
     |          ^ declare it under state)");
}

TEST_CASE("a reset assigns to states") {
  CHECK(model_findings(changed(neuron, {{"    V: -70 mV", "    W: -70 mV\n    V: 3 ms"}})) ==
        R"(cell.yaml:14:5: error: 'reset' assigns to 'W', which is not a state
  14 |     W: -70 mV
     |     ^
cell.yaml:15:8: error: reset of V needs voltage (mV), found time (ms)
  15 |     V: 3 ms
     |        ^~~~)");
}

TEST_CASE("when is one comparison") {
  CHECK(model_findings(changed(neuron, {{"V >= V_th", "V"}})) ==
        R"(cell.yaml:12:9: error: 'when' needs a condition, found voltage (mV)
  12 |   when: V
     |         ^ compare it, as in V > 0 mV)");
  CHECK(model_findings(changed(neuron, {{"V >= V_th", "V >= V_th and V > 0 mV"}})) ==
        R"(cell.yaml:12:9: error: 'when' must be one comparison with >=, >, <= or <
  12 |   when: V >= V_th and V > 0 mV
     |         ^~~~~~~~~~~~~~~~~~~~~~ combine conditions with min and max: a >= b and c >= d is min(a - b, c - d) >= 0)");
  CHECK(model_findings(changed(neuron, {{"  when: V >= V_th\n", ""}})) ==
        R"(cell.yaml:12:3: error: 'spike' must have one of when, rate and probability, got none
  12 |   reset:
     |   ^)");
}

TEST_CASE("probability goes with every") {
  CHECK(model_findings(changed(neuron, {{"when: V >= V_th", "probability: 0.5"}})) ==
        R"(cell.yaml:12:3: error: 'probability' needs 'every', the time from one decision to the next
  12 |   probability: 0.5
     |   ^ write for example 'every: 1 ms')");
  CHECK(model_findings(changed(neuron, {{"when: V >= V_th", "probability: V\n  every: 1 mV"}})) ==
        R"(cell.yaml:12:16: error: 'probability' needs a pure number, found voltage (mV)
  12 |   probability: V
     |                ^
cell.yaml:13:10: error: 'every' needs time (ms), found voltage (mV)
  13 |   every: 1 mV
     |          ^~~~)");
  CHECK(model_findings(changed(neuron, {{"when: V >= V_th", "when: V >= V_th\n  every: 1 ms"}})) ==
        R"(cell.yaml:13:10: error: 'every' belongs to 'probability'
  13 |   every: 1 ms
     |          ^~~~ remove it)");
  CHECK(model_findings(changed(neuron, {{"when: V >= V_th", "rate: V"}})) ==
        R"(cell.yaml:12:9: error: 'rate' needs frequency (1/ms), found voltage (mV)
  12 |   rate: V
     |         ^)");
}

TEST_CASE("hold names states and a time of parameters") {
  CHECK(model_findings(neuron + "  hold: {states: [V, u], for: V}\n") ==
        R"(cell.yaml:15:9: error: 'hold' names 'u', which is not a state
  15 |   hold: {states: [V, u], for: V}
     |         ^
cell.yaml:15:31: error: 'for' may use parameters only, but 'V' is a state
  15 |   hold: {states: [V, u], for: V}
     |                               ^ use parameters, or what is derived from parameters alone)");
  CHECK(model_findings(neuron + "  hold: {states: [V]}\n") ==
        R"(cell.yaml:15:9: error: 'hold' needs 'for', its duration
  15 |   hold: {states: [V]}
     |         ^ write {states: [V], for: t_ref})");
  CHECK(model_findings(neuron + "  hold: {states: V, for: 2 ms}\n") ==
        R"(cell.yaml:15:9: error: 'hold' needs 'states', the list of states that keep their value
  15 |   hold: {states: V, for: 2 ms}
     |         ^ write {states: [V], for: t_ref})");
}

TEST_CASE("a default may use parameters only") {
  CHECK(
      model_findings(changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: 10 ms*V/1 mV}"}})) ==
      R"(cell.yaml:4:26: error: the default of 'tau_m' may use parameters only, but 'V' is a state
   4 |   tau_m: {default: 10 ms*V/1 mV}
     |                          ^ use parameters, or what is derived from parameters alone)");
}

TEST_CASE("a default that cannot be read is one error") {
  CHECK(model_findings(changed(neuron, {{"{default: 10 ms}", "{default: 09 ms}"}})) ==
        R"(cell.yaml:4:20: error: '09' has a leading zero, which could mean octal
   4 |   tau_m: {default: 09 ms}
     |                    ^~ write '9')");
}

TEST_CASE("a parameter has a default or a unit") {
  CHECK(model_findings(changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {doc: time constant}"}})) ==
        R"(cell.yaml:4:3: error: parameter 'tau_m' has neither 'default' nor 'unit'
   4 |   tau_m: {doc: time constant}
     |   ^~~~~ write {default: 10 ms}, or {unit: ms} if each config must give it)");
  CHECK(model_findings(changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {unit: msec}"}})) ==
        R"(cell.yaml:4:17: error: the unit of 'tau_m' must be a unit, got 'msec'
   4 |   tau_m: {unit: msec}
     |                 ^~~~ 'msec' is not a unit; did you mean 'ms'?)");
  CHECK(model_findings(
            changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {unit: ms, default: 3 mV}"}})) ==
        R"(cell.yaml:4:30: error: the default of 'tau_m' needs time (ms), found voltage (mV)
   4 |   tau_m: {unit: ms, default: 3 mV}
     |                              ^~~~)");
  CHECK(model_findings(
            changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: 3 ms, minimum: 1 ms}"}})) ==
        R"(cell.yaml:4:26: error: 'minimum' is not a key of a parameter
   4 |   tau_m: {default: 3 ms, minimum: 1 ms}
     |                          ^~~~~~~ did you mean 'min'? valid keys: default, doc, unit, min, max, size)");
}

TEST_CASE("a default is finite") {
  const auto with_default = [](const std::string& text) {
    return changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: " + text + "}"}});
  };
  CHECK(model_findings(with_default("1 ms/0")) ==
        R"(cell.yaml:4:20: error: model 'cell': tau_m, by default 1 ms/0, is infinite
   4 |   tau_m: {default: 1 ms/0}
     |                    ^~~~~~ parameters must be finite: does it divide by 0, or take the root or logarithm of a negative number?)");
  CHECK(model_findings(with_default("1 ms*log(-1)")) ==
        R"(cell.yaml:4:20: error: model 'cell': tau_m, by default 1 ms*log(-1), is not a number
   4 |   tau_m: {default: 1 ms*log(-1)}
     |                    ^~~~~~~~~~~~ parameters must be finite: does it divide by 0, or take the root or logarithm of a negative number?)");
}

TEST_CASE("long names in a model are cut in messages") {
  const std::string longest(100'000, 'x'), shown = "'" + std::string(60, 'x') + "...'";
  for (const auto& each :
       {std::tuple{"spike:\n", "spike:\n  hold: {states: [L], for: 1 ms}\n", "error: 'hold' names "},
        std::tuple{"{I: pA}", "{I: {unit: uA/cm2, area: L}}", "error: the area "},
        std::tuple{"{I: pA}", "{I: {unit: pA, V: L}}", "error: "},
        std::tuple{"name: cell", "name: L", "error: "}}) {
    const auto& from = std::get<0>(each);
    const auto& to = std::get<1>(each);
    const auto& start = std::get<2>(each);
    const std::string found = model_findings(
        changed(changed(neuron, {{from, to}}), {{": L", ": " + longest}, {"[L]", "[" + longest + "]"}}));
    CHECK_MESSAGE(found.find(start + shown) != std::string::npos, to);
    CHECK_MESSAGE(found.size() < 1000, to);
  }
}

TEST_CASE("a default is finite with the config's values too") {
  const loading::Folder folder;
  folder.write(
      "cell.yaml",
      changed(neuron, {{"  tau_m: {default: 10 ms}", "  k: {default: 1}\n  tau_m: {default: 10 ms/k}"}}));
  CHECK(loading::findings(folder, R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {size: 2, model: cell.yaml, params: {k: [1, 0]}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:61: error: population 'cell': tau_m, by default 10 ms/k, is infinite
   2 | populations: {cell: {size: 2, model: cell.yaml, params: {k: [1, 0]}}}
     |                                                             ^ parameters must be finite: does it divide by 0, or take the root or logarithm of a negative number?)");
}

TEST_CASE("bounds of a state are in its unit") {
  CHECK(model_findings(
            changed(neuron, {{"  V: {init: -70 mV}", "  V: {init: -70 mV, min: -90, max: 60 mV}"}})) ==
        R"(cell.yaml:8:26: error: cannot compare voltage (mV) with a pure number
   8 |   V: {init: -70 mV, min: -90, max: 60 mV}
     |                          ^~~ write '-90 mV')");
}

TEST_CASE("names that the output file needs are no names of a model") {
  for (const std::string name : {"time", "neuron", "mapping", "data", "mean", "run"})
    CHECK(model_findings(changed(neuron, {{"  V_th: {", "  " + name + ": {default: 1}\n  V_th: {"}})) ==
          "cell.yaml:6:3: error: '" + name +
              "' is a name of the output file's own; choose another name\n   6 |   " + name +
              ": {default: 1}\n     |   ^" + std::string(name.size() - 1, '~'));
}

TEST_CASE("a rule of value is a condition on parameters, and on states for their initial values") {
  CHECK(
      model_findings(neuron + "require:\n  - t > 0 ms\n  - tau_m + 1 ms\n  - tau_m > 0 mV\n") ==
      R"(cell.yaml:16:5: error: a line of 'require' may use parameters and states only, but 't' is given from outside
  16 |   - t > 0 ms
     |     ^ use parameters, or what is derived from parameters alone
cell.yaml:17:5: error: a line of 'require' needs a condition, found time (ms)
  17 |   - tau_m + 1 ms
     |     ^~~~~~~~~~~~ compare it, as in V > 0 mV
cell.yaml:18:5: error: cannot compare time (ms) with voltage (mV)
  18 |   - tau_m > 0 mV
     |     ^~~~~~~~~~~~)");
  CHECK(model_findings(neuron + "require: tau_m > 0 ms\n") ==
        R"(cell.yaml:15:10: error: 'require' must be a list, got 'tau_m > 0 ms'
  15 | require: tau_m > 0 ms
     |          ^~~~~~~~~~~~ write one line '- C_m > 0 pF' for each rule)");
}

TEST_CASE("noise stands in equations only") {
  CHECK(model_findings(changed(neuron, {{"equations:", "derived:\n  n: 3 pA ms^0.5 * xi\nequations:"},
                                        {"I/C_m", "(I + n)/C_m"}})) ==
        R"(cell.yaml:10:20: error: noise ('xi') may stand in equations only, not in 'n'
  10 |   n: 3 pA ms^0.5 * xi
     |                    ^~ write it in the equation of the state that it moves)");
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m",
                                         "-(V + 70 mV)/tau_m + I/C_m + 1 mV/ms^0.5 * xi"}})) == "");
}

TEST_CASE("an area belongs to a density") {
  CHECK(model_findings(changed(neuron, {{"{I: pA}", "{I: {unit: pA, area: area}}"}})) ==
        R"(cell.yaml:2:10: error: the area 'area' of input 'I' is not a parameter
   2 | inputs: {I: {unit: pA, area: area}}
     |          ^ declare it under params, with a default such as '1000 um2'
cell.yaml:2:10: error: 'area' belongs to inputs of current density (uA/cm2), but 'I' takes current (pA)
   2 | inputs: {I: {unit: pA, area: area}}
     |          ^ remove 'area', or give the unit uA/cm2)");
  CHECK(model_findings(changed(
            neuron, {{"{I: pA}", "{I: {unit: uA/cm2, area: area}}"},
                     {"  C_m: {default: 250 pF}", "  C_m: {default: 1 uF/cm2}\n  area: {default: 3 um}"}})) ==
        R"(cell.yaml:6:3: error: 'area' is the area of input 'I', so it needs area (um2), got length (um)
   6 |   area: {default: 3 um}
     |   ^~~~)");
  CHECK(model_findings(changed(neuron, {{"{I: pA}", "{I: {unit: pA, V: V_d}}"}})) ==
        R"(cell.yaml:2:10: error: 'V_d', the potential at input 'I', is neither a state nor derived
   2 | inputs: {I: {unit: pA, V: V_d}}
     |          ^ declare it under state)");
  CHECK(model_findings(changed(neuron, {{"{I: pA}", "{I: amps}"}})) ==
        R"(cell.yaml:2:13: error: input 'I' must be a unit, got 'amps'
   2 | inputs: {I: amps}
     |             ^~~~ 'amps' is not a unit; did you mean 'A'?)");
}

TEST_CASE("unknown keys of a model suggest the nearest") {
  CHECK(model_findings(changed(neuron, {{"params:", "parameters:"}})) ==
        R"(cell.yaml:3:1: error: 'parameters' is not a key of a neuron model
   3 | parameters:
     | ^~~~~~~~~~ valid keys: name, kind, summary, source, like, inputs, params, require, state, derived, equations, spike, receptors
cell.yaml:10:23: error: 'tau_m' is not declared
  10 |   dV/dt: -(V + 70 mV)/tau_m + I/C_m
     |                       ^~~~~ declared are t, I, V
cell.yaml:10:33: error: 'C_m' is not declared
  10 |   dV/dt: -(V + 70 mV)/tau_m + I/C_m
     |                                 ^~~ declared are t, I, V
cell.yaml:12:14: error: 'V_th' is not declared
  12 |   when: V >= V_th
     |              ^~~~ declared are t, I, V)");
  CHECK(model_findings(neuron + "kind: neurone\n") ==
        R"(cell.yaml:15:7: error: kind cannot be 'neurone'
  15 | kind: neurone
     |       ^~~~~~~ did you mean 'neuron'? it is one of: neuron, receptor)");
  CHECK(model_findings(neuron + "kind: plasticity\n") ==
        R"(cell.yaml:15:7: error: hillock 0.1 has no plasticity yet
  15 | kind: plasticity
     |       ^~~~~~~~~~)");
}

TEST_CASE("an expression in braces that YAML splits is refused") {
  CHECK(
      model_findings(changed(neuron, {{"state:", "derived: {U: min(V, V_th)}\nstate:"}})) ==
      R"(cell.yaml:7:14: error: 'min(V' has an unbalanced bracket: inside {} and [] a value ends at the next comma
   7 | derived: {U: min(V, V_th)}
     |              ^~~~~ quote the expression, or put it on its own line)");
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", ""}})) ==
        R"(cell.yaml:10:3: error: 'dV/dt' must be an expression, got nothing
  10 |   dV/dt: 
     |   ^~~~~ write it on one line, in quotes if it has a comma, a colon or a '#')");
}

TEST_CASE("a file that is no model is refused") {
  CHECK(model_findings(R"(hello)") ==
        R"(cell.yaml:1:1: error: this is not a hillock model: it must be a map
   1 | hello
     | ^~~~~ write for example 'name: ...')");
  CHECK(model_findings(R"()") == R"(cell.yaml: error: this is not a hillock model: it is empty)");
}
