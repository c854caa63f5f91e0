// Tests every current under the interpreter: the same bits as the scalar evaluator, for every neuron and
// step.
#include <doctest/doctest.h>

#include <cstring>

#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

constexpr std::int64_t odd_size = 37;  // not a multiple of the SIMD width

// Two values per target, so that parameters differ from neuron to neuron.
InputData sample(const Fields& values, const Fields& lists = {}) {
  InputData data = input_data(odd_size, 0.1, values, lists);
  for (std::int64_t i = 0; i < odd_size; i += 3) data.targets.push_back(i);
  for (auto& [name, list] : data.values)
    if (name != "start" && name != "stop" && name != "every" && name != "width" && name != "period")
      for (std::size_t k = 1; k < data.targets.size(); ++k)
        list.push_back(list[0] * (1 + 0.01 * static_cast<double>(k)));
  return data;
}

void check_same_bits(const std::string& type, const InputData& data, double cut = 0) {
  CAPTURE(type);
  CurrentBench scalar(type, data, 0.05), interpreted(type, data, 0.05);
  for (std::int64_t i = 0; i < odd_size; ++i) {
    scalar.set_V(i, -70 + static_cast<double>(i));
    interpreted.set_V(i, -70 + static_cast<double>(i));
  }
  double largest = 0;
  for (std::int64_t step = 0; step < 40; ++step) {
    scalar.run(step, cut);
    interpreted.run_interpreter(step, cut);
    const std::vector<double> expected = scalar.everything(), found = interpreted.everything();
    REQUIRE(std::memcmp(expected.data(), found.data(), expected.size() * sizeof(double)) == 0);
    largest = std::max(largest, std::abs(scalar.current(3)) + std::abs(scalar.value("white_noise", 3)));
    REQUIRE(interpreted.current(1) == 0);  // not a target
  }
  CHECK(largest > 0);
}

TEST_CASE("deterministic currents have the same bits under the interpreter") {
  check_same_bits("dc", sample({{"amplitude", {3}}, {"start", {0.5}}}));
  check_same_bits("steps", sample({}, {{"times", {0.3, 1.1}}, {"amplitudes", {2, -3}}}));
  check_same_bits("steps", sample({{"amplitude", {3}}, {"width", {0.2}}, {"period", {0.7}}}));
  check_same_bits("ramp", sample({{"from", {1}}, {"to", {-4}}, {"start", {0.4}}, {"stop", {3}}}));
  check_same_bits("sine",
                  sample({{"amplitude", {2}}, {"frequency", {0.13}}, {"phase", {0.5}}, {"offset", {1}}}));
  check_same_bits("voltage_clamp", sample({{"voltage", {-30}}, {"resistance", {0.1}}, {"start", {0.4}}}));
  check_same_bits("voltage_clamp", sample({{"resistance", {0.1}}}, {{"times", {0.4}}, {"voltages", {-20}}}));
}

TEST_CASE("a sine of one frequency, a waveform and a file have the same bits under the interpreter") {
  InputData sine = sample({{"amplitude", {2}}});
  sine.values["frequency"] = {0.13};
  sine.values["phase"] = {0.5};
  check_same_bits("sine", sine);
  InputData waveform = sample({{"start", {0.4}}});
  waveform.waveform = [](program::Tape&, program::Expr t) {
    return program::sin(t * 0.3) * program::exp(-t);
  };
  check_same_bits("waveform", waveform);
  InputData chirp = sample({{"amplitude", {2}}, {"from", {0.01}}, {"to", {0.9}}, {"start", {0.4}}});
  check_same_bits("chirp", chirp);
  chirp.flags["log"] = true;
  check_same_bits("chirp", chirp);
  check_same_bits("file", sample({}, {{"times", {0.3, 1.1}}, {"values", {2, -3}}}));
  InputData linear = sample({}, {{"times", {0.3, 1.1}}, {"values", {2, -3}}});
  linear.words["interpolate"] = "linear";
  check_same_bits("file", linear);
}

TEST_CASE("random currents have the same bits under the interpreter") {
  check_same_bits("white_noise", sample({{"mean", {1}}, {"sigma", {2}}, {"start", {0.3}}}));
  check_same_bits("noise", sample({{"mean", {1}}, {"std", {2}}, {"every", {0.3}}}));
  check_same_bits("ou", sample({{"mean", {1}}, {"sigma", {2}}, {"tau", {5}}}));
  InputData shared = sample({{"mean", {1}}, {"sigma", {2}}, {"tau", {5}}});
  shared.flags["shared"] = true;
  check_same_bits("ou", shared);
}

TEST_CASE("a step cut inside has the same bits under the interpreter") {
  check_same_bits("ramp", sample({{"from", {1}}, {"to", {-4}}, {"start", {0.44}}, {"stop", {3}}}), 0.03);
  check_same_bits("sine", sample({{"amplitude", {2}}, {"frequency", {0.13}}, {"start", {0.44}}}), 0.03);
}

}  // namespace
}  // namespace hillock::engine
