// What `around_spikes` of a record refuses: windows that are none, and what does not go with them.
#include <doctest/doctest.h>

#include "config/loading.hpp"

using loading::findings;

namespace {

const std::string three_cells = R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: lif, size: 3}, silent: {model: logistic}}
)";

}  // namespace

TEST_CASE("a window is read in steps, with neurons and an interval of its own") {
  const auto experiment = loading::load(
      three_cells +
      "record: {cell: {V: {around_spikes: {before: 2 ms, after: 5 ms}, neurons: 0..1, every: 0.5 ms}}}\n");
  const hillock::model::VariableSpec& V = experiment->record.at(0).variables.at(0);
  REQUIRE(V.around_spikes.has_value());
  CHECK(V.around_spikes->before == 20);
  CHECK(V.around_spikes->after == 50);
  CHECK(V.every == 5);
  CHECK(V.neurons == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("a window has two sides, neither negative, in whole intervals") {
  CHECK(findings(three_cells + "record: {cell: {V: {around_spikes: {before: -1 ms, after: 0.25 ms}}}}\n") ==
        R"(test.yaml:3:45: error: before must not be negative, got -1 ms
   3 | record: {cell: {V: {around_spikes: {before: -1 ms, after: 0.25 ms}}}}
     |                                             ^~~~~
test.yaml:3:59: error: after (0.25 ms) is not a multiple of dt (0.1 ms)
   3 | record: {cell: {V: {around_spikes: {before: -1 ms, after: 0.25 ms}}}}
     |                                                           ^~~~~~~ the nearest are 0.2 ms and 0.3 ms)");
  CHECK(findings(three_cells +
                 "record: {cell: {V: {around_spikes: {before: 2 ms, after: 5 ms}, every: 0.4 ms}}}\n") ==
        R"(test.yaml:3:58: error: after (5 ms) is not a multiple of every (0.4 ms)
   3 | record: {cell: {V: {around_spikes: {before: 2 ms, after: 5 ms}, every: 0.4 ms}}}
     |                                                          ^~~~ the nearest are 4.8 ms and 5.2 ms)");
  CHECK(findings(three_cells + "record: {cell: {V: {around_spikes: {before: 2 ms}}}}\n") ==
        R"(test.yaml:3:36: error: 'around_spikes' needs 'after', how long its window reaches on from a spike
   3 | record: {cell: {V: {around_spikes: {before: 2 ms}}}}
     |                                    ^ write for example around_spikes: {before: 2 ms, after: 5 ms})");
  CHECK(findings(three_cells +
                 "record: {cell: {V: {around_spikes: {before: 2 mV, after: 1 ms, behind: 1 ms}}}}\n") ==
        R"(test.yaml:3:45: error: before needs time (ms), got voltage (mV)
   3 | record: {cell: {V: {around_spikes: {before: 2 mV, after: 1 ms, behind: 1 ms}}}}
     |                                             ^~~~ write for example '2 ms'
test.yaml:3:64: error: 'behind' is not a key of 'around_spikes'
   3 | record: {cell: {V: {around_spikes: {before: 2 mV, after: 1 ms, behind: 1 ms}}}}
     |                                                                ^~~~~~ valid keys: before, after)");
  CHECK(findings(three_cells + "record: {cell: {V: {around_spikes: true}}}\n") ==
        R"(test.yaml:3:36: error: 'around_spikes' must be a map, got 'true'
   3 | record: {cell: {V: {around_spikes: true}}}
     |                                    ^~~~ write 'key: value' lines below it, or {key: value})");
}

TEST_CASE("a window is shorter than the run") {
  CHECK(
      findings(three_cells + "record: {cell: {V: {around_spikes: {before: 3 ms, after: 7 ms}}}}\n") ==
      R"(test.yaml:3:36: error: the window around spikes (10 ms) must be shorter than the run (10 ms), or none fits into it
   3 | record: {cell: {V: {around_spikes: {before: 3 ms, after: 7 ms}}}}
     |                                    ^ shorten 'before' or 'after', or lengthen 'duration')");
  CHECK(findings(three_cells + "record: {cell: {V: {around_spikes: {before: 3 ms, after: 6.9 ms}}}}\n") ==
        "");
}

TEST_CASE("a mean, and neurons without spikes, have no window around spikes") {
  CHECK(findings(three_cells +
                 "record: {cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}, mean: true}}}\n") ==
        R"(test.yaml:3:36: error: 'V' cannot be a mean around spikes: each neuron has spikes of its own
   3 | record: {cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}, mean: true}}}
     |                                    ^ remove 'mean' or 'around_spikes')");
  const loading::Folder folder;
  folder.write("quiet.yaml", loading::quiet_model);
  CHECK(
      findings(folder, R"(simulation: {duration: 10 ms, dt: 0.1 ms}
populations: {cell: {model: quiet.yaml}}
record: {cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}}}}
)") ==
      R"(test.yaml:3:36: error: model 'quiet' of 'cell' has no spikes, so nothing would be recorded around them
   3 | record: {cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}}}}
     |                                    ^ remove 'around_spikes')");
}

TEST_CASE("names that the file uses around spikes are refused there, and only there") {
  const loading::Folder folder;
  folder.write("own.yaml", R"(name: own
summary: a cell with a quantity called offset
source: made up
inputs: {I: mV/ms}
state: {V: {init: 0 mV}}
derived: {offset: V - 1 mV}
equations: {dV/dt: I - V / 1 ms}
spike: {when: V > 1 mV, reset: {V: 0 mV}}
)");
  const std::string cells =
      "simulation: {duration: 10 ms, dt: 0.1 ms}\npopulations: {cell: {model: own.yaml}}\n";
  CHECK(findings(folder, cells + "record: {cell: [offset]}\n") == "");
  CHECK(
      findings(folder, cells + "record: {cell: {offset: {around_spikes: {before: 1 ms, after: 1 ms}}}}\n") ==
      R"(test.yaml:3:17: error: 'offset' cannot be recorded around spikes: in that part of the file this name means something else
   3 | record: {cell: {offset: {around_spikes: {before: 1 ms, after: 1 ms}}}}
     |                 ^~~~~~ rename it in the model)");
}

TEST_CASE("compression does not reach what is recorded around spikes, and a warning says so") {
  const auto experiment = loading::load(
      three_cells + "record: {cell: {V: {around_spikes: {before: 1 ms, after: 1 ms}}, compress: 3}}\n");
  REQUIRE(experiment->warnings.size() == 1);
  CHECK(experiment->warnings[0].message == "what is recorded around spikes is not compressed");
  CHECK(experiment->warnings[0].line == 3);
}
