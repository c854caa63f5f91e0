// Reads the flags, and finds out which programs they are enough for.
#include "program/exception_flags.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "program/operations.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hillock::program {

namespace {

// x of !(|x| < infinity), or -1 if the guard is another.
int looked_at(const Program& program) {
  const auto at = [&](int node) { return program.step[index(node)]; };
  const Node opposite = at(program.guard);
  if (opposite.op != Op::logical_not || at(opposite.a).op != Op::less) return -1;
  const Node size = at(at(opposite.a).a), limit = at(at(opposite.a).b);
  const bool found = size.op == Op::absolute && limit.op == Op::constant &&
                     limit.value == std::numeric_limits<double>::infinity();
  return found ? size.a : -1;
}

// Whether a node is finite, or one of its operands is not, or computing it raises a flag. Functions that
// choose an infinity or NaN as a constant raise none.
bool flagged(const Node& node, const Program& program, const ParameterValues& parameters) {
  const auto finite = [](double value) { return std::isfinite(value); };
  switch (node.op) {
    case Op::constant:
      return finite(node.value);
    case Op::parameter:
      return std::ranges::all_of(parameters[index(node.a)], finite);
    case Op::normal_quantile:
      return program.step[index(node.a)].op == Op::uniform;  // neither 0 nor 1
    case Op::external:
    case Op::log:
    case Op::pow:
    case Op::sin:
    case Op::cos:
      return false;
    default:
      return true;
  }
}

// A sum x + 0*y + 0*z ...: node of a sum, and its last summand without the 0.
struct Summand {
  int before = -1, value = -1;
};
std::optional<Summand> last_summand(const Node& sum, const Program& program,
                                    const ParameterValues& parameters) {
  const auto zero = [&](int node) {
    return program.step[index(node)].op == Op::constant && program.step[index(node)].value == 0;
  };
  if (sum.op == Op::fused_add) {
    if (zero(sum.b)) return Summand{sum.c, sum.a};
    if (zero(sum.a)) return Summand{sum.c, sum.b};
  }
  if (sum.op == Op::add)
    for (const auto& [before, product] : {std::pair(sum.a, sum.b), std::pair(sum.b, sum.a)}) {
      const Node& node = program.step[index(product)];
      if (node.op == Op::multiply && zero(node.b)) return Summand{before, node.a};
      if (node.op == Op::multiply && zero(node.a)) return Summand{before, node.b};
      if (node.op == Op::parameter &&
          std::ranges::all_of(parameters[index(node.a)], [](double value) { return value == 0; }))
        return Summand{before, product};  // a product of the prologue
    }
  return std::nullopt;
}

// Whether all that the guard looks at is computed for the outputs too, or given. What a guard alone needs,
// like states before a reset that always comes, is not computed without it, and raises no flag.
bool outputs_need(int sum, const std::vector<bool>& live, const Program& program,
                  const ParameterValues& parameters) {
  const auto there = [&](int i) {
    const Node& node = program.step[index(i)];
    return live[index(i)] || (operand_count(node.op) == 0 && flagged(node, program, parameters));
  };
  while (!there(sum)) {
    const std::optional<Summand> last = last_summand(program.step[index(sum)], program, parameters);
    if (!last || !there(last->value)) return false;
    sum = last->before;
  }
  return true;
}

}  // namespace

bool flags_tell(const Program& program, const ParameterValues& parameters) {
  if (program.guard < 0 || !has_exception_flags()) return false;
  const int sum = looked_at(program);
  if (sum < 0) return false;
  const std::vector<bool> live = live_nodes(without_guard(program));
  if (!outputs_need(sum, live, program, parameters)) return false;
  for (std::size_t i = 0; i < live.size(); ++i)
    if (live[i] && !flagged(program.step[i], program, parameters)) return false;
  return true;
}

bool has_exception_flags() {
  static const bool answer = [] {
    const volatile double huge = std::numeric_limits<double>::max();
    clear_exception_flags();
    const bool before = exceptions_flagged();
    [[maybe_unused]] const volatile double infinite = huge * huge;
    return !before && exceptions_flagged();
  }();
  return answer;
}

#if defined(__x86_64__)

namespace {

constexpr unsigned invalid = 0x01, division_by_zero = 0x04, overflow = 0x08;
constexpr unsigned noted = invalid | division_by_zero | overflow;

}  // namespace

void clear_exception_flags() { _mm_setcsr(_mm_getcsr() & ~noted); }
bool exceptions_flagged() { return (_mm_getcsr() & noted) != 0; }

#else

void clear_exception_flags() {}
bool exceptions_flagged() { return true; }

#endif

}  // namespace hillock::program
