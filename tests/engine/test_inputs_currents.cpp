// Tests each deterministic current, recorded on a tape and evaluated, against its closed form.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/diagnostics.hpp"
#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

TEST_CASE("dc flows from start up to but not including stop") {
  CurrentBench bench("dc", input_data(2, 0.1, {{"amplitude", {7}}, {"start", {0.3}}, {"stop", {0.7}}}));
  CHECK(bench.input->shape() == Shape::held);
  for (std::int64_t step = 0; step < 12; ++step) {
    bench.run(step);
    CHECK(bench.current(1) == (step >= 3 && step < 7 ? 7 : 0));
  }
  CHECK(bench.input->parameters() == Fields{{"inputs.probe.amplitude", {7}}});
}

TEST_CASE("a current reaches its targets with their own amplitudes, and is exactly 0 elsewhere") {
  InputData data = input_data(5, 0.1, {{"amplitude", {2, 3}}});
  data.targets = {1, 4};
  CurrentBench bench("dc", data);
  bench.run(0);
  const std::vector<double> expected = {0, 2, 0, 0, 3};
  for (std::int64_t i = 0; i < 5; ++i) CHECK(bench.current(i) == expected[static_cast<std::size_t>(i)]);
}

TEST_CASE("a field of a wrong number of values is a defect") {
  InputData data = input_data(5, 0.1, {{"amplitude", {2, 3, 4}}});
  data.targets = {1, 4};
  CHECK_THROWS_WITH_AS(make_current_input("dc", data),
                       "internal error: input 'probe' has 2 targets and a field of 3 values",
                       base::InternalError);
  CHECK_THROWS_WITH_AS(make_current_input("triangle", data),
                       "internal error: input 'probe' has the type 'triangle', which is not registered",
                       base::InternalError);
}

TEST_CASE("listed steps hold each amplitude until the next time, the last until stop") {
  InputData data =
      input_data(3, 0.1, {{"stop", {0.9}}}, {{"times", {0.2, 0.3, 0.6}}, {"amplitudes", {5, -1, 2}}});
  data.targets = {2};
  CurrentBench bench("steps", data);
  const std::vector<double> expected = {0, 0, 5, -1, -1, -1, 2, 2, 2, 0, 0};
  for (std::size_t step = 0; step < expected.size(); ++step) {
    bench.run(static_cast<std::int64_t>(step));
    CHECK(bench.current(2) == expected[step]);
    CHECK(bench.current(0) == 0);
  }
  CHECK(bench.input->edges().size() == 4);
}

TEST_CASE("a pulse train equals the list of its edges at every step") {
  const std::int64_t pulses = 400;
  std::vector<double> times, amplitudes;
  for (std::int64_t k = 0; k < pulses; ++k) {
    times.push_back(static_cast<double>(3 + 7 * k) / 10);
    times.push_back(static_cast<double>(3 + 7 * k + 2) / 10);
    amplitudes.push_back(4);
    amplitudes.push_back(0);
  }
  CurrentBench list("steps", input_data(1, 0.1, {}, {{"times", times}, {"amplitudes", amplitudes}}));
  CurrentBench train("steps", input_data(1, 0.1,
                                         {{"amplitude", {4}},
                                          {"start", {0.3}},
                                          {"width", {0.2}},
                                          {"period", {0.7}},
                                          {"count", {static_cast<double>(pulses)}}}));
  int open = 0;
  for (std::int64_t step = 0; step < 7 * pulses + 20; ++step) {
    list.run(step);
    train.run(step);
    REQUIRE(train.current() == list.current());
    if (train.current() != 0) ++open;
  }
  CHECK(open == 2 * pulses);
  const std::vector<double> edges = train.input->edges(), listed = list.input->edges();
  REQUIRE(edges.size() == listed.size());
  for (std::size_t k = 0; k < edges.size(); ++k) CHECK(edges[k] == listed[k]);
}

