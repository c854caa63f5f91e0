// What YAML allows and a config must not hold: each refused with its place.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

TEST_CASE("a tab used for indentation is refused") {
  CHECK(findings(R"(simulation:
	duration: 1 s
)") ==
        R"(test.yaml:2:1: error: a tab is used for indentation
   2 | 	duration: 1 s
     | ^ indent with spaces)");
}

TEST_CASE("tabs in comments and blank lines do no harm") {
  CHECK(findings(R"(	# a comment
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
 	
record: {cell: [V]}
)") == "");
}

TEST_CASE("an open bracket is named where it begins") {
  CHECK(findings(R"(simulation: {duration: 1 s, dt: 0.1 ms
populations: {cell: {model: lif}}
)") ==
        R"(test.yaml:1:13: error: this '{' is not closed, or a comma is missing in it
   1 | simulation: {duration: 1 s, dt: 0.1 ms
     |             ^ close it with '}')");
  CHECK(findings(R"(simulation: {duration: 1 s}
record: {cell: [V, spikes}
)") ==
        R"(test.yaml:2:16: error: this '[' is not closed, or a comma is missing in it
   2 | record: {cell: [V, spikes}
     |                ^ close it with ']')");
  CHECK(findings(R"(a: [[[[1, 2
)") ==
        R"(test.yaml:1:5: error: a bracket that begins here is not closed, or has a list or map as a key
   1 | a: [[[[1, 2
     |     ^ close each '[' with ']' and each '{' with '}')");
}

TEST_CASE("a list as a key, where no bracket is open, is refused as what it is") {
  CHECK(findings("? - a\n: b\n") ==
        R"(test.yaml:1:3: error: a list or map cannot be a key
   1 | ? - a
     |   ^ a key is one word)");
}

TEST_CASE("an open quote is named where it begins") {
  CHECK(findings(R"(simulation:
  duration: "1 s
)") ==
        R"(test.yaml:2:13: error: this quote is not closed
   2 |   duration: "1 s
     |             ^ write the same quote behind the text)");
}

TEST_CASE("entries that are not indented alike are refused") {
  CHECK(findings(R"(simulation:
  duration: 1 s
   dt: 0.1 ms
)") ==
        R"(test.yaml:3:6: error: this is not valid YAML: illegal map value
   3 |    dt: 0.1 ms
     |      ^ indent all entries of a map alike, begin a map under a key on a new line, and quote a value that has ': ' in it)");
}

TEST_CASE("a value with a reserved first character must be quoted") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: @x}}}
)") ==
        R"(test.yaml:2:50: error: this is not valid YAML: unknown token
   2 | populations: {cell: {model: lif, params: {tau_m: @x}}}
     |                                                  ^ quote a value that begins with this character)");
}

TEST_CASE("${x} inside braces is refused with what to write") {
  CHECK(findings(R"(simulation: {duration: 1 s, dt: ${x}}
)") ==
        R"(test.yaml:1:33: error: '${' cannot stand here without quotes
   1 | simulation: {duration: 1 s, dt: ${x}}
     |                                 ^~ to use a name of vars write '= name')");
}

TEST_CASE("an empty file is not a config") {
  CHECK(findings(R"()") == R"(test.yaml: error: this is not a hillock config: it is empty)");
  CHECK(findings(R"(# only a comment
)") == R"(test.yaml: error: this is not a hillock config: it is empty)");
}

TEST_CASE("a file that is a word or a list is not a config") {
  CHECK(findings(R"(hello)") ==
        R"(test.yaml:1:1: error: this is not a hillock config: it must be a map, got 'hello'
   1 | hello
     | ^~~~~ write for example 'simulation: {duration: 1 s, dt: 0.1 ms}')");
  CHECK(findings(R"([1, 2])") ==
        R"(test.yaml:1:1: error: this is not a hillock config: it must be a map, got a list
   1 | [1, 2]
     | ^ write for example 'simulation: {duration: 1 s, dt: 0.1 ms}')");
}

TEST_CASE("a key that is given twice is refused with both places") {
  CHECK(findings(R"(simulation:
  duration: 1 s
  dt: 0.1 ms
  duration: 2 s
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:4:3: error: 'duration' is given twice
   4 |   duration: 2 s
     |   ^~~~~~~~ it stands at 2:3 already: remove one of the two)");
}

TEST_CASE("a second document is refused") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
---
x: 1
)") ==
        R"(test.yaml:4:1: error: a second document begins here
   4 | ---
     | ^~~ keep one document per file: remove '---' and what follows, or put it into a file of its own)");
}

TEST_CASE("the end of a document may be marked") {
  CHECK(findings(R"(---
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
...
)") == "");
}

TEST_CASE("a merge is refused and like is named") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {<<: {}, model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:22: error: '<<' (merge) is not supported
   2 | populations: {cell: {<<: {}, model: lif}}
     |                      ^~ to base one population, input or connection on another write 'like: NAME')");
}

TEST_CASE("an alias that contains itself is refused") {
  CHECK(findings(R"(a: &x [*x]
)") ==
        R"(test.yaml:1:8: error: this alias contains itself
   1 | a: &x [*x]
     |        ^ write the value out)");
}

TEST_CASE("an alias of nothing is refused") {
  CHECK(findings(R"(a: *x
)") ==
        R"(test.yaml:1:4: error: this is not valid YAML: the referenced anchor is not defined
   1 | a: *x
     |    ^ an alias *x needs an anchor &x before it)");
}

TEST_CASE("aliases are copies of what they name") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: &dt 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: {V: {every: *dt}}}
)") == "");
}

