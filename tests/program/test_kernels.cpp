// Tests of kernels: single operations, draws, ranges and guards give the same on every back end; whole random
// tapes are in test_random_tapes.cpp.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "program/backends.hpp"

using namespace hillock;
using namespace hillock::program;
using namespace hillock::test;

TEST_CASE("each operation alone gives the same bits on every back end") {
  const FlushToZero flush;
  const auto operations = {
      +[](Expr a, Expr b) { return a + b; },
      +[](Expr a, Expr b) { return a - b; },
      +[](Expr a, Expr b) { return a * b; },
      +[](Expr a, Expr b) { return a / b; },
      +[](Expr a, Expr b) { return min(a, b); },
      +[](Expr a, Expr b) { return max(a, b); },
      +[](Expr a, Expr b) { return pow(a, b); },
      +[](Expr a, Expr b) { return a * b + a; },
      +[](Expr a, Expr b) { return a * b - b; },
      +[](Expr a, Expr b) { return a - b * b; },
      +[](Expr a, Expr) { return -a; },
      +[](Expr a, Expr) { return abs(a); },
      +[](Expr a, Expr) { return sqrt(a); },
      +[](Expr a, Expr) { return exp(a); },
      +[](Expr a, Expr) { return log(a); },
      +[](Expr a, Expr) { return tanh(a); },
      +[](Expr a, Expr) { return sinh(a); },
      +[](Expr a, Expr) { return cosh(a); },
      +[](Expr a, Expr) { return sin(a); },
      +[](Expr a, Expr) { return cos(a); },
      +[](Expr a, Expr) { return sigmoid(a); },
      +[](Expr a, Expr) { return exprel(a); },
      +[](Expr a, Expr) { return normal_quantile(a); },
      +[](Expr a, Expr b) { return select(a < b, a, b); },
      +[](Expr a, Expr b) { return select(a <= b && !(a == b), a, Expr(2.0)); },
  };
  int which = 0;
  for (const auto& operation : operations) {
    // Operands: two arrays; array and literal; literal and array; parameter and array.
    for (int shape = 0; shape < 4; ++shape) {
      Tape tape;
      const Expr x = array(tape, 0), y = array(tape, 1), p = parameter(tape, 0);
      const Expr a = shape == 2 ? Expr(1.5) : shape == 3 ? p : x;
      const Expr b = shape == 1 ? Expr(2.5) : y;
      store(tape, 2, operation(a, b));
      tape.arrays = test::tape_arrays;
      tape.parameters = test::tape_parameters;
      tape.step_values = test::tape_step_values;
      tape.streams = test::tape_streams;
      const Program program = optimise(tape);
      Data before(77, 1000, shape == 3);
      before.masks.clear();
      const std::vector<Expected> expected = evaluate_all(program, before);
      for (const KernelMaker& backend : backends()) {
        Data after = before;
        const auto kernel = backend.make(program, before.binding, 1000, 64);
        const std::int64_t returned = run(*kernel, after, 0, 1000);
        const std::string text = compare(expected, before, after, returned, 64, backend.native);
        INFO("operation " << which << ", shape " << shape << " on " << backend.name() << ": " << text);
        CHECK(text.empty());
      }
    }
    ++which;
  }
}

TEST_CASE("draws are those of base::Stream, for every index, step and lane") {
  Tape tape;
  store(tape, 0, uniform(tape, 0, 0));
  store(tape, 1, uniform(tape, 0, 1));
  store(tape, 2, uniform(tape, 1, 1, true));
  const Program program = optimise(tape);
  const base::Stream streams[2] = {base::Stream::of(7, "first"), base::Stream::of(7, "second")};
  for (const KernelMaker& backend : backends()) {
    Binding binding;
    binding.streams = {streams[0], streams[1]};
    const auto kernel = backend.make(program, binding, 100, 16);
    std::vector<std::vector<double>> arrays(3, std::vector<double>(104));
    const auto array_pointers = pointers(arrays);
    const std::uint64_t first = 0xffffffffULL - 50;  // the index passes 2^32 on the way
    const std::uint64_t step = 0x7000000001ULL;
    CHECK(kernel->run(Call{array_pointers, {}, {}, step, first, 0, 100}) == -1);
    for (std::size_t i = 0; i < 100; ++i) {
      CHECK(arrays[0][i] == streams[0].uniform(first + i, step, 0));
      CHECK(arrays[1][i] == streams[0].uniform(first + i, step, 1));
      CHECK(arrays[2][i] == streams[1].uniform(0, step, 1));
    }
  }
}