TEST_CASE("one pulse needs no period, and a train without count lasts as long as the run") {
  CurrentBench one(
      "steps", input_data(1, 0.1, {{"amplitude", {4}}, {"start", {0.3}}, {"width", {0.2}}, {"count", {1}}}));
  CurrentBench endless(
      "steps", input_data(1, 0.1, {{"amplitude", {4}}, {"start", {0}}, {"width", {0.1}}, {"period", {0.2}}}));
  for (std::int64_t step = 0; step < 10; ++step) {
    one.run(step);
    CHECK(one.current() == (step == 3 || step == 4 ? 4 : 0));
    endless.run(step + 900000);
    CHECK(endless.current() == (step % 2 == 0 ? 4 : 0));
  }
}

TEST_CASE("a pulse off the grid begins and ends inside the step") {
  CurrentBench bench(
      "steps",
      input_data(1, 0.1, {{"amplitude", {4}}, {"start", {0.24}}, {"width", {0.03}}, {"period", {0.5}}}));
  const auto at = [&](std::int64_t step, double cut) {
    bench.run(step, cut);
    return bench.current();
  };
  CHECK(at(2, 0) == 0);
  CHECK(at(2, 0.04) == 4);
  CHECK(at(2, 0.07) == 0);
  CHECK(at(7, 0.04) == 4);
  CHECK(at(7, 0.07) == 0);
}

TEST_CASE("a ramp is linear between start and stop, at stage times too, and 0 outside") {
  const InputData data =
      input_data(2, 0.1, {{"from", {2, -3}}, {"to", {10, 5}}, {"start", {1}}, {"stop", {3}}});
  CurrentBench bench("ramp", data, 0.05);
  CHECK(bench.input->shape() == Shape::ramp);
  for (std::int64_t step = 0; step < 50; ++step) {
    bench.run(step);
    const bool on = step >= 10 && step < 30;
    const double part = (static_cast<double>(step) * 0.1 + 0.05 - 1) / 2;
    CHECK(bench.current(0) == doctest::Approx(on ? 2 + 8 * part : 0).epsilon(1e-14));
    CHECK(bench.current(1) == doctest::Approx(on ? -3 + 8 * part : 0).epsilon(1e-14));
    CHECK(bench.value("slope") == doctest::Approx(on ? 4 : 0).epsilon(1e-14));
    if (!on) CHECK(bench.current(0) == 0);
  }
}

TEST_CASE("a ramp without stop reaches its last value at the end of the run, one with a late stop does not") {
  InputData data = input_data(1, 0.1, {{"from", {0}}, {"to", {8}}, {"start", {2}}});
  data.grid.steps = 60;
  CurrentBench open("ramp", data, 0.1);
  data.values["stop"] = {10};
  CurrentBench late("ramp", data, 0.1);
  open.run(59);
  late.run(59);
  CHECK(open.current() == doctest::Approx(8).epsilon(1e-14));
  CHECK(late.current() == doctest::Approx(4).epsilon(1e-14));
}

TEST_CASE("a held file gives each sample until the next, a linear one the line between them") {
  const Fields lists = {{"times", {0.2, 0.4, 1.0}}, {"values", {3, 7, 1}}};
  CurrentBench held("file", input_data(1, 0.1, {}, lists), 0.05);
  InputData data = input_data(1, 0.1, {{"stop", {1.2}}}, lists);
  data.words["interpolate"] = "linear";
  CurrentBench linear("file", data, 0.05);
  CHECK(held.input->shape() == Shape::held);
  CHECK(linear.input->shape() == Shape::ramp);
  const std::vector<double> expected = {0, 0, 3, 3, 7, 7, 7, 7, 7, 7, 1, 1, 1};
  const std::vector<double> lines = {0, 0, 4, 6, 6.5, 5.5, 4.5, 3.5, 2.5, 1.5, 1, 1, 0};
  const std::vector<double> slopes = {0, 0, 20, 20, -10, -10, -10, -10, -10, -10, 0, 0, 0};
  for (std::size_t step = 0; step < expected.size(); ++step) {
    held.run(static_cast<std::int64_t>(step));
    linear.run(static_cast<std::int64_t>(step));
    CHECK(held.current() == expected[step]);
    CHECK(linear.current() == doctest::Approx(lines[step]).epsilon(1e-13));
    CHECK(linear.value("slope") == doctest::Approx(slopes[step]).epsilon(1e-13));
  }
}

