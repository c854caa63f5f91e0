// What model files refuse: names, dimensions, double definitions, text that is no expression.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::model_findings;

using loading::changed;
using loading::neuron;

TEST_CASE("an undeclared name suggests the nearest") {
  CHECK(model_findings(changed(neuron, {{"/tau_m +", "/tau_mem +"}})) ==
        R"(cell.yaml:10:23: error: 'tau_mem' is not declared
  10 |   dV/dt: -(V + 70 mV)/tau_mem + I/C_m
     |                       ^~~~~~~ did you mean 'tau_m' (declared at 4:3)?)");
}

TEST_CASE("an equation of the wrong dimension shows both sides") {
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "V"}})) ==
        R"(cell.yaml:10:10: error: dV/dt needs mV/ms, found voltage (mV)
  10 |   dV/dt: V
     |          ^)");
}

TEST_CASE("a sum of different dimensions shows both sides") {
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "-(V + 70 ms)/tau_m"}})) ==
        R"(cell.yaml:10:11: error: cannot add voltage (mV) and time (ms)
  10 |   dV/dt: -(V + 70 ms)/tau_m
     |           ^~~~~~~~~~~)");
}

TEST_CASE("code in a condition is a parse error") {
  CHECK(model_findings(changed(neuron, {{"V >= V_th", "v > 1\"); system(\"touch pwned"}})) ==
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
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "V \\ 3"}})) ==
        R"(cell.yaml:10:12: error: '\' cannot stand in an expression
  10 |   dV/dt: V \ 3
     |            ^ expressions have numbers with units, names, functions, + - * / ^, comparisons, and, or, not)");
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "V // 3"}})) ==
        R"(cell.yaml:10:12: error: '//' cannot stand in an expression
  10 |   dV/dt: V // 3
     |            ^~ divide with a single '/')");
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "V /* 3 */"}})) ==
        R"(cell.yaml:10:12: error: '/*' cannot stand in an expression
  10 |   dV/dt: V /* 3 */
     |            ^~ comments stand outside of expressions, behind ' #'
cell.yaml:10:17: error: '*/' cannot stand in an expression
  10 |   dV/dt: V /* 3 */
     |                 ^~ expressions have numbers with units, names, functions, + - * / ^, comparisons, and, or, not)");
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "?\?/"}})) ==
        R"(cell.yaml:10:10: error: '??' cannot stand in an expression
  10 |   dV/dt: ??/
     |          ^~ write if(condition, a, b) to choose)");
  CHECK(model_findings(changed(neuron, {{"-(V + 70 mV)/tau_m + I/C_m", "\"#include V\""}})) ==
        R"(cell.yaml:10:11: error: '#' cannot stand in an expression
  10 |   dV/dt: "#include V"
     |           ^ comments stand outside of expressions, behind ' #')");
}

TEST_CASE("reserved words are no names") {
  CHECK(model_findings(changed(
            neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: 10 ms}\n  exp: {default: 1 ms}"}})) ==
        R"(cell.yaml:5:3: error: 'exp' is a function; choose another name
   5 |   exp: {default: 1 ms}
     |   ^~~)");
  CHECK(model_findings(
            changed(neuron, {{"  tau_m: {default: 10 ms}",
                              "  tau_m: {default: 10 ms}\n  t: {default: 1 ms}\n  dt: {default: 1 ms}\n  pi: "
                              "{default: 1}\n  weight: {default: 1}\n  xi: {default: 1}"}})) ==
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
  CHECK(model_findings(changed(neuron, {{"  tau_m: {default: 10 ms}",
                                         "  tau_m: {default: 10 ms}\n  mV: {default: 1 ms}\n  __x: {default: "
                                         "1 ms}\n  I/O: {default: 1 ms}\n  tаu: {default: 1 ms}"}})) ==
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
  CHECK(model_findings(changed(neuron, {{"tau_m", "int"}, {"C_m", "std"}, {"V_th", "main"}})) == "");
}

TEST_CASE("two definitions of one name are refused") {
  CHECK(model_findings(changed(
            neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: 10 ms}\n  V: {default: 1 mV}"}})) ==
        R"(cell.yaml:9:3: error: 'V' has two definitions: it is a parameter already, declared at 5:3
   9 |   V: {init: -70 mV}
     |   ^ rename one of the two)");
  CHECK(model_findings(changed(neuron, {{"equations:", "derived:\n  tau_m: 3 ms\nequations:"}})) ==
        R"(cell.yaml:10:3: error: 'tau_m' has two definitions: it is a parameter already, declared at 4:3
  10 |   tau_m: 3 ms
     |   ^~~~~ rename one of the two)");
  CHECK(model_findings(changed(
            neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: 10 ms}\n  I: {default: 1 pA}"}})) ==
        R"(cell.yaml:5:3: error: 'I' is the input of a neuron; choose another name
   5 |   I: {default: 1 pA}
     |   ^)");
}

TEST_CASE("definitions in a circle are named") {
  CHECK(model_findings(changed(neuron, {{"  tau_m: {default: 10 ms}", "  tau_m: {default: C_m/1 nS}"},
                                        {"  C_m: {default: 250 pF}", "  C_m: {default: tau_m*1 nS}"}})) ==
        R"(cell.yaml:5:18: error: definitions go in a circle: tau_m -> C_m -> tau_m
   5 |   C_m: {default: tau_m*1 nS}
     |                  ^~~~~~~~~~ give one of them a value of its own)");
  CHECK(model_findings(changed(neuron, {{"equations:", "derived:\n  a: b + 1\n  b: a\nequations:"}})) ==
        R"(cell.yaml:11:6: error: definitions go in a circle: a -> b -> a
  11 |   b: a
     |      ^ give one of them a value of its own)");
  CHECK(model_findings(changed(neuron, {{"{init: -70 mV}", "{init: V_0}"},
                                        {"equations:", "derived:\n  V_0: V + 1 mV\nequations:"}})) ==
        R"(cell.yaml:10:8: error: definitions go in a circle: V -> V_0 -> V
  10 |   V_0: V + 1 mV
     |        ^~~~~~~~ give one of them a value of its own)");
}