TEST_CASE("in a stack the neurons of each point have the draws that they have alone") {
  Tape tape;
  store(tape, 0, uniform(tape, 0, 0) + uniform(tape, 1, 1));
  store(tape, 1, normal_quantile(uniform(tape, 1, 0, true)));
  const Program program = optimise(tape);
  const std::vector<std::uint64_t> seeds{7, 1, 0xffffffffffffffff, 7, 12345};
  const std::uint64_t neurons = 7, step = 0x7000000001ULL;
  const auto all = static_cast<std::int64_t>(neurons * seeds.size());
  const std::vector<base::Streams> streams{base::Streams::of(seeds, "first", all),
                                           base::Streams::of(seeds, "second", all)};
  for (const KernelMaker& backend : backends()) {
    Binding binding;
    binding.streams = streams;
    const auto kernel = backend.make(program, binding, all, 16);
    std::vector<std::vector<double>> arrays(2, std::vector<double>(40));
    const auto array_pointers = pointers(arrays);
    CHECK(kernel->run(Call{array_pointers, {}, {}, step, 0, 0, 16}) == -1);
    CHECK(kernel->run(Call{array_pointers, {}, {}, step, 0, 16, all - 16}) == -1);
    ScalarEvaluator scalar(program);
    for (std::uint64_t i = 0; i < neurons * seeds.size(); ++i) {
      const auto first = base::Stream::of(seeds[i / neurons], "first"),
                 second = base::Stream::of(seeds[i / neurons], "second");
      const double own = first.uniform(i % neurons, step, 0) + second.uniform(i % neurons, step, 1);
      INFO("neuron " << i << " on " << backend.name());
      CHECK(arrays[0][i] == own);
      CHECK(arrays[1][i] == second.normal(0, step, 0));
      std::vector<double> single(2);
      scalar.run(single, {}, {}, streams, step, i);
      CHECK(single[0] == own);
      CHECK(single[1] == arrays[1][i]);
    }
  }
}

TEST_CASE("a range of neurons is computed as in the whole, and nothing outside its padding is touched") {
  const FlushToZero flush;
  Tape tape;
  RandomTape random(tape, 4711);
  random.grow(60);
  random.finish(false);
  const Program program = optimise(tape);
  const Data before(5, 203, true);
  for (const KernelMaker& backend : backends()) {
    const auto kernel = backend.make(program, before.binding, 203, 32);
    Data whole = before, parts = before;
    run(*kernel, whole, 0, 203);
    run(*kernel, parts, 96, 107);
    for (std::size_t a = 0; a < before.arrays.size(); ++a)
      for (std::size_t i = 0; i < 96; ++i) CHECK(same(parts.arrays[a][i], before.arrays[a][i]));
    run(*kernel, parts, 0, 40);
    run(*kernel, parts, 40, 56);
    for (std::size_t a = 0; a < before.arrays.size(); ++a)
      for (std::size_t i = 0; i < 203; ++i) CHECK(same(parts.arrays[a][i], whole.arrays[a][i]));
    CHECK(parts.masks == whole.masks);
  }
}

