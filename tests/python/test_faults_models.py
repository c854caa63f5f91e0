"""Equations, names, paths and states without a value: the second half of the table of faults that begins in test_faults.py."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from faults import FREE_ADEX, MODEL, OWN, POLE, SLOPE, Case, check_check, check_run, driven, edited, ids, lif, model, param, put, slope

pytestmark = pytest.mark.faults

# With traces in float64: they grow beyond what float32 holds before they stop being finite.
EXACT_OWN = OWN.replace("[V]", "{V: {}, dtype: float64}")

CASES = [
    # 46-53: equations and injection
    Case("46 commands", OWN, """
own.yaml:14:15: error: '"' cannot stand in an expression
  14 |   when: 'v > 1"); system("touch pwned'
     |               ^ take the quotes away, or put them around the whole expression
own.yaml:14:17: error: ';' cannot stand in an expression
  14 |   when: 'v > 1"); system("touch pwned'
     |                 ^ write one expression per line
own.yaml:14:26: error: '"' cannot stand in an expression
  14 |   when: 'v > 1"); system("touch pwned'
     |                          ^ take the quotes away, or put them around the whole expression""", files=model("V >= -50 mV", '\'v > 1"); system("touch pwned\'')),
    Case("47 include", OWN, r"""
own.yaml:12:11: error: '#' cannot stand in an expression
  12 |   dV/dt: "#include \"/etc/passwd\""
     |           ^ comments stand outside of expressions, behind ' #'
own.yaml:12:20: error: '"' cannot stand in an expression
  12 |   dV/dt: "#include \"/etc/passwd\""
     |                    ^ take the quotes away, or put them around the whole expression
own.yaml:12:33: error: '"' cannot stand in an expression
  12 |   dV/dt: "#include \"/etc/passwd\""
     |                                 ^ take the quotes away, or put them around the whole expression""", files=slope(json.dumps('#include "/etc/passwd"'))),
    Case("47 line continuation", OWN, r"""
own.yaml:12:13: error: '\' cannot stand in an expression
  12 |   dV/dt: "V \\"
     |             ^ expressions have numbers with units, names, functions, + - * / ^, comparisons, and, or, not""", files=slope(json.dumps('V \\'))),
    Case("47 comment", OWN, """
own.yaml:12:13: error: '//' cannot stand in an expression
  12 |   dV/dt: "V // x"
     |             ^~ divide with a single '/'""", files=slope(json.dumps('V // x'))),
    Case("47 comment in C", OWN, """
own.yaml:12:13: error: '/*' cannot stand in an expression
  12 |   dV/dt: "V /* x"
     |             ^~ comments stand outside of expressions, behind ' #'""", files=slope(json.dumps('V /* x'))),
    Case("47 trigraph", OWN, """
own.yaml:12:13: error: '??' cannot stand in an expression
  12 |   dV/dt: "V ??/ 1"
     |             ^~ write if(condition, a, b) to choose""", files=slope(json.dumps('V ??/ 1'))),
    Case("47 digraph", OWN, """
own.yaml:12:11: error: '%' cannot stand in an expression
  12 |   dV/dt: "%:include"
     |           ^ write a fraction, such as 0.05 for 5 %
own.yaml:12:12: error: ':' cannot stand in an expression
  12 |   dV/dt: "%:include"
     |            ^ choose with if(condition, a, b)""", files=slope(json.dumps('%:include'))),
    Case("47 line break", OWN, r"""
own.yaml:12:16: error: a line break cannot stand in an expression
  12 |   dV/dt: "V/tau\n + 1 mV/ms"
     |                ^ write each expression on one line""", files=slope('"V/tau\\n + 1 mV/ms"')),
    Case("48 exp", OWN, """
own.yaml:8:3: error: 'exp' is a function; choose another name
   8 |   exp: {default: 1}
     |   ^~~""", files=model("  k: {", "  exp: {default: 1}\n  k: {")),
    Case("48 t", OWN, """
own.yaml:8:3: error: 't' is the time; choose another name
   8 |   t: {default: 1}
     |   ^""", files=model("  k: {", "  t: {default: 1}\n  k: {")),
    Case("48 dt", OWN, """
own.yaml:8:3: error: 'dt' is the time step; choose another name
   8 |   dt: {default: 1}
     |   ^~""", files=model("  k: {", "  dt: {default: 1}\n  k: {")),
    Case("48 __x", OWN, """
own.yaml:8:3: error: '__x' starts with two underscores; names start with a letter
   8 |   __x: {default: 1}
     |   ^~~""", files=model("  k: {", "  __x: {default: 1}\n  k: {")),
    Case("48 I/O", OWN, """
