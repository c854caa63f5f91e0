// The processor's exception flags in the place of guards: which programs they are enough for, and that
// nothing escapes them there.
#include <doctest/doctest.h>

#include <limits>

#include "program/backends.hpp"
#include "program/exception_flags.hpp"
#include "program/expr.hpp"

using namespace hillock;
using namespace hillock::program;
using namespace hillock::test;

namespace {

void guard_finite(Tape& tape, const std::vector<Expr>& values) {
  Expr sum = values.front();
  for (std::size_t i = 1; i < values.size(); ++i) sum += values[i] * 0.0;
  guard(tape, !(abs(sum) < inf));
}

// Whether flags are enough for the value that `make` gives for an array and a parameter.
template <class Make>
bool enough_for(const KernelMaker& maker, Make make, double parameter_value = 2) {
  Tape tape;
  const Expr value = make(tape, array(tape, 0), parameter(tape, 0));
  store(tape, 0, value);
  guard_finite(tape, {value});
  return maker.make(optimise(tape), {{{parameter_value}}, {}}, 8, 8)->flags_tell();
}

// What models are made of, and nothing that flags are not enough for.
class Growth {
 public:
  Growth(Tape& tape, std::uint64_t seed) : tape_(tape), dice_(seed) {
    for (int i = 0; i < tape_arrays; ++i) values_.push_back(array(tape, i));
    for (int i = 0; i < tape_parameters; ++i) values_.push_back(parameter(tape, i));
    for (int i = 0; i < tape_step_values; ++i) values_.push_back(step_value(tape, i));
  }

  void grow(int count) {
    for (int i = 0; i < count; ++i) values_.push_back(next());
    std::vector<Expr> stored;
    for (int i = 0; i < tape_arrays; ++i) {
      stored.push_back(values_[values_.size() - 1 - static_cast<std::size_t>(i)]);
      store(tape_, i, stored.back());
    }
    guard_finite(tape_, stored);
  }

 private:
  Expr any() { return values_[static_cast<std::size_t>(dice_.below(values_.size()))]; }
  Expr next() {
    const Expr a = any(), b = any();
    switch (dice_.below(15)) {
      case 0:
        return a + b;
      case 1:
        return a - b;
      case 2:
        return a * b;
      case 3:
        return a / b;
      case 4:
        return sqrt(a);
      case 5:
        return min(a, b);
      case 6:
        return max(a, b);
      case 7:
        return select(a < b, any(), any() * 0.5);
      case 8:
        return tanh(a);
      case 9:
        return exprel(a);
      case 10:
        return 1.0 / exprel(a);
      case 11:
        return exp(a);
      case 12:
        return sinh(a);
      case 13:
        return cosh(a);
      default:
        return a * any() + b;
    }
  }

  Tape& tape_;
  Dice dice_;
  std::vector<Expr> values_;
};

double finite_value(Dice& dice) {
  for (;;)
    if (const double value = dice.value(); std::isfinite(value)) return value;
}

}  // namespace

TEST_CASE("flags are up after an overflow, a division by zero or 0/0, and not after what is inexact") {
  if (!has_exception_flags()) return;
  const volatile double zero = 0, one = 1, three = 3, huge = std::numeric_limits<double>::max();
  const auto flagged = [](auto operation) {
    clear_exception_flags();
    [[maybe_unused]] const volatile double result = operation();
    return exceptions_flagged();
  };
  CHECK(flagged([&] { return huge * three; }));
  CHECK(flagged([&] { return one / zero; }));
  CHECK(flagged([&] { return zero / zero; }));
  CHECK_FALSE(flagged([&] { return one / three; }));
}

TEST_CASE("flags are enough for arithmetic, and not for what is made of constants without one") {
  if (!has_exception_flags()) return;
  for (const KernelMaker& maker : backends()) {
    CAPTURE(maker.name());
    CHECK(enough_for(maker, [](Tape&, Expr x, Expr p) { return x / p + sqrt(x * x - p); }));
    CHECK(enough_for(maker, [](Tape&, Expr x, Expr p) { return tanh(x) + p / exprel(x); }));
    CHECK(
        enough_for(maker, [](Tape& tape, Expr x, Expr p) { return exp(x / p) * exp(step_value(tape, 0)); }));
    CHECK_FALSE(enough_for(maker, [](Tape&, Expr x, Expr) { return log(x); }));
    CHECK_FALSE(enough_for(maker, [](Tape&, Expr x, Expr p) { return pow(x, p); }));
    CHECK_FALSE(enough_for(maker, [](Tape&, Expr x, Expr) { return cos(x); }));
    CHECK_FALSE(enough_for(maker, [](Tape&, Expr x, Expr p) { return select(x < p, x, inf); }));
    CHECK_FALSE(enough_for(
        maker, [](Tape&, Expr x, Expr p) { return x + p; }, inf));
    const auto guarded = [&maker](const auto& values) {  // only one of which is stored
      Tape tape;
      const Expr x = array(tape, 0), y = array(tape, 1), stored = x * x + y;
      store(tape, 0, stored);
      guard_finite(tape, values(stored, y, x));
      return maker.make(optimise(tape), {}, 8, 8)->flags_tell();
    };
    CHECK(guarded([](Expr stored, Expr, Expr) { return std::vector{stored}; }));
    CHECK(guarded([](Expr stored, Expr y, Expr x) { return std::vector{y, stored, x}; }));
    CHECK_FALSE(guarded([](Expr, Expr y, Expr x) { return std::vector{exp(x) + y}; }));
    CHECK_FALSE(guarded([](Expr stored, Expr y, Expr) { return std::vector{stored, y * y}; }));
    CHECK_FALSE(guarded([](Expr stored, Expr y, Expr) { return std::vector{y + y, stored}; }));
    Tape other;
    store(other, 0, array(other, 0) + 1.0);
    guard(other, array(other, 0) > 3.0);
    CHECK_FALSE(maker.make(optimise(other), {}, 8, 8)->flags_tell());
  }
}