TEST_CASE("arrays may exchange their values in one step") {
  Tape tape;
  const Expr x = array(tape, 0), y = array(tape, 1);
  store(tape, 0, y);
  store(tape, 1, x);
  store(tape, 2, x);
  const Program program = optimise(tape);
  for (const KernelMaker& backend : backends()) {
    const auto kernel = backend.make(program, {}, 20, 8);
    std::vector<std::vector<double>> arrays(3, std::vector<double>(24));
    for (std::size_t i = 0; i < 24; ++i)
      arrays[0][i] = static_cast<double>(i), arrays[1][i] = -static_cast<double>(i);
    const auto array_pointers = pointers(arrays);
    kernel->run(Call{array_pointers, {}, {}, 0, 0, 0, 20});
    for (std::size_t i = 0; i < 20; ++i) {
      CHECK(arrays[0][i] == -static_cast<double>(i));
      CHECK(arrays[1][i] == static_cast<double>(i));
      CHECK(arrays[2][i] == static_cast<double>(i));
    }
  }
}

TEST_CASE("a guard names the first neuron and keeps its chunk and the later ones as they were") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, x + 1.0);
  guard(tape, !(x < 100.0));
  const Program program = optimise(tape);
  for (const KernelMaker& backend : backends()) {
    const auto kernel = backend.make(program, {}, 77, 16);
    std::vector<std::vector<double>> arrays(1, std::vector<double>(80, 1.0));
    arrays[0][53] = std::nan("");
    arrays[0][72] = 1000.0;
    const auto array_pointers = pointers(arrays);
    CHECK(kernel->run(Call{array_pointers, {}, {}, 0, 0, 0, 77}) == 53);
    CHECK(arrays[0][31] == 2.0);
    CHECK(arrays[0][48] == 1.0);
    CHECK(arrays[0][76] == 1.0);
    arrays[0][53] = 1.0;
    arrays[0][72] = 1.0;
    arrays[0][78] = 1000.0;  // behind the last neuron
    CHECK(kernel->run(Call{array_pointers, {}, {}, 0, 0, 0, 77}) == -1);
    CHECK(arrays[0][76] == 2.0);
  }
}

TEST_CASE("a runner computes what neurons share from the step values and the step of each call") {
  Tape tape;
  const Expr shared = step_value(tape, 0) * 3.0 + uniform(tape, 0, 0, true);
  store(tape, 0, array(tape, 1) + shared / step_value(tape, 1));
  const Program program = optimise(tape);
  Tape drawless;
  store(drawless, 0, array(drawless, 1) + step_value(drawless, 0) / step_value(drawless, 1));
  const Program constant = optimise(drawless);
  const double values[][2] = {{1, 2},    {1, 2},   {0.0, 2},          {-0.0, 2},
                              {1, -0.0}, {1, 0.0}, {std::nan(""), 1}, {1, 2}};
  for (const KernelMaker& backend : backends()) {
    INFO(backend.name());
    Binding binding;
    binding.streams = {base::Stream::of(7, "draw")};
    for (const auto& [kernel, draws] : {std::pair(backend.make(program, binding, 20, 8), true),
                                        std::pair(backend.make(constant, {}, 20, 8), false)}) {
      const auto runner = kernel->runner();
      for (std::uint64_t step = 0; step < std::size(values); ++step) {
        std::vector<std::vector<double>> kept(2, std::vector<double>(24, -0.0)), fresh = kept;
        const auto kept_pointers = pointers(kept), fresh_pointers = pointers(fresh);
        runner->run(Call{kept_pointers, {}, values[step], step, 0, 0, 20});
        kernel->run(Call{fresh_pointers, {}, values[step], step, 0, 0, 20});
        const double x = values[step][0], y = values[step][1];
        const double expected =
            -0.0 + (draws ? x * 3.0 + binding.streams[0].points[0].uniform(0, step, 0) : x) / y;
        for (std::size_t k = 0; k < 20; ++k) {
          CHECK(same(kept[0][k], fresh[0][k]));
          CHECK((draws || same(kept[0][k], expected)));
        }
      }
    }
  }
}