own.yaml:8:3: error: 'I/O' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start with a digit
   8 |   I/O: {default: 1}
     |   ^~~""", files=model("  k: {", "  I/O: {default: 1}\n  k: {")),
    Case("48 mV", OWN, """
own.yaml:8:3: error: 'mV' is a unit; choose another name
   8 |   mV: {default: 1}
     |   ^~""", files=model("  k: {", "  mV: {default: 1}\n  k: {")),
    Case("48 xi_a", OWN, """
own.yaml:8:3: error: 'xi_a' is white noise; choose another name
   8 |   xi_a: {default: 1}
     |   ^~~~""", files=model("  k: {", "  xi_a: {default: 1}\n  k: {")),
    Case("48 and", OWN, """
own.yaml:8:3: error: 'and' is an operator; choose another name
   8 |   and: {default: 1}
     |   ^~~""", files=model("  k: {", "  and: {default: 1}\n  k: {")),
    Case("48 Cyrillic name", OWN, """
own.yaml:8:3: error: 'тау' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start with a digit
   8 |   тау: {default: 1}
     |   ^~~""", files=model("  k: {", "  \u0442\u0430\u0443: {default: 1}\n  k: {")),
    Case("48 Cyrillic letter in an equation", OWN, """
own.yaml:12:20: error: 'В' (U+0412) cannot stand in an expression
  12 |   dV/dt: (-70 mV - В)/tau
     |                    ^ names consist of the letters A-Z and a-z, digits and '_'""", files=slope("(-70 mV - \u0412)/tau")),
    Case("48 name of 101 letters", OWN, """
own.yaml:8:3: error: a name of 101 bytes; the limit is 100
   8 |   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: {default: 1}
     |   ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~""", files=model("  k: {", "  " + "a" * 101 + ": {default: 1}\n  k: {")),
    Case("49 equation", OWN, """
own.yaml:12:10: error: dV/dt needs mV/ms, found voltage (mV)
  12 |   dV/dt: V
     |          ^""", files=slope("V")),
    Case("49 sum", OWN, """
own.yaml:12:10: error: cannot add mV/ms and current (pA)
  12 |   dV/dt: (-70 mV - V)/tau + I
     |          ^~~~~~~~~~~~~~~~~~~~""", files=slope("(-70 mV - V)/tau + I")),
    Case("49 argument", OWN, """
own.yaml:12:14: error: exp needs a pure number, found voltage (mV)
  12 |   dV/dt: exp(V)*1 mV/ms
     |              ^ divide it by a value in mV""", files=slope("exp(V)*1 mV/ms")),
    Case("49 comparison", OWN, """
own.yaml:14:9: error: cannot compare voltage (mV) with current (pA)
  14 |   when: V >= -50 pA
     |         ^~~~~~~~~~~""", files=model("when: V >= -50 mV", "when: V >= -50 pA")),
    Case("49 reset", OWN, """
own.yaml:16:8: error: reset of V needs voltage (mV), found current (pA)
  16 |     V: -70 pA
     |        ^~~~~~""", files=model("    V: -70 mV\n", "    V: -70 pA\n")),
    Case("50 undefined", OWN, """
own.yaml:12:23: error: 'tau_m' is not declared
  12 |   dV/dt: (-70 mV - V)/tau_m + k*I/C_m
     |                       ^~~~~ did you mean 'tau' (declared at 6:3)?""", files=slope("(-70 mV - V)/tau_m + k*I/C_m")),
    Case("50 cyclic", OWN, """
own.yaml:13:6: error: definitions go in a circle: a -> b -> a
  13 |   b: a + 1
     |      ^~~~~ give one of them a value of its own""", files=model("equations:", "derived:\n  a: b + 1\n  b: a + 1\nequations:")),
    Case("50 no derivative", OWN, """
own.yaml:11:3: error: state 'u' has no equation and no assignment, so it would never change
  11 |   u: {init: 0}
     |   ^ write 'du/dt: ...' under equations, or make it a parameter""", files=model("  V: {init: -70 mV}", "  V: {init: -70 mV}\n  u: {init: 0}")),
    Case("50 no state", OWN, """
own.yaml:13:3: error: 'du/dt' is the equation of no state: 'u' is not declared under state
  13 |   du/dt: 1/ms
     |   ^~~~~ declare it: u: {init: ...}""", files=model("spike:", "  du/dt: 1/ms\nspike:")),
    Case("50 equation twice", OWN, """