TEST_CASE("nothing that is not finite escapes the flags, and without a guard bits are the same") {
  if (!has_exception_flags()) return;
  const FlushToZero flush;
  std::int64_t held = 0, passed = 0;
  for (const KernelMaker& maker : backends())
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      CAPTURE(maker.name());
      CAPTURE(seed);
      Tape tape;
      Growth growth(tape, seed);
      growth.grow(4 + static_cast<int>(seed % 40));
      const Program program = optimise(tape);
      Data data(seed, 40, false);
      Dice dice(seed);
      const bool awkward = seed % 3 == 0;
      const auto fill = [&](std::vector<double>& values) {
        for (double& value : values) value = awkward ? finite_value(dice) : dice.unit() + 0.5;
      };
      for (auto& array : data.arrays) fill(array);
      for (auto& parameter : data.binding.parameters) fill(parameter);
      fill(data.step_values);
      data.binding.streams.clear();
      const auto kernel = maker.make(program, data.binding, 40, 16);
      if (!kernel->flags_tell()) continue;  // a result of the prologue is not finite
      Data without = data;
      const std::int64_t bad = run(*kernel, data, 0, 40);
      const auto arrays = pointers(without.arrays);
      Call call{arrays, {}, without.step_values, step_number, first_index, 0, 40};
      call.guarded = false;
      clear_exception_flags();
      if (kernel->run(call) == 0) continue;  // what all neurons share is not finite
      ++(bad >= 0 ? held : passed);
      if (bad >= 0) CHECK(exceptions_flagged());
      for (std::size_t a = 0; bad < 0 && a < data.arrays.size(); ++a)
        for (std::size_t i = 0; i < 40; ++i) CHECK(same(data.arrays[a][i], without.arrays[a][i]));
    }
  CHECK(held > 50);
  CHECK(passed > 50);
}

TEST_CASE("a step value that is not finite raises no flag, so without a guard nothing is computed from it") {
  if (!has_exception_flags()) return;
  for (const KernelMaker& maker : backends()) {
    CAPTURE(maker.name());
    Tape tape;
    const Expr sum = array(tape, 0) + step_value(tape, 0);
    store(tape, 0, sum);
    guard_finite(tape, {sum});
    const auto kernel = maker.make(optimise(tape), {}, 8, 8);
    REQUIRE(kernel->flags_tell());
    std::vector<std::vector<double>> arrays(1, std::vector<double>(8, 1.0));
    const auto array_pointers = pointers(arrays);
    const double values[] = {inf};
    Call call{array_pointers, {}, values, 0, 0, 0, 8};
    call.guarded = false;
    CHECK(kernel->run(call) == 0);
    CHECK(arrays[0][0] == 1.0);
  }
}

TEST_CASE("an exponential raises a flag where it overflows, and none where it is finite below exp(708)") {
  if (!has_exception_flags()) return;
  const FlushToZero flush;
  for (const KernelMaker& maker : backends()) {
    CAPTURE(maker.name());
    Tape tape;
    store(tape, 0, exp(array(tape, 0)));
    guard_finite(tape, {exp(array(tape, 0))});
    const auto kernel = maker.make(optimise(tape), {}, 8, 8);
    const auto flagged = [&](double exponent) {
      CAPTURE(exponent);
      std::vector<std::vector<double>> arrays(1, std::vector<double>(8, exponent));
      const auto array_pointers = pointers(arrays);
      Call call{array_pointers, {}, {}, 0, 0, 0, 8};
      call.guarded = false;
      clear_exception_flags();
      CHECK(kernel->run(call) == -1);
      const bool answer = exceptions_flagged();
      if (!std::isfinite(arrays[0][0])) CHECK(answer);
      return answer;
    };
    for (const double exponent : {0x1.62e42fefa39fp+9, 710.0, 1e3, 1e300}) CHECK(flagged(exponent));
    flagged(0x1.62e42fefa39efp+9);  // the last whose exponential is finite may
    for (const double exponent : {707.9, 1.0, 0.0, -1.0, -707.0}) CHECK_FALSE(flagged(exponent));
  }
}