TEST_CASE("a guard that looks for what is not finite finds infinities of both signs and NaN") {
  Tape tape;
  const Expr x = array(tape, 0);
  store(tape, 0, x * 2.0);
  guard(tape, !(abs(x) < std::numeric_limits<double>::infinity()));
  const Program program = optimise(tape);
  for (const KernelMaker& backend : backends())
    for (const double bad :
         {inf, -inf, std::nan(""), std::numeric_limits<double>::signaling_NaN(), -std::nan("")}) {
      INFO(backend.name() << " " << bad);
      const auto kernel = backend.make(program, {}, 40, 8);
      std::vector<std::vector<double>> arrays(
          1, std::vector<double>(40, std::numeric_limits<double>::max() / 2));
      arrays[0][29] = bad;
      const auto array_pointers = pointers(arrays);
      CHECK(kernel->run(Call{array_pointers, {}, {}, 0, 0, 0, 40}) == 29);
      arrays[0][29] = -std::numeric_limits<double>::denorm_min();
      CHECK(kernel->run(Call{array_pointers, {}, {}, 0, 0, 0, 40}) == -1);
    }
}

TEST_CASE("a parameter gives the same bits whether all neurons share it or each has it") {
  const FlushToZero flush;
  Tape tape;
  RandomTape random(tape, 99);
  random.grow(100);
  random.finish(false);
  const Program program = optimise(tape);
  const Data before(3, 60, false);
  Binding each = before.binding;
  for (auto& values : each.parameters) values.assign(60, values[0]);
  for (const KernelMaker& backend : backends()) {
    Data shared_run = before, each_run = before;
    run(*backend.make(program, before.binding, 60, 24), shared_run, 0, 60);
    run(*backend.make(program, each, 60, 24), each_run, 0, 60);
    for (std::size_t a = 0; a < before.arrays.size(); ++a)
      for (std::size_t i = 0; i < 60; ++i) CHECK(same(shared_run.arrays[a][i], each_run.arrays[a][i]));
    CHECK(shared_run.masks == each_run.masks);
  }
}

TEST_CASE("bindings and options that do not fit are refused") {
  Tape tape;
  store(tape, 0, array(tape, 0) + parameter(tape, 0) + uniform(tape, 0));
  const Program program = optimise(tape);
  Binding good;
  good.parameters = {{1.0}};
  good.streams = {base::Stream{1}};
  CHECK_NOTHROW(make_interpreter(program, good, 10));
  Binding bad = good;
  bad.parameters = {{1.0, 2.0}};
  CHECK_THROWS_WITH_AS(
      make_interpreter(program, bad, 10),
      "internal error: a parameter has 2 values for 10 neurons; it must have one, or one per neuron",
      base::InternalError);
  bad.parameters.clear();
  CHECK_THROWS_WITH_AS(make_interpreter(program, bad, 10),
                       "internal error: a program with 1 parameters was bound to 0", base::InternalError);
  bad = good;
  bad.streams.clear();
  CHECK_THROWS_WITH_AS(make_interpreter(program, bad, 10),
                       "internal error: a program with 1 streams was bound to 0", base::InternalError);
  CHECK_THROWS_WITH_AS(make_interpreter(program, good, 10, {12, InstructionSet::generic}),
                       "internal error: the interpreter's chunk is 12; it must be a positive multiple of 8",
                       base::InternalError);
}

TEST_CASE("flush-to-zero acts while its object lives and is restored afterwards") {
  volatile double tiny = 1e-300;
  const auto product = [&] { return tiny * 1e-10; };
  CHECK(product() > 0);
  {
    const FlushToZero flush;
    CHECK(product() == 0);
  }
  CHECK(product() > 0);
}

TEST_CASE("the best instruction set is available, and the generic one always is") {
  CHECK(available(best_instruction_set()));
  CHECK(available(InstructionSet::generic));
  CHECK(name(InstructionSet::avx512) == "avx512");
}