TEST_CASE("a waveform is its expression at the stage time, and may be undefined outside of its window") {
  InputData data = input_data(3, 0.1, {{"start", {0.5}}, {"stop", {1}}});
  data.targets = {0, 2};
  data.waveform = [](program::Tape&, program::Expr t) { return program::log(t - 0.45) * 2.0; };
  CurrentBench bench("waveform", data, 0.025);
  for (std::int64_t step = 0; step < 15; ++step) {
    bench.run(step);
    const bool on = step >= 5 && step < 10;
    const double t = static_cast<double>(step) * 0.1 + 0.025;
    CHECK(bench.current(0) == doctest::Approx(on ? 2 * std::log(t - 0.45) : 0).epsilon(1e-13));
    CHECK(bench.current(1) == 0);
    CHECK(bench.current(2) == bench.current(0));
  }
}

// The turns since start, by Simpson's rule over the frequency.
double turns_by_sum(double from, double to, bool logarithmic, double length, double since) {
  const int pieces = 20000;
  const auto frequency = [&](int k) {
    const double part = since * k / pieces / length;
    return logarithmic ? from * std::pow(to / from, part) : from + (to - from) * part;
  };
  double sum = frequency(0) + frequency(pieces);
  for (int k = 1; k < pieces; ++k) sum += (k % 2 == 1 ? 4 : 2) * frequency(k);
  return sum * since / pieces / 3;
}

TEST_CASE("the phase of a chirp is the integral of a frequency that changes in equal differences or ratios") {
  for (const bool logarithmic : {false, true})
    for (const auto& ends :
         std::vector<std::pair<double, double>>{{0.002, 0.05}, {0.05, 0.002}, {0.01, 0.01}})
      for (const double offset : {0.0, 0.05}) {
        const double from = ends.first, to = ends.second;
        CAPTURE(logarithmic);
        CAPTURE(from);
        InputData data = input_data(1, 0.1,
                                    {{"amplitude", {4}},
                                     {"offset", {3}},
                                     {"from", {from}},
                                     {"to", {to}},
                                     {"start", {20}},
                                     {"stop", {220}}});
        data.flags["log"] = logarithmic;
        CurrentBench bench("chirp", data, offset);
        for (std::int64_t step = 0; step < 2400; step += 37) {
          bench.run(step);
          const double since = static_cast<double>(step) * 0.1 + offset - 20;
          const bool flows = step >= 200 && step < 2200;
          CHECK(bench.current() ==
                doctest::Approx(
                    flows ? 3 + 4 * std::sin(2 * M_PI * turns_by_sum(from, to, logarithmic, 200, since)) : 0)
                    .epsilon(1e-10));
        }
      }
}

TEST_CASE(
    "a chirp without a stop reaches its last frequency at the end of the run, and one that never flows is "
    "0") {
  InputData data = input_data(1, 0.1, {{"amplitude", {1}}, {"from", {0.001}}, {"to", {0.003}}});
  data.grid = base::TimeGrid{0.1, 10000};
  CurrentBench bench("chirp", data);
  bench.run(5000);
  CHECK(bench.current() == doctest::Approx(std::sin(2 * M_PI * 500 * (0.001 + 0.0005))).epsilon(1e-12));
  data.values["start"] = data.values["stop"] = {50};
  CurrentBench never("chirp", data);
  never.run(500);
  CHECK(never.current() == 0);
}