own.yaml:13:3: error: 'dV/dt' is given twice
  13 |   dV/dt: 1 mV/ms
     |   ^~~~~ it stands at 12:3 already: remove one of the two""", files=slope(SLOPE + "\n  dV/dt: 1 mV/ms")),
    Case("50 two definitions", OWN, """
own.yaml:12:3: error: 'tau' has two definitions: it is a parameter already, declared at 6:3
  12 |   tau: 1 ms
     |   ^~~ rename one of the two""", files=model("equations:", "derived:\n  tau: 1 ms\nequations:")),
    Case("51 division by a parameter of 0", OWN.replace("own.yaml", "own.yaml, params: {k: 0}"), """
error: population 'cell', neuron 0: V is not finite at t = 0.1 ms (last finite value of V: -70 mV)
  own.yaml:12:3: dV/dt: (-70 mV - V)/tau + k*I/C_m + 1 mV/ms/k
  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it in time, or a division by zero
  what was recorded up to 0 ms is in results/config.h5.partial""", files=slope(SLOPE + " + 1 mV/ms/k"), code=4),
    Case("51 logarithm", OWN, """
error: population 'cell', neuron 0: V is not finite at t = 0.1 ms (last finite value of V: -70 mV)
  own.yaml:12:3: dV/dt: (-70 mV - V)/tau + k*I/C_m + 1 mV/ms*log(V/1 mV)
  likely cause: the right-hand side of V is not a number there: 0/0, or the logarithm or root of a negative number
  what was recorded up to 0 ms is in results/config.h5.partial""", files=slope(SLOPE + " + 1 mV/ms*log(V/1 mV)"), code=4),
    Case("51 root", OWN, """
error: population 'cell', neuron 0: V is not finite at t = 0.1 ms (last finite value of V: -70 mV)
  own.yaml:12:3: dV/dt: (-70 mV - V)/tau + k*I/C_m + 1 mV/ms*sqrt(V/1 mV)
  likely cause: the right-hand side of V is not a number there: 0/0, or the logarithm or root of a negative number
  what was recorded up to 0 ms is in results/config.h5.partial""", files=slope(SLOPE + " + 1 mV/ms*sqrt(V/1 mV)"), code=4),
    Case("52 1 MB", OWN, """
own.yaml:12:10: error: an expression of 1000026 bytes
  12 |   dV/dt: (-70 mV - V)/tau + k*I/C_m + 0 mV/ms + 0 mV/ms + 0 mV/ms + 0 mV/ms + 0 mV/ms + 0 mV/ms + 0 mV/ms + 0 mV/ms + 0 ...
     |          ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ the limit is 100000; give parts of it names""", files=slope(SLOPE + " + 0 mV/ms" * 100_000)),
    Case("52 parentheses", OWN, """