TEST_CASE("tags are refused") {
  CHECK(findings(R"(simulation: {duration: !!str 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:24: error: YAML tags (!...) have no meaning here
   1 | simulation: {duration: !!str 10 ms, dt: 0.1 ms}
     |                        ^ write the value without its tag)");
}

TEST_CASE("a list or map is no key") {
  CHECK(findings(R"(? [a]
: b
)") ==
        R"(test.yaml:1:3: error: a bracket that begins here is not closed, or has a list or map as a key
   1 | ? [a]
     |   ^ close each '[' with ']' and each '{' with '}')");
  CHECK(findings(R"(: b
)") ==
        R"(test.yaml:1:1: error: a key is missing before ':'
   1 | : b
     | ^ write 'key: value'
test.yaml:1:1: error: the config has no 'simulation'
   1 | : b
     | ^ write for example 'simulation: {duration: 1 s, dt: 0.1 ms}'
test.yaml:1:1: error: the config has no 'populations'
   1 | : b
     | ^ write for example 'populations: {cell: {model: NAME}}')");
}

TEST_CASE("expressions of several lines have their errors where they stand") {
  const auto equation = [](const std::string& text) {
    return loading::model_findings(loading::changed(loading::neuron, {{"-(V + 70 mV)/tau_m + I/C_m", text}}));
  };
  const std::string plain = R"(cell.yaml:11:21: error: 'C' is not declared
  11 |              + I / (C + bad)
     |                     ^ a unit follows a number, and is written as '1/ms' behind a '/'
cell.yaml:11:25: error: 'bad' is not declared
  11 |              + I / (C + bad)
     |                         ^~~ declared are t, I, tau_m, C_m, V_th, V)";
  CHECK(equation("-(V + 70 mV)/tau_m\n             + I / (C + bad)") == plain);
  CHECK(equation(">\n    -(V + 70 mV)/tau_m\n    + I / (C_m + bad)\n") ==
        R"(cell.yaml:12:18: error: 'bad' is not declared
  12 |     + I / (C_m + bad)
     |                  ^~~ declared are t, I, tau_m, C_m, V_th, V)");
  CHECK(equation("|\n    -(V + 70 mV)/tau_m\n    + I/C_m\n") ==
        R"(cell.yaml:11:23: error: a line break cannot stand in an expression
  11 |     -(V + 70 mV)/tau_m
     |                       ^ write each expression on one line)");
  CHECK(equation("\"-(V + 70 mV)\\x2Ftau_m\\\n      + I / (C_m + bad)\"") ==
        R"x(cell.yaml:11:20: error: 'bad' is not declared
  11 |       + I / (C_m + bad)"
     |                    ^~~ declared are t, I, tau_m, C_m, V_th, V)x");
  CHECK(equation("\"-(V + 70 mV)\\u002F(tau_m + bad)\"") ==
        R"x(cell.yaml:10:38: error: 'bad' is not declared
  10 |   dV/dt: "-(V + 70 mV)\u002F(tau_m + bad)"
     |                                      ^~~ declared are t, I, tau_m, C_m, V_th, V)x");
  CHECK(equation("-(V + 70 mV)/tau_m\n    + V") ==
        R"(cell.yaml:10:10: error: cannot add mV/ms and voltage (mV)
  10 |   dV/dt: -(V + 70 mV)/tau_m
     |          ^~~~~~~~~~~~~~~~~~)");
  CHECK(equation(">\n    -(V + 70 mV)/tau_m\n    + I/C_m\n") == "");
}

