// vars, expressions over them, like, and --set.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

TEST_CASE("vars may use one another in any order") {
  CHECK(findings(R"(vars: {N: = M + 1, M: 2}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: = N}}
record: {cell: [V]}
)") == "");
}

TEST_CASE("vars that use one another in a circle are refused") {
  CHECK(findings(R"(vars: {N: = M, M: = N + 1}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: = N}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:19: error: vars define each other in a circle: N -> M -> N
   1 | vars: {N: = M, M: = N + 1}
     |                   ^~~~~~~ give one of them a value)");
}

TEST_CASE("an unknown name in an expression suggests the nearest") {
  CHECK(findings(R"(vars: {count: 3}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: = coun}}
record: {cell: [V]}
)") ==
        R"(test.yaml:3:42: error: 'coun' is not declared
   3 | populations: {cell: {model: lif, size: = coun}}
     |                                          ^~~~ did you mean 'count'?)");
}

TEST_CASE("expressions are checked for their dimension") {
  CHECK(findings(R"(vars: {x: = 3 mV + 2}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {V_th: = 2*x}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:13: error: cannot add voltage (mV) and a pure number
   1 | vars: {x: = 3 mV + 2}
     |             ^~~~~~~~ write '2 mV')");
  CHECK(findings(R"(vars: {x: 3 mV}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, params: {tau_m: = 2*x}}}
record: {cell: [V]}
)") ==
        R"(test.yaml:3:50: error: tau_m needs time (ms), got voltage (mV)
   3 | populations: {cell: {model: lif, params: {tau_m: = 2*x}}}
     |                                                  ^~~~~ write for example '10 ms')");
  CHECK(findings(R"(vars: {x: = 1/0}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:12: error: the value of this expression is not finite
   1 | vars: {x: = 1/0}
     |            ^~~~ does it divide by 0?)");
}

TEST_CASE("vars hold numbers") {
  CHECK(findings(R"(vars: {x: [3], "x y": 3, mV: 3, z: abc}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)") ==
        R"(test.yaml:1:11: error: 'x' must be one value, got a list
   1 | vars: {x: [3], "x y": 3, mV: 3, z: abc}
     |           ^ vars hold numbers with their units, as in 'w: 6 nS'
test.yaml:1:17: error: 'x y' is not a name; names consist of the letters A-Z and a-z, digits and '_', and do not start with a digit
   1 | vars: {x: [3], "x y": 3, mV: 3, z: abc}
     |                 ^~~
test.yaml:1:26: error: 'mV' is a unit; choose another name
   1 | vars: {x: [3], "x y": 3, mV: 3, z: abc}
     |                          ^~
test.yaml:1:36: error: z: 'abc' is not a number
   1 | vars: {x: [3], "x y": 3, mV: 3, z: abc}
     |                                    ^~~ vars hold numbers with their units, as in 'w: 6 nS')");
}

TEST_CASE("a whole number may be an expression that gives one") {
  CHECK(findings(R"(vars: {N: 3 mV}
simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: = N}}
record: {cell: [V]}
)") ==
        R"(test.yaml:3:40: error: size must be a whole number from 0 to 1000000000000, got 3 mV
   3 | populations: {cell: {model: lif, size: = N}}
     |                                        ^~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: = 3/2}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:40: error: size must be a whole number from 0 to 1000000000000, got 1.5
   2 | populations: {cell: {model: lif, size: = 3/2}}
     |                                        ^~~~~)");
}

TEST_CASE("like goes in no circle and names what is there") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {a: {like: b}, cell: {model: lif}, b: {like: a}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:59: error: 'like' goes in a circle: a -> b -> a
   2 | populations: {a: {like: b}, cell: {model: lif}, b: {like: a}}
     |                                                           ^ write the values out in one of them)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}, b: {like: sell}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:45: error: 'like' names 'sell', which is not in populations
   2 | populations: {cell: {model: lif}, b: {like: sell}}
     |                                             ^~~~ did you mean 'cell'?)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}, b: {like: b}}
record: {cell: [V]}
)") ==
        R"(test.yaml:2:45: error: 'like' goes in a circle: b -> b
   2 | populations: {cell: {model: lif}, b: {like: b}}
     |                                             ^ write the values out in one of them)");
}

TEST_CASE("--set points to its own text") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)",
                 {"populations.cell.params.tau_m=3", "populations.cell.params.taum=3 ms"}) ==
        R"(--set populations.cell.params.tau_m=3:1:31: error: tau_m needs time (ms), got a number without unit
   1 | populations.cell.params.tau_m=3
     |                               ^ write for example '3 ms'
--set populations.cell.params.taum=3 ms:1:25: error: 'taum' is not a parameter of 'lif'
   1 | populations.cell.params.taum=3 ms
     |                         ^~~~ did you mean 'tau_m'? it has: C_m, tau_m, E_L, V_th, V_reset, t_ref)");
}

TEST_CASE("--set names what is there") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)",
                 {"populations.sell.size=3", "vars.g=3"}) ==
        R"(--set populations.sell.size=3:1:13: error: 'populations' has no 'sell'
   1 | populations.sell.size=3
     |             ^~~~ did you mean 'cell'?
--set vars.g=3:1:6: error: 'vars' has no 'g'
   1 | vars.g=3
     |      ^ it has none)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)",
                 {"simulation.dt.x=3", "record.cell.3=V", "simulation..dt=3 ms"}) ==
        R"(--set simulation.dt.x=3:1:15: error: 'simulation.dt' is '0.1 ms', not a map: it has no 'x'
   1 | simulation.dt.x=3
     |               ^ set 'simulation.dt' as a whole
--set record.cell.3=V:1:13: error: 'record.cell' is a list of 1: it has no '3'
   1 | record.cell.3=V
     |             ^ items are counted from 0
--set simulation..dt=3 ms:1:12: error: the path 'simulation..dt' has an empty part
   1 | simulation..dt=3 ms
     |            ^ write it as 'populations.exc.size')");
}

TEST_CASE("--set needs a path and a value") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)",
                 {"seed"}) ==
        R"(--set seed:1:1: error: 'seed' has no '='
   1 | seed
     | ^~~~ write --set PATH=VALUE, as in --set simulation.seed=2)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)",
                 {"simulation.seed="}) ==
        R"(--set simulation.seed=: error: this is not a value: it is empty)");
  CHECK(
      findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif}}
record: {cell: [V]}
)",
               {"populations.cell.params={tau_m: 3 ms"}) ==
      R"(--set populations.cell.params={tau_m: 3 ms:1:25: error: a bracket that begins here is not closed, or has a list or map as a key
   1 | populations.cell.params={tau_m: 3 ms
     |                         ^ close each '[' with ']' and each '{' with '}')");
}
