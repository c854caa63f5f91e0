// What record refuses: variables, neurons and intervals that are not there.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

TEST_CASE("an unknown variable lists the variables") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, receptors: {ampa: {model: exp_conductance}}}}
record: {cell: [V, spike, m]}
)") ==
        R"(test.yaml:3:20: error: population 'cell' has no variable 'spike'
   3 | record: {cell: [V, spike, m]}
     |                    ^~~~~ did you mean 'spikes'? it has: spikes, rate, V, I, I_syn, g_ampa, I_ampa
test.yaml:3:27: error: population 'cell' has no variable 'm'
   3 | record: {cell: [V, spike, m]}
     |                           ^ it has: spikes, rate, V, I, I_syn, g_ampa, I_ampa)");
}

TEST_CASE("an unknown population suggests the nearest") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {sell: [V]}
)") ==
        R"(test.yaml:6:10: error: record: there is no population 'sell'
   6 | record: {sell: [V]}
     |          ^~~~ did you mean 'cell'?)");
}

TEST_CASE("neurons lie within the population") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: {V: {neurons: 0..3}, spikes: {neurons: [1, 1]}, I: {neurons: 5}}}
)") ==
        R"(test.yaml:6:30: error: neuron 3 is not in 'cell', which has 3 neurons
   6 | record: {cell: {V: {neurons: 0..3}, spikes: {neurons: [1, 1]}, I: {neurons: 5}}}
     |                              ^~~~ they are counted from 0 to 2
test.yaml:6:55: error: neuron 1 is named twice
   6 | record: {cell: {V: {neurons: 0..3}, spikes: {neurons: [1, 1]}, I: {neurons: 5}}}
     |                                                       ^ name each neuron once
test.yaml:6:77: error: neuron 5 is not in 'cell', which has 3 neurons
   6 | record: {cell: {V: {neurons: 0..3}, spikes: {neurons: [1, 1]}, I: {neurons: 5}}}
     |                                                                             ^ they are counted from 0 to 2)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: {V: {neurons: {a: 1}}}}
)") ==
        R"(test.yaml:6:30: error: neurons must be 'all', a range or a list, got a map
   6 | record: {cell: {V: {neurons: {a: 1}}}}
     |                              ^ write for example 'neurons: 0..9' or 'neurons: [0, 5]')");
}

TEST_CASE("the interval is a multiple of dt") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: {V: {every: 0.25 ms}}}
)") ==
        R"(test.yaml:6:28: error: every (0.25 ms) is not a multiple of dt (0.1 ms)
   6 | record: {cell: {V: {every: 0.25 ms}}}
     |                            ^~~~~~~ the nearest are 0.2 ms and 0.3 ms)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: {V: {every: 0 ms}}}
)") ==
        R"(test.yaml:6:28: error: every must be positive, got 0 ms
   6 | record: {cell: {V: {every: 0 ms}}}
     |                            ^~~~)");
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: {V: {evry: 1 ms}}}
)") ==
        R"(test.yaml:6:21: error: 'evry' is not a key of 'V'
   6 | record: {cell: {V: {evry: 1 ms}}}
     |                     ^~~~ did you mean 'every'? valid keys: neurons, every, mean, sum, around_spikes)");
}

TEST_CASE("type and compression are checked") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: {V: true, dtype: float16, compress: 11}}
)") ==
        R"(test.yaml:6:33: error: dtype cannot be 'float16'
   6 | record: {cell: {V: true, dtype: float16, compress: 11}}
     |                                 ^~~~~~~ did you mean 'float32'? it is one of: float32, float64
test.yaml:6:52: error: compress must be a whole number from 0 to 9, got 11
   6 | record: {cell: {V: true, dtype: float16, compress: 11}}
     |                                                    ^~)");
}

TEST_CASE("a variable is recorded once") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations:
  cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}
  axon: {model: hodgkin_huxley}
  fast: {model: izhikevich_2003}
record: {cell: [V, V]}
)") ==
        R"(test.yaml:6:20: error: 'V' is recorded twice
   6 | record: {cell: [V, V]}
     |                    ^ remove one of the two)");
}

TEST_CASE("a rate has neurons and bins, and needs spikes and a run") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3}}
record: {cell: {rate: {mean: true}}}
)") ==
        R"(test.yaml:3:24: error: 'mean' is not a key of 'rate'
   3 | record: {cell: {rate: {mean: true}}}
     |                        ^~~~ valid keys: neurons, every)");
  const loading::Folder folder;
  folder.write("quiet.yaml", loading::quiet_model);
  folder.write("rate.yaml", R"(name: rate
summary: a cell with a variable named rate
source: made up
inputs: {I: mV/ms}
state: {V: {init: 0 mV}, rate: {init: 0}}
equations:
  dV/dt: I - V / 1 ms
  drate/dt: -rate / 1 ms
spike:
  when: V >= 1 mV
)");
  CHECK(findings(folder, R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {line: {model: quiet.yaml}, own: {model: rate.yaml}}
record: {own: {rate: {mean: true}}, line: [rate]}
)") ==
        R"(test.yaml:3:44: error: population 'line' has no variable 'rate'
   3 | record: {own: {rate: {mean: true}}, line: [rate]}
     |                                            ^~~~ it has: spikes, V, I)");
  CHECK(findings(R"(simulation: {duration: 0 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3}}
record: {cell: [rate]}
)") == R"(test.yaml:3:17: error: 'rate' needs a run that lasts, and duration is 0 ms: it has no bin
   3 | record: {cell: [rate]}
     |                 ^~~~ leave 'rate' out, or lengthen 'duration')");
}

