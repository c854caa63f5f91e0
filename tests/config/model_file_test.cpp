// What model files refuse: names, dimensions, missing and double definitions, text that is no expression.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;
using loading::model_findings;

TEST_CASE("an undeclared name suggests the nearest") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_mem + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:23: error: 'tau_mem' is not declared
  10 |   dV/dt: -(V + 70 mV)/tau_mem + I/C_m
     |                       ^~~~~~~ did you mean 'tau_m' (declared at 4:3)?)");
}

TEST_CASE("an equation of the wrong dimension shows both sides") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: V
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:10: error: dV/dt needs mV/ms, found voltage (mV)
  10 |   dV/dt: V
     |          ^)");
}

TEST_CASE("a sum of different dimensions shows both sides") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 ms)/tau_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:11: error: cannot add voltage (mV) and time (ms)
  10 |   dV/dt: -(V + 70 ms)/tau_m
     |           ^~~~~~~~~~~)");
}

TEST_CASE("code in a condition is a parse error") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: v > 1"); system("touch pwned
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:14: error: '"' cannot stand in an expression
  12 |   when: v > 1"); system("touch pwned
     |              ^ take the quotes away, or put them around the whole expression
cell.yaml:12:16: error: ';' cannot stand in an expression
  12 |   when: v > 1"); system("touch pwned
     |                ^ write one expression per line
cell.yaml:12:25: error: '"' cannot stand in an expression
  12 |   when: v > 1"); system("touch pwned
     |                         ^ take the quotes away, or put them around the whole expression)");
}

TEST_CASE("preprocessor and comment marks are refused") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: V \ 3
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:12: error: '\' cannot stand in an expression
  10 |   dV/dt: V \ 3
     |            ^ expressions have numbers with units, names, functions, + - * / ^, comparisons, and, or, not)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: V // 3
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:12: error: '//' cannot stand in an expression
  10 |   dV/dt: V // 3
     |            ^~ divide with a single '/')");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: V /* 3 */
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:12: error: '/*' cannot stand in an expression
  10 |   dV/dt: V /* 3 */
     |            ^~ comments stand outside of expressions, behind ' #'
cell.yaml:10:17: error: '*/' cannot stand in an expression
  10 |   dV/dt: V /* 3 */
     |                 ^~ expressions have numbers with units, names, functions, + - * / ^, comparisons, and, or, not)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: ??/
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:10: error: '??' cannot stand in an expression
  10 |   dV/dt: ??/
     |          ^~ write if(condition, a, b) to choose)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: "#include V"
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:11: error: '#' cannot stand in an expression
  10 |   dV/dt: "#include V"
     |           ^ comments stand outside of expressions, behind ' #')");
}

TEST_CASE("reserved words are no names") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  exp: {default: 1 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:5:3: error: 'exp' is a function; choose another name
   5 |   exp: {default: 1 ms}
     |   ^~~)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  t: {default: 1 ms}
  dt: {default: 1 ms}
  pi: {default: 1}
  weight: {default: 1}
  xi: {default: 1}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:5:3: error: 't' is the time; choose another name
   5 |   t: {default: 1 ms}
     |   ^
cell.yaml:6:3: error: 'dt' is the time step; choose another name
   6 |   dt: {default: 1 ms}
     |   ^~
cell.yaml:7:3: error: 'pi' is the number 3.14159...; choose another name
   7 |   pi: {default: 1}
     |   ^~
cell.yaml:8:3: error: 'weight' is the weight of an arriving spike; choose another name
   8 |   weight: {default: 1}
     |   ^~~~~~
cell.yaml:9:3: error: 'xi' is white noise; choose another name
   9 |   xi: {default: 1}
     |   ^~)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  mV: {default: 1 ms}
  __x: {default: 1 ms}
  I/O: {default: 1 ms}
  tаu: {default: 1 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:5:3: error: 'mV' is a unit; choose another name
   5 |   mV: {default: 1 ms}
     |   ^~
cell.yaml:6:3: error: '__x' starts with two underscores; names start with a letter
   6 |   __x: {default: 1 ms}
     |   ^~~
cell.yaml:7:3: error: 'I/O' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start with a digit
   7 |   I/O: {default: 1 ms}
     |   ^~~
cell.yaml:8:3: error: 'tаu' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start with a digit
   8 |   tаu: {default: 1 ms}
     |   ^~~)");
}

