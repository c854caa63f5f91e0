// Tests spike inputs that draw nothing: lists, files and regular spikes, on the grid and off it.
#include <doctest/doctest.h>

#include "base/diagnostics.hpp"
#include "base/text.hpp"
#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

using Steps = std::vector<std::int64_t>;

TEST_CASE("a listed spike arrives at its time plus its delay, one at 0 before the first step") {
  const Fields lists = {{"times", {0, 0.3, 0.7, 0.7, 1.1}}};
  const auto at_once = make_spike_input("spikes", input_data(2, 0.1, {{"weight", {1}}}, lists));
  CHECK(arrival_steps(*at_once, 2, 1, 20) == Steps{0, 3, 7, 7, 11});
  const auto later =
      make_spike_input("spikes", input_data(2, 0.1, {{"weight", {1}}, {"delay", {0.3}}}, lists));
  CHECK(arrival_steps(*later, 2, 0, 20) == Steps{3, 6, 10, 10, 14});
}

TEST_CASE("every decimal time on a grid of 0.1 ms arrives at its own step") {
  std::vector<double> times;
  Steps expected;
  for (std::int64_t step = 0; step < 3000; ++step) {
    times.push_back(static_cast<double>(step) / 10);
    expected.push_back(step + 7);
  }
  const auto input =
      make_spike_input("spikes", input_data(1, 0.1, {{"weight", {1}}, {"delay", {0.7}}}, {{"times", times}}));
  CHECK(arrival_steps(*input, 1, 0, 4000) == expected);
}

TEST_CASE("a spike off the grid arrives at the next grid point") {
  const auto input =
      make_spike_input("spikes", input_data(1, 0.1, {{"weight", {1}}}, {{"times", {0.25, 0.301}}}));
  CHECK(arrival_steps(*input, 1, 0, 10) == Steps{3, 4});
}

TEST_CASE("each target gets its own weight, other neurons nothing") {
  InputData data = input_data(4, 0.1, {{"weight", {2, -5}}}, {{"times", {0.1, 0.1}}});
  data.targets = {0, 2};
  const auto input = make_spike_input("spikes", data);
  std::vector<double> arrivals = {10, 10, 10, 10};
  CHECK_FALSE(input->deliver(0, arrivals));
  CHECK(input->deliver(1, arrivals));
  CHECK(arrivals == std::vector<double>{14, 10, 0, 10});
  CHECK_FALSE(input->deliver(2, arrivals));
}

TEST_CASE("regular spikes begin at start and end before stop") {
  const Fields fields = {{"weight", {1}}, {"interval", {0.3}}, {"start", {0.2}}, {"stop", {1.1}}};
  CHECK(arrival_steps(*make_spike_input("regular", input_data(1, 0.1, fields)), 1, 0, 30) == Steps{2, 5, 8});
  const Fields by_rate = {{"weight", {1}}, {"rate", {2.5}}, {"delay", {0.1}}, {"stop", {1.2}}};
  CHECK(arrival_steps(*make_spike_input("regular", input_data(1, 0.1, by_rate)), 1, 0, 30) == Steps{1, 5, 9});
}

TEST_CASE(
    "regular spikes do not drift: 30 Hz gives 30000 spikes in 1000 s, each at the grid point after its "
    "time") {
  const auto input = make_spike_input("regular", input_data(1, 0.1, {{"weight", {1}}, {"rate", {0.03}}}));
  const Steps steps = arrival_steps(*input, 1, 0, 10000000);
  REQUIRE(steps.size() == 30000);
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const std::int64_t thirds = static_cast<std::int64_t>(k) * 1000;  // spike k is at k * 1000/3 steps
    REQUIRE(steps[k] == (thirds + 2) / 3);
  }
}

TEST_CASE("regular spikes of several rates, none at rate 0, and more than one per step") {
  InputData data = input_data(3, 1.0, {{"weight", {1}}, {"rate", {0.5, 0, 2}}});
  CHECK(arrival_steps(*make_spike_input("regular", data), 3, 0, 5) == Steps{0, 2, 4});
  CHECK(arrival_steps(*make_spike_input("regular", data), 3, 1, 5).empty());
  CHECK(arrival_steps(*make_spike_input("regular", data), 3, 2, 3) == Steps{0, 1, 1, 2, 2});
}

TEST_CASE("a spike file gives each neuron its own spikes, in any order of rows") {
  InputData data = input_data(5, 0.1, {{"weight", {1, 2}}, {"delay", {0.2}}},
                              {{"times", {0.4, 0.1, 0.4, 0}}, {"node_ids", {3, 1, 1, 3}}});
  data.targets = {1, 3};
  const auto input = make_spike_input("spike_file", data);
  std::vector<std::vector<double>> got;
  for (std::int64_t step = 0; step < 8; ++step) {
    got.emplace_back(5, 0.0);
    CHECK(input->deliver(step, got.back()) == (step == 2 || step == 3 || step == 6));
  }
  CHECK(got[2] == std::vector<double>{0, 0, 0, 2, 0});
  CHECK(got[3] == std::vector<double>{0, 1, 0, 0, 0});
  CHECK(got[6] == std::vector<double>{0, 1, 0, 2, 0});
}

TEST_CASE("a spike file with a node id that is no target is the user's mistake") {
  const auto text_of = [](double node_id) {
    InputData data =
        input_data(9, 0.1, {{"weight", {1}}}, {{"times", {0.4, 0.5}}, {"node_ids", {2, node_id}}});
    data.targets = {2, 5};
    try {
      make_spike_input("spike_file", data);
    } catch (const base::UserError& error) {
      return error.diagnostics().at(0).message;
    }
    return std::string("nothing thrown");
  };
  const auto expected = [](const std::string& id) {
    return "input 'probe': spike 1 of the file has the node id " + id +
           ", which is not one of its 2 targets (2 to 5)";
  };
  for (const double node_id : {3.0, -1.0, 9.0, 2.5})
    CHECK(text_of(node_id) == expected(base::number(node_id)));
}

TEST_CASE("a spike file needs as many node ids as times") {
  const InputData data = input_data(9, 0.1, {{"weight", {1}}}, {{"times", {0.4, 0.5}}, {"node_ids", {2}}});
  try {
    make_spike_input("spike_file", data);
    FAIL("nothing thrown");
  } catch (const base::UserError& error) {
    CHECK(error.diagnostics().at(0).message == "input 'probe': the file has 2 times and 1 node ids");
    CHECK(error.diagnostics().at(0).remedy == "give each spike one time and one node id");
  }
}

TEST_CASE("a spike file without node ids reaches every target") {
  const auto input =
      make_spike_input("spike_file", input_data(2, 0.1, {{"weight", {1}}}, {{"times", {0.4}}}));
  CHECK(arrival_steps(*input, 2, 0, 8) == Steps{4});
}

TEST_CASE("the registered types are those of the language") {
  CHECK(current_input_types() == std::vector<std::string>{"chirp", "dc", "file", "noise", "ou", "ramp",
                                                          "sine", "steps", "voltage_clamp", "waveform",
                                                          "white_noise"});
  CHECK(spike_input_types() ==
        std::vector<std::string>{"gamma", "poisson", "pulse_packet", "regular", "spike_file", "spikes"});
}

}  // namespace
}  // namespace hillock::engine