TEST_CASE("a variable is a mean or a sum, not both") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3}}
record: {cell: {V: {mean: true, sum: true}, I: {sum: true, around_spikes: {before: 1 ms, after: 1 ms}}}}
)") ==
        R"(test.yaml:3:38: error: 'V' cannot be both, a mean and a sum
   3 | record: {cell: {V: {mean: true, sum: true}, I: {sum: true, around_spikes: {before: 1 ms, after: 1 ms}}}}
     |                                      ^~~~ remove one: the sum is the mean times the number of neurons
test.yaml:3:75: error: 'I' cannot be a sum around spikes: each neuron has spikes of its own
   3 | record: {cell: {V: {mean: true, sum: true}, I: {sum: true, around_spikes: {before: 1 ms, after: 1 ms}}}}
     |                                                                           ^ remove 'sum' or 'around_spikes')");
}

TEST_CASE("edges are what is recorded of connections") {
  const std::string network = R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3, receptors: {a: {model: exp_conductance}}}}
connections: {ee: {source: cell, target: cell, rule: all_to_all, weight: 1 nS, delay: 1 ms}}
)";
  for (const char* record : {"[edges]", "edges", "{edges: true}", "{edges: false}", "[]"}) {
    CAPTURE(record);
    CHECK(findings(network + "record: {cell: [V], connections: {ee: " + record + "}}\n").empty());
  }
  CHECK(findings(network + "record: {connections: {ei: [edges], ee: [edge]}}\n") ==
        R"(test.yaml:4:24: error: record: there is no connection 'ei'
   4 | record: {connections: {ei: [edges], ee: [edge]}}
     |                        ^~ did you mean 'ee'?
test.yaml:4:42: error: connection 'ee' has no 'edge' to record
   4 | record: {connections: {ei: [edges], ee: [edge]}}
     |                                          ^~~~ it has edges, its synapses with their weights and delays, and weight, over time)");
  CHECK(findings(network + "record: {connections: {ee: {delay: {every: 1 ms}}}}\n") ==
        R"(test.yaml:4:29: error: the delays of connection 'ee' do not change
   4 | record: {connections: {ee: {delay: {every: 1 ms}}}}
     |                             ^~~~~ record 'edges', its synapses with their weights and delays)");
  CHECK(findings(network + "record: {connections: [ee]}\n") ==
        R"(test.yaml:4:23: error: the record of 'connections' must be a map, got a list
   4 | record: {connections: [ee]}
     |                       ^ write 'key: value' lines below it, or {key: value})");
}

TEST_CASE("weights of a connection are recorded over time, all of them or those onto some targets") {
  const std::string network = R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 9, receptors: {a: {model: exp_conductance}}}, b: {like: cell, size: 2}}
connections: {ee: {source: cell, target: cell 0..4, rule: all_to_all, weight: 1 nS, delay: 1 ms}, x: {source: cell, target: [cell, b], rule: all_to_all, weight: 1 nS, delay: 1 ms}}
)";
  for (const char* record :
       {"[weight]", "weight", "[edges, weight]", "{weight: true}", "{weight: {}}",
        "{weight: {every: 2 ms, targets: 1..3}, edges: true, dtype: float64, compress: 1}",
        "{weight: {targets: [4, 0]}}", "{weight: {targets: all}}"}) {
    CAPTURE(record);
    CHECK(findings(network + "record: {connections: {ee: " + record + "}}\n").empty());
  }
  CHECK(findings(network + "record: {connections: {ee: {weight: {every: 0.15 ms, targets: []}}}}\n") ==
        R"(test.yaml:4:45: error: every (0.15 ms) is not a multiple of dt (0.1 ms)
   4 | record: {connections: {ee: {weight: {every: 0.15 ms, targets: []}}}}
     |                                             ^~~~~~~ the nearest are 0.1 ms and 0.2 ms
test.yaml:4:63: error: targets names no neuron
   4 | record: {connections: {ee: {weight: {every: 0.15 ms, targets: []}}}}
     |                                                               ^ write for example 'targets: 0..9', or leave it out)");
  CHECK(findings(network + "record: {connections: {ee: {weight: {targets: 3..5}}}}\n") ==
        R"(test.yaml:4:47: error: neuron 5 of 'cell' is no target of connection 'ee'
   4 | record: {connections: {ee: {weight: {targets: 3..5}}}}
     |                                               ^~~~)");
  CHECK(
      findings(network + "record: {connections: {x: {weight: {targets: 3}}}}\n") ==
      R"(test.yaml:4:46: error: connection 'x' has targets in several populations, so 'targets' does not say which
   4 | record: {connections: {x: {weight: {targets: 3}}}}
     |                                              ^ remove it, or write a connection for each of them)");
  CHECK(findings(network + "record: {connections: {ee: {weight: {neurons: 3}}}}\n") ==
        R"(test.yaml:4:38: error: 'neurons' is not a key of 'weight'
   4 | record: {connections: {ee: {weight: {neurons: 3}}}}
     |                                      ^~~~~~~ valid keys: every, targets)");
}

TEST_CASE("a list of no neurons is an error") {
  CHECK(findings(R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3}}
record: {cell: {spikes: {neurons: []}, V: {neurons: [], mean: true}}}
)") ==
        R"(test.yaml:3:35: error: neurons names no neuron
   3 | record: {cell: {spikes: {neurons: []}, V: {neurons: [], mean: true}}}
     |                                   ^ write for example 'neurons: 0..9', or leave it out
test.yaml:3:53: error: neurons names no neuron
   3 | record: {cell: {spikes: {neurons: []}, V: {neurons: [], mean: true}}}
     |                                                     ^ write for example 'neurons: 0..9', or leave it out)");
}
