// Random tapes on all back ends: the bits of the scalar evaluator, for awkward values, under register
// pressure, with any passes, for any number of neurons. HILLOCK_FUZZ_SECONDS sets how long new tapes are
// tried, each run others; without it the tapes are the same in every run; HILLOCK_FUZZ_SEED begins with the
// one that a failure named. corpus/ holds tapes that found something, or that reach what random ones seldom
// do.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "program/backends.hpp"
#include "program/tape_text.hpp"

namespace hillock::test {
namespace {

using program::Node;
using program::Op;
using program::Program;
using program::Tape;

// Slots are what the data have, whichever of them the tape uses.
void set_slots(Tape& tape) {
  tape.arrays = tape_arrays;
  tape.parameters = tape_parameters;
  tape.step_values = tape_step_values;
  tape.streams = tape_streams;
  tape.masks = tape_masks;
}

TapeCase random_case(std::uint64_t seed) {
  Dice dice(seed);
  TapeCase it;
  RandomTape random(it.tape, seed);
  random.grow(5 + dice.below(120));
  if (dice.below(3) == 0) {
    random.press(8 + dice.below(60));
    random.grow(dice.below(20));
  }
  random.finish(dice.below(3) == 0);
  if (dice.below(3) == 0)
    for (bool* pass : switches(it.passes)) *pass = dice.coin();
  constexpr int chunks[] = {8, 16, 64, 256, 1024};
  it.neurons = dice.below(8) == 0 ? 1 + dice.below(1000) : 1 + dice.below(40);
  it.chunk = chunks[dice.below(std::size(chunks))];
  it.per_neuron = dice.coin();
  it.data = seed;
  return it;
}

program::Binding spread(const program::Binding& binding, std::int64_t neurons) {
  program::Binding each = binding;
  for (auto& values : each.parameters)
    if (values.size() == 1) values.assign(static_cast<std::size_t>(neurons), values[0]);
  return each;
}

bool equal(const Data& a, const Data& b) {
  for (std::size_t k = 0; k < a.arrays.size(); ++k)
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.neurons); ++i)
      if (!same(a.arrays[k][i], b.arrays[k][i])) return false;
  return a.masks == b.masks;
}

// What differs on one back end; empty if nothing does.
std::string differs(const KernelMaker& backend, const TapeCase& it, const Program& program,
                    const Data& before, const std::vector<Expected>& expected) {
  const std::int64_t neurons = it.neurons;
  Data whole = before;
  const auto kernel = backend.make(program, before.binding, neurons, it.chunk);
  const std::int64_t returned = run(*kernel, whole, 0, neurons);
  if (std::string text = compare(expected, before, whole, returned, it.chunk, backend.native); !text.empty())
    return text;
  Data each = before;
  const auto own = backend.make(program, spread(before.binding, neurons), neurons, it.chunk);
  // Where the guard holds, how much was stored depends on the chunk, which the parameters may make smaller.
  if (run(*own, each, 0, neurons) != returned || (returned < 0 && !equal(each, whole)))
    return "a parameter of all neurons is not the same as one of each";
  const std::int64_t cut = neurons / 16 * 8;
  if (returned >= 0 || cut == 0) return "";
  Data parts = before;
  run(*kernel, parts, cut, neurons - cut);
  run(*kernel, parts, 0, cut);
  return equal(parts, whole) ? "" : "two ranges are not the same as the whole";
}

std::string differs(const TapeCase& it) {
  Tape tape = it.tape;
  set_slots(tape);
  const Program program = optimise(tape, it.passes);
  const Data before(it.data, it.neurons, it.per_neuron);
  const std::vector<Expected> expected = evaluate_all(program, before);
  for (const KernelMaker& backend : backends())
    if (const std::string text = differs(backend, it, program, before, expected); !text.empty())
      return backend.name() + ", " + text;
  return "";
}

// Leaves out nodes that nothing needs, and puts `by` in place of `node`.
Tape without(const Tape& tape, int node, int by) {
  Tape result = tape;
  const auto redirect = [&](int& place) { place = place == node ? by : place; };
  for (Node& each : result.nodes) program::for_operands(each, redirect);
  for (program::Output& output : result.outputs) redirect(output.node);
  redirect(result.guard);
  std::vector<int> place(tape.nodes.size(), -1), needed(tape.nodes.size(), 0);
  for (const program::Output& output : result.outputs) needed[static_cast<std::size_t>(output.node)] = 1;
  if (result.guard >= 0) needed[static_cast<std::size_t>(result.guard)] = 1;
  for (std::size_t i = result.nodes.size(); i-- > 0;)
    if (needed[i])
      program::for_operands(result.nodes[i],
                            [&](int operand) { needed[static_cast<std::size_t>(operand)] = 1; });
  std::vector<Node> kept;
  for (std::size_t i = 0; i < result.nodes.size(); ++i) {
    if (!needed[i]) continue;
    program::for_operands(result.nodes[i],
                          [&](int& operand) { operand = place[static_cast<std::size_t>(operand)]; });
    place[i] = static_cast<int>(kept.size());
    kept.push_back(result.nodes[i]);
  }
  for (program::Output& output : result.outputs) output.node = place[static_cast<std::size_t>(output.node)];
  if (result.guard >= 0) result.guard = place[static_cast<std::size_t>(result.guard)];
  result.nodes = kept;
  return result;
}