TEST_CASE("in a step that an edge cuts, offsets count from t_n and the piece is that of the cut") {
  const double t = 0.57;  // inside step 5, behind the cut at 0.54
  CurrentBench ramp(
      "ramp", input_data(1, 0.1, {{"from", {2}}, {"to", {10}}, {"start", {0.54}}, {"stop", {2.54}}}), 0.07);
  CurrentBench sine("sine", input_data(1, 0.1, {{"amplitude", {2}}, {"frequency", {0.3}}, {"start", {0.54}}}),
                    0.07);
  InputData data = input_data(1, 0.1, {}, {{"times", {0.2, 0.54, 1}}, {"values", {3, 5, -1}}});
  data.words["interpolate"] = "linear";
  CurrentBench file("file", data, 0.07);
  InputData expression = input_data(1, 0.1, {{"start", {0.54}}});
  expression.waveform = [](program::Tape&, program::Expr time) { return time * time; };
  CurrentBench waveform("waveform", expression, 0.07);
  for (CurrentBench* bench : {&ramp, &sine, &waveform}) {
    bench->run(5);
    CHECK(bench->current() == 0);
  }
  for (CurrentBench* bench : {&ramp, &sine, &file, &waveform}) bench->run(5, 0.04);
  CHECK(ramp.current() == doctest::Approx(2 + 8 * (t - 0.54) / 2).epsilon(1e-14));
  CHECK(sine.current() == doctest::Approx(2 * std::sin(2 * M_PI * 0.3 * t)).epsilon(1e-14));
  CHECK(file.current() == doctest::Approx(5 - 6 * (t - 0.54) / 0.46).epsilon(1e-14));
  CHECK(waveform.current() == doctest::Approx(t * t).epsilon(1e-14));
}

TEST_CASE("a voltage clamp drives V to the command through its resistance") {
  InputData data = input_data(2, 0.1, {{"voltage", {-40}}, {"resistance", {0.25}}, {"start", {0.2}}});
  data.targets = {0};
  CurrentBench bench("voltage_clamp", data);
  CHECK(bench.input->shape() == Shape::potential);
  bench.set_V(0, -65);
  bench.set_V(1, -65);
  bench.run(1);
  CHECK(bench.current(0) == 0);
  bench.run(2);
  CHECK(bench.current(0) == 100);  // (-40 - -65) mV / 0.25 GOhm
  CHECK(bench.current(1) == 0);
}

TEST_CASE("a clamp with lists follows the commands and does not act before the first") {
  CurrentBench bench("voltage_clamp", input_data(1, 0.1, {{"resistance", {0.5}}},
                                                 {{"times", {0.2, 0.4}}, {"voltages", {-60, 0}}}));
  bench.set_V(0, -70);
  const std::vector<double> expected = {0, 0, 20, 20, 140, 140};
  for (std::size_t step = 0; step < expected.size(); ++step) {
    bench.run(static_cast<std::int64_t>(step));
    CHECK(bench.current() == expected[step]);
  }
}

TEST_CASE("white noise gives its mean as current and its sigma as strength, inside its window only") {
  InputData data = input_data(2, 0.1, {{"mean", {30}}, {"sigma", {20}}, {"start", {0.1}}, {"stop", {0.3}}});
  data.targets = {1};
  CurrentBench bench("white_noise", data);
  for (std::int64_t step = 0; step < 5; ++step) {
    bench.run(step);
    const bool on = step == 1 || step == 2;
    CHECK(bench.current(1) == (on ? 30 : 0));
    CHECK(bench.value("white_noise", 1) == (on ? 20 : 0));
    CHECK(bench.current(0) == 0);
    CHECK(bench.value("white_noise", 0) == 0);
  }
}

TEST_CASE("what is recorded depends on type and fields, never on values") {
  const auto nodes = [](const std::string& type, const Fields& fields) {
    return CurrentBench(type, input_data(3, 0.1, fields)).nodes;
  };
  CHECK(nodes("dc", {{"amplitude", {0}}}) == nodes("dc", {{"amplitude", {1, 2, 3}}, {"start", {5}}}));
  CHECK(nodes("ramp", {{"from", {0}}, {"to", {0}}, {"stop", {1}}}) ==
        nodes("ramp", {{"from", {1, 2, 3}}, {"to", {4}}, {"stop", {9}}}));
  CHECK(nodes("sine", {{"amplitude", {0}}, {"frequency", {0}}}) ==
        nodes("sine", {{"amplitude", {1, 2, 3}}, {"frequency", {0.1}}, {"phase", {1}}}));
  CHECK(nodes("ou", {{"mean", {0}}, {"sigma", {0}}, {"tau", {1}}}) ==
        nodes("ou", {{"mean", {0}}, {"sigma", {1, 2, 3}}, {"tau", {4, 5, 6}}}));
}

}  // namespace
}  // namespace hillock::engine