TEST_CASE("a value over vars that stands on several lines has its errors where they stand") {
  CHECK(findings(R"(vars: {a: 3 ms}
simulation:
  dt: 0.1 ms
  duration: = a
    + b
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:5:7: error: 'b' is not declared
   5 |     + b
     |       ^ declared are a)");
}

TEST_CASE("long texts are cut in messages, wherever they stand") {
  const std::string longest(100'000, 'x'), shown = "'" + std::string(60, 'x') + "...'";
  for (const std::string config :
       {"simulation: {duration: L, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\nrecord: {cell: [V]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: L}}\nrecord: {cell: [V]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: L.yaml}}\nrecord: {cell: "
        "[V]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\nrecord: {cell: [L]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n"
        "inputs: {a: {type: dc, target: L, amplitude: 1 pA}}\nrecord: {cell: [V]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n"
        "inputs: {a: {type: dc, target: cell, site: L, amplitude: 1 pA}}\nrecord: {cell: [V]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, receptors: {a: {model: "
        "delta}}}}\n"
        "inputs: {a: {type: spikes, target: cell, receptor: L, times: [], weight: 1 mV}}\nrecord: {cell: "
        "[V]}\n",
        "simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif}}\n"
        "inputs: {a: {type: waveform, target: cell, current: L(L}}\nrecord: {cell: [V]}\n"}) {
    const std::string found = findings(loading::changed(config, {{"L", longest}}));
    CHECK_MESSAGE(found.find(shown.substr(0, 61)) != std::string::npos, config);
    CHECK_MESSAGE(found.size() < 1000, config);
  }
  const std::string digits(100'000, '1');
  CHECK(findings("simulation: {duration: 1 ms, dt: 0.1 ms}\npopulations: {cell: {model: lif, size: " +
                 digits + "}}\nrecord: {cell: [V]}\n")
            .find("from 0 to 1000000000000, got " + digits.substr(0, 60) + "...\n") != std::string::npos);
}

TEST_CASE("an expression that YAML splits at its comma must be quoted") {
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_th: uniform(-70 mV, -55 mV), tau_m: 3 ms}}}
record: {cell: [V]}
)") ==
      R"(test.yaml:2:49: error: 'uniform(-70 mV' has an unbalanced bracket: inside {} and [] a value ends at the next comma
   2 | populations: {cell: {model: lif, params: {V_th: uniform(-70 mV, -55 mV), tau_m: 3 ms}}}
     |                                                 ^~~~~~~~~~~~~~ quote the expression, or put it on its own line)");
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [min(V, 3), V]}
)") ==
      R"(test.yaml:3:17: error: 'min(V' has an unbalanced bracket: inside {} and [] a value ends at the next comma
   3 | record: {cell: [min(V, 3), V]}
     |                 ^~~~~ quote the expression, or put it on its own line)");
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
inputs: {x: {type: waveform, target: cell, current: 10 pA*max(t, 3 ms)/1 ms, stop: 5 ms}}
record: {cell: [V]}
)") ==
      R"(test.yaml:3:53: error: '10 pA*max(t' has an unbalanced bracket: inside {} and [] a value ends at the next comma
   3 | inputs: {x: {type: waveform, target: cell, current: 10 pA*max(t, 3 ms)/1 ms, stop: 5 ms}}
     |                                                     ^~~~~~~~~~~ quote the expression, or put it on its own line)");
}