// The cases that are one step simpler: an output less, a node's operand in its place, fewer neurons.
std::vector<TapeCase> simpler(const TapeCase& it) {
  std::vector<TapeCase> result;
  const auto add = [&](auto change) {
    result.push_back(it);
    change(result.back());
  };
  if (it.tape.guard >= 0) add([](TapeCase& other) { other.tape.guard = -1; });
  for (std::ptrdiff_t k = 0; k < std::ssize(it.tape.outputs); ++k)
    add([&](TapeCase& other) {
      other.tape.outputs.erase(other.tape.outputs.begin() + k);
      other.tape = without(other.tape, -2, -2);
    });
  for (int i = static_cast<int>(it.tape.nodes.size()) - 1; i >= 0; --i) {
    const Node& node = it.tape.nodes[static_cast<std::size_t>(i)];
    for (const int operand : {node.a, node.b, node.c}) {
      if (program::is_leaf(node.op) || operand < 0) continue;
      if (program::yields_mask(it.tape.nodes[static_cast<std::size_t>(operand)].op) ==
          program::yields_mask(node.op))
        add([&](TapeCase& other) { other.tape = without(it.tape, i, operand); });
    }
  }
  for (const std::int64_t neurons : {std::int64_t{1}, it.neurons / 2, it.neurons - 1})
    if (neurons > 0 && neurons < it.neurons) add([&](TapeCase& other) { other.neurons = neurons; });
  return result;
}

TapeCase reduced(TapeCase it, const std::function<bool(const TapeCase&)>& fails) {
  for (bool found = true; found;) {
    found = false;
    for (const TapeCase& other : simpler(it)) {
      if (!fails(other)) continue;
      it = other;
      found = true;
      break;
    }
  }
  return it;
}

// Empty if the case gives the same everywhere; else what differs, and the case made as simple as possible.
std::string report(const TapeCase& it) {
  if (differs(it).empty()) return "";
  const TapeCase small = reduced(it, [](const TapeCase& other) { return !differs(other).empty(); });
  return differs(small) + "\n" + text_of(small);
}

TEST_CASE("tapes of the corpus give the scalar evaluator's bits on every back end") {
  const program::FlushToZero flush;
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HILLOCK_SOURCE_DIR "/tests/program/corpus")) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    CAPTURE(entry.path().filename().string());
    CHECK(report(case_of(text.str())) == "");
    ++found;
  }
  CHECK(found >= 5);
}

TEST_CASE("random tapes give the scalar evaluator's bits on every back end") {
  using Clock = std::chrono::steady_clock;
  const program::FlushToZero flush;
  const char* const seconds = std::getenv("HILLOCK_FUZZ_SECONDS");
  const auto end = Clock::now() + std::chrono::seconds(seconds ? std::atoi(seconds) : 0);
  const char* const seed_given = std::getenv("HILLOCK_FUZZ_SEED");
  const std::uint64_t first =
      seed_given ? std::strtoull(seed_given, nullptr, 10)
      : seconds  ? static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())
                 : 1;
  std::uint64_t seed = first;
  for (; seed < first + 300 || Clock::now() < end; ++seed) {
    const std::string text = report(random_case(seed));
    INFO("seed " << seed);
    REQUIRE(text == "");
  }
  if (seconds) MESSAGE((seed - first) << " tapes");
}

TEST_CASE("a case is read as it was written") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string text = text_of(random_case(seed));
    CHECK(text_of(case_of(text)) == text);
  }
  CHECK_THROWS_WITH(case_of("add 1"), "incomplete: add 1");
  CHECK_THROWS_WITH(case_of("subtact 1 2"), "no operation: subtact");
}

TEST_CASE("a case is reduced to what fails in it") {
  const auto has_tanh = [](const TapeCase& it) {
    return std::any_of(it.tape.nodes.begin(), it.tape.nodes.end(),
                       [](const Node& node) { return node.op == Op::tanh; });
  };
  std::uint64_t seed = 1;
  while (!has_tanh(random_case(seed))) ++seed;
  const TapeCase small = reduced(random_case(seed), has_tanh);
  CHECK(small.neurons == 1);
  CHECK(small.tape.nodes.size() <= 5);  // a leaf and its tanh; a mask takes a comparison, perhaps of its size
  CHECK(small.tape.outputs.size() == 1);
}

}  // namespace
}  // namespace hillock::test