own.yaml:12:210: error: an expression nested more than 200 deep
  12 | ...((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((...
     |                                                                ^ give parts of it names""", files=slope("(" * 100_000)),
    Case("52 minus signs", OWN, """
own.yaml:12:210: error: an expression nested more than 200 deep
  12 | ...------------------------------------------------------------------------------------------------------------------------...
     |                                                                ^ give parts of it names""", files=slope("-" * 99_000 + "V/tau")),
    Case("52 names", OWN, """
own.yaml:1:7: error: the model has 20005 names; it may have up to 5000
   1 | name: own
     |       ^~~""", files=model("equations:", "derived:\n" + "".join(f"  a{i}: k + {i}\n" for i in range(20_000)) + "equations:")),
    Case("53 population", OWN.replace("cell", "\"$(touch pwned)\"", 1), """
config.yaml:3:4: error: '$(touch pwned)' cannot be the name of a population
   3 |   "$(touch pwned)": {model: own.yaml}
     |    ^~~~~~~~~~~~~~ a name has up to 100 letters, digits and '_', and does not begin with a digit
config.yaml:5:3: error: record: there is no population 'cell'
   5 |   cell: [V]
     |   ^~~~ there are: $(touch pwned)""", files=model()),
    Case("53 population with a slash", OWN.replace("cell", "a/b", 1), """
config.yaml:3:3: error: 'a/b' cannot be the name of a population
   3 |   a/b: {model: own.yaml}
     |   ^~~ a name has up to 100 letters, digits and '_', and does not begin with a digit
config.yaml:5:3: error: record: there is no population 'cell'
   5 |   cell: [V]
     |   ^~~~ there are: a/b""", files=model()),
    Case("53 model name", OWN, """
own.yaml:1:8: error: '../../x' cannot be the name of a model
   1 | name: "../../x"
     |        ^~~~~~~ a name has up to 100 letters, digits and '_', and does not begin with a digit""", files=model("name: own", 'name: "../../x"')),
    Case("53 compiler flags", OWN, """
own.yaml:2:1: error: 'compiler_flags' is not a key of a neuron model
   2 | compiler_flags: -fplugin=x.so
     | ^~~~~~~~~~~~~~ valid keys: name, kind, summary, source, like, inputs, params, require, state, derived, equations, spike, receptors""", files=model("name: own", "name: own\ncompiler_flags: -fplugin=x.so")),
    # 61 to 63: paths
    Case("61 control characters in --out", OWN, r"""
error: no\x1B[31m\x0Ayes/x.h5: the folder 'no\x1B[31m\x0Ayes' does not exist; create it first""", files=model(), arguments=("--out", "no\x1b[31m\nyes/x.h5"), code=5),
    Case("63 ../x.yaml", lif('model: lif', 'model: "../x.yaml"'), """
config.yaml:7:13: error: '../x.yaml' leads out of the config's folder
   7 |     model: "../x.yaml"
     |             ^~~~~~~~~ put the file into the config's folder, or below, and name it from there"""),
    Case("63 /etc/passwd", lif('model: lif', 'model: "/etc/passwd"'), """
config.yaml:7:13: error: '/etc/passwd' is an absolute path; paths inside a config are relative to it
   7 |     model: "/etc/passwd"
     |             ^~~~~~~~~~~ put the file into the config's folder, or below, and name it from there"""),
    Case("63 a/../../b.yaml", lif('model: lif', 'model: "a/../../b.yaml"'), """
config.yaml:7:13: error: 'a/../../b.yaml' leads out of the config's folder
   7 |     model: "a/../../b.yaml"
     |             ^~~~~~~~~~~~~~ put the file into the config's folder, or below, and name it from there"""),
    Case("63 CON", lif('model: lif', 'model: "CON"'), """
config.yaml:7:13: error: there is no neuron model 'CON'
   7 |     model: "CON"
     |             ^~~ `hillock models` lists them; a model of your own is named by its path"""),
    Case("63 empty", lif('model: lif', 'model: ""'), """
config.yaml:7:13: error: 'model' must be the name or path of a neuron model, got ''
   7 |     model: ""
     |             ^"""),
    Case("63 link to a folder", lif("model: lif", "model: link/own.yaml"), """
config.yaml:7:12: error: 'link/own.yaml' leads out of the config's folder
   7 |     model: link/own.yaml
     |            ^~~~~~~~~~~~~ put the file into the config's folder, or below, and name it from there""", files={"link": Path("/tmp")}),
    Case("63 link to a file", OWN, """
config.yaml:3:17: error: 'own.yaml' leads out of the config's folder
   3 |   cell: {model: own.yaml}
     |                 ^~~~~~~~ put the file into the config's folder, or below, and name it from there""", files={"own.yaml": Path("/etc/passwd")}),
    Case("63 values outside", param("tau_m: {file: ../x.csv, column: a, unit: ms}"), """
config.yaml:6:28: error: '../x.csv' leads out of the config's folder
   6 |     params: {tau_m: {file: ../x.csv, column: a, unit: ms}}
     |                            ^~~~~~~~ put the file into the config's folder, or below, and name it from there"""),
    Case("63 current outside", driven("type: file, path: /etc/passwd, column: I, unit: pA, interval: 1 ms"), """
config.yaml:9:43: error: '/etc/passwd' is an absolute path; paths inside a config are relative to it
   9 |   drive: {target: cell, type: file, path: /etc/passwd, column: I, unit: pA, interval: 1 ms}
     |                                           ^~~~~~~~~~~ put the file into the config's folder, or below, and name it from there"""),
    Case("63 model in UTF-16", OWN, """
own.yaml: error: this is not a hillock model: the text is UTF-16, not UTF-8
  save it as UTF-8""", files={"own.yaml": MODEL.encode("utf-16")}),
    # 71: states that are not finite
    Case("71 HH with 1e9 pA", lif("model: lif", "model: hodgkin_huxley", "0.5 nA", "1e9 pA", "dt: 0.1 ms", "dt: 0.025 ms"), """
error: population 'cell', neuron 0: V is not finite at t = 0.025 ms (last finite value of V: -65 mV)
  models/neurons/hodgkin_huxley.yaml:43:3: dV/dt: (I - I_Na - I_K - I_L) / C_m
  likely cause: V is driven by 7.96e+07 mV/ms, 1.99e+06 mV within one step; check the inputs and parameters, or use a smaller dt
  what was recorded up to 0 ms is in results/config.h5.partial""", code=4),
    Case("71 AdEx without a limit", OWN.replace("10 ms", "50 ms"), """
error: population 'cell', neuron 0: V is not finite at t = 11.9 ms (last finite value of V: 254158.164947 mV)
  own.yaml:8:3: dV/dt: (-30 nS*(V + 70.6 mV) + 60 pA*exp((V + 50.4 mV)/2 mV) + I + 1 nA)/281 pF
  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it in time, or a division by zero
  what was recorded up to 11.8 ms is in results/config.h5.partial""", files={"own.yaml": FREE_ADEX}, code=4),
    Case("71 AdEx without a limit, adaptive", OWN.replace("10 ms,", "50 ms, method: adaptive,"), """
error: population 'cell', neuron 0: the step size of the adaptive method fell below its minimum at t = 11.7582534725 ms (last finite value of V: -2.92860289193 mV)
  own.yaml:8:3: dV/dt: (-30 nS*(V + 70.6 mV) + 60 pA*exp((V + 50.4 mV)/2 mV) + I + 1 nA)/281 pF
  likely cause: V runs away, growing e-fold every 4.61e-10 ms; a spike rule must reset it
  what was recorded up to 11.7 ms is in results/config.h5.partial""", files={"own.yaml": FREE_ADEX}, code=4),
    Case("71 pole rk4", EXACT_OWN.replace("10 ms,", "10 ms, method: rk4,"), """
error: population 'cell', neuron 0: V is not finite at t = 1.3 ms (last finite value of V: 4.84751903255e+172)
  own.yaml:8:3: dV/dt: (V^2 + I)/1 ms
  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it in time, or a division by zero
  what was recorded up to 1.2 ms is in results/config.h5.partial""", files={"own.yaml": POLE}, code=4),
    Case("71 pole euler", EXACT_OWN.replace("10 ms,", "10 ms, method: euler,"), """
error: population 'cell', neuron 0: V is not finite at t = 2.2 ms (last finite value of V: 3.19158186462e+206)
  own.yaml:8:3: dV/dt: (V^2 + I)/1 ms
  likely cause: the right-hand side of V is infinite there: V runs away and no spike rule resets it in time, or a division by zero
  what was recorded up to 2.1 ms is in results/config.h5.partial""", files={"own.yaml": POLE}, code=4),
    Case("71 pole dopri5", EXACT_OWN.replace("10 ms,", "10 ms, method: dopri5,"), """
error: population 'cell', neuron 0: V is not finite at t = 1.2 ms (last finite value of V: 1.5775028241e+47)
  own.yaml:8:3: dV/dt: (V^2 + I)/1 ms
  likely cause: V runs away, growing e-fold every 3.17e-48 ms; a spike rule must reset it, or dt 0.1 ms is too large
  what was recorded up to 1.1 ms is in results/config.h5.partial""", files={"own.yaml": POLE}, code=4),
    Case("71 pole adaptive", EXACT_OWN.replace("10 ms,", "10 ms, method: adaptive,"), """
error: population 'cell', neuron 0: the step size of the adaptive method fell below its minimum at t = 1.00000017877 ms (last finite value of V: 1496256321.12)
  own.yaml:8:3: dV/dt: (V^2 + I)/1 ms
  likely cause: V runs away, growing e-fold every 3.34e-10 ms; a spike rule must reset it
  what was recorded up to 1 ms is in results/config.h5.partial""", files={"own.yaml": POLE}, code=4),
]


@pytest.mark.parametrize("case", ids(CASES))
def test_what_is_wrong_is_said_in_full(hillock, tmp_path, case):
    check_run(hillock, tmp_path, case)


@pytest.mark.parametrize("case", ids([case for case in CASES if case.code == 2]))
def test_check_says_the_same(hillock, tmp_path, case):
    check_check(hillock, tmp_path, case)


@pytest.mark.parametrize("name", ["int", "main", "std", "sizeof", "operator", "nan", "m"])
def test_48_words_of_other_languages_are_names(run_hillock, tmp_path, name):
    put(tmp_path / "own.yaml", edited(MODEL, ("  k: {", f"  {name}: {{", SLOPE, f"(-70 mV - V)/tau + {name}*I/C_m")))
    with h5py.File(run_hillock(OWN).output) as file:
        assert np.all(file["report/cell/V"][:] == -70)
