// Tests the sine current: closed form, quadrature, accuracy in long runs, one or many frequencies.
#include <doctest/doctest.h>

#include <cmath>

#include "engine/inputs/phase.hpp"
#include "test_inputs_support.hpp"

namespace hillock::engine {
namespace {

constexpr long double two_pi_long = 6.28318530717958647692528676655900577L;

__extension__ typedef unsigned __int128 Wide;

// frequency * time modulo 1, in integers: both are whole multiples of 2^-52 or finer, their product has 106
// bits.
long double exact_turns(double frequency, double time) {
  int f_exponent = 0, t_exponent = 0;
  const auto f = static_cast<Wide>(std::ldexp(std::frexp(frequency, &f_exponent), 53));
  const auto t = static_cast<Wide>(std::ldexp(std::frexp(time, &t_exponent), 53));
  const int fraction_bits = 106 - f_exponent - t_exponent;
  const Wide product = f * t;
  const Wide rest = fraction_bits < 128 ? product & ((Wide{1} << fraction_bits) - 1) : product;
  return std::ldexp(static_cast<long double>(rest), -fraction_bits);
}

double exact_sine(double frequency, double time, double phase) {
  return static_cast<double>(std::sin(two_pi_long * exact_turns(frequency, time) + phase));
}

TEST_CASE("a sine is offset + amplitude sin(2 pi f t + phase) at every stage time") {
  const double f = 0.037, phase = 0.8;  // 37 Hz
  const Fields fields = {
      {"amplitude", {4}}, {"frequency", {f}}, {"phase", {phase}}, {"offset", {3}}, {"stop", {50}}};
  for (const double offset : {0.0, 0.05, 0.1}) {
    CurrentBench bench("sine", input_data(1, 0.1, fields), offset);
    CHECK(bench.input->shape() == Shape::sine);
    for (std::int64_t step = 0; step < 520; step += 7) {
      bench.run(step);
      const double t = static_cast<double>(step) * 0.1 + offset;
      CHECK(bench.current() ==
            doctest::Approx(step < 500 ? 3 + 4 * exact_sine(f, t, phase) : 0).epsilon(1e-14));
    }
  }
}

TEST_CASE("a sine hands out its constant part, its phase and quadrature at t_n, and its angular frequency") {
  CurrentBench bench("sine",
                     input_data(1, 0.1, {{"amplitude", {4}}, {"frequency", {0.01}}, {"offset", {3}}}));
  bench.run(300);  // 30 ms: 0.3 of a turn
  CHECK(bench.value("constant") == 3);
  CHECK(bench.value("in_phase") == doctest::Approx(4 * std::sin(0.6 * M_PI)).epsilon(1e-14));
  CHECK(bench.value("quadrature") == doctest::Approx(4 * std::cos(0.6 * M_PI)).epsilon(1e-14));
  CHECK(bench.value("omega") == doctest::Approx(0.02 * M_PI).epsilon(1e-15));
}

TEST_CASE("a sine is right to 1e-9 after 1e7 ms") {
  const double f = 0.173, phase = -1.1;  // 1.73 million turns
  InputData data = input_data(1, 0.1, {{"amplitude", {1}}, {"frequency", {f}}, {"phase", {phase}}});
  data.grid.steps = 200000000;
  CurrentBench bench("sine", data);
  for (std::int64_t step = 100000000; step < 100000400; ++step) {
    bench.run(step);
    CHECK(std::fabs(bench.current() - exact_sine(f, data.grid.time(step), phase)) < 1e-14);
    // The time as a decimal number, k/10 ms: what the rounding of t_n costs.
    const long double decimal = static_cast<long double>(step) / 10;
    const long double angle = two_pi_long * std::fmod(0.173L * decimal, 1.0L) + phase;
    CHECK(std::fabs(bench.current() - static_cast<double>(std::sin(angle))) < 2e-9);
  }
}

TEST_CASE("turns is exact but for whole turns") {
  for (const double frequency : {1.0 / 3, 0.173, 7.7}) {
    for (const double time : {0.0, 1e3 / 7, 1e7 + 0.1, 3e9}) {
      const Split f = split(frequency), t = split(time);
      CHECK(f.high + f.low == frequency);
      const long double difference = turns(f.high, f.low, t.high, t.low) - exact_turns(frequency, time);
      CHECK(std::fabs(static_cast<double>(difference - std::nearbyint(difference))) < 1e-13);
    }
  }
}

TEST_CASE("one frequency for all and the same frequency for each neuron give the same bits") {
  const double f = 0.0731, phase = 0.4;
  const InputData one =
      input_data(3, 0.1, {{"amplitude", {2}}, {"frequency", {f}}, {"phase", {phase}}, {"offset", {1}}});
  const InputData each = input_data(
      3, 0.1,
      {{"amplitude", {2}}, {"frequency", {f, f, f}}, {"phase", {phase, phase, phase}}, {"offset", {1}}});
  CurrentBench first("sine", one, 0.05), second("sine", each, 0.05);
  for (std::int64_t step = 0; step < 100000; step += 997) {
    first.run(step);
    second.run(step);
    for (const char* what : {"current", "in_phase", "quadrature", "constant"})
      CHECK(first.value(what, 2) == second.value(what, 2));
  }
}

TEST_CASE("each neuron may have its own frequency and phase") {
  InputData data = input_data(
      4, 0.1, {{"amplitude", {2}}, {"frequency", {0.005, 0.04}}, {"phase", {0, 1}}, {"stop", {800}}});
  data.targets = {0, 3};
  CurrentBench bench("sine", data, 0.05);
  for (std::int64_t step = 0; step < 9000; step += 123) {
    bench.run(step);
    const double t = data.grid.time(step) + 0.05;
    const bool on = step < 8000;
    CHECK(bench.current(0) == doctest::Approx(on ? 2 * exact_sine(0.005, t, 0) : 0).epsilon(1e-13));
    CHECK(bench.current(3) == doctest::Approx(on ? 2 * exact_sine(0.04, t, 1) : 0).epsilon(1e-13));
    CHECK(bench.current(1) == 0);
  }
}

}  // namespace
}  // namespace hillock::engine