TEST_CASE("words of C++ are names like any other") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  int: {default: 10 ms}
  std: {default: 250 pF}
  main: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/int + I/std
spike:
  when: V >= main
  reset:
    V: -70 mV
)") == "");
}

TEST_CASE("two definitions of one name are refused") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  V: {default: 1 mV}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:9:3: error: 'V' has two definitions: it is a parameter already, declared at 5:3
   9 |   V: {init: -70 mV}
     |   ^ rename one of the two)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
derived:
  tau_m: 3 ms
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:3: error: 'tau_m' has two definitions: it is a parameter already, declared at 4:3
  10 |   tau_m: 3 ms
     |   ^~~~~ rename one of the two)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  I: {default: 1 pA}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:5:3: error: 'I' is the input of a neuron; choose another name
   5 |   I: {default: 1 pA}
     |   ^)");
}

TEST_CASE("definitions in a circle are named") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: C_m/1 nS}
  C_m: {default: tau_m*1 nS}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:5:18: error: definitions go in a circle: tau_m -> C_m -> tau_m
   5 |   C_m: {default: tau_m*1 nS}
     |                  ^~~~~~~~~~ give one of them a value of its own)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
derived:
  a: b + 1
  b: a
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:11:6: error: definitions go in a circle: a -> b -> a
  11 |   b: a
     |      ^ give one of them a value of its own)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: V_0}
derived:
  V_0: V + 1 mV
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:8: error: definitions go in a circle: V -> V_0 -> V
  10 |   V_0: V + 1 mV
     |        ^~~~~~~~ give one of them a value of its own)");
}

TEST_CASE("a state without equation is refused") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
  w: {init: 0 pA}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:9:3: error: state 'w' has no equation and no assignment, so it would never change
   9 |   w: {init: 0 pA}
     |   ^ write 'dw/dt: ...' under equations, or make it a parameter)");
}

TEST_CASE("an equation without state is refused") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
  dw/dt: 1 pA/ms
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:11:3: error: 'dw/dt' is the equation of no state: 'w' is not declared under state
  11 |   dw/dt: 1 pA/ms
     |   ^~~~~ declare it: w: {init: ...})");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  V: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:3: error: 'V' is not the left side of an equation
  10 |   V: -(V + 70 mV)/tau_m + I/C_m
     |   ^ write 'dV/dt: ...')");
}

TEST_CASE("a model needs V, and an input needs its potential") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  u: {init: -70 mV}
equations:
  du/dt: -(u + 70 mV)/tau_m + I/C_m
spike:
  when: u >= V_th
  reset:
    u: -70 mV
)") ==
        R"(cell.yaml:1:7: error: the model has no V
   1 | name: cell
     |       ^~~~ name the membrane potential V, and declare it under state
cell.yaml:2:10: error: 'V', the potential at input 'I', is neither a state nor derived
   2 | inputs: {I: pA}
     |          ^ declare it under state)");
}

TEST_CASE("a reset assigns to states") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    W: -70 mV
    V: 3 ms
)") ==
        R"(cell.yaml:14:5: error: 'reset' assigns to 'W', which is not a state
  14 |     W: -70 mV
     |     ^
cell.yaml:15:8: error: reset of V needs voltage (mV), found time (ms)
  15 |     V: 3 ms
     |        ^~~~)");
}

TEST_CASE("when is one comparison") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:9: error: 'when' needs a condition, found voltage (mV)
  12 |   when: V
     |         ^ compare it, as in V > 0 mV)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th and V > 0 mV
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:9: error: 'when' must be one comparison with >=, >, <= or <
  12 |   when: V >= V_th and V > 0 mV
     |         ^~~~~~~~~~~~~~~~~~~~~~ combine conditions with min and max: a >= b and c >= d is min(a - b, c - d) >= 0)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:3: error: 'spike' must have one of when, rate and probability, got none
  12 |   reset:
     |   ^)");
}

TEST_CASE("probability goes with every") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  probability: 0.5
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:3: error: 'probability' needs 'every', the time from one decision to the next
  12 |   probability: 0.5
     |   ^ write for example 'every: 1 ms')");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  probability: V
  every: 1 mV
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:16: error: 'probability' needs a pure number, found voltage (mV)
  12 |   probability: V
     |                ^
cell.yaml:13:10: error: 'every' needs time (ms), found voltage (mV)
  13 |   every: 1 mV
     |          ^~~~)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  every: 1 ms
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:13:10: error: 'every' belongs to 'probability'
  13 |   every: 1 ms
     |          ^~~~ remove it)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  rate: V
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:12:9: error: 'rate' needs frequency (1/ms), found voltage (mV)
  12 |   rate: V
     |         ^)");
}

TEST_CASE("hold names states and a time of parameters") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
  hold: {states: [V, u], for: V}
)") ==
        R"(cell.yaml:15:9: error: 'hold' names 'u', which is not a state
  15 |   hold: {states: [V, u], for: V}
     |         ^
cell.yaml:15:31: error: 'for' may use parameters only, but 'V' is a state
  15 |   hold: {states: [V, u], for: V}
     |                               ^ use parameters, or what is derived from parameters alone)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
  hold: {states: [V]}
)") ==
        R"(cell.yaml:15:9: error: 'hold' needs 'for', its duration
  15 |   hold: {states: [V]}
     |         ^ write {states: [V], for: t_ref})");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
  hold: {states: V, for: 2 ms}
)") ==
        R"(cell.yaml:15:9: error: 'hold' needs 'states', the list of states that keep their value
  15 |   hold: {states: V, for: 2 ms}
     |         ^ write {states: [V], for: t_ref})");
}

TEST_CASE("a default may use parameters only") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms*V/1 mV}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:4:26: error: the default of 'tau_m' may use parameters only, but 'V' is a state
   4 |   tau_m: {default: 10 ms*V/1 mV}
     |                          ^ use parameters, or what is derived from parameters alone)");
}

TEST_CASE("a parameter has a default or a unit") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {doc: time constant}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:4:3: error: parameter 'tau_m' has neither 'default' nor 'unit'
   4 |   tau_m: {doc: time constant}
     |   ^~~~~ write {default: 10 ms}, or {unit: ms} if each config must give it)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {unit: msec}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:4:17: error: the unit of 'tau_m' must be a unit, got 'msec'
   4 |   tau_m: {unit: msec}
     |                 ^~~~ 'msec' is not a unit; did you mean 'ms'?)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {unit: ms, default: 3 mV}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:4:30: error: the default of 'tau_m' needs time (ms), found voltage (mV)
   4 |   tau_m: {unit: ms, default: 3 mV}
     |                              ^~~~)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 3 ms, minimum: 1 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:4:26: error: 'minimum' is not a key of a parameter
   4 |   tau_m: {default: 3 ms, minimum: 1 ms}
     |                          ^~~~~~~ did you mean 'min'? valid keys: default, doc, unit, min, max, size)");
}

TEST_CASE("a rule of value is a condition on parameters") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
require:
  - V > 0 mV
  - tau_m + 1 ms
  - tau_m > 0 mV
)") ==
        R"(cell.yaml:16:5: error: a line of 'require' may use parameters only, but 'V' is a state
  16 |   - V > 0 mV
     |     ^ use parameters, or what is derived from parameters alone
cell.yaml:17:5: error: a line of 'require' needs a condition, found time (ms)
  17 |   - tau_m + 1 ms
     |     ^~~~~~~~~~~~ compare it, as in V > 0 mV
cell.yaml:18:5: error: cannot compare time (ms) with voltage (mV)
  18 |   - tau_m > 0 mV
     |     ^~~~~~~~~~~~)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
require: tau_m > 0 ms
)") ==
        R"(cell.yaml:15:10: error: 'require' must be a list, got 'tau_m > 0 ms'
  15 | require: tau_m > 0 ms
     |          ^~~~~~~~~~~~ write one line '- C_m > 0 pF' for each rule)");
}

TEST_CASE("noise stands in equations only") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
derived:
  n: 3 pA ms^0.5 * xi
equations:
  dV/dt: -(V + 70 mV)/tau_m + (I + n)/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:20: error: noise ('xi') may stand in equations only, not in 'n'
  10 |   n: 3 pA ms^0.5 * xi
     |                    ^~ write it in the equation of the state that it moves)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m + 1 mV/ms^0.5 * xi
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") == "");
}

TEST_CASE("an area belongs to a density") {
  CHECK(model_findings(R"(name: cell
inputs: {I: {unit: pA, area: area}}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:2:10: error: the area 'area' of input 'I' is not a parameter
   2 | inputs: {I: {unit: pA, area: area}}
     |          ^ declare it under params, with a default such as '1000 um2'
cell.yaml:2:10: error: 'area' belongs to inputs of current density (uA/cm2), but 'I' takes current (pA)
   2 | inputs: {I: {unit: pA, area: area}}
     |          ^ remove 'area', or give the unit uA/cm2)");
  CHECK(model_findings(R"(name: cell
inputs: {I: {unit: uA/cm2, area: area}}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 1 uF/cm2}
  area: {default: 3 um}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:6:3: error: 'area' is the area of input 'I', so it needs area (um2), got length (um)
   6 |   area: {default: 3 um}
     |   ^~~~)");
  CHECK(model_findings(R"(name: cell
inputs: {I: {unit: pA, V: V_d}}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:2:10: error: 'V_d', the potential at input 'I', is neither a state nor derived
   2 | inputs: {I: {unit: pA, V: V_d}}
     |          ^ declare it under state)");
  CHECK(model_findings(R"(name: cell
inputs: {I: amps}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:2:13: error: input 'I' must be a unit, got 'amps'
   2 | inputs: {I: amps}
     |             ^~~~ 'amps' is not a unit; did you mean 'A'?)");
}

TEST_CASE("unknown keys of a model suggest the nearest") {
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
parameters:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:3:1: error: 'parameters' is not a key of a neuron model
   3 | parameters:
     | ^~~~~~~~~~ valid keys: name, kind, summary, source, inputs, params, require, state, derived, equations, spike
cell.yaml:10:23: error: 'tau_m' is not declared
  10 |   dV/dt: -(V + 70 mV)/tau_m + I/C_m
     |                       ^~~~~ declared are t, I, V
cell.yaml:10:33: error: 'C_m' is not declared
  10 |   dV/dt: -(V + 70 mV)/tau_m + I/C_m
     |                                 ^~~ declared are t, I, V
cell.yaml:12:14: error: 'V_th' is not declared
  12 |   when: V >= V_th
     |              ^~~~ declared are t, I, V)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
kind: neurone
)") ==
        R"(cell.yaml:15:7: error: kind cannot be 'neurone'
  15 | kind: neurone
     |       ^~~~~~~ did you mean 'neuron'? it is one of: neuron, receptor)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
kind: plasticity
)") ==
        R"(cell.yaml:15:7: error: plasticity models need networks, which hillock 0.1 does not have yet
  15 | kind: plasticity
     |       ^~~~~~~~~~)");
}

TEST_CASE("an expression in braces that YAML splits is refused") {
  CHECK(
      model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
derived: {U: min(V, V_th)}
state:
  V: {init: -70 mV}
equations:
  dV/dt: -(V + 70 mV)/tau_m + I/C_m
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
      R"(cell.yaml:7:14: error: 'min(V' has an unbalanced bracket: inside {} and [] a value ends at the next comma
   7 | derived: {U: min(V, V_th)}
     |              ^~~~~ quote the expression, or put it on its own line)");
  CHECK(model_findings(R"(name: cell
inputs: {I: pA}
params:
  tau_m: {default: 10 ms}
  C_m: {default: 250 pF}
  V_th: {default: -50 mV}
state:
  V: {init: -70 mV}
equations:
  dV/dt: 
spike:
  when: V >= V_th
  reset:
    V: -70 mV
)") ==
        R"(cell.yaml:10:3: error: 'dV/dt' must be an expression, got nothing
  10 |   dV/dt: 
     |   ^~~~~ write it on one line, in quotes if it has a comma, a colon or a '#')");
}

TEST_CASE("a file that is no model is refused") {
  CHECK(model_findings(R"(hello)") ==
        R"(cell.yaml:1:1: error: a model file must be a map, got 'hello'
   1 | hello
     | ^~~~~ write 'key: value' lines below it, or {key: value})");
  CHECK(model_findings(R"()") == R"(cell.yaml: error: this is not a hillock model: it is empty)");
}
